// Changes of authority for people and machines, and the approvals of them. Shared by plan and diff.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "compiler/authority/authority.h"
#include "runtime/base/result.h"

namespace synapsor::tool {

struct AuthorityReport {
  std::string before_name, before_digest, after_digest;
  std::vector<authority::Change> changes;  // broadening ones first

  int Count(authority::Effect effect) const;
  bool broadens() const { return Count(authority::Effect::kBroadens) > 0; }
};

AuthorityReport CompareAuthority(std::string before_name, std::string before_digest, std::string after_digest,
                                 const std::vector<bundle::AuthorityFact>& before,
                                 const std::vector<bundle::AuthorityFact>& after);

std::string ChangesAsText(const AuthorityReport& report);
std::string ChangesAsMarkdown(const AuthorityReport& report);
nlohmann::json ChangesAsJson(const AuthorityReport& report);

// Whether the file approves exactly this step: `{"approved": [{"from": digest, "to": digest, "by": …, "reason": …}]}`.
// `from` is "none" where there was nothing before.
Result<bool> IsApproved(const std::string& path, const AuthorityReport& report);

}  // namespace synapsor::tool
