// Whether a changed qualifier gives more or less room. Each function compares two qualifiers of one verb.
#pragma once

#include <string>

#include "compiler/authority/verbs.h"

namespace synapsor::authority {

Order Unordered(const std::string& before, const std::string& after);
Order Neutral(const std::string& before, const std::string& after);  // never matters
Order CompareExposure(const std::string& before, const std::string& after);
Order CompareSwitch(const std::string& before, const std::string& after);  // on is tighter than off
Order CompareScope(const std::string& before, const std::string& after);
Order CompareSource(const std::string& before, const std::string& after);  // values of the model are looser
Order CompareNumber(const std::string& before, const std::string& after);  // larger is looser
Order CompareGuard(const std::string& before, const std::string& after);
Order CompareAudit(const std::string& before, const std::string& after);
Order CompareBounds(const std::string& before, const std::string& after);  // of ARGs and written columns
Order CompareApproval(const std::string& before, const std::string& after);
Order ComparePolicy(const std::string& before, const std::string& after);  // compare_policy.cc

}  // namespace synapsor::authority
