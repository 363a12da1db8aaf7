// The remaining clauses of a contract: bare words, RETURNS JSON and FIELD ALIASES, lists, sources, joins.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {
namespace {

struct ReturnsShape {
  std::string problem;                  // empty: a valid object schema
  std::vector<std::string> properties;  // of the object
};

ReturnsShape ParseReturns(std::string_view text) {
  ReturnsShape shape;
  const nlohmann::json schema = nlohmann::json::parse(text, nullptr, false);
  if (schema.is_discarded()) {
    shape.problem = "is not valid JSON";
  } else if (!schema.is_object()) {
    shape.problem = "is not a JSON Schema: an object is expected";
  } else if (const auto type = schema.find("type"); type == schema.end() || *type != "object") {
    shape.problem = "does not describe an object";
  } else if (const auto properties = schema.find("properties"); properties != schema.end()) {
    if (!properties->is_object()) shape.problem = "has `properties` that are no object";
    for (const auto& [name, value] : properties->items()) shape.properties.push_back(name);
  }
  return shape;
}

bool HasSlot(const ir::Context* context, std::string_view name) {
  return context != nullptr && std::any_of(context->slots.begin(), context->slots.end(),
                                           [&](const ir::Slot& slot) { return ir::SameName(slot.name, name); });
}

// A property or alias that is named like a value of the session, unless a slot of that name gives it.
void CheckReturnedName(CheckContext& cx, const ir::Capability& capability, std::string_view name, Span span,
                       std::string_view clause) {
  const auto binding = std::find_if(capability.bindings.begin(), capability.bindings.end(), [&](const ir::Binding& b) {
    return ir::SameName(b.name, name) || ir::SameName(b.session_key, name);
  });
  if (binding == capability.bindings.end() || IsObjectId(cx, binding->session_key) ||
      HasSlot(ContextOf(cx, capability), name))
    return;
  Report(cx.sink, capability, Kind::kTrustedValueReturned, span,
         fmt::format("{} names `{}`, a value of the session", clause, name))
      .WithPhrase("it would be shown to the model")
      .WithLabel(binding->span, "bound here")
      .WithHelp("remove it: trusted values stay between the session and the database");
}

void CheckWord(CheckContext& cx, const ir::Capability& capability, const ast::Name& word, std::string_view clause,
               std::string_view known) {
  if (!word.present() || ir::SameName(word.text, known)) return;
  Report(cx.sink, capability, Kind::kUnknownSetting, word.span, fmt::format("`{}` is no {}", word.text, clause))
      .WithHelp(fmt::format("write `{}`", known));
}

template <typename Entity, typename Name, typename Text>
void CheckRepeats(CheckContext& cx, const Entity& entity, const std::vector<Name>& names, std::string_view clause,
                  Text text) {
  std::unordered_map<std::string_view, Span> seen;
  for (const Name& name : names) {
    const auto [first, is_new] = seen.emplace(text(name), name.span);
    if (is_new) continue;
    Report(cx.sink, entity, Kind::kRepeatedListEntry, name.span,
           fmt::format("`{}` is listed twice in {}", text(name), clause))
        .WithLabel(first->second, "first listed here")
        .WithHelp("remove one of them");
  }
}

}  // namespace

void CheckSettings(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    CheckWord(cx, capability, capability.syntax->profile, "response profile", "MINIMAL");
    CheckWord(cx, capability, capability.syntax->inline_evidence, "mode of INLINE EVIDENCE", "handles_only");
  }
}

void CheckReturnsJson(CheckContext& cx) {
  std::unordered_map<std::string_view, ReturnsShape> shapes;  // many capabilities share one text
  for (const ir::Capability& capability : cx.program.capabilities) {
    const ast::String& text = capability.syntax->returns_json;
    if (!text.present()) continue;
    auto found = shapes.find(text.value);
    if (found == shapes.end()) found = shapes.emplace(text.value, ParseReturns(text.value)).first;
    const ReturnsShape& shape = found->second;
    if (!shape.problem.empty()) {
      Report(cx.sink, capability, Kind::kInvalidReturnsJson, text.span, fmt::format("RETURNS JSON {}", shape.problem))
          .WithHelp("write a JSON Schema such as '{\"type\":\"object\",\"properties\":{\"proposal\":{}}}'");
      continue;
    }
    for (const std::string& property : shape.properties)
      CheckReturnedName(cx, capability, property, text.span, "RETURNS JSON");
    for (const ast::FieldAlias& alias : capability.syntax->aliases) {
      CheckReturnedName(cx, capability, alias.field.text, alias.field.span, "FIELD ALIASES");
      if (std::find(shape.properties.begin(), shape.properties.end(), alias.field.text) != shape.properties.end())
        continue;
      std::vector<std::string_view> names(shape.properties.begin(), shape.properties.end());
      Report(cx.sink, capability, Kind::kUnknownAliasedField, alias.field.span,
             fmt::format("RETURNS JSON has no field `{}` to rename", alias.field.text))
          .WithLabel(text.span, "the fields are declared here")
          .WithHelp(ir::DidYouMean(alias.field.text, names, "remove the alias, or declare the field"));
    }
  }
}

void CheckListEntries(CheckContext& cx) {
  for (const ir::Workflow& workflow : cx.program.workflows) {
    CheckRepeats(cx, workflow, workflow.syntax->session_require, "SESSION REQUIRE",
                 [](const ast::Name& n) { return n.text; });
    CheckRepeats(cx, workflow, workflow.syntax->allowed_capabilities, "ALLOWED CAPABILITIES",
                 [](const ast::QualifiedName& n) { return n.full; });
    CheckRepeats(cx, workflow, workflow.syntax->allowed_external_actions, "ALLOWED EXTERNAL ACTIONS",
                 [](const ast::QualifiedName& n) { return n.full; });
  }
}

void CheckSources(CheckContext& cx) {
  const auto check = [&](const auto& entity, const std::vector<ir::TableUse>& tables) {
    for (std::size_t i = 1; i < tables.size(); ++i) {
      if (tables[0].poisoned || tables[i].poisoned || tables[0].resolved.source == tables[i].resolved.source) continue;
      Report(cx.sink, entity, Kind::kTablesOfTwoSources, tables[i].syntax.span,
             fmt::format("`{}` lies in source `{}`, and `{}` in `{}`", tables[i].syntax.table.text,
                         tables[i].resolved.source->name, tables[0].syntax.table.text, tables[0].resolved.source->name))
          .WithLabel(tables[0].syntax.span, "read from another database")
          .WithHelp("one statement reads one database: use a context for each source");
    }
  };
  for (const ir::Context& context : cx.program.contexts) check(context, context.tables);
  for (const ir::Capability& capability : cx.program.capabilities)
    if (capability.plan) check(capability, capability.plan->tables);
}

void CheckIncludes(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    for (const ir::Include& include : context.includes) {
      if (include.left.table < 0 || include.right.table < 0 ||
          context.tables[static_cast<std::size_t>(include.table)].poisoned)
        continue;
      const bool left = include.left.table == include.table, right = include.right.table == include.table;
      const int other = left ? include.right.table : include.left.table;
      if (left != right && other < include.table) continue;
      Report(cx.sink, context, Kind::kIncludeNotJoined, Join(include.syntax->left.span, include.syntax->right.span),
             left == right ? fmt::format("this does not join `{}` to the tables before it", include.syntax->alias.text)
                           : fmt::format("this joins `{}` to a table that comes after it", include.syntax->alias.text))
          .WithHelp("compare a column of the included table with one of ROOT or of an INCLUDE before it");
    }
  }
}

}  // namespace synapsor::check
