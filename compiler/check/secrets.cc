// Secrets in a contract: contracts are reviewed, committed and shown to models. The text found is never repeated.
#include <algorithm>
#include <array>
#include <cctype>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {
namespace {

struct TokenForm {
  std::string_view prefix;
  std::size_t tail;  // characters of [A-Za-z0-9_-] that must follow
  std::string_view what;
};

constexpr auto kTokenForms = std::to_array<TokenForm>({
    {"AKIA", 16, "an access key"},
    {"ASIA", 16, "an access key"},
    {"ghp_", 30, "a personal access token"},
    {"gho_", 30, "an access token"},
    {"github_pat_", 30, "a personal access token"},
    {"glpat-", 18, "an access token"},
    {"xoxb-", 20, "a bot token"},
    {"xoxp-", 20, "a user token"},
    {"sk_live_", 16, "a secret key"},
    {"rk_live_", 16, "a restricted key"},
    {"sk-", 32, "a secret key"},
    {"eyJhbGciOi", 30, "a signed token"},
    {"-----BEGIN ", 0, "a private key or certificate"},
});

bool IsTokenCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }

// `scheme://user:secret@host`.
bool HasUrlWithPassword(std::string_view text) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at + 3)) {
    const std::string_view rest = text.substr(at + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/ ?#'\""));
    const std::size_t sign = authority.find('@');
    if (sign == std::string_view::npos) continue;
    const std::size_t colon = authority.substr(0, sign).find(':');
    if (colon != std::string_view::npos && colon + 1 < sign) return true;
  }
  return false;
}

// What the text looks like, or nothing.
std::string_view FindSecret(std::string_view text) {
  if (text.size() < 12) return {};
  if (HasUrlWithPassword(text)) return "a URL with a password";
  for (const TokenForm& form : kTokenForms) {
    const std::size_t at = text.find(form.prefix);
    if (at == std::string_view::npos || (at > 0 && IsTokenCharacter(text[at - 1]))) continue;
    const std::string_view tail = text.substr(at + form.prefix.size());
    const auto length =
        static_cast<std::size_t>(std::find_if_not(tail.begin(), tail.end(), IsTokenCharacter) - tail.begin());
    if (length >= form.tail) return form.what;
  }
  return {};
}

}  // namespace

void CheckSecrets(CheckContext& cx) {
  const auto check = [&](const auto& entity, std::string_view text, Span span) {
    const std::string_view what = FindSecret(text);
    if (what.empty()) return;
    Report(cx.sink, entity, Kind::kSecretInContract, span, "this text looks like " + std::string(what))
        .WithHelp("remove it, treat it as leaked, and give secrets as `env:NAME` in the configuration");
  };
  for (const ir::Workflow& workflow : cx.program.workflows)
    check(workflow, workflow.syntax->description.value, workflow.syntax->description.span);
  for (const ir::Capability& capability : cx.program.capabilities) {
    const ast::Capability& syntax = *capability.syntax;
    check(capability, syntax.description.value, syntax.description.span);
    check(capability, syntax.returns_json.value, syntax.returns_json.span);
    for (const ast::Arg& arg : syntax.args) check(capability, arg.description.value, arg.description.span);
    if (!syntax.write) continue;
    check(capability, syntax.write->summary.value, syntax.write->summary.span);
    for (const ast::WriteColumn& column : syntax.write->columns)
      check(capability, column.source.literal.text, column.source.literal.span);
  }
}

}  // namespace synapsor::check
