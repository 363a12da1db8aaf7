#include "runtime/interp/summary.h"

#include "runtime/base/text.h"

namespace synapsor::interp {
namespace {
constexpr std::size_t kMaxSummary = 500;
constexpr std::size_t kMaxValue = 120;
}  // namespace

Checked<std::string> RenderSummary(const CallPlan& plan, const CallValues& values) {
  std::string summary;
  std::size_t next_value = 0;
  for (const bundle::SummaryPart& part : plan.capability->summary) {
    if (!part.is_value) {
      summary += part.text;
      continue;
    }
    auto value = Resolve(plan.summary[next_value++], plan, values);
    if (!value) return tl::unexpected(std::move(value.error()));
    summary += value->is_null ? "(none)" : Visible(value->text, kMaxValue);
  }
  return Visible(summary, kMaxSummary);
}

}  // namespace synapsor::interp
