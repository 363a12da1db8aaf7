// Carries out many changes: claims a round of jobs in one ledger commit, carries them, and reports them together with the
// claim of the next round. What a change costs the ledger is then a share of a commit, and many runners on one ledger wait
// little for each other. Decides how many are claimed and when they are reported; not what becomes of one (carrier.cc).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/writeback/apply.h"

namespace synapsor::writeback {

// What a round brought.
struct Progress {
  std::vector<ledger::Receipt> receipts;  // durable in the ledger now
  std::vector<Error> put_off;             // one a job that went back or to another runner
  bool any = false;                       // something was claimed or reported: another round may bring more
  // The ledger did not take or give something. What was carried out is not forgotten: the next round reports it.
  std::optional<Error> failure;
};

// Used by one thread. What it carried out and has not reported is tried again each round; if the process dies before, the
// receipts in the targets decide, as after any crash.
class Runner {
 public:
  // All outlive the runner.
  Runner(const bundle::Bundle& bundle, const config::Config& config, const Writers& writers, ledger::Ledger& ledger,
         const Clock& clock, Options options);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  Progress Round();
  // Claims and carries at most one and reports it at once.
  Progress One();
  // Reports what the last round carried out, and claims nothing.
  Progress Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace synapsor::writeback
