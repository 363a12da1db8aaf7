// What ships as data: names that mean trusted scope, markers of sensitive columns. The lists are text
// files in this folder, embedded at build; configuration extends them and never shortens them.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace synapsor::stdlib {

// Names that only trusted values may carry: tenant_id, principal, approved_by, …
std::span<const std::string_view> TrustedNames();
// Names of columns that record who acted or decided: reviewer, approved_by, …
std::span<const std::string_view> AttributionNames();
// Lower case with an underscore at each word break of camel case: tenantId becomes tenant_id.
std::string SnakeCase(std::string_view name);
// Whether `column` is one of them, also with an id (`closed_by_id`, `approved_by_user_id`), behind a word
// (`refund_approved_by`) or in camel case (`reviewedById`).
bool IsAttributionName(std::string_view column);
// Patterns of sensitive columns, `*` at either end: password*, *token*, …
std::span<const std::string_view> SensitivePatterns();
// Columns taken as conflict guard when none is named, in order of preference.
std::span<const std::string_view> GuardNames();
// Columns by which applications divide rows among customers, the coarsest first.
std::span<const std::string_view> ScopeNames();

bool MatchesPattern(std::string_view name, std::string_view pattern);  // ignoring case

}  // namespace synapsor::stdlib
