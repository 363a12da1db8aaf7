#include "runtime/ledger/event_check.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/ledger/transaction.h"

namespace synapsor::ledger {
namespace {

bool ReadPayload(const std::string& text, Statement& statement) {
  try {
    const auto payload = nlohmann::json::parse(text);
    for (const auto& r : payload.value("records", nlohmann::json::array())) {
      statement.records.push_back(
          {r.at(0).get<std::string>(), r.at(1).get<std::int64_t>(), r.at(2).get<std::string>()});
    }
    for (const auto& r : payload.value("removed", nlohmann::json::array())) {
      statement.removals.push_back({r.at(0).get<std::string>(), r.at(1).get<std::int64_t>(), r.at(2).get<std::string>(),
                                    r.at(3).get<std::string>()});
    }
    for (const auto& s : payload.value("states", nlohmann::json::array())) {
      statement.states.push_back({s.at(0).get<std::string>(), s.at(1).get<std::string>(), s.at(2).get<std::string>()});
    }
    statement.identity = payload.value("identity", "");
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

}  // namespace

Event ToEvent(const std::vector<Cell>& row) {
  return {row[0].number, {row[1].number}, row[2].text, row[3].text, row[4].text,
          row[5].text,   row[6].text,     "",          row[7].text};
}

std::string CheckEvent(const std::vector<Cell>& row, std::string_view previous, Statement& statement) {
  const Event event = ToEvent(row);
  if (HashEvent(previous, event) != event.hash) {
    return fmt::format("event {} ({} of {}) is not what was written, or not in its place", event.sequence, event.kind,
                       event.subject);
  }
  const std::string& ref = row[8].text;
  if (ref != event.subject && !(ref.empty() && event.subject.starts_with("agent-run://"))) {
    return fmt::format("event {} ({} of {}) is filed under another subject", event.sequence, event.kind, event.subject);
  }
  if (!ReadPayload(event.payload_json, statement)) {
    return fmt::format("event {} has an unreadable payload", event.sequence);
  }
  return {};
}

}  // namespace synapsor::ledger
