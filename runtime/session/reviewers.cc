#include "runtime/session/reviewers.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/base/strict_json.h"
#include "runtime/session/password.h"

namespace synapsor::session {
namespace {

using nlohmann::json;

constexpr std::size_t kMostTenants = 100, kMostRoles = 100;
constexpr auto kMembers = std::to_array<std::string_view>({"subject", "roles", "tenants", "password"});

tl::unexpected<Error> Wrong(const std::string& path, std::size_t number, std::string_view what) {
  return Fail(ErrorKind::kUsage, fmt::format("{}: reviewer {}: {}", path, number + 1, what));
}

// One to `most` distinct texts that are not empty; nothing for anything else.
std::optional<std::vector<std::string>> Texts(const json& value, std::size_t most) {
  if (!value.is_array() || value.empty() || value.size() > most) return std::nullopt;
  std::vector<std::string> texts;
  for (const json& item : value) {
    if (!item.is_string() || item.get_ref<const std::string&>().empty()) return std::nullopt;
    texts.push_back(item.get<std::string>());
  }
  std::sort(texts.begin(), texts.end());
  if (std::adjacent_find(texts.begin(), texts.end()) != texts.end()) return std::nullopt;
  return texts;
}

}  // namespace

Result<ReviewerDirectory> ReviewerDirectory::Parse(std::string_view text, const std::string& path) {
  auto root = ParseStrictJson(text);
  if (!root) return Fail(ErrorKind::kUsage, fmt::format("{}: {}", path, root.error().message));
  if (!root->is_object() || root->size() != 1 || !root->contains("reviewers") || !(*root)["reviewers"].is_array()) {
    return Fail(ErrorKind::kUsage,
                fmt::format("{}: this is not {{\"reviewers\": [...]}} with nothing beside it", path));
  }
  ReviewerDirectory directory;
  const json& list = (*root)["reviewers"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    const json& item = list[i];
    if (!item.is_object() || item.size() != kMembers.size()) {
      return Wrong(path, i, "needs `subject`, `roles`, `tenants` and `password`, and nothing else");
    }
    for (const std::string_view member : kMembers) {
      if (!item.contains(member)) return Wrong(path, i, fmt::format("has no `{}`", member));
    }
    if (!item["subject"].is_string() || item["subject"].get_ref<const std::string&>().empty()) {
      return Wrong(path, i, "`subject` is a text that is not empty");
    }
    auto roles = Texts(item["roles"], kMostRoles);
    if (!roles) return Wrong(path, i, "`roles` is a list of 1 to 100 different role names");
    auto tenants = Texts(item["tenants"], kMostTenants);
    if (!tenants) return Wrong(path, i, "`tenants` is a list of 1 to 100 different tenants");
    if (!item["password"].is_string() || !IsPasswordHash(item["password"].get_ref<const std::string&>())) {
      return Wrong(path, i, "`password` is not a hash: make one with `synapsor-runner review --hash-password`");
    }
    const std::string subject = item["subject"];
    Entry entry{{subject, *std::move(roles), *std::move(tenants)}, item["password"]};
    if (!directory.entries_.emplace(subject, std::move(entry)).second)
      return Wrong(path, i, "this subject is there already");
  }
  return directory;
}

Result<ReviewerDirectory> ReviewerDirectory::Load(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return Fail(ErrorKind::kIo, fmt::format("cannot read the reviewers file `{}`", path));
  if ((info.st_mode & (S_IWGRP | S_IWOTH | S_IROTH)) != 0) {
    return Fail(ErrorKind::kUsage,
                fmt::format("the reviewers file `{}` can be read by everybody or written by others", path),
                fmt::format("chmod 600 {}", path));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(ErrorKind::kIo, fmt::format("cannot read the reviewers file `{}`", path));
  std::ostringstream text;
  text << file.rdbuf();
  return Parse(text.str(), path);
}

std::optional<Reviewer> ReviewerDirectory::Check(const std::string& subject, std::string_view password) const {
  const auto entry = entries_.find(subject);
  const bool known = entry != entries_.end();
  const bool matches =
      PasswordMatches(password, known ? std::string_view(entry->second.password_hash) : std::string_view());
  if (!known || !matches) return std::nullopt;
  return entry->second.reviewer;
}

}  // namespace synapsor::session
