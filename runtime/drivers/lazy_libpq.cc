// libpq, loaded on first use: each function of libpq.def is defined here and forwards to the library; callers include
// libpq-fe.h as usual. Thread-safe.
#include <libpq-fe.h>

#include "runtime/drivers/load.h"

namespace {

constexpr const char* kPackage = "libpq5";

void* Find(const char* name) {
  static void* const library = synapsor::drivers::OpenLibrary("libpq.so.5", kPackage);
  return synapsor::drivers::FindFunction(library, name, kPackage);
}

}  // namespace

extern "C" {

#define LIBPQ(result, name, parameters, arguments)                                    \
  result name parameters {                                                            \
    static const auto function = reinterpret_cast<result(*) parameters>(Find(#name)); \
    return function arguments;                                                        \
  }
#include "runtime/drivers/libpq.def"

}  // extern "C"
