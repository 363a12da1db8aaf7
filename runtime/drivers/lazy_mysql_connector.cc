// The MySQL connector, loaded on first use. Its interface is virtual but for one function, which is defined here and forwards
// to the library; callers include mysql_driver.h as usual. Thread-safe.
#include <mysql_driver.h>

#include "runtime/drivers/load.h"

namespace sql::mysql {

MySQL_Driver* get_driver_instance() {
  constexpr const char* kPackage = "libmysqlcppconn7v5";
  // The mangled name of this very function.
  constexpr const char* kSymbol = "_ZN3sql5mysql19get_driver_instanceEv";
  static void* const library = synapsor::drivers::OpenLibrary("libmysqlcppconn.so.7", kPackage);
  static const auto function =
      reinterpret_cast<MySQL_Driver* (*)()>(synapsor::drivers::FindFunction(library, kSymbol, kPackage));
  return function();
}

}  // namespace sql::mysql
