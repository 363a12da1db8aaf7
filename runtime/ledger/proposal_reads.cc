// Reading proposals back: one, a page of those that match, and how many there are.
//
// A page is found in two steps. First the ids, from an index alone, most often `proposals_review`: it leads to the proposals of one
// tenant in one state in the order of their ids, so a page over several tenants or states is merged from the head of each;
// filters that may be rare have an index of the same order behind their column.
// Then the records of just these ids. Each step is one trip.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "runtime/ledger/operations.h"
#include "runtime/ledger/proposal_rows.h"

namespace synapsor::ledger {
namespace {

constexpr int kMostViews = 1000;

constexpr std::array kStates = {ProposalState::kPendingReview, ProposalState::kApproved,
                                ProposalState::kPendingWorker, ProposalState::kApplied,
                                ProposalState::kConflict,      ProposalState::kFailed,
                                ProposalState::kRejected,      ProposalState::kCanceled,
                                ProposalState::kExpired,       ProposalState::kReconciliationRequired};

// Conditions and the values they bind. Values are not owned.
struct Where {
  std::string sql;
  std::vector<Param> params;

  void Add(std::string_view condition, Param value) {
    params.push_back(value);
    sql += fmt::format("{} {} ${}", sql.empty() ? " WHERE" : " AND", condition, params.size());
  }

  // One of the texts; no condition for the single empty one, which stands for any.
  void AddAny(std::string_view column, const std::vector<std::string>& texts) {
    if (texts.size() == 1 && texts[0].empty()) return;
    std::string list;
    for (const std::string& text : texts) {
      params.emplace_back(text);
      list += fmt::format("{}${}", list.empty() ? "" : ", ", params.size());
    }
    sql += fmt::format("{} {} IN ({})", sql.empty() ? " WHERE" : " AND", column, list);
  }
};

// What a filter says beside its tenant and state.
void AddRest(Where& where, const ProposalFilter& filter) {
  if (!filter.capability.empty()) where.Add("capability =", filter.capability);
  if (!filter.principal.empty()) where.Add("principal =", filter.principal);
  if (!filter.object.empty()) where.Add("object =", filter.object);
  if (filter.since) where.Add("created_at >=", filter.since->micros);
  if (filter.until) where.Add("created_at <", filter.until->micros);
}

// The tenants to look into; an empty text stands for all of them.
std::vector<std::string> TenantsOf(const ProposalFilter& filter) {
  if (!filter.tenants) return {filter.tenant};
  std::vector<std::string> tenants = *filter.tenants;
  std::erase_if(tenants, [&](const std::string& tenant) {
    return tenant.empty() || (!filter.tenant.empty() && tenant != filter.tenant);
  });
  return tenants;
}

// The ids between which everything of the filter's times lies, when that is not much: indexes are in the order of ids. Open when
// it is much, and found soon; nothing when no proposal at all is of that time. Ids need not ascend with times: the times stay
// part of the filter.
struct Range {
  ProposalId first = 0, last = 0;  // 0: open
};
Result<std::optional<Range>> RangeOf(Session& session, const ProposalFilter& filter) {
  constexpr std::int64_t kMuch = 2000;
  if (!filter.since && !filter.until) return Range{};
  Where where;
  if (filter.since) where.Add("created_at >=", filter.since->micros);
  if (filter.until) where.Add("created_at <", filter.until->micros);
  where.params.emplace_back(kMuch + 1);
  SYN_ASSIGN_OR_RETURN(
      const Rows rows,
      session.Get(fmt::format("SELECT count(*), min(id), max(id) FROM (SELECT id FROM proposals{} LIMIT ${}) AS found",
                              where.sql, where.params.size()),
                  where.params.data(), where.params.size()));
  const std::int64_t count = rows.empty() ? 0 : rows[0][0].number;
  if (count == 0) return std::nullopt;
  return count > kMuch ? Range{} : Range{rows[0][1].number, rows[0][2].number};
}

void AddRange(Where& where, const Range& range) {
  if (range.first > 0) where.Add("id >=", range.first);
  if (range.last > 0) where.Add("id <=", range.last);
}

// A statement that owns its text and borrows its values.
struct Asked {
  std::string sql;
  std::vector<Param> params;
};

Result<std::vector<Rows>> Ask(Session& session, const std::vector<Asked>& asked) {
  std::vector<Query> queries;
  for (const Asked& one : asked) queries.push_back({one.sql, one.params});
  return session.GetAll(queries);
}

// The ids of a page in one tenant, or in all for an empty text; newest first or oldest first.
Asked PageOfIds(const ProposalFilter& filter, const Range& range, const std::string& tenant, int limit) {
  const std::string_view order = filter.after_id ? "ASC" : "DESC";
  Where where;
  if (!tenant.empty()) where.Add("tenant =", tenant);
  AddRest(where, filter);
  AddRange(where, range);
  if (filter.before_id > 0) where.Add("id <", filter.before_id);
  if (filter.after_id) where.Add("id >", *filter.after_id);
  if (filter.state) where.Add("state =", StateName(*filter.state));
  where.params.push_back(limit);
  const std::size_t cap = where.params.size();
  std::string sql;
  if (filter.state || tenant.empty()) {
    sql = fmt::format("SELECT id FROM proposals{} ORDER BY id {} LIMIT ${}", where.sql, order, cap);
  } else {
    for (const ProposalState state : kStates) {
      sql += fmt::format("{}SELECT * FROM (SELECT id FROM proposals{} AND state = '{}' ORDER BY id {} LIMIT ${}) AS {}",
                         sql.empty() ? "" : " UNION ALL ", where.sql, StateName(state), order, cap, StateName(state));
    }
  }
  return {std::move(sql), std::move(where.params)};
}

// The number of proposals in every state, each counted up to `most` + 1.
Asked CountsIn(const ProposalFilter& filter, const Range& range, const std::vector<std::string>& tenants, int most) {
  Where where;
  where.AddAny("tenant", tenants);
  AddRest(where, filter);
  AddRange(where, range);
  where.params.push_back(most + 1);
  std::string sql;
  for (const ProposalState state : kStates) {
    const std::string_view name = StateName(state);
    sql += fmt::format("{}SELECT '{}', count(*) FROM (SELECT 1 FROM proposals{} {} state = '{}' LIMIT ${}) AS {}",
                       sql.empty() ? "" : " UNION ALL ", name, where.sql, where.sql.empty() ? "WHERE" : "AND", name,
                       where.params.size(), name);
  }
  return {std::move(sql), std::move(where.params)};
}

}  // namespace

Result<std::optional<ProposalView>> ReadProposal(Session& session, ProposalId id) {
  SYN_ASSIGN_OR_RETURN(const auto rows, FetchViews(session, std::span(&id, 1)));
  return ToView(rows[0]);
}

Result<std::vector<ProposalView>> ReadProposals(Session& session, const ProposalFilter& filter) {
  const int limit = std::clamp(filter.limit, 1, kMostViews);
  const std::vector<std::string> tenants = TenantsOf(filter);
  SYN_ASSIGN_OR_RETURN(const auto range, RangeOf(session, filter));
  std::vector<Asked> asked;
  for (const std::string& tenant : tenants) {
    if (range) asked.push_back(PageOfIds(filter, *range, tenant, limit));
  }
  SYN_ASSIGN_OR_RETURN(const std::vector<Rows> pages, Ask(session, asked));
  std::vector<ProposalId> ids;
  for (const Rows& page : pages) {
    for (const auto& row : page) ids.push_back(row[0].number);
  }
  // From the side that the page was asked from.
  filter.after_id ? std::sort(ids.begin(), ids.end()) : std::sort(ids.rbegin(), ids.rend());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  ids.resize(std::min(ids.size(), static_cast<std::size_t>(limit)));
  std::sort(ids.rbegin(), ids.rend());
  SYN_ASSIGN_OR_RETURN(const auto all, FetchViews(session, ids));
  std::vector<ProposalView> views;
  for (const ProposalRows& rows : all) {
    SYN_ASSIGN_OR_RETURN(auto view, ToView(rows));
    if (view) views.push_back(*std::move(view));
  }
  return views;
}

Result<std::vector<StateCount>> ReadCounts(Session& session, const ProposalFilter& filter, int most) {
  const std::vector<std::string> tenants = TenantsOf(filter);
  SYN_ASSIGN_OR_RETURN(const auto range, RangeOf(session, filter));
  std::vector<Asked> asked;
  if (range && !tenants.empty()) asked.push_back(CountsIn(filter, *range, tenants, most));
  SYN_ASSIGN_OR_RETURN(const std::vector<Rows> answers, Ask(session, asked));
  std::vector<StateCount> counts;
  for (const ProposalState state : kStates) counts.push_back({state, 0, false});
  for (const Rows& rows : answers) {
    for (const auto& row : rows) {
      for (StateCount& count : counts) {
        if (StateName(count.state) == row[0].text) count.count += row[1].number;
      }
    }
  }
  for (StateCount& count : counts) {
    count.more = count.count > most;
    count.count = std::min<std::int64_t>(count.count, most);
  }
  return counts;
}

}  // namespace synapsor::ledger
