// Which workflows a session may use, and which contract a call runs under that names none. Decided by the configuration's
// `session.workflows` over what is verified of the session: its principal and roles. Nothing that a model sends takes part.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/bundle/bundle.h"
#include "runtime/config/config.h"
#include "runtime/interp/refusals.h"
#include "runtime/session/session.h"

namespace synapsor::interp {

// Immutable, thread-safe; what it is made from outlives it.
class Entitlements {
 public:
  Entitlements(const config::Session& config, const bundle::Bundle& bundle);

  // Whether the session is held to its workflows at all. The operator's own commands never are.
  bool Restrict(const session::Session& session) const;

  // Always, where the session is not restricted.
  bool MayUse(const session::Session& session, std::string_view workflow) const;

  // The workflow that a call runs under; empty: outside one, which only unrestricted sessions may. A workflow that is not
  // the session's is as absent as one that does not exist. A call that names none runs under the only one of the session's
  // that has the capability; with several it is refused, because which contract holds would be a guess.
  Checked<std::string> WorkflowOf(const session::Session& session, std::size_t capability,
                                  std::string_view named) const;

 private:
  const config::Session& config_;
  const bundle::Bundle& bundle_;
  std::vector<std::vector<std::size_t>> workflows_of_;  // by capability
};

// The first workflow that the configuration names and the bundle does not have; empty when there is none.
std::string FindUnknownWorkflow(const config::Session& config, const bundle::Bundle& bundle);

}  // namespace synapsor::interp
