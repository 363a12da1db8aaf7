#include "compiler/diag/finding.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>

namespace synapsor::diag {
namespace {

constexpr auto kError = Severity::kError;
constexpr auto kWarning = Severity::kWarning;
constexpr auto kSoundness = Class::kSoundness;
constexpr auto kAdvice = Class::kAdvice;

// "SYN" and three digits, built at compile time.
template <int kNumber>
struct Code {
  static constexpr char kText[] = {'S', 'Y', 'N', '0' + kNumber / 100, '0' + kNumber / 10 % 10, '0' + kNumber % 10};
};

constexpr auto kKinds = std::to_array<KindInfo>({
#define SYN_KIND(name, number, slug, severity, class) \
  {Kind::k##name, number, #name, std::string_view(Code<number>::kText, 6), slug, k##severity, k##class},
#include "compiler/diag/kinds.def"
});

static_assert(std::is_sorted(kKinds.begin(), kKinds.end(),
                             [](const KindInfo& a, const KindInfo& b) { return a.number < b.number; }),
              "rows of kinds.def stand in ascending order of their numbers");
static_assert(kAdvice != kSoundness && kWarning != kError);

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::toupper(static_cast<unsigned char>(x)) == std::toupper(static_cast<unsigned char>(y));
  });
}

auto SortKey(const Finding& f) { return std::tie(f.span.file.index, f.span.begin, f.span.end, f.kind, f.message); }

}  // namespace

const KindInfo& Info(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::span<const KindInfo> AllKinds() { return kKinds; }

const KindInfo* FindKind(std::string_view text) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const KindInfo& info) {
    return EqualsIgnoringCase(info.code, text) || info.slug == text;
  });
  return found == kKinds.end() ? nullptr : &*found;
}

Finding& Sink::Report(Kind kind, Span span, std::string message) {
  Finding& finding = findings_.emplace_back();
  finding.kind = kind;
  finding.severity = Info(kind).severity;
  finding.span = span;
  finding.message = std::move(message);
  finding.context = context_;
  return finding;
}

void Sink::Take(Sink&& other) {
  std::move(other.findings_.begin(), other.findings_.end(), std::back_inserter(findings_));
  other.findings_.clear();
}

void Sink::Sort() {
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const Finding& a, const Finding& b) { return SortKey(a) < SortKey(b); });
  const auto last = std::unique(findings_.begin(), findings_.end(),
                                [](const Finding& a, const Finding& b) { return SortKey(a) == SortKey(b); });
  findings_.erase(last, findings_.end());
}

int Sink::Count(Severity severity) const {
  return static_cast<int>(
      std::count_if(findings_.begin(), findings_.end(), [&](const Finding& f) { return f.severity == severity; }));
}

}  // namespace synapsor::diag
