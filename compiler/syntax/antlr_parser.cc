#include "compiler/syntax/antlr_parser.h"

#include "compiler/syntax/antlr_build.h"
#include "compiler/syntax/antlr_explain.h"
#include "compiler/syntax/antlr_strategy.h"

namespace synapsor::syntax {

struct GrammarParser::State {
  State(std::string_view text_, ast::File& file_, diag::Sink& sink_)
      : text(text_), file(file_), sink(sink_), parser(&stream) {
    parser.setBuildParseTree(false);
    parser.removeErrorListeners();
    parser.setErrorHandler(std::make_shared<StopAtFirst>());
  }

  std::string_view text;
  ast::File& file;
  diag::Sink& sink;
  StatementStream stream;
  Grammar parser;
};

namespace {

// Builds what was created; its place runs from the first token to the `;`.
bool Build(Values& values, const Grammar::StatementContext* rule, ast::File& file) {
  const Span span = values.SpanOf(rule);
  const auto add = [&](auto& list, auto&& node) {
    if (values.failed) return;
    node.span = span;
    list.push_back(std::move(node));
  };
  if (rule->altered != nullptr) {
    add(file.policies, BuildAlteredPolicy(values, rule->altered));
  } else if (rule->created->policy != nullptr) {
    add(file.policies, BuildCreatedPolicy(values, rule->created->policy));
  } else if (const auto* object = rule->created->object; object->flow != nullptr) {
    add(file.workflows, BuildWorkflow(values, object->flow));
  } else if (object->data != nullptr) {
    add(file.contexts, BuildContext(values, object->data));
  } else {
    add(file.capabilities, BuildCapability(values, object->action));
  }
  return !values.failed;
}

}  // namespace

GrammarParser::GrammarParser(std::string_view text, ast::File& file, diag::Sink& sink)
    : state_(std::make_unique<State>(text, file, sink)) {}

GrammarParser::~GrammarParser() = default;

bool GrammarParser::Parse(const Statement& statement) {
  State& state = *state_;
  state.stream.Load(statement.tokens);
  state.parser.reset();
  try {
    const auto* rule = state.parser.statement();
    Values values(state.text, state.file, state.sink);
    return Build(values, rule, state.file);
  } catch (const Mismatch&) {
    Explain(state.text, state.file.file, statement, state.sink);
    return false;
  }
}

}  // namespace synapsor::syntax
