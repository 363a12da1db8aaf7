#include "compiler/syntax/antlr_explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "compiler/base/edit_distance.h"
#include "compiler/syntax/antlr_clauses.h"
#include "compiler/syntax/antlr_expected.h"
#include "compiler/syntax/antlr_mismatch.h"
#include "compiler/syntax/antlr_strategy.h"
#include "compiler/syntax/antlr_stream.h"
#include "compiler/syntax/keywords.h"
#include "compiler/syntax/mistakes.h"
#include "compiler/syntax/words.h"

namespace synapsor::syntax {
namespace {

using Grammar = agentddl::AgentDdlParser;
using diag::Kind;

// Where the tokens of the name begin: after CREATE AGENT WORKFLOW, CREATE SETTLEMENT POLICY and the
// like.
constexpr std::size_t kNameIndex = 3;

class Explainer {
 public:
  Explainer(std::string_view text, FileId file, const Statement& statement, diag::Sink& sink)
      : text_(text),
        file_(file),
        tokens_(statement.tokens),
        sink_(sink),
        parser_(&stream_),
        strategy_(std::make_shared<StopAndExplain>()) {
    parser_.setBuildParseTree(false);
    parser_.removeErrorListeners();
    parser_.setErrorHandler(strategy_);
    stream_.Load(tokens_);
  }

  void Run(StatementKind kind) {
    const ClauseSet set = ClausesOf(kind);
    if (ExplainName(set)) ExplainSection(set, nullptr);
    if (reported_ == 0) {
      Report(Kind::kSyntaxError, tokens_.front(), fmt::format("this `{}` is not complete", OwnerOf(set)));
    }
  }

 private:
  // What has been seen of a clause set on the way through it.
  struct Section {
    ClauseSet set;
    const ClauseSet* outer;                     // its clauses end this section
    std::map<const Clause*, std::size_t> seen;  // where each stands first
    int rank = 0;
    const Clause* last = nullptr;
    bool confused = false;  // something was skipped that may have been any clause
  };

  Span At(const Token& token) const { return {file_, token.begin, token.end}; }
  Span Between(std::size_t first, std::size_t last) const { return {file_, tokens_[first].begin, tokens_[last].end}; }
  bool AtEnd() const { return at_ + 1 >= tokens_.size(); }  // the closing `;`

  diag::Finding& Report(Kind kind, Span span, std::string message) {
    ++reported_;
    return sink_.Report(kind, span, std::move(message));
  }
  diag::Finding& Report(Kind kind, const Token& token, std::string message) {
    return Report(kind, At(token), std::move(message));
  }

  // Runs one rule from the current token. False when it does not fit; then the mistake was
  // reported.
  bool Parse(void (*rule)(Grammar&)) {
    const std::size_t begin = at_;
    parser_.reset();
    strategy_->Forget();
    stream_.seek(at_);
    try {
      rule(parser_);
      at_ = stream_.index();
      return true;
    } catch (const Mismatch& mismatch) {
      at_ = mismatch.index;
      antlr4::misc::IntervalSet expected = mismatch.expected;
      expected.addAll(strategy_->Continuation(&parser_, at_));
      ReportMismatch(begin, KindsOf(expected));
      return false;
    }
  }

  // The current token does not fit; `begin` is where its clause begins.
  void ReportMismatch(std::size_t begin, const std::vector<TokenKind>& expected) {
    ++reported_;
    // A clause keyword that a list took for its next item: a AS x.b, EVIDENCE ON.
    if (at_ > begin + 1 && tokens_[at_ - 2].kind == kComma && StartsLine(at_ - 1) &&
        FindClause(set_, tokens_, at_ - 1) != nullptr) {
      const Span comma = At(tokens_[at_ - 2]);
      --at_;
      sink_
          .Report(Kind::kSyntaxError, comma,
                  fmt::format("expected another item after `,`, found {}", DescribeFound(text_, tokens_[at_])))
          .WithFix({"remove `,`", {{comma, ""}}, false});
      return;
    }
    syntax::ReportMismatch(sink_, Here(begin), expected);
  }

  Place Here(std::size_t begin) const { return {text_, file_, tokens_, begin, at_}; }

  bool ExplainName(ClauseSet set) {
    at_ = kNameIndex;
    const bool is_clause = FindClause(set, tokens_, at_) != nullptr && at_ + 1 < tokens_.size() &&
                           tokens_[at_ + 1].kind != kDot && FindClause(set, tokens_, at_ + 1) == nullptr;
    if (is_clause || !IsName(tokens_[at_].kind)) {
      Report(Kind::kSyntaxError, tokens_[at_],
             fmt::format("expected a name after `{}`, found {}", OwnerOf(set), DescribeFound(text_, tokens_[at_])))
          .WithHelp("write `namespace.name`");
      if (!is_clause && !SkipToClause(set, nullptr)) return false;
    } else if (!Parse([](Grammar& parser) { parser.qualifiedName(); })) {
      if (!SkipToClause(set, nullptr)) return false;
    }
    if (set != ClauseSet::kAlterPolicy) return true;
    if (tokens_[at_].kind == K_SET) {
      ++at_;
      return true;
    }
    Report(Kind::kSyntaxError, tokens_[at_],
           fmt::format("expected `SET`{}, found {}", Before(Here(0)), DescribeFound(text_, tokens_[at_])));
    return true;
  }

  // True when a clause of `set` plausibly begins at `index`, which need not be after a finished
  // clause.
  bool BeginsClause(ClauseSet set, std::size_t index) const {
    const Clause* clause = FindClause(set, tokens_, index);
    if (clause == nullptr || index == 0) return false;
    const TokenKind before = tokens_[index - 1].kind;
    if (before == kComma || before == kDot || before == kLeftParen || before == kEqual || before == K_AS) return false;
    if (clause->second != kEnd) return true;
    const std::string_view gap = text_.substr(tokens_[index - 1].end, tokens_[index].begin - tokens_[index - 1].end);
    return gap.find('\n') != std::string_view::npos;
  }

  // The first word of a clause begins a line here, whatever follows.
  bool HalfBegins(ClauseSet set, std::size_t index) const {
    if (index == 0 || !StartsLine(index) || tokens_[index - 1].kind == kComma) return false;
    const auto clauses = ClausesOf(set);
    return std::any_of(clauses.begin(), clauses.end(),
                       [&](const Clause& clause) { return clause.first == tokens_[index].kind; });
  }

  // Moves to the next clause of the set or of the one around it. False at the end of the statement.
  bool SkipToClause(ClauseSet set, const ClauseSet* outer) {
    while (!AtEnd() && !BeginsClause(set, at_) && !HalfBegins(set, at_) &&
           !(outer != nullptr && BeginsClause(*outer, at_))) {
      ++at_;
    }
    return !AtEnd();
  }

  // Goes on behind a mistake at the current token. A keyword there begins a clause: as a name it
  // would have fitted. Keywords that are skipped may have begun one, so that none counts as
  // missing.
  void Recover(Section& section) {
    const auto may_begin = [&] { return FindClause(section.set, tokens_, at_) != nullptr; };
    if (may_begin()) return;
    const std::size_t begin = at_;
    SkipToClause(section.set, section.outer);
    const std::size_t end = at_;
    for (at_ = begin; at_ < end; ++at_) {
      const bool begins_line = at_ > begin && StartsLine(at_) && tokens_[at_ - 1].kind != kComma;
      section.confused = section.confused || may_begin() || begins_line;
    }
  }

  void ExplainSection(ClauseSet set, const ClauseSet* outer) {
    set_ = set;
    Section section{set, outer, {}, 0, nullptr, false};
    std::size_t clause_begin = at_;
    while (!AtEnd()) {
      const Clause* clause = FindClause(set, tokens_, at_);
      if (clause == nullptr && outer != nullptr && FindClause(*outer, tokens_, at_) != nullptr) break;
      if (IsExternal()) {
        ReportExternal(section);
        SkipToClause(set, outer);
        continue;
      }
      if (clause == nullptr) clause = Unknown(section, clause_begin);
      if (clause == nullptr) {
        Recover(section);
        continue;
      }
      clause_begin = at_;
      Enter(section, *clause);
      if (clause->phrase == "PLAN") {
        ++at_;
        ExplainSection(ClauseSet::kPlan, &section.set);
        set_ = set;
        continue;
      }
      if (!Parse(clause->parse)) {
        if (at_ == clause_begin) ++at_;
        Recover(section);
      } else if (clause->phrase == "WRITE PROPOSAL") {
        ExplainSection(ClauseSet::kWrite, &section.set);
        set_ = set;
      }
      if (clause->phrase == "END PLAN") break;
    }
    ReportMissing(section);
  }

  // Order and repeats.
  void Enter(Section& section, const Clause& clause) {
    const std::size_t words = clause.second == kEnd ? 0 : 1;
    const Span span = Between(at_, at_ + words);
    const auto [first, is_new] = section.seen.emplace(&clause, at_);
    if (!is_new && !clause.repeatable) {
      const std::size_t begin = first->second;
      ReportRepeat(sink_, clause.phrase, Between(begin, begin + words), span);
      ++reported_;
    } else if (clause.rank < section.rank) {
      Report(Kind::kMisplacedClause, span, fmt::format("`{}` stands after `{}`", clause.phrase, section.last->phrase))
          .WithLabel(Between(section.seen.at(section.last), section.seen.at(section.last)), "it belongs before this")
          .WithHelp(fmt::format("move `{}` before `{}`", clause.phrase, section.last->phrase));
    }
    if (clause.rank >= section.rank) {
      section.rank = clause.rank;
      section.last = &clause;
    }
  }

  void ReportMissing(const Section& section) {
    if (section.confused) return;
    const Clause* previous = nullptr;
    for (const Clause& clause : ClausesOf(section.set)) {
      const auto seen = section.seen.find(&clause);
      if (seen != section.seen.end()) previous = &clause;
      if (seen != section.seen.end() || !IsRequired(clause, section)) continue;
      const std::string where = previous == nullptr    ? fmt::format("after `{}`", OwnerOf(section.set))
                                : previous->repeatable ? fmt::format("after the `{}` clauses", previous->phrase)
                                                       : fmt::format("after `{}`", previous->phrase);
      ++reported_;
      ReportMissingClause(sink_, At(tokens_[PlaceFor(clause, section)]), clause.phrase, where);
    }
  }

  // The first token of the clause that stands where `clause` should, or the end of the section.
  std::size_t PlaceFor(const Clause& clause, const Section& section) const {
    std::size_t place = at_;
    for (const auto& [other, begin] : section.seen) {
      if (other->rank > clause.rank) place = std::min(place, begin);
    }
    return std::min(place, tokens_.size() - 1);
  }

  bool IsRequired(const Clause& clause, const Section& section) const {
    if (section.set != ClauseSet::kWrite || clause.required) return clause.required;
    TokenKind operation = K_UPDATE;
    for (const auto& [other, begin] : section.seen) {
      if (other->first == K_OPERATION && begin + 1 < tokens_.size()) operation = tokens_[begin + 1].kind;
    }
    return (clause.first == K_LOOKUP && operation != K_INSERT) || (clause.first == K_COLUMNS && operation != K_DELETE);
  }

  // ---- what is not a clause ----

  // The clause meant by the words at hand, when that can be told; its keywords are then put in
  // place. Otherwise null, with the mistake reported and one token passed.
  const Clause* Unknown(Section& section, std::size_t clause_begin) {
    if (const Clause* swallowed = Swallowed(section)) return swallowed;
    const int before = reported_;
    if (const Clause* half = HalfNamed(section)) return half;
    if (reported_ != before) return nullptr;
    if (const Clause* misspelt = Misspelt(section)) return misspelt;
    section.confused = true;
    const Token& token = tokens_[at_];
    std::vector<TokenKind> expected = KindsOf(strategy_->Continuation(&parser_, at_));
    if (const ClauseSet* home = HomeOf(section, at_)) {
      const Clause* clause = FindClause(*home, tokens_, at_);
      Report(Kind::kUnknownClause, Between(at_, at_ + (clause->second == kEnd ? 0 : 1)),
             fmt::format("`{}` is not a clause of `{}`", clause->phrase, OwnerOf(section.set)))
          .WithHelp(fmt::format("it belongs to `{}`", OwnerOf(*home)));
    } else if (IsWord(token.kind) && StartsLine(at_) && !LooksLikeItem(token, expected)) {
      const std::string_view owner = OwnerOf(section.set);
      Report(Kind::kUnknownClause, token, fmt::format("unknown clause `{}` in `{}`", TextOf(text_, token), owner))
          .WithHelp(ClauseHelp(section));
    } else {
      ReportMismatch(clause_begin, expected);
    }
    ++at_;
    return nullptr;
  }

  // A list could go on, and the word is written like a name and not like a keyword: the comma is
  // missing.
  bool LooksLikeItem(const Token& token, const std::vector<TokenKind>& expected) const {
    const std::string_view word = TextOf(text_, token);
    const bool has_lower = std::any_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    return has_lower && std::find(expected.begin(), expected.end(), kComma) != expected.end();
  }

  // A clause keyword that the clause before took for its missing name: ROOT t AS LOOKUP ...
  const Clause* Swallowed(Section& section) {
    const Clause* clause = at_ > 0 ? FindClause(section.set, tokens_, at_ - 1) : nullptr;
    if (clause == nullptr || section.seen.contains(clause)) return nullptr;
    if (!clause->required && !StartsLine(at_ - 1)) return nullptr;
    --at_;
    Report(Kind::kSyntaxError, tokens_[at_], fmt::format("expected a name before `{}`", clause->phrase));
    return clause;
  }

  // The first word is right and the second is not: OUTPUT SLOT.
  const Clause* HalfNamed(Section& section) {
    std::vector<const Clause*> candidates;
    std::vector<std::string_view> seconds;
    for (const Clause& clause : ClausesOf(section.set)) {
      if (clause.first != tokens_[at_].kind) continue;
      candidates.push_back(&clause);
      seconds.push_back(KeywordText(clause.second));
    }
    if (candidates.empty() || at_ + 1 >= tokens_.size()) return nullptr;
    const Token& found = tokens_[at_ + 1];
    const auto near = IsWord(found.kind) ? NearestName(TextOf(text_, found), seconds) : std::nullopt;
    const std::string_view first = KeywordText(tokens_[at_].kind);
    diag::Finding& finding = Report(
        Kind::kSyntaxError, found,
        fmt::format("expected {} after `{}`, found {}", QuotedList(seconds), first, DescribeFound(text_, found)));
    if (near) Suggest(finding, At(found), *near);
    const Clause* meant = candidates.front();
    for (const Clause* clause : candidates) {
      if (near && KeywordText(clause->second) == *near) meant = clause;
    }
    if (!near) {  // only the keyword is known: the rest of the clause is passed over
      if (candidates.size() > 1) section.confused = true;
      section.seen.emplace(meant, at_);
      ++at_;
      return nullptr;
    }
    Replace(at_ + 1, meant->second);
    return meant;
  }

  const Clause* Misspelt(Section& section) {
    if (!IsWord(tokens_[at_].kind)) return nullptr;
    std::vector<std::string_view> firsts;
    for (const Clause& clause : ClausesOf(section.set)) {
      if (!section.seen.contains(&clause) || clause.repeatable) firsts.push_back(KeywordText(clause.first));
    }
    const auto near = NearestName(TextOf(text_, tokens_[at_]), firsts);
    if (!near) return nullptr;
    const TokenKind kind = KeywordKind(*near);
    const Clause* meant = nullptr;
    for (const Clause& clause : ClausesOf(section.set)) {
      if (clause.first != kind) continue;
      if (meant == nullptr || (at_ + 1 < tokens_.size() && clause.second == tokens_[at_ + 1].kind)) meant = &clause;
    }
    const bool two_words = meant->second != kEnd && at_ + 1 < tokens_.size() && IsWord(tokens_[at_ + 1].kind);
    const Span span = Between(at_, at_ + (two_words ? 1 : 0));
    const std::string_view written = text_.substr(span.begin, span.end - span.begin);
    const std::string phrase = meant->second == kEnd
                                   ? std::string(KeywordText(meant->first))
                                   : fmt::format("{} {}", KeywordText(meant->first), KeywordText(meant->second));
    Suggest(Report(Kind::kUnknownClause, span, fmt::format("unknown clause `{}`", written)), span, phrase);
    Replace(at_, meant->first);
    if (two_words) Replace(at_ + 1, meant->second);
    return meant;
  }

  // Reads the token as the keyword that was meant.
  void Replace(std::size_t index, TokenKind kind) {
    tokens_[index].kind = kind;
    stream_.Load(tokens_);
  }

  // Another kind of statement that has the clause at `index`.
  const ClauseSet* HomeOf(const Section& section, std::size_t index) const {
    static constexpr ClauseSet kAll[] = {ClauseSet::kWorkflow, ClauseSet::kContext, ClauseSet::kCapability,
                                         ClauseSet::kPlan,     ClauseSet::kWrite,   ClauseSet::kCreatePolicy};
    for (const ClauseSet& set : kAll) {
      if (set != section.set && BeginsClause(set, index)) return &set;
    }
    return nullptr;
  }

  bool StartsLine(std::size_t index) const {
    if (index == 0) return true;
    const Token& before = tokens_[index - 1];
    return text_.substr(before.end, tokens_[index].begin - before.end).find('\n') != std::string_view::npos;
  }

  std::string ClauseHelp(const Section& section) const {
    std::vector<std::string_view> open;
    for (const Clause& clause : ClausesOf(section.set)) {
      if (clause.rank >= section.rank && (clause.repeatable || !section.seen.contains(&clause))) {
        open.push_back(clause.phrase);
      }
    }
    if (open.empty()) return "end the statement with `;`";
    return fmt::format("here may stand {}", QuotedList(open));
  }

  // ---- generated forms of the hosted product ----

  bool IsExternal() const {
    const auto word = [&](std::size_t index, std::string_view expected) {
      return index < tokens_.size() && SameWord(TextOf(text_, tokens_[index]), expected);
    };
    if (word(at_, "RETURN") && word(at_ + 1, "ANSWER")) return true;
    if (!word(at_ + 1, "EXTERNAL")) return false;
    const TokenKind third = at_ + 2 < tokens_.size() ? tokens_[at_ + 2].kind : kEnd;
    return word(at_, "JOIN") || (word(at_, "ROOT") && third != K_AS && third != kDot);
  }

  void ReportExternal(Section& section) {
    const Span span = Between(at_, at_ + 1);
    section.confused = true;
    const bool answer = SameWord(TextOf(text_, tokens_[at_]), "RETURN");
    Report(Kind::kExternalClause, span,
           fmt::format("`{}` is not part of this language", text_.substr(span.begin, span.end - span.begin)))
        .WithHelp(answer ? "say what is returned with `RETURNS JSON`, and what is read with `OUTPUT SLOTS`"
                         : "write `ROOT table AS alias` or `INCLUDE table AS alias ON ...`, and bind the "
                           "table to its "
                           "source under `tables` in synapsor.json");
    at_ += 2;
  }

  std::string_view text_;
  FileId file_;
  std::vector<Token> tokens_;
  diag::Sink& sink_;
  StatementStream stream_;
  Grammar parser_;
  std::shared_ptr<StopAndExplain> strategy_;
  ClauseSet set_ = ClauseSet::kWorkflow;  // that is gone through
  std::size_t at_ = 0;
  int reported_ = 0;
};

}  // namespace

void Explain(std::string_view text, FileId file, const Statement& statement, diag::Sink& sink) {
  // The runtime fills in what may follow a state on first use.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  Explainer(text, file, statement, sink).Run(statement.kind);
}

}  // namespace synapsor::syntax
