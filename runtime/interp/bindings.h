// Trusted values of a call, and how they and the arguments become parameters.
#pragma once

#include <vector>

#include "runtime/interp/arguments.h"
#include "runtime/interp/call_plan.h"
#include "runtime/interp/refusals.h"

namespace synapsor::interp {

struct CallValues {
  ArgValues args;
  std::vector<const std::string*> session;  // by CallPlan::session_keys; borrowed from the session
  Scalar key = Scalar::Null(ScalarType::kText), tenant = Scalar::Null(ScalarType::kText);  // of the target
};

// Every key of the capability, the tenant, the principal and the workflow must be there, non-empty and clean text.
Checked<std::vector<const std::string*>> BindSession(const CallPlan& plan, const bundle::Workflow* workflow,
                                                     const session::Session& session);

// The value in the type that the plan asks for; never rounded. An argument that was not given is NULL.
Checked<Scalar> Resolve(const ValueSource& source, const CallPlan& plan, const CallValues& values);
Checked<std::vector<Scalar>> ResolveAll(const std::vector<ValueSource>& sources, const CallPlan& plan,
                                        const CallValues& values);

}  // namespace synapsor::interp
