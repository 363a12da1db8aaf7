#include "compiler/schema/big_stack.h"

#include <pthread.h>

#include <vector>

namespace synapsor::schema {

Status RunOnBigStack(std::size_t bytes, const std::function<void()>& run) { return RunOnBigStacks(bytes, 1, run); }

Status RunOnBigStacks(std::size_t bytes, unsigned threads, const std::function<void()>& run) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, bytes);
  const auto entry = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  std::vector<pthread_t> started;
  for (unsigned i = 0; i < threads; ++i) {
    pthread_t thread{};
    if (pthread_create(&thread, &attributes, entry, const_cast<std::function<void()>*>(&run)) == 0)
      started.push_back(thread);
  }
  pthread_attr_destroy(&attributes);
  if (started.empty()) return Fail(ErrorKind::kInternal, "no thread could be started to read the schema");
  for (const pthread_t thread : started) pthread_join(thread, nullptr);
  return {};
}

}  // namespace synapsor::schema
