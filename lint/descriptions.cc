// Descriptions are all that a model knows of a tool.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "lint/rules.h"

namespace synapsor::lint {
namespace {

constexpr std::size_t kShortest = 15, kLongest = 1024;  // characters

// Phrases by which a description gives orders to the model instead of saying what the tool does.
constexpr auto kOrders =
    std::to_array<std::string_view>({"ignore previous", "ignore all", "disregard", "you must always", "do not tell",
                                     "without asking", "system prompt", "<system", "ignore the instructions"});

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return lower;
}

std::size_t Words(std::string_view text) {
  std::size_t words = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != ' ' && (i == 0 || text[i - 1] == ' ')) ++words;
  return words;
}

template <typename Entity>
void LintOrders(diag::Sink& sink, const Entity& entity, const ast::String& text) {
  if (!text.present()) return;
  const std::string lower = Lower(text.value);
  const auto found = std::find_if(kOrders.begin(), kOrders.end(),
                                  [&](std::string_view order) { return lower.find(order) != std::string::npos; });
  if (found == kOrders.end()) return;
  Report(sink, entity, Kind::kInjectedInstructions, text.span,
         fmt::format("this description gives the model orders (`{}`)", *found))
      .WithHelp("say what the tool does and what its arguments mean; what must hold belongs into the contract");
}

}  // namespace

void LintDescriptions(const ir::Program& program, diag::Sink& sink) {
  for (const ir::Capability& capability : program.capabilities) {
    const ast::String& text = capability.syntax->description;
    const auto report = [&](std::string message) {
      Report(sink, capability, Kind::kWeakDescription, text.present() ? text.span : capability.syntax->name.span,
             std::move(message))
          .WithHelp("say what the tool does, on which object, and what becomes of a proposal");
    };
    if (text.value.empty()) {
      report("the description is empty");
    } else if (text.value.size() < kShortest || Words(text.value) < 3) {
      report("the description is too short to choose a tool by");
    } else if (text.value.size() > kLongest) {
      report(fmt::format("the description has {} bytes, which every request carries", text.value.size()));
    }
    LintOrders(sink, capability, text);
    for (const ir::Arg& arg : capability.args) LintOrders(sink, capability, arg.syntax->description);
  }
}

}  // namespace synapsor::lint
