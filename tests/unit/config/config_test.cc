#include "runtime/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace synapsor::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string ErrorOf(std::string_view text) {
  const auto config = Parse(text, "conf/synapsor.json");
  return config ? "accepted" : config.error().message;
}

TEST(Config, ReadsEveryKey) {
  const auto config = Parse(R"({
    // comments are allowed
    "$schema": "synapsor.schema.json",
    "ddl": ["agents/*.sql"], /* here too */
    "sources": {
      "billing": {"engine": "postgres", "schema": "schema.sql", "read": "env:R", "write": "env:W", "tls": "off",
                  "tls_ca": "ca.pem", "statement_timeout_ms": 100, "lock_timeout_ms": 50, "connect_timeout_ms": 10,
                  "pool_size": 2, "allow_writing_reader": true, "receipts": "ledger",
                  "row_level_security": true},
      "app": {"engine": "sqlite", "path": "app.db"}
    },
    "tables": {"invoices": {"source": "billing", "schema": "public", "name": "inv", "tenant": "org_id",
                            "keep_out": ["iban"], "guard": "row_version"},
               "rates": {"source": "app", "single_tenant": true}},
    "ledger": "sqlite:/var/l.db",
    "session": {"tenant_key": "org", "principal_key": "user", "provider": "jwt", "environment": {"org": "ORG"},
                "jwt": {"issuer": "i", "audience": "a", "jwks_file": "keys.json", "leeway_seconds": 0,
                        "claims": {"org": "org_claim"}, "roles_claim": "groups", "hs256": "env:H"}},
    "approval": {"default_role": "lead", "proposal_ttl_hours": 5, "roles": {"lead": ["ann", "bob"]}},
    "markers": {"sensitive_columns": ["iban"], "trusted_names": ["org"]}
  })",
                            "conf/synapsor.json");
  ASSERT_TRUE(config) << config.error().message;
  const Source& billing = config->sources.at("billing");
  EXPECT_EQ(billing.schema_file, "conf/schema.sql");
  EXPECT_EQ(billing.read.variable, "R");
  EXPECT_EQ(billing.write.variable, "W");
  EXPECT_EQ(billing.tls, TlsMode::kOff);
  EXPECT_EQ(billing.tls_ca_file, "conf/ca.pem");
  EXPECT_EQ(billing.pool_size, 2);
  EXPECT_TRUE(billing.allow_writing_reader);
  EXPECT_TRUE(billing.row_level_security);
  EXPECT_EQ(billing.receipts, "ledger");
  EXPECT_EQ(config->sources.at("app").sqlite_path, "conf/app.db");
  EXPECT_EQ(config->tables.at("invoices").tenant_column, "org_id");
  EXPECT_THAT(config->tables.at("invoices").keep_out, ElementsAre("iban"));
  EXPECT_TRUE(config->tables.at("rates").single_tenant);
  EXPECT_EQ(config->ledger, "sqlite:/var/l.db");
  EXPECT_EQ(config->session.jwks_file, "conf/keys.json");
  EXPECT_EQ(config->session.claims.at("org"), "org_claim");
  EXPECT_THAT(config->approval.role_members.at("lead"), ElementsAre("ann", "bob"));
  EXPECT_EQ(config->directory, "conf");
}

TEST(Config, RowLevelSecurityIsForPostgres) {
  EXPECT_THAT(ErrorOf(R"({"sources": {"a": {"engine": "mariadb", "row_level_security": true}}})"),
              HasSubstr("PostgreSQL only"));
  EXPECT_EQ(ErrorOf(R"({"sources": {"a": {"engine": "mariadb", "row_level_security": false}}})"), "accepted");
}

TEST(Config, DefaultsHoldForAnEmptyObject) {
  EXPECT_EQ(Defaults().ledger, "sqlite:.synapsor/ledger.db");
  EXPECT_EQ(Parse("{}", "synapsor.json")->ledger, "sqlite:.synapsor/ledger.db");
  EXPECT_EQ(Parse("{}", "a/synapsor.json")->ledger, "sqlite:a/.synapsor/ledger.db");
}

TEST(Config, UnknownKeysAreRefusedWithAGuess) {
  EXPECT_THAT(ErrorOf("{\n  \"sorces\": {}\n}"),
              testing::Eq("conf/synapsor.json:2:3: unknown key `sorces`; did you mean `sources`?"));
  EXPECT_THAT(ErrorOf(R"({"tables": {"t": {"tenat": "x"}}})"), HasSubstr("`tables.t.tenat`; did you mean `tenant`?"));
  EXPECT_THAT(ErrorOf(R"({"zzzzzzzzzz": 1})"), Not(HasSubstr("did you mean")));
}

TEST(Config, RepeatedKeysAreRefused) {
  EXPECT_THAT(ErrorOf("{\"ddl\": [],\n \"ddl\": []}"), HasSubstr(":2:2: key `ddl` stands twice, first on line 1"));
  EXPECT_THAT(ErrorOf(R"({"ddl": ["a", "a"]})"), HasSubstr("twice"));
}

TEST(Config, SecretsAreNeverLiteralAndNeverRepeated) {
  const std::string error =
      ErrorOf(R"({"sources": {"s": {"engine": "postgres", "read": "postgres://u:hunter2@h/d"}}})");
  EXPECT_THAT(error, HasSubstr("`sources.s.read` must be `env:NAME`"));
  EXPECT_THAT(error, Not(HasSubstr("hunter2")));
  const std::string ledger = ErrorOf(R"({"ledger": "postgres://u:hunter2@h/d"})");
  EXPECT_THAT(ledger, HasSubstr("env:NAME"));
  EXPECT_THAT(ledger, Not(HasSubstr("hunter2")));
  EXPECT_FALSE(ParseSecretRef("env:", "x"));
  EXPECT_FALSE(ParseSecretRef("env:1A", "x"));
  EXPECT_FALSE(ParseSecretRef("env:A B", "x"));
  EXPECT_EQ(ParseSecretRef("env:A_1", "x")->variable, "A_1");
}

TEST(Config, ReadSecretNamesTheVariableOnly) {
  ::setenv("SYNAPSOR_CONFIG_TEST", "value", 1);
  EXPECT_EQ(ReadSecret({"SYNAPSOR_CONFIG_TEST"}, "x").value(), "value");
  ::unsetenv("SYNAPSOR_CONFIG_TEST");
  EXPECT_THAT(ReadSecret({"SYNAPSOR_CONFIG_TEST"}, "source `a`").error().message,
              HasSubstr("`SYNAPSOR_CONFIG_TEST` for source `a` is not set"));
  EXPECT_FALSE(ReadSecret({}, "x"));
}

TEST(Config, ContradictionsAreRefused) {
  EXPECT_THAT(ErrorOf(R"({"tables": {"t": {"tenant": "a", "single_tenant": true}}})"), HasSubstr("both"));
  EXPECT_THAT(ErrorOf(R"({"tables": {"t": {"source": "x"}}})"), HasSubstr("not in `sources`"));
  EXPECT_THAT(ErrorOf(R"({"sources": {"a": {"engine": "sqlite"}, "b": {"engine": "sqlite"}}, "tables": {"t": {}}})"),
              HasSubstr("needs a `source`"));
  EXPECT_THAT(ErrorOf(R"({"sources": {"a": {"engine": "postgres", "path": "x"}}})"), HasSubstr("SQLite only"));
  EXPECT_THAT(ErrorOf(R"({"sources": {"a": {}}})"), HasSubstr("no `engine`"));
  EXPECT_THAT(ErrorOf(R"({"session": {"provider": "jwt"}})"), HasSubstr("no key to verify"));
  EXPECT_THAT(ErrorOf(R"({"session": {"tenant_key": "principal"}})"), HasSubstr("same key"));
}

TEST(Config, WrongKindsNameTheKeyAndThePlace) {
  EXPECT_EQ(ErrorOf("{\n\"ddl\": 5}"), "conf/synapsor.json:2:8: `ddl` must be a list");
  EXPECT_THAT(ErrorOf(R"({"sources": {"s": {"engine": "oracle"}}})"), HasSubstr("one of postgres, mysql"));
  EXPECT_THAT(ErrorOf(R"({"sources": {"s": {"engine": "postgres", "pool_size": 0}}})"), HasSubstr("from 1 to 256"));
  EXPECT_THAT(ErrorOf(R"({"sources": {"s": {"engine": "postgres", "pool_size": 1.5}}})"), HasSubstr("whole number"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("must be an object"));
}

TEST(Config, BrokenJsonIsAnErrorWithItsPlace) {
  EXPECT_THAT(ErrorOf(""), HasSubstr(":1:1: a value is expected here, but the file ends"));
  EXPECT_THAT(ErrorOf("{\"ddl\": [],}"), HasSubstr("a key in double quotes"));
  EXPECT_THAT(ErrorOf("{\"ddl\": [\"a"), HasSubstr("never closed"));
  EXPECT_THAT(ErrorOf("{ /* "), HasSubstr("never closed by `*/`"));
  EXPECT_THAT(ErrorOf("{} x"), HasSubstr("nothing more"));
  EXPECT_THAT(ErrorOf(std::string(100'000, '[')), HasSubstr("nested too deeply"));
  EXPECT_THAT(ErrorOf("{\"ddl\": [\"\\ud800\"]}"), HasSubstr("broken \\u"));
}

TEST(Config, StringsDecodeEscapes) {
  EXPECT_THAT(Parse(R"({"ddl": ["a\u00e9\ud83d\ude00\n"]})", "c.json")->ddl,
              ElementsAre("a\xC3\xA9\xF0\x9F\x98\x80\n"));
}

TEST(Config, MissingFileAndDirectoryAreIoErrors) {
  EXPECT_EQ(Load("/nonexistent/synapsor.json").error().kind, ErrorKind::kIo);
  EXPECT_THAT(Load("/tmp").error().message, HasSubstr("directory"));
}

TEST(Config, ReadsWhoMayUseWhichWorkflow) {
  const auto parse = [](const std::string& session) {
    return Parse("{\"session\": " + session + "}", "synapsor.json");
  };
  EXPECT_FALSE(parse("{}")->session.workflows.has_value());
  const auto nobody = parse(R"({"workflows": {}})");
  ASSERT_TRUE(nobody.has_value());
  ASSERT_TRUE(nobody->session.workflows.has_value());
  EXPECT_TRUE(nobody->session.workflows->empty());
  const auto some = parse(R"({"workflows": {"a.b": {"roles": ["agent"], "principals": ["p_1", "p_2"]}, "a.c": {}}})");
  ASSERT_TRUE(some.has_value()) << some.error().message;
  EXPECT_EQ(some->session.workflows->at("a.b").roles, std::vector<std::string>{"agent"});
  EXPECT_EQ(some->session.workflows->at("a.b").principals.size(), 2U);
  EXPECT_TRUE(some->session.workflows->at("a.c").roles.empty());
  for (const char* wrong :
       {R"({"workflows": null})", R"({"workflows": []})", R"({"workflows": {"a.b": ["agent"]}})",
        R"({"workflows": {"a.b": {"role": ["agent"]}}})", R"({"workflows": {"a.b": {"roles": "agent"}}})",
        R"({"workflows": {"a.b": {"roles": ["x", "x"]}}})", R"({"workflows": {"": {}}})"}) {
    EXPECT_FALSE(parse(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace synapsor::config
