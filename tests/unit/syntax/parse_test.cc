// What a text that is right becomes.
#include <gmock/gmock.h>

#include <thread>

#include "parsing.h"

namespace synapsor::syntax {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Parse, LateFeeFile) {
  const Parsed parsed(ReadData("late_fee.ddl.sql"));
  EXPECT_THAT(parsed.Lines(), IsEmpty());
  ASSERT_EQ(parsed.file.workflows.size(), 1u);
  const ast::Workflow& workflow = parsed.file.workflows[0];
  EXPECT_EQ(workflow.name.full, "billing.late_fee_waiver_flow");
  EXPECT_EQ(workflow.name.space.text, "billing");
  EXPECT_EQ(workflow.session_require.size(), 3u);
  EXPECT_EQ(workflow.allowed_capabilities[0].full, "billing.propose_late_fee_waiver");
  EXPECT_TRUE(workflow.evidence_required.has_value());
  EXPECT_EQ(workflow.risk_rules[0].level.text, "medium");
  EXPECT_FALSE(workflow.risk_rules[0].approvals.present());
  EXPECT_EQ(workflow.risk_rules[0].role.value, "billing_reviewer");
  EXPECT_EQ(parsed.Place(workflow.span), "1:1-9:57");

  const ast::Context& context = parsed.file.contexts.at(0);
  EXPECT_EQ(context.root.table.text, "invoices");
  EXPECT_EQ(context.lookup_source.kind, ast::SourceKind::kSession);
  EXPECT_EQ(context.lookup_source.name.text, "current_invoice_id");
  EXPECT_EQ(parsed.TextOf(context.lookup_source.span), "SESSION current_invoice_id");
  EXPECT_EQ(context.binds.size(), 2u);
  ASSERT_EQ(context.slots.size(), 4u);
  EXPECT_EQ(context.slots[3].field.column.text, "late_fee_cents");
  EXPECT_EQ(parsed.Place(context.slots[3].span), "20:3-20:43");
  EXPECT_EQ(context.evidence, ast::Toggle::kOn);

  const ast::Capability& capability = parsed.file.capabilities.at(0);
  EXPECT_EQ(capability.args[0].name.text, "invoice_id");
  EXPECT_EQ(capability.args[0].type.text, "INT64");
  EXPECT_TRUE(capability.args[0].required);
  EXPECT_EQ(capability.execution, ast::Execution::kProposal);
  EXPECT_EQ(capability.profile.text, "MINIMAL");
  ASSERT_TRUE(capability.write.has_value());
  const ast::WriteProposal& write = *capability.write;
  EXPECT_EQ(write.target.table.text, "invoices");
  EXPECT_EQ(write.lookup_source.kind, ast::SourceKind::kArg);
  EXPECT_EQ(write.tenant_source.kind, ast::SourceKind::kBinding);
  ASSERT_EQ(write.columns.size(), 3u);
  EXPECT_EQ(write.columns[0].source.literal.text, "0");
  EXPECT_EQ(write.columns[0].source.literal.kind, ast::LiteralKind::kInteger);
  EXPECT_EQ(write.guard, ast::GuardKind::kInferred);
  EXPECT_EQ(write.summary.value, "Waive late fee for invoice {invoice_id}");
}

TEST(Parse, EveryClause) {
  const Parsed parsed(ReadData("all_clauses.ddl.sql"));
  ASSERT_THAT(parsed.Lines(), IsEmpty());
  const ast::Workflow& workflow = parsed.file.workflows.at(0);
  EXPECT_EQ(workflow.version.value, "2026-01");
  EXPECT_EQ(workflow.description.value, "Handle a return, it's reviewed -- always");
  EXPECT_EQ(workflow.allowed_external_actions.at(0).full, "mailer.send_notice");
  EXPECT_EQ(workflow.risk_rules.at(1).approvals.value, 2);
  EXPECT_FALSE(workflow.risk_rules.at(2).role.present());
  EXPECT_EQ(workflow.retention_runs_days.value, 180);
  EXPECT_EQ(workflow.retention_evidence_days.value, 365);

  const ast::Context& context = parsed.file.contexts.at(0);
  EXPECT_EQ(context.root.schema.text, "sales");
  EXPECT_EQ(context.includes.at(0).right.column.text, "id");
  const ast::Search& search = context.searches.at(0);
  EXPECT_EQ(search.column.column.text, "body");
  EXPECT_EQ(search.query.name.text, "question");
  EXPECT_EQ(search.filters.size(), 2u);
  EXPECT_EQ(search.filters[1].source.literal.text, "returns");
  EXPECT_EQ(search.top.value, 3);
  EXPECT_EQ(context.slots.at(2).name.text, "Order Total");
  EXPECT_EQ(context.slots.at(2).field.column.text, "total \"gross\"");
  EXPECT_EQ(context.slots.at(3).name.text, "key");
  EXPECT_EQ(context.evidence, ast::Toggle::kOff);

  const ast::Capability& read = parsed.file.capabilities.at(0);
  EXPECT_EQ(read.version.value, "7");
  EXPECT_EQ(read.args.at(0).type_length.value, 200);
  EXPECT_EQ(read.args.at(0).max_length.value, 200);
  EXPECT_EQ(read.args.at(0).description.value, "what to find out");
  EXPECT_EQ(read.args.at(1).type_scale.value, 2);
  EXPECT_EQ(read.args.at(1).min.text, "-10.50");
  EXPECT_EQ(read.args.at(1).min.kind, ast::LiteralKind::kDecimal);
  EXPECT_EQ(read.args.at(1).max.text, "99999999999999999999.99");
  EXPECT_EQ(read.args.at(2).one_of.at(1).text, "exchange");
  EXPECT_FALSE(read.args.at(2).required);
  EXPECT_EQ(read.budget->max_output_tokens.value, 800);
  EXPECT_EQ(read.budget->max_inline_evidence_items.value, 3);
  EXPECT_EQ(read.budget->max_reason_count.value, 4);
  EXPECT_TRUE(read.budget->prefer_handles.has_value());
  EXPECT_EQ(read.returns_json.value, "{\"type\":\"object\"}");
  EXPECT_EQ(read.aliases.at(1).alias.text, "r");
  EXPECT_EQ(read.inline_evidence.text, "handles_only");

  const ast::Plan& plan = *read.plan;
  EXPECT_EQ(plan.default_decision.text, "needs_review");
  ASSERT_EQ(plan.steps.size(), 3u);
  EXPECT_EQ(plan.steps[0].where.size(), 2u);
  EXPECT_EQ(plan.steps[0].outputs.at(1).field.column.text, "total");
  EXPECT_EQ(plan.steps[1].where.at(0).operand.kind, ast::SourceKind::kField);
  EXPECT_EQ(plan.steps[2].kind, ast::PlanStepKind::kHybridSearch);
  EXPECT_EQ(plan.steps[2].limit.value, 5);
  EXPECT_EQ(plan.steps[2].where.at(1).operand.literal.text, "returns");
  ASSERT_EQ(plan.rules.size(), 3u);
  EXPECT_TRUE(plan.rules[0].terminal);
  EXPECT_FALSE(plan.rules[1].terminal);
  EXPECT_EQ(plan.rules[1].detail.value, "The customer is flagged.");
  EXPECT_TRUE(plan.rules[2].require_no_prior_reasons);
  EXPECT_EQ(plan.rules[2].when.at(0).relation, ast::Relation::kLessEqual);
  EXPECT_EQ(plan.rules[2].when.at(1).relation, ast::Relation::kNotEqual);
  EXPECT_EQ(plan.payload.at(1).kind, ast::PlanOperandKind::kStepCount);
  EXPECT_EQ(plan.evidence.size(), 1u);

  const ast::WriteProposal& write = *parsed.file.capabilities.at(1).write;
  EXPECT_EQ(write.target.schema.text, "sales");
  EXPECT_EQ(write.columns.size(), 4u);
  EXPECT_EQ(write.guard, ast::GuardKind::kColumn);
  EXPECT_EQ(write.guard_column.text, "row_version");
  EXPECT_EQ(write.bounds.at(0).max.text, "5000");
  EXPECT_EQ(write.transitions.at(0).steps.at(1).from.value, "held");
  EXPECT_EQ(write.audit.table.text, "return_audit");
  EXPECT_EQ(parsed.file.capabilities.at(2).write->guard, ast::GuardKind::kBeforeImage);
  EXPECT_EQ(parsed.file.capabilities.at(2).write->operation, ast::Operation::kDelete);

  const ast::SettlementPolicy& policy = parsed.file.policies.at(0);
  EXPECT_EQ(policy.scope.full, "desk.propose_return_decision");
  EXPECT_FALSE(policy.for_workflow);
  EXPECT_EQ(policy.target_branch.text, "main");
  ASSERT_EQ(policy.when.size(), 4u);
  EXPECT_EQ(policy.when[1].path.at(1).text, "refund");
  EXPECT_EQ(policy.when[3].relation, ast::Relation::kNotEqual);
  EXPECT_EQ(policy.when[3].right.kind, ast::LiteralKind::kBoolean);
  EXPECT_TRUE(policy.auto_commit.has_value());
  EXPECT_TRUE(policy.auto_merge.has_value());
  EXPECT_EQ(policy.limits.at(0).amount.text, "10");
  EXPECT_FALSE(policy.limits.at(0).per_object);
  EXPECT_EQ(policy.limits.at(1).total_column.text, "refund");
  EXPECT_TRUE(policy.limits.at(1).per_object);
  EXPECT_TRUE(parsed.file.policies.at(1).is_alter);
  EXPECT_FALSE(parsed.file.policies.at(1).scope.present());
}

TEST(Parse, EveryKeywordIsAName) {
  for (const std::string word : {
#define AGENT_KEYWORD(name) #name,
#include "grammar/keywords.def"
       }) {
    const Parsed parsed(
        "CREATE AGENT CONTEXT " + word + "." + word + " ROOT " + word + " AS " + word + " LOOKUP " + word + "." + word +
        " = SESSION " + word + " BIND " + word + " FROM SESSION " + word + " OUTPUT SLOTS " + word + " AS " + word +
        "." + word + ", " + word + " AS a." + word + " EVIDENCE ON;\n" + "CREATE AGENT CAPABILITY " + word +
        " DESCRIPTION '' ARG " + word + " " + word + " HIDDEN " + word + " FROM SESSION " + word + " USE CONTEXT " +
        word + " EXECUTION PROPOSAL PROFILE " + word + " WRITE PROPOSAL TARGET " + word + " OPERATION UPDATE LOOKUP " +
        word + " FROM ARG " + word + " TENANT " + word + " FROM BINDING " + word + " COLUMNS " + word + " FROM ARG " +
        word + " CONFLICT GUARD " + word + " BOUND " + word + " MIN 1 AUDIT " + word + ";");
    EXPECT_THAT(parsed.Lines(), IsEmpty()) << word;
    ASSERT_EQ(parsed.file.contexts.size(), 1u) << word;
    EXPECT_EQ(parsed.file.contexts[0].slots[1].field.column.text, word);
    EXPECT_EQ(parsed.file.capabilities.at(0).write->guard_column.text, word);
  }
}

TEST(Parse, KeywordsInAnyCase) {
  const Parsed parsed("create Agent cOnTeXt A.b root T as x lookup x.Id = session K output slots s as x.C;");
  EXPECT_THAT(parsed.Lines(), IsEmpty());
  EXPECT_EQ(parsed.file.contexts.at(0).name.full, "A.b");
  EXPECT_EQ(parsed.file.contexts.at(0).lookup_field.column.text, "Id");
}

TEST(Parse, TextsAndComments) {
  const Parsed parsed(
      "/* ; CREATE */ CREATE AGENT CAPABILITY a.b -- ; '\nDESCRIPTION 'it''s; -- not a comment /* "
      "nor this'\n"
      "USE /* c */ CONTEXT a.c EXECUTION READ ONLY;");
  EXPECT_THAT(parsed.Lines(), IsEmpty());
  EXPECT_EQ(parsed.file.capabilities.at(0).description.value, "it's; -- not a comment /* nor this");
}

TEST(Parse, LongIntegersKeepTheirDigits) {
  const Parsed parsed(
      CapabilityWith("WRITE PROPOSAL TARGET t OPERATION UPDATE LOOKUP id FROM ARG i TENANT c FROM BINDING b "
                     "COLUMNS a FROM VALUE 9007199254740993, b FROM VALUE - 18446744073709551615"));
  EXPECT_THAT(parsed.Lines(), IsEmpty());
  const auto& columns = parsed.file.capabilities.at(0).write->columns;
  EXPECT_EQ(columns[0].source.literal.text, "9007199254740993");
  EXPECT_EQ(columns[1].source.literal.text, "-18446744073709551615");
}

TEST(Parse, TailClausesInAnyOrder) {
  const Parsed parsed(
      CapabilityWith("INLINE EVIDENCE handles_only PROFILE MINIMAL WRITE PROPOSAL TARGET t OPERATION UPDATE "
                     "LOOKUP id FROM ARG i TENANT c FROM BINDING b COLUMNS x FROM ARG y SUMMARY TEMPLATE 's' "
                     "AUDIT log CONFLICT GUARD v RETURNS JSON '{}' TOKEN BUDGET PREFER HANDLES"));
  EXPECT_THAT(parsed.Lines(), IsEmpty());
  EXPECT_EQ(parsed.file.capabilities.at(0).write->audit.table.text, "log");
  EXPECT_TRUE(parsed.file.capabilities.at(0).budget.has_value());
}

TEST(Parse, QuotedQualifiedNamesAreOne) {
  const Parsed parsed("CREATE AGENT CONTEXT \"a\" . b ROOT t AS x LOOKUP x.id = SESSION k OUTPUT SLOTS s AS x.c;");
  EXPECT_EQ(parsed.file.contexts.at(0).name.full, "a.b");
}

TEST(Parse, OrdinarySqlIsSkippedWithAnAdvice) {
  const Parsed parsed(
      "CREATE TABLE t (id INT);\n"
      "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN x; END $$;\n"
      "CREATE FUNCTION g() AS $tag$ ; $$ ; $tag$;\n"
      "CREATE TRIGGER w BEFORE UPDATE ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; IF a THEN b; END "
      "IF; END;\n"
      "ANALYZE HYBRID INDEX i;\n"
      "INSERT INTO t VALUES ('a;b', 5#3)");
  EXPECT_THAT(parsed.Lines(), ElementsAre("1:1-1:13 SYN009 `CREATE TABLE` is ordinary SQL and was skipped",
                                          "2:1-2:16 SYN009 `CREATE FUNCTION` is ordinary SQL and was skipped",
                                          "3:1-3:16 SYN009 `CREATE FUNCTION` is ordinary SQL and was skipped",
                                          "4:1-4:15 SYN009 `CREATE TRIGGER` is ordinary SQL and was skipped",
                                          "5:1-5:15 SYN009 `ANALYZE HYBRID` is ordinary SQL and was skipped",
                                          "6:1-6:12 SYN009 `INSERT INTO` is ordinary SQL and was skipped"));
  EXPECT_EQ(parsed.file.foreign.size(), 6u);
  EXPECT_EQ(parsed.file.foreign[0].head, "CREATE TABLE");
  EXPECT_FALSE(parsed.sink.has_errors());
}

TEST(Parse, Suppressions) {
  const std::string statement = ContextWith("a AS x.b");
  const Parsed parsed("-- sync:allow SYN902 the note is public\n" + statement.substr(0, statement.size() - 1) +
                      " -- sync:allow SYN903\n" + "-- sync:allow\n");
  ASSERT_EQ(parsed.file.suppressions.size(), 3u);
  const auto& all = parsed.file.suppressions;
  EXPECT_EQ(all[0].code, "SYN902");
  EXPECT_EQ(all[0].reason, "the note is public");
  EXPECT_EQ(parsed.Place(all[0].span), "1:1-1:40");
  EXPECT_EQ(all[0].statement, parsed.file.contexts.at(0).span);
  EXPECT_EQ(all[1].code, "SYN903");
  EXPECT_EQ(all[1].reason, "");
  EXPECT_EQ(all[1].statement, parsed.file.contexts.at(0).span);
  EXPECT_EQ(all[2].code, "");
  EXPECT_FALSE(all[2].statement.has_value());
}

TEST(Parse, EmptyTexts) {
  for (const char* text : {"", "\xEF\xBB\xBF", " \n\t", ";;;", "-- only a comment", "/* and another */"}) {
    EXPECT_THAT(Parsed(text).Lines(), IsEmpty()) << text;
  }
}

TEST(Parse, InSeveralThreads) {
  const std::string text = ReadData("all_clauses.ddl.sql") + "CREATE AGENT CONTEXT a.b ROOT t x;\n";
  const std::vector<std::string> expected = Parsed(text).Lines();
  EXPECT_FALSE(expected.empty());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) EXPECT_EQ(Parsed(text).Lines(), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Parse, ByteOrderMarkHasNoWidth) {
  const Parsed parsed(
      "\xEF\xBB\xBF"
      "CREATE AGENT CONTEXT a.b");
  EXPECT_EQ(parsed.Lines().front().substr(0, 9), "1:25-1:25");
}

}  // namespace
}  // namespace synapsor::syntax
