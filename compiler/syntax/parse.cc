#include "compiler/syntax/parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/edit_distance.h"
#include "compiler/syntax/antlr_parser.h"
#include "compiler/syntax/comments.h"
#include "compiler/syntax/encoding.h"
#include "compiler/syntax/mistakes.h"
#include "compiler/syntax/statement.h"
#include "compiler/syntax/words.h"

namespace synapsor::syntax {
namespace {

using diag::Kind;

// Beyond these a file is something else than agent DDL, and more findings help nobody.
constexpr int kMostBroken = 500;
constexpr int kMostSkippedTold = 100;

class FileParser {
 public:
  FileParser(std::string_view text, ast::File& file, diag::Sink& sink)
      : text_(text), file_(file), sink_(sink), reader_(text, &comments_), grammar_(text, file, own_) {}

  void Run() {
    Statement statement;
    while (reader_.Next(statement)) {
      places_.push_back(At(statement.begin, statement.end));
      NoteLongString(statement);
      if (Take(statement)) continue;
      NoteBroken(statement);
      if (++broken_ < kMostBroken) continue;
      own_.Report(Kind::kTooLong, At(statement.begin, statement.content_end),
                  fmt::format("{} statements have mistakes; the rest of the file was not read", broken_));
      break;
    }
    if (skipped_ > kMostSkippedTold) {
      last_skipped_->WithNote(fmt::format("{} more statements were skipped", skipped_ - kMostSkippedTold));
    }
    ReadComments(text_, comments_, places_, file_, own_);
    if (open_text_) DropAfterOpenText();
    sink_.Take(std::move(own_));
  }

 private:
  Span At(std::uint32_t begin, std::uint32_t end) const { return {file_.file, begin, end}; }

  // False when the statement is left out.
  bool Take(const Statement& statement) {
    if (statement.mistake.kind != kEnd) {
      ReportMistake(statement);
      return false;
    }
    switch (statement.kind) {
      case StatementKind::kForeign: return TakeForeign(statement);
      case StatementKind::kLifecycle: return RefuseLifecycle(statement);
      case StatementKind::kUnknown: return RefuseUnknown(statement);
      default: break;
    }
    if (statement.too_long) {
      own_.Report(Kind::kTooLong, At(statement.begin, statement.begin + 1),
                  fmt::format("this statement has more than {} words", kMostTokens))
          .WithHelp("write several statements, or look for a missing `;`");
      return false;
    }
    if (statement.terminated) {
      const std::size_t before = own_.findings().size();
      if (grammar_.Parse(statement)) return true;
      PointAtLongString(before);
      return false;
    }
    // Without its end it is only read for its mistakes.
    ReportMissingSemicolon(statement);
    ast::File scratch;
    scratch.file = file_.file;
    GrammarParser(text_, scratch, own_).Parse(statement);
    return false;
  }

  bool TakeForeign(const Statement& statement) {
    if (statement.followed) {
      ReportMissingSemicolon(statement);
      return false;
    }
    const std::string_view head = HeadOf(text_, statement);
    file_.foreign.push_back({head, At(statement.begin, statement.end)});
    if (++skipped_ > kMostSkippedTold) return true;
    last_skipped_ =
        &own_.Report(Kind::kSkippedSql, At(statement.begin, statement.begin + static_cast<std::uint32_t>(head.size())),
                     fmt::format("`{}` is ordinary SQL and was skipped", head))
             .WithHelp(
                 "keep schema statements in a file of their own, and name it as the source's "
                 "`schema` in synapsor.json");
    return true;
  }

  bool RefuseLifecycle(const Statement& statement) {
    const std::string_view head = HeadOf(text_, statement);
    own_.Report(Kind::kLifecycleStatement,
                At(statement.begin, statement.begin + static_cast<std::uint32_t>(head.size())),
                fmt::format("`{}` acts on a running system and is not compiled", head))
        .WithHelp(
            "keep CREATE AGENT and CREATE SETTLEMENT POLICY statements here; sessions, calls, "
            "proposals and "
            "replay belong to `synapsor-runner`");
    return false;
  }

  bool RefuseUnknown(const Statement& statement) {
    const auto& tokens = statement.tokens;
    const std::size_t shown = std::min<std::size_t>(tokens.size(), tokens[0].kind == K_CREATE ? 3 : 1);
    const Span span = At(tokens[0].begin, tokens[shown - 1].end);
    diag::Finding& finding =
        own_.Report(Kind::kUnknownStatement, span, fmt::format("unknown statement `{}`", Slice(span)));
    if (tokens[0].kind == K_CREATE && tokens.size() > 1 && tokens[1].kind == K_CAPABILITY) {
      finding.WithHelp("write `CREATE AGENT CAPABILITY`; the `CREATE CAPABILITY ... END` dialect is not read");
      return false;
    }
    if (const auto meant = Meant(tokens)) {
      finding.WithHelp(fmt::format("did you mean `{}`?", *meant));
      const std::size_t words = static_cast<std::size_t>(std::count(meant->begin(), meant->end(), ' ')) + 1;
      if (words <= tokens.size()) {
        const Span written = At(tokens[0].begin, tokens[words - 1].end);
        finding.WithFix({fmt::format("write `{}`", *meant), {{written, *meant}}, false});
      }
      return false;
    }
    finding.WithHelp(
        "a statement is CREATE AGENT WORKFLOW, CONTEXT or CAPABILITY, CREATE SETTLEMENT POLICY or "
        "ALTER SETTLEMENT POLICY");
    return false;
  }

  // The statement whose first words are nearest to those written.
  std::optional<std::string> Meant(const std::vector<Token>& tokens) const {
    static constexpr std::string_view kHeads[] = {"CREATE AGENT WORKFLOW", "CREATE AGENT CONTEXT",
                                                  "CREATE AGENT CAPABILITY", "CREATE SETTLEMENT POLICY",
                                                  "ALTER SETTLEMENT POLICY"};
    std::string written;
    for (std::size_t i = 0; i < std::min<std::size_t>(tokens.size(), 3); ++i) {
      if (!IsWord(tokens[i].kind)) break;
      if (i > 0) written += ' ';
      written += TextOf(text_, tokens[i]);
    }
    return NearestName(written, kHeads);
  }

  void ReportMissingSemicolon(const Statement& statement) {
    const Span place = At(statement.content_end, statement.content_end);
    own_.Report(Kind::kMissingSemicolon, place,
                statement.followed ? "expected `;` before the next statement" : "expected `;` at the end of the file")
        .WithHelp("end the statement with `;`")
        .WithFix({"insert `;`", {{place, ";"}}, true});
  }

  void ReportMistake(const Statement& statement) {
    const Token& token = statement.mistake;
    const Span span = At(token.begin, token.end);
    switch (token.kind) {
      case kUnterminatedString:
        open_text_ = true;
        if (long_string_.kind == kEnd) long_string_ = token;
        return;
      case kUnterminatedIdent:
        own_.Report(Kind::kUnterminatedText, span, "this quoted name is not closed on its line")
            .WithHelp(fmt::format("close it with `{}`", text_[token.begin]));
        return;
      case kUnterminatedComment:
        own_.Report(Kind::kUnterminatedComment, At(token.begin, token.begin + 2), "this comment is not closed")
            .WithHelp("close it with `*/`");
        return;
      case kBadNumber:
        own_.Report(Kind::kBadNumber, span, fmt::format("`{}` is neither a number nor a name", Slice(span)))
            .WithHelp(
                "a name that begins with a digit stands in double quotes; numbers have digits and "
                "one point");
        return;
      default:
        own_.Report(Kind::kBadCharacter, span, fmt::format("unexpected character `{}`", Slice(span)))
            .WithHelp("names with other characters than letters, digits and `_` stand in double quotes");
        return;
    }
  }

  // An odd quote shows only at the end of the file. The first text that runs over a line end is
  // where it most likely is; what was found behind it is a consequence.
  void DropAfterOpenText() {
    const std::uint32_t begin = long_string_.begin;
    auto& findings = own_.findings();
    std::erase_if(findings, [&](const diag::Finding& f) { return f.span.begin >= begin; });
    own_.Report(Kind::kUnterminatedText, At(begin, begin + 1), "this text is not closed")
        .WithHelp("close it with `'`; a quote inside a text is written twice");
  }

  // A missing quote makes the next text begin where it should end: what is found then is far from
  // the cause.
  void PointAtLongString(std::size_t first_finding) {
    diag::Finding& finding = own_.findings()[first_finding];
    if (long_string_.kind == kEnd || finding.span.begin <= long_string_.begin) return;
    finding.WithLabel(At(long_string_.begin, long_string_.begin + 1), "this text runs over several lines");
  }

  void NoteLongString(const Statement& statement) {
    if (long_string_.kind != kEnd) return;
    for (const Token& token : statement.tokens) {
      if (token.kind != kString || TextOf(text_, token).find('\n') == std::string_view::npos) continue;
      long_string_ = token;
      return;
    }
  }

  void NoteBroken(const Statement& statement) {
    if (!IsAgentDdl(statement.kind)) return;
    ast::BrokenStatement broken;
    broken.span = At(statement.begin, statement.end);
    broken.kind = statement.kind == StatementKind::kWorkflow     ? ast::StatementKind::kWorkflow
                  : statement.kind == StatementKind::kContext    ? ast::StatementKind::kContext
                  : statement.kind == StatementKind::kCapability ? ast::StatementKind::kCapability
                                                                 : ast::StatementKind::kSettlementPolicy;
    const auto& tokens = statement.tokens;
    if (tokens.size() > 3 && IsName(tokens[3].kind)) {
      const bool dotted = tokens.size() > 5 && tokens[4].kind == kDot && IsName(tokens[5].kind);
      broken.name = Slice(At(tokens[3].begin, tokens[dotted ? 5 : 3].end));
    }
    file_.broken.push_back(broken);
  }

  std::string_view Slice(Span span) const { return text_.substr(span.begin, span.end - span.begin); }

  std::string_view text_;
  ast::File& file_;
  diag::Sink& sink_;
  diag::Sink own_;
  std::vector<Token> comments_;
  std::vector<Span> places_;
  StatementReader reader_;
  GrammarParser grammar_;
  int broken_ = 0;
  int skipped_ = 0;
  diag::Finding* last_skipped_ = nullptr;
  Token long_string_;       // the first string with a line end in it
  bool open_text_ = false;  // the file ends inside a string
};

}  // namespace

ast::File ParseFile(const SourceStore& sources, FileId file_id, diag::Sink& sink) {
  ast::File file;
  file.file = file_id;
  const std::string_view text = sources.Get(file_id).text();
  if (CheckEncoding(text, file_id, sink)) FileParser(text, file, sink).Run();
  return file;
}

}  // namespace synapsor::syntax
