// Bundle loader: any bytes are either refused with a reason or give a bundle whose references resolve. Half of the inputs
// get a fitting digest, so that the reader behind the digest is reached.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/base/digest.h"
#include "runtime/bundle/load.h"

namespace {

// Puts a digest that fits where the input has the member.
std::string WithDigest(std::string bytes) {
  const std::size_t format = bytes.find(",\"format\":\"synapsor.bundle.v1\"");
  if (format == std::string::npos || format < 82) return bytes;
  const std::size_t begin = format - 82;
  std::string rest = bytes;
  rest.erase(begin, 83);
  if (!rest.empty()) rest.pop_back();
  bytes.replace(begin, 82, "\"digest\":\"" + synapsor::Digest(rest) + "\"");
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size % 2 == 0) bytes = WithDigest(std::move(bytes));
  const auto bundle = synapsor::bundle::Parse(bytes, "fuzz");
  if (!bundle && bundle.error().message.empty()) std::abort();
  return 0;
}
