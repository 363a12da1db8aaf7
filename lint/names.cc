// Style of names: lower_snake_case, and tool names that clients accept.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "lint/rules.h"

namespace synapsor::lint {
namespace {

constexpr std::size_t kLongestToolName = 64;  // characters that all known clients accept

bool IsSnakeCase(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](char c) { return std::isupper(static_cast<unsigned char>(c)); });
}

std::string ToSnakeCase(std::string_view name) {
  std::string snake;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (std::isupper(c) && i > 0 && name[i - 1] != '_' && name[i - 1] != '.' &&
        !std::isupper(static_cast<unsigned char>(name[i - 1])))
      snake.push_back('_');
    snake.push_back(static_cast<char>(std::tolower(c)));
  }
  return snake;
}

template <typename Entity>
void LintName(diag::Sink& sink, const Entity& entity, std::string_view name, Span span) {
  if (IsSnakeCase(name)) return;
  Report(sink, entity, Kind::kNameStyle, span, fmt::format("`{}` is not in lower_snake_case", name))
      .WithHelp(fmt::format("write `{}`", ToSnakeCase(name)));
}

}  // namespace

void LintNames(const ir::Program& program, diag::Sink& sink) {
  for (const ir::Workflow& workflow : program.workflows)
    LintName(sink, workflow, workflow.name, workflow.syntax->name.span);
  for (const ir::Context& context : program.contexts) {
    LintName(sink, context, context.name, context.syntax->name.span);
    for (const ir::Slot& slot : context.slots) LintName(sink, context, slot.name, slot.span);
  }
  for (const ir::Policy& policy : program.policies) LintName(sink, policy, policy.name, policy.syntax->name.span);
  for (const ir::Capability& capability : program.capabilities) {
    LintName(sink, capability, capability.name, capability.syntax->name.span);
    for (const ir::Arg& arg : capability.args) LintName(sink, capability, arg.name, arg.syntax->name.span);
    if (capability.name.size() <= kLongestToolName) continue;
    Report(sink, capability, Kind::kLongToolName, capability.syntax->name.span,
           fmt::format("the tool name has {} characters, and some clients accept {}", capability.name.size(),
                       kLongestToolName))
        .WithHelp("shorten the name or its namespace");
  }
}

}  // namespace synapsor::lint
