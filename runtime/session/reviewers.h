// Who may review where there is no identity provider: the file that `approval.reviewers_file` names. Decides who somebody
// is, what roles and tenants they have; what they may then do is decided in runtime/proposal.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace synapsor::session {

struct Reviewer {
  std::string subject;               // as it stands in decisions
  std::vector<std::string> roles;    // at least one
  std::vector<std::string> tenants;  // at least one; nothing of any other tenant exists for this reviewer

  bool operator==(const Reviewer&) const = default;
};

// Immutable, thread-safe.
class ReviewerDirectory {
 public:
  // {"reviewers": [{"subject": "...", "roles": [...], "tenants": [...], "password": "scrypt$..."}]}; unknown keys, repeated
  // subjects and hashes of another form are refused.
  static Result<ReviewerDirectory> Parse(std::string_view text, const std::string& path);
  // Refuses a file that others than its owner may write or that everybody may read.
  static Result<ReviewerDirectory> Load(const std::string& path);

  // The same time and the same answer for a wrong password and for nobody of that name.
  std::optional<Reviewer> Check(const std::string& subject, std::string_view password) const;

 private:
  struct Entry {
    Reviewer reviewer;
    std::string password_hash;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace synapsor::session
