// A runtime over throw-away SQLite files: source and ledger in a folder of their own.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/db/reader.h"
#include "runtime/interp/invoke.h"
#include "tests/unit/support/late_fee.h"

namespace synapsor::test {

class SetClock : public Clock {
 public:
  Instant Now() const override { return now; }
  Instant now{1'790'000'000'000'000};
};

class RuntimeFixture : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(testing::TempDir()) /
        ("interp_" + std::to_string(::getpid()) + "_" + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Execute(kLateFeeSchema);
    config::Source source;
    source.name = "app";
    source.engine = "sqlite";
    source.sqlite_path = (folder_ / "app.db").string();
    source.allow_writing_reader = true;
    config_ = config::Defaults();
    config_.sources.emplace("app", source);
    auto ledger = ledger::Open("sqlite:" + (folder_ / "ledger.db").string(), clock_);
    ASSERT_TRUE(ledger) << ledger.error().message;
    ledger_ = *std::move(ledger);
    auto reader = db::OpenReader(source);
    ASSERT_TRUE(reader) << reader.error().message;
    readers_.emplace("app", *std::move(reader));
    Start();
  }

  void TearDown() override {
    runtime_.reset();
    readers_.clear();
    ledger_.reset();
    std::filesystem::remove_all(folder_);
  }

  // A runtime over `bundle_` as it stands now.
  void Start() {
    runtime_.reset();
    bundle_.Index();
    runtime_ = std::make_unique<interp::Runtime>(bundle_, config_, readers_, *ledger_, clock_,
                                                 [this](const std::string& line) { log_.push_back(line); });
  }

  void Execute(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "app.db").c_str(), &database), SQLITE_OK);
    char* problem = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &problem), SQLITE_OK) << (problem ? problem : "");
    sqlite3_free(problem);
    sqlite3_close(database);
  }

  session::Session Session(const std::string& invoice = "3001", const std::string& tenant = "acme") {
    session::Session session;
    session.values = {{"tenant_id", tenant}, {"principal", "agent_1"}, {"current_invoice_id", invoice}};
    return session;
  }

  interp::Outcome Invoke(const std::string& capability, const nlohmann::json& arguments,
                         const session::Session& session, const interp::CallOptions& options = {}) {
    auto outcome = runtime_->Invoke(capability, arguments, session, options);
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome ? *outcome : interp::Outcome{};
  }
  interp::Outcome Propose(const nlohmann::json& arguments, const std::string& invoice = "3001",
                          const interp::CallOptions& options = {}) {
    return Invoke("billing.propose_late_fee_waiver", arguments, Session(invoice), options);
  }
  interp::Outcome Read(const std::string& invoice = "3001") {
    return Invoke("billing.read_invoice", nlohmann::json::object(), Session(invoice));
  }

  bundle::Capability& Waiver() { return bundle_.capabilities[0]; }
  bundle::Capability& Reading() { return bundle_.capabilities[1]; }

  static std::string Code(const interp::Outcome& outcome) { return outcome.refusal ? outcome.refusal->code : "ok"; }

  std::filesystem::path folder_;
  SetClock clock_;
  config::Config config_;
  bundle::Bundle bundle_ = LateFeeBundle();
  interp::Readers readers_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::vector<std::string> log_;
  std::unique_ptr<interp::Runtime> runtime_;
};

}  // namespace synapsor::test
