#include "runtime/bundle/read_parts.h"

namespace synapsor::bundle {
namespace {

std::vector<Binding> ReadBindings(CanonicalReader& in) {
  std::vector<Binding> bindings;
  in.Object([&](std::string_view name) {
    Binding binding{std::string(name), in.String()};
    bindings.push_back(std::move(binding));
    return true;
  });
  return bindings;
}

Arg ReadArg(CanonicalReader& in) {
  static constexpr Field<Arg> kFields[] = {
      {"description", [](CanonicalReader& r, Arg& v) { v.description = r.String(); }},
      {"max", [](CanonicalReader& r, Arg& v) { v.max = r.String(); }},
      {"max_length", [](CanonicalReader& r, Arg& v) { v.max_length = r.Integer(); }},
      {"min", [](CanonicalReader& r, Arg& v) { v.min = r.String(); }},
      {"name", [](CanonicalReader& r, Arg& v) { v.name = r.String(); }},
      {"one_of", [](CanonicalReader& r, Arg& v) { v.one_of = ReadTexts(r); }},
      {"precision", [](CanonicalReader& r, Arg& v) { v.precision = ReadInt(r); }},
      {"required", [](CanonicalReader& r, Arg& v) { v.required = r.Boolean(); }},
      {"scale", [](CanonicalReader& r, Arg& v) { v.scale = ReadInt(r); }},
      {"type", [](CanonicalReader& r, Arg& v) { v.type = ReadType(r); }},
  };
  return ReadFields(in, kFields);
}

TokenBudget ReadBudget(CanonicalReader& in) {
  using B = TokenBudget;
  static constexpr Field<B> kFields[] = {
      {"max_inline_evidence_items", [](CanonicalReader& r, B& v) { v.max_inline_evidence_items = ReadInt(r); }},
      {"max_output_tokens", [](CanonicalReader& r, B& v) { v.max_output_tokens = ReadInt(r); }},
      {"max_reason_count", [](CanonicalReader& r, B& v) { v.max_reason_count = ReadInt(r); }},
      {"prefer_handles", [](CanonicalReader& r, B& v) { v.prefer_handles = r.Boolean(); }},
  };
  return ReadFields(in, kFields);
}

SummaryPart ReadSummaryPart(CanonicalReader& in) {
  if (in.Peek() == '"') return {false, in.String(), {}};
  static constexpr Field<SummaryPart> kFields[] = {
      {"value", [](CanonicalReader& r, SummaryPart& v) { v.value = ReadValueRef(r), v.is_value = true; }},
  };
  return ReadFields(in, kFields);
}

// The definition as it stands, and the name in it.
void ReadTool(CanonicalReader& in, Capability& capability) {
  capability.tool = in.Raw();
  CanonicalReader tool(capability.tool);
  tool.Object([&](std::string_view key) {
    if (key == "name") {
      capability.tool_name = tool.String();
    } else {
      tool.Raw();
    }
    return true;
  });
  if (in.ok() && !tool.ok()) in.Fail("`tool` is not an object with a `name`");
}

struct QueryParts {
  QueryPlan plan;
  StatementReader statement;
};

QueryPlan ReadQuery(CanonicalReader& in) {
  QueryParts parts;
  QueryPlan& plan = parts.plan;
  in.Object([&](std::string_view key) {
    if (key == "source") {
      plan.source = in.String();
    } else if (key == "tables") {
      plan.tables = ReadTexts(in);
    } else if (key == "many_rows") {
      plan.many_rows = in.Boolean();
    } else if (key == "row_cap") {
      plan.row_cap = ReadInt(in);
    } else if (key == "timeout_ms") {
      plan.timeout_ms = ReadInt(in);
    } else {
      return parts.statement.Member(in, key);
    }
    return true;
  });
  plan.statement = parts.statement.Finish(plan.tables.empty() ? std::string() : plan.tables.front());
  return std::move(parts.plan);
}

}  // namespace

Context ReadContext(CanonicalReader& in) {
  static constexpr Field<Context> kFields[] = {
      {"bindings", [](CanonicalReader& r, Context& v) { v.bindings = ReadBindings(r); }},
      {"evidence", [](CanonicalReader& r, Context& v) { v.evidence = r.Boolean(); }},
      {"name", [](CanonicalReader& r, Context& v) { v.name = r.String(); }},
      {"query", [](CanonicalReader& r, Context& v) { v.query = ReadQuery(r); }},
      {"tenant_session_key", [](CanonicalReader& r, Context& v) { v.tenant_session_key = r.String(); }},
  };
  return ReadFields(in, kFields);
}

Capability ReadCapability(CanonicalReader& in) {
  using C = Capability;
  static constexpr Field<C> kFields[] = {
      {"aliases", [](CanonicalReader& r, C& v) { v.aliases = ReadPairs(r); }},
      {"args", [](CanonicalReader& r, C& v) { v.args = ReadList(r, ReadArg); }},
      {"bindings", [](CanonicalReader& r, C& v) { v.bindings = ReadBindings(r); }},
      {"budget", [](CanonicalReader& r, C& v) { v.budget = ReadBudget(r); }},
      {"context", [](CanonicalReader& r, C& v) { v.context = r.String(); }},
      {"description", [](CanonicalReader& r, C& v) { v.description = r.String(); }},
      {"evidence_handles_only", [](CanonicalReader& r, C& v) { v.evidence_handles_only = r.Boolean(); }},
      {"minimal_profile", [](CanonicalReader& r, C& v) { v.minimal_profile = r.Boolean(); }},
      {"name", [](CanonicalReader& r, C& v) { v.name = r.String(); }},
      {"patch", [](CanonicalReader& r, C& v) { v.patch = ReadPatch(r); }},
      {"proposal", [](CanonicalReader& r, C& v) { v.is_proposal = r.Boolean(); }},
      {"returns", [](CanonicalReader& r, C& v) { v.returns_json = r.Raw(); }},
      {"session_keys", [](CanonicalReader& r, C& v) { v.session_keys = ReadTexts(r); }},
      {"summary", [](CanonicalReader& r, C& v) { v.summary = ReadList(r, ReadSummaryPart); }},
      {"tool", [](CanonicalReader& r, C& v) { ReadTool(r, v); }},
      {"version", [](CanonicalReader& r, C& v) { v.version = r.String(); }},
  };
  return ReadFields(in, kFields);
}

}  // namespace synapsor::bundle
