#include "compiler/ir/lower.h"

#include <gtest/gtest.h>

#include "compiler/ir/print.h"
#include "compiler/syntax/parse.h"

namespace synapsor::ir {
namespace {

constexpr std::string_view kText = R"(CREATE AGENT CONTEXT b.ctx
ROOT invoices AS i
LOOKUP i.id = SESSION current_invoice_id
BIND tenant_id FROM SESSION tenant_id
OUTPUT SLOTS status AS i.status
EVIDENCE ON;
CREATE AGENT CAPABILITY b.cap
DESCRIPTION 'Propose a change'
ARG fee DECIMAL(8,2) REQUIRED MIN 0 MAX 10
ARG note TEXT
HIDDEN who FROM SESSION principal
HIDDEN invoice FROM SESSION current_invoice_id
USE CONTEXT b.ctx
EXECUTION PROPOSAL
WRITE PROPOSAL TARGET invoices
OPERATION UPDATE
LOOKUP id FROM BINDING invoice
TENANT tenant_id FROM BINDING tenant_id
COLUMNS fee FROM ARG fee, note FROM ARG note, status FROM VALUE 'it''s open', reviewer FROM BINDING who
CONFLICT GUARD updated_at
SUMMARY TEMPLATE 'It''s {fee} for {invoice}';
)";

struct Lowered {
  SourceStore sources;
  diag::Sink sink;
  std::vector<ast::File> files;
  config::Config config;
  schema::Catalog catalog{config, {}};
  Program program;

  explicit Lowered(std::string_view text) {
    files.push_back(syntax::ParseFile(sources, sources.Add("t.ddl", std::string(text)), sink));
    program = Lower(files, sources, catalog, sink);
  }
};

TEST(Lower, CarriesProvenanceOnEveryValue) {
  const Lowered lowered(kText);
  EXPECT_EQ(lowered.sink.findings().size(), 0u);
  EXPECT_EQ(Print(lowered.program), R"(context b.ctx
  table invoices as i tenant tenant_id
  lookup id read = trusted session:current_invoice_id
  bind tenant_id from session:tenant_id
  slot status = 0: status read
  evidence on
capability b.cap proposal
  context b.ctx
  arg fee decimal required min 0 max 10
  arg note text max_length 4000 default
  hidden who from session:principal
  hidden invoice from session:current_invoice_id
  write update
    table invoices as invoices tenant tenant_id
    root yes
    key id read = trusted invoice session:current_invoice_id
    tenant tenant_id read = trusted tenant_id session:tenant_id
    set fee write = model_arg fee
    set note write = model_arg note
    set status write = fixed it's open
    set reviewer write = trusted who session:principal
    guard timestamp updated_at
    summary text 'It's '
    summary fee = model_arg fee
    summary text ' for '
    summary invoice = trusted invoice session:current_invoice_id
)");
}

TEST(Lower, PlaceholdersAreFoundBehindDoubledQuotes) {
  std::string text(kText);
  text.replace(text.find("{fee}"), 5, "{fea}");
  const Lowered lowered(text);
  ASSERT_EQ(lowered.sink.findings().size(), 1u);
  const diag::Finding& finding = lowered.sink.findings().front();
  EXPECT_EQ(finding.kind, diag::Kind::kUnknownPlaceholder);
  EXPECT_EQ(lowered.sources.Text(finding.span), "fea");
  EXPECT_EQ(finding.help, "did you mean `fee`?");
}

TEST(Lower, WhatDidNotResolveIsPoisonedAndReportedOnce) {
  std::string text(kText);
  text.replace(text.find("USE CONTEXT b.ctx"), 17, "USE CONTEXT b.ctz");
  const Lowered lowered(text);
  ASSERT_EQ(lowered.sink.findings().size(), 1u);
  EXPECT_EQ(lowered.sink.findings().front().kind, diag::Kind::kUnknownContext);
  EXPECT_TRUE(lowered.program.capabilities.begin()->poisoned);
}

TEST(Lower, NamesOfStatementsThatDidNotParseAreNotReportedAgain) {
  std::string text(kText);
  text.replace(text.find("ROOT invoices"), 13, "ROTO invoices");
  const Lowered lowered(text);
  for (const diag::Finding& finding : lowered.sink.findings())
    EXPECT_LT(diag::Info(finding.kind).number, 100) << finding.message;
  EXPECT_TRUE(lowered.program.incomplete);
}

}  // namespace
}  // namespace synapsor::ir
