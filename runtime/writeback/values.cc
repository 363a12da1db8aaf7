#include "runtime/writeback/values.h"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "runtime/base/digest.h"

namespace synapsor::writeback {
namespace {

using bundle::Origin;
using bundle::Param;
using ledger::Proposal;

const ledger::ProposedColumn* FindColumn(const Proposal& proposal, std::string_view name) {
  for (const auto& column : proposal.columns) {
    if (column.column == name) return &column;
  }
  return nullptr;
}

std::optional<Scalar> BeforeValue(const Proposal& proposal, std::string_view name) {
  for (const auto& value : proposal.before_image) {
    if (value.name == name) return value.value;
  }
  if (const auto* column = FindColumn(proposal, name)) return column->before;
  return std::nullopt;
}

std::optional<Scalar> PartOf(const Proposal& proposal, std::string_view name) {
  if (name == "key") return proposal.key;
  if (name == "tenant") return proposal.tenant_value;
  if (name == "guard") return proposal.guard_value;
  if (name.starts_with("set:")) {
    const auto* column = FindColumn(proposal, name.substr(4));
    if (column == nullptr) return std::nullopt;
    return column->after;
  }
  if (name.starts_with("before:")) return BeforeValue(proposal, name.substr(7));
  return std::nullopt;
}

// What an audit row says of the change: handles and values that the reviewer saw.
std::string AuditPayload(const Proposal& proposal) {
  nlohmann::json change = nlohmann::json::object();
  for (const auto& column : proposal.columns) {
    change[column.column] = {{"before", ToJson(column.before)}, {"after", ToJson(column.after)}};
  }
  const nlohmann::json payload = {{"change", change},
                                  {"proposal", ledger::ProposalHandle(proposal.id)},
                                  {"proposal_hash", proposal.hash},
                                  {"summary", proposal.summary}};
  return payload.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// The time in the spelling of a column's type.
std::string TimeText(Instant now, ScalarType type) {
  std::string text = FormatInstant(now);
  if (type == ScalarType::kDate) return text.substr(0, 10);
  if (type == ScalarType::kTimestamp) {
    text[10] = ' ';
    text.pop_back();
  }
  return text;
}

std::optional<Scalar> EventValue(const Proposal& proposal, std::string_view name, ScalarType type, Instant now) {
  const auto text = [&](std::string value) { return Scalar::Of(type, std::move(value)); };
  if (name == "tenant_id") return text(proposal.tenant);
  if (name == "principal") return text(proposal.principal);
  if (name == "capability") return text(proposal.capability);
  if (name == "resource") return text(fmt::format("{}:{}", proposal.table, proposal.key.text));
  if (name == "action") return text(proposal.operation);
  if (name == "payload") return text(AuditPayload(proposal));
  if (name == "created_at") return text(TimeText(now, type));
  return std::nullopt;
}

std::optional<Scalar> ValueOf(const Param& param, const Proposal& proposal, Instant now) {
  switch (param.value.origin) {
    case Origin::kProposal: return PartOf(proposal, param.value.name);
    case Origin::kEvent: return EventValue(proposal, param.value.name, param.type, now);
    case Origin::kFixed: return param.value.fixed;
    case Origin::kSession:
    case Origin::kArg: return std::nullopt;  // already resolved when the proposal was made
  }
  return std::nullopt;
}

// 005.500 -> 5.5, -0.0 -> 0
std::string NormalDecimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t dot = text.find('.');
  std::string_view whole = text.substr(0, dot);
  std::string_view fraction = dot == std::string_view::npos ? "" : text.substr(dot + 1);
  while (!whole.empty() && whole.front() == '0') whole.remove_prefix(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (whole.empty() && fraction.empty()) return "0";
  return fmt::format("{}{}{}{}", negative ? "-" : "", whole.empty() ? "0" : whole, fraction.empty() ? "" : ".",
                     fraction);
}

// 12:00:00.500000Z -> 12:00:00.5Z
std::string NormalTime(std::string_view text) {
  const bool zulu = text.ends_with('Z');
  if (zulu) text.remove_suffix(1);
  if (text.find('.') != std::string_view::npos) {
    while (text.ends_with('0')) text.remove_suffix(1);
    if (text.ends_with('.')) text.remove_suffix(1);
  }
  return std::string(text) + (zulu ? "Z" : "");
}

bool SameJson(const std::string& a, const std::string& b) {
  const auto left = nlohmann::json::parse(a, nullptr, false);
  const auto right = nlohmann::json::parse(b, nullptr, false);
  return !left.is_discarded() && !right.is_discarded() && left == right;
}

bool IsPadded(std::string_view type) {
  return type.starts_with("character(") || type == "character" || type.starts_with("char(") || type == "char" ||
         type.starts_with("bpchar");
}

bool IsSingleFloat(std::string_view type) { return type == "real" || type == "float4" || type.starts_with("float"); }

std::string_view WithoutPadding(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<std::vector<Scalar>> BindProposal(const bundle::Statement& statement, const Proposal& proposal, Instant now) {
  std::vector<Scalar> values;
  values.reserve(statement.params.size());
  for (const Param& param : statement.params) {
    auto value = ValueOf(param, proposal, now);
    if (!value || (!value->is_null && value->type != param.type)) {
      return Fail(ErrorKind::kInvalid, fmt::format("the proposal has no `{}` of type {}",
                                                   bundle::ProvenanceText(param.value), ScalarTypeName(param.type)));
    }
    value->type = param.type;
    values.push_back(std::move(*value));
  }
  return values;
}

const Scalar* ColumnOf(const bundle::Statement& statement, const db::Row& row, std::string_view column) {
  for (std::size_t i = 0; i < statement.columns.size() && i < row.size(); ++i) {
    if (statement.columns[i].name == column) return &row[i];
  }
  return nullptr;
}

bool SameStored(const Scalar& sent, const Scalar& stored, std::string_view database_type) {
  if (sent == stored) return true;
  if (sent.is_null || stored.is_null || sent.type != stored.type) return false;
  switch (sent.type) {
    case ScalarType::kDecimal: return NormalDecimal(sent.text) == NormalDecimal(stored.text);
    case ScalarType::kTime:
    case ScalarType::kTimestamp:
    case ScalarType::kTimestampTz: return NormalTime(sent.text) == NormalTime(stored.text);
    case ScalarType::kJson: return SameJson(sent.text, stored.text);
    case ScalarType::kText: return IsPadded(database_type) && WithoutPadding(sent.text) == WithoutPadding(stored.text);
    case ScalarType::kDouble:
      return IsSingleFloat(database_type) &&
             std::strtof(sent.text.c_str(), nullptr) == std::strtof(stored.text.c_str(), nullptr);
    case ScalarType::kInt64:
    case ScalarType::kUInt64:
    case ScalarType::kBoolean:
    case ScalarType::kDate:
    case ScalarType::kUuid:
    case ScalarType::kBytes: return false;
  }
  return false;
}

}  // namespace synapsor::writeback
