#include "runtime/drivers/load.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace synapsor::drivers {
namespace {

[[noreturn]] void GiveUp(const char* what, const char* package) {
  std::fprintf(stderr, "synapsor: %s cannot be used: %s; install the package `%s`\n", what, dlerror(), package);
  std::_Exit(2);
}

}  // namespace

void* OpenLibrary(const char* library, const char* package) {
  void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) GiveUp(library, package);
  return handle;
}

void* FindFunction(void* library, const char* symbol, const char* package) {
  void* function = dlsym(library, symbol);
  if (function == nullptr) GiveUp(symbol, package);
  return function;
}

}  // namespace synapsor::drivers
