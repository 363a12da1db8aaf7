#include "compiler/schema/big_stack.h"

#include <pthread.h>

namespace synapsor::schema {

Status RunOnBigStack(std::size_t bytes, const std::function<void()>& run) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, bytes);
  pthread_t thread{};
  const auto entry = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  const int failed = pthread_create(&thread, &attributes, entry, const_cast<std::function<void()>*>(&run));
  pthread_attr_destroy(&attributes);
  if (failed != 0) return Fail(ErrorKind::kInternal, "no thread could be started to read the schema");
  pthread_join(thread, nullptr);
  return {};
}

}  // namespace synapsor::schema
