// Prepared statements of one connection by fingerprint, bounded: the least recently used one is
// closed. Decides what is kept; the engine's handle closes itself. Not thread-safe, like the
// connection it belongs to.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace synapsor::db {

inline constexpr std::size_t kStatementsKept = 256;

template <typename Handle>
class StatementCache {
 public:
  struct Entry {
    std::string fingerprint, sql;
    Handle handle;
  };

  // The entry under this fingerprint, now the most recently used, or null.
  Entry* Find(const std::string& fingerprint) {
    const auto found = index_.find(fingerprint);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &*found->second;
  }

  // `evict` is called with the handle that made room, if any.
  template <typename Evict>
  Entry& Insert(std::string fingerprint, std::string sql, Handle handle, Evict evict) {
    if (entries_.size() >= kStatementsKept) {
      evict(entries_.back().handle);
      index_.erase(entries_.back().fingerprint);
      entries_.pop_back();
    }
    entries_.push_front({std::move(fingerprint), std::move(sql), std::move(handle)});
    index_[entries_.front().fingerprint] = entries_.begin();
    return entries_.front();
  }

  void Erase(const std::string& fingerprint) {
    const auto found = index_.find(fingerprint);
    if (found == index_.end()) return;
    entries_.erase(found->second);
    index_.erase(found);
  }

  std::size_t size() const { return entries_.size(); }

 private:
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<std::string, typename std::list<Entry>::iterator> index_;
};

}  // namespace synapsor::db
