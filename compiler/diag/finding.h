// What is wrong in the user's text, as a value: code, places, words and mend. Decides the shape of a finding;
// how one looks (render_*.h) and whether it is shown (suppression.h) is decided elsewhere.
//
// Rules for messages: lower-case start, no full stop, one line; say what was found, not what is allowed; names
// from the user's text in backticks; never a value from a row or a secret. The remedy goes into help, facts from
// other places into labels and notes.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/source.h"

namespace synapsor::diag {

enum class Severity { kError, kWarning };

// Soundness findings that are errors can never be suppressed.
enum class Class { kSoundness, kAdvice };

enum class Kind : std::uint16_t {
#define SYN_KIND(name, number, slug, severity, class) k##name,
#include "compiler/diag/kinds.def"
};

struct KindInfo {
  Kind kind;
  int number;             // 401
  std::string_view name;  // "UnknownColumn"
  std::string_view code;  // "SYN401"
  std::string_view slug;  // "unknown-column"
  Severity severity;
  Class finding_class;
};

const KindInfo& Info(Kind kind);
std::span<const KindInfo> AllKinds();             // ascending by number
const KindInfo* FindKind(std::string_view text);  // by code (any case) or slug; null if there is none

// A further place with a phrase, shown under or beside the primary one.
struct Label {
  Span span;
  std::string text;
};

// One replacement; edits of a fix do not overlap.
struct Edit {
  Span span;
  std::string replacement;
};

// A mend. `safe` may be applied by `--fix`: it keeps or narrows authority. Others are only shown.
struct Fix {
  std::string title;
  std::vector<Edit> edits;
  bool safe = false;
};

// Where a column or table is declared, when that place is in a schema and not in a DDL file.
struct SchemaNote {
  std::string where;  // "schema.sql: public.invoices.tenant_id"
  std::string text;   // "varchar, nullable"
};

struct Finding {
  Kind kind;
  Severity severity;  // Info(kind).severity
  Span span;          // primary place, None for a whole run
  std::string message;
  std::string label_text;  // phrase under the primary caret, or empty
  std::string context;     // "while checking capability `a.b`", or empty
  std::vector<Label> labels;
  std::vector<SchemaNote> schema_notes;
  std::vector<std::string> notes;
  std::string help;
  std::vector<Fix> fixes;

  // Chained by the reporting code: sink.Report(...).WithLabel(...).WithHelp(...).
  Finding& WithPhrase(std::string text) {
    label_text = std::move(text);
    return *this;
  }
  Finding& WithLabel(Span at, std::string text) {
    labels.push_back({at, std::move(text)});
    return *this;
  }
  Finding& WithSchema(std::string where, std::string text) {
    schema_notes.push_back({std::move(where), std::move(text)});
    return *this;
  }
  Finding& WithNote(std::string text) {
    notes.push_back(std::move(text));
    return *this;
  }
  Finding& WithHelp(std::string text) {
    help = std::move(text);
    return *this;
  }
  Finding& WithFix(Fix fix) {
    fixes.push_back(std::move(fix));
    return *this;
  }
};

// Collects findings. Not thread-safe: one a thread, merged with Take.
class Sink {
 public:
  // The reference is valid until the sink is destroyed or sorted.
  Finding& Report(Kind kind, Span span, std::string message);

  // While alive, findings reported carry this context.
  class ContextScope {
   public:
    ContextScope(Sink& sink, std::string context) : sink_(sink), outer_(std::move(sink.context_)) {
      sink_.context_ = std::move(context);
    }
    ~ContextScope() { sink_.context_ = std::move(outer_); }
    ContextScope(const ContextScope&) = delete;
    ContextScope& operator=(const ContextScope&) = delete;

   private:
    Sink& sink_;
    std::string outer_;
  };

  void Take(Sink&& other);
  // Stable order: by file, place, code, message; exact repeats are dropped.
  void Sort();
  const std::deque<Finding>& findings() const { return findings_; }
  std::deque<Finding>& findings() { return findings_; }
  int Count(Severity severity) const;
  bool has_errors() const { return Count(Severity::kError) > 0; }

 private:
  std::deque<Finding> findings_;
  std::string context_;
};

}  // namespace synapsor::diag
