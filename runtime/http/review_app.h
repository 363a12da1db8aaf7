// The review pages over HTTP: who is asking, what they may see, and their decisions. Holds the ledger and the bundle, no
// credential of a source database. Decides sessions, forged requests and visibility; the rules of a decision are in
// runtime/proposal, what pages look like in review/.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/bundle/bundle.h"
#include "runtime/config/config.h"
#include "runtime/http/guard.h"
#include "runtime/http/review_form.h"
#include "runtime/http/server.h"
#include "runtime/ledger/ledger.h"
#include "runtime/session/jwt.h"
#include "runtime/session/login.h"

namespace synapsor::http {

struct ReviewOptions {
  OriginPolicy origins;
  bool secure = false;                               // browsers reach us over TLS, ours or a proxy's: cookies say so
  std::function<void(const std::string& line)> log;  // one JSON object a line; no value of a row, no token, no name
  session::LoginLimits sessions;
};

// How reviewers prove who they are: at least one of both.
struct ReviewIdentities {
  std::optional<session::TokenVerifier> tokens;
  std::optional<session::ReviewerDirectory> reviewers;
};

// Thread-safe. What it is given by reference outlives it.
class ReviewApp {
 public:
  // Fails when the system gives no random numbers.
  static Result<std::unique_ptr<ReviewApp>> Make(ledger::Ledger& ledger, const bundle::Bundle& bundle,
                                                 const config::Config& config, const Clock& clock,
                                                 ReviewIdentities identities, ReviewOptions options);

  void Handle(const Request& request, const std::shared_ptr<Exchange>& exchange);
  Response Answer(const Request& request);

 private:
  // A request of somebody who is logged in.
  struct Visit {
    const Request& request;
    const session::LoginSession& login;
    std::string session_id;
  };

  ReviewApp(ledger::Ledger& ledger, const bundle::Bundle& bundle, const config::Config& config, const Clock& clock,
            ReviewIdentities identities, ReviewOptions options, std::string form_key);

  Response Route(const Request& request);
  Response RouteVisit(const Visit& visit);

  // Entering and leaving.
  Response ShowLogin(const Request& request, int status, std::string subject, std::string next, std::string problem,
                     std::string field);
  Response SendToLogin(const Request& request);
  // Nothing when too many passwords wait to be looked at.
  std::optional<std::optional<session::Reviewer>> CheckPassword(const std::string& subject, std::string_view password);
  Response LogIn(const Request& request);
  Response LogOut(const Visit& visit);
  std::optional<session::Reviewer> ReviewerOf(const session::Session& session) const;
  Response StartSession(session::Reviewer reviewer, std::optional<Instant> at_latest, const std::string& next);
  std::string FormToken(std::string_view nonce) const;
  std::string SetCookie(std::string_view name, std::string_view value) const;
  std::string CookieName(std::string_view name) const;

  // Pages.
  Response Inbox(const Visit& visit);
  Response ShowProposal(const Visit& visit, std::int64_t id);
  Response Decide(const Visit& visit, std::int64_t id);
  Response Evidence(const Visit& visit, std::int64_t id);
  Response Run(const Visit& visit, std::int64_t id);
  static Response Gone(const session::LoginSession& login, Instant removed_at);  // by retention
  Response Audit(const Visit& visit);

  struct Shown {
    std::string done, refused, field_problem, reason;
    int status = 200;
  };
  Response RenderProposalPage(const Visit& visit, const ledger::ProposalView& view, const Shown& shown);
  // Nothing that this reviewer may see: the same for a missing one and for another tenant's.
  Result<std::optional<ledger::ProposalView>> FindVisible(const Visit& visit, std::int64_t id);

  ledger::Ledger& ledger_;
  const bundle::Bundle& bundle_;
  const config::Config& config_;
  const Clock& clock_;
  const ReviewIdentities identities_;
  const ReviewOptions options_;
  const std::string form_key_;
  session::LoginSessions sessions_;
  session::LoginThrottle throttle_;
  std::mutex hashing_;  // one password at a time: each takes 32 MiB
  std::atomic<int> hashes_waiting_ = 0;
  std::mutex verifying_;  // one walk over the chain at a time
};

}  // namespace synapsor::http
