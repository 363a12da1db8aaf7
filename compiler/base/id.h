// Typed indexes into value stores. An id is only meaningful together with the store that issued it; ids are
// values, cheap to copy, and stay valid as a store grows.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>

namespace synapsor {

template <typename T>
struct Id {
  std::int32_t index = -1;

  static constexpr Id None() { return Id{-1}; }
  constexpr bool has_value() const { return index >= 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

// Append-only; references stay valid for the store's lifetime. Not thread-safe while it grows.
template <typename T>
class ValueStore {
 public:
  Id<T> Add(T value) {
    values_.push_back(std::move(value));
    return Id<T>{static_cast<std::int32_t>(values_.size()) - 1};
  }
  T& Get(Id<T> id) { return values_[static_cast<std::size_t>(id.index)]; }
  const T& Get(Id<T> id) const { return values_[static_cast<std::size_t>(id.index)]; }
  std::size_t size() const { return values_.size(); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  auto begin() { return values_.begin(); }
  auto end() { return values_.end(); }

 private:
  std::deque<T> values_;
};

}  // namespace synapsor
