// What one capability's calls need, worked out once: every name of the bundle is an index here, so that a call looks
// nothing up. Decides no policy.
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runtime/bundle/bundle.h"
#include "runtime/config/config.h"
#include "runtime/interp/invoke.h"

namespace synapsor::interp {

// Where a value of a call comes from, and the type that it must have.
struct ValueSource {
  enum class Kind { kSession, kArg, kFixed, kKey, kTenant };
  Kind kind = Kind::kFixed;
  std::size_t index = 0;  // into session_keys or args
  const Scalar* fixed = nullptr;
  ScalarType type = ScalarType::kText;
};

struct SetSource {
  const bundle::SetColumn* column = nullptr;
  ValueSource value;
  std::size_t before = 0;  // index in the before image
  std::string provenance;
  std::string slot;  // the visible slot of the same column, or empty: what a model may see of it
};

struct CallPlan {
  const bundle::Capability* capability = nullptr;
  const bundle::Context* context = nullptr;
  db::Database* reader = nullptr;
  const config::Source* source = nullptr;
  std::vector<std::string> session_keys;  // of the capability, then tenant and principal when not among them
  std::size_t tenant_key = 0, principal_key = 0;
  std::vector<std::string> trusted_names;
  std::vector<ValueSource> query_params;
  std::vector<std::size_t> visible;               // columns of the context's query that are slots
  std::shared_ptr<const nlohmann::json> returns;  // null: no RETURNS JSON

  // Proposals only.
  ValueSource key, tenant;
  std::vector<ValueSource> before_params;
  std::vector<SetSource> set;
  std::size_t root_key = 0;           // column of the context's query
  std::size_t guard = 0;              // column of the before image
  std::vector<std::size_t> compared;  // of the before image
  std::vector<std::size_t> observed;  // of the before image: kept for settlement policies
  std::vector<ValueSource> summary;   // one for each value part, in order
};

// Plans of a bundle, each made at its first call. Thread-safe.
class CallPlans {
 public:
  CallPlans(const bundle::Bundle& bundle, const config::Config& config, const Readers& readers);

  // Null: no such capability. An error: the configuration gives its source no reader.
  Result<const CallPlan*> Find(std::string_view capability);

 private:
  struct Entry {
    std::once_flag made;
    CallPlan plan;
    std::optional<Error> error;
  };
  std::optional<Error> Make(const bundle::Capability& capability, CallPlan& plan) const;

  const bundle::Bundle& bundle_;
  const config::Config& config_;
  const Readers& readers_;
  std::unique_ptr<Entry[]> entries_;
};

}  // namespace synapsor::interp
