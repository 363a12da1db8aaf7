#include "runtime/writeback/runner.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "runtime/writeback/carrier.h"
#include "runtime/writeback/source_watch.h"

namespace synapsor::writeback {
namespace {

using ledger::ClaimedJob;
using ledger::JobReport;
using SteadyClock = std::chrono::steady_clock;

// A round grows while rounds are full and quick, and shrinks when there are fewer jobs than asked for or the first of them
// would wait for long to be reported.
constexpr int kMostAtOnce = 16;
constexpr std::chrono::milliseconds kQuickRound{100};
// A report does not wait for the rest of a round for longer than this and the change that is just being made.
constexpr std::chrono::milliseconds kReportAge{200};

}  // namespace

class Runner::Impl {
 public:
  Impl(const bundle::Bundle& bundle, const config::Config& config, const Writers& writers, ledger::Ledger& ledger,
       const Clock& clock, Options options)
      : options_(std::move(options)),
        parts_{bundle, config, writers, ledger, clock, options_, watch_},
        workers_(std::max(1, options_.concurrency)),
        size_(workers_) {
    for (const auto& [name, writer] : writers) sources_.push_back(name);
  }

  int size() const { return size_; }

  void Round(int limit, Progress& progress) {
    if (sources_.empty()) {
      progress.failure = Error{ErrorKind::kUsage, "no source has a write credential",
                               "name one under `write` of a source in the configuration"};
      return;
    }
    leased_at_ = SteadyClock::now();
    const auto claimed = Exchange(limit, progress);
    const auto begun = SteadyClock::now();
    CarryAll(claimed, progress);
    Adapt(static_cast<int>(claimed.size()) == limit, SteadyClock::now() - begun);
  }

  // Reports what is finished and claims up to `limit`.
  std::vector<ClaimedJob> Exchange(int limit, Progress& progress) {
    std::vector<JobReport> reports;
    {
      const std::lock_guard lock(mutex_);
      reports.swap(finished_);
    }
    if (Stopped()) limit = 0;
    if (limit == 0 && reports.empty()) return {};
    const auto asked = SteadyClock::now();
    auto exchange = parts_.ledger.ExchangeJobs(reports, {options_.runner, options_.lease_seconds, sources_, limit});
    const std::lock_guard lock(mutex_);
    if (!exchange) {
      Keep(std::move(exchange.error()), progress);
      std::move(reports.begin(), reports.end(), std::back_inserter(finished_));
      return {};
    }
    for (std::size_t i = 0; i < reports.size(); ++i) Told(reports[i], exchange->stored[i], progress);
    for (const ClaimedJob& claimed : exchange->claimed) watch_.ClaimedFrom(claimed.job.source, asked);
    progress.any = progress.any || !exchange->claimed.empty();
    return std::move(exchange->claimed);
  }

 private:
  void Adapt(bool full, SteadyClock::duration taken) {
    if (full && taken < kQuickRound) {
      size_ = std::min(size_ * 2, kMostAtOnce * workers_);
    } else if (!full || taken > kReportAge) {
      size_ = std::max(size_ / 2, workers_);
    }
  }

  bool Stopped() const { return options_.stop && options_.stop(); }

  // This thread carries too, and reports between two of its changes when the first has waited for long.
  void CarryAll(const std::vector<ClaimedJob>& jobs, Progress& progress) {
    next_ = 0;
    const int helpers = std::min(workers_, static_cast<int>(jobs.size())) - 1;
    std::vector<std::thread> threads;
    for (int i = 0; i < helpers; ++i) threads.emplace_back([&] { CarrySome(jobs, progress, false); });
    CarrySome(jobs, progress, true);
    for (std::thread& thread : threads) thread.join();
  }

  void CarrySome(const std::vector<ClaimedJob>& jobs, Progress& progress, bool reports) {
    auto reported = SteadyClock::now();
    for (std::size_t i = next_++; i < jobs.size(); i = next_++) {
      CarryOne(jobs[i], progress);
      if (!reports || SteadyClock::now() - reported < kReportAge) continue;
      Exchange(0, progress);
      reported = SteadyClock::now();
    }
  }

  void CarryOne(const ClaimedJob& claimed, Progress& progress) {
    Ending ending = Stopped() ? Ending(PutOff{}) : Carry(parts_, claimed, leased_at_);
    if (ending && std::holds_alternative<PutOff>(*ending))
      return GiveBack(claimed.job, std::get<PutOff>(*ending), progress);
    if (ending && std::holds_alternative<ledger::Receipt>(*ending)) {
      if (!claimed.job.tampered.empty()) return SetAside(std::get<ledger::Receipt>(std::move(*ending)), progress);
      return Finished({claimed.job, std::get<ledger::Receipt>(std::move(*ending))}, progress);
    }
    const std::lock_guard lock(mutex_);
    if (ending) {
      progress.put_off.push_back(LeaseLostError(claimed.job));
    } else {
      Keep(std::move(ending.error()), progress);
    }
  }

  // Without a reason to tell, the runner was stopped before it began.
  void GiveBack(const ledger::Job& job, PutOff& put_off, Progress& progress) {
    const Status released = parts_.ledger.ReleaseJob(job, put_off.delay_seconds, put_off.withdraw_intent);
    const std::lock_guard lock(mutex_);
    if (!released) Keep(released.error(), progress);
    if (!put_off.why.message.empty()) progress.put_off.push_back(std::move(put_off.why));
  }

  // A job that was set aside is not the ledger's to be told about.
  void SetAside(ledger::Receipt receipt, Progress& progress) {
    const std::lock_guard lock(mutex_);
    progress.any = true;
    progress.receipts.push_back(std::move(receipt));
  }

  // Where nothing in the target tells what was done, the ledger is told at once: a crash leaves one change in doubt, and
  // not a round of them.
  void Finished(JobReport report, Progress& progress) {
    const auto source = parts_.config.sources.find(report.job.source);
    const bool at_once = source != parts_.config.sources.end() && source->second.receipts == "ledger";
    Result<bool> stored = false;
    if (at_once) stored = parts_.ledger.CompleteJob(report.job, report.receipt);
    const std::lock_guard lock(mutex_);
    if (at_once && stored) return Told(report, *stored, progress);
    if (!stored) Keep(std::move(stored.error()), progress);
    finished_.push_back(std::move(report));
  }

  // The ledger has answered to a report.
  void Told(const JobReport& report, bool stored, Progress& progress) {
    progress.any = true;
    if (!stored) {
      progress.put_off.push_back(LeaseLostError(report.job));
      return;
    }
    progress.receipts.push_back(report.receipt);
    if (options_.on_step != nullptr) options_.on_step("reported");
  }

  // The first failure of a round is told; the others had most likely the same cause.
  static void Keep(Error failure, Progress& progress) {
    if (!progress.failure) progress.failure = std::move(failure);
  }

  const Options options_;
  SourceWatch watch_;
  const CarrierParts parts_;
  const int workers_;
  int size_;
  std::vector<std::string> sources_;
  SteadyClock::time_point leased_at_;
  std::atomic<std::size_t> next_{0};

  std::mutex mutex_;  // over what follows and the progress of the round
  std::vector<JobReport> finished_;
};

Runner::Runner(const bundle::Bundle& bundle, const config::Config& config, const Writers& writers,
               ledger::Ledger& ledger, const Clock& clock, Options options)
    : impl_(std::make_unique<Impl>(bundle, config, writers, ledger, clock, std::move(options))) {}
Runner::~Runner() = default;

Progress Runner::Round() {
  Progress progress;
  impl_->Round(impl_->size(), progress);
  return progress;
}

Progress Runner::One() {
  Progress progress;
  impl_->Round(1, progress);
  if (!progress.failure) impl_->Exchange(0, progress);
  return progress;
}

Progress Runner::Finish() {
  Progress progress;
  impl_->Exchange(0, progress);
  return progress;
}

Result<std::optional<ledger::Receipt>> ApplyOne(const bundle::Bundle& bundle, const config::Config& config,
                                                const Writers& writers, ledger::Ledger& ledger, const Clock& clock,
                                                const Options& options) {
  Runner runner(bundle, config, writers, ledger, clock, options);
  Progress progress = runner.One();
  if (progress.failure) return tl::unexpected(std::move(*progress.failure));
  if (!progress.put_off.empty()) return tl::unexpected(std::move(progress.put_off.front()));
  if (progress.receipts.empty()) return std::nullopt;
  return std::move(progress.receipts.front());
}

}  // namespace synapsor::writeback
