#include "runtime/base/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace synapsor {
namespace {

constexpr mode_t kNewFileMode = 0644;

tl::unexpected<Error> CannotWrite(const std::string& path) {
  return Fail(ErrorKind::kIo, "cannot write `" + path + "`: " + std::strerror(errno));
}

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Status ReplaceFile(const std::string& path, std::string_view text) {
  std::string target = path;
  struct stat existing {};
  const bool exists = ::stat(path.c_str(), &existing) == 0;
  if (exists) {
    char* resolved = ::realpath(path.c_str(), nullptr);
    if (resolved == nullptr) return CannotWrite(path);
    target = resolved;
    std::free(resolved);
    if (!S_ISREG(existing.st_mode)) {
      return Fail(ErrorKind::kIo, "cannot write `" + path + "`: it is not a regular file");
    }
  }
  std::string temporary = target + ".XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return CannotWrite(path);
  const mode_t mode = exists ? existing.st_mode & 07777 : kNewFileMode;
  bool written = WriteAll(descriptor, text) && ::fchmod(descriptor, mode) == 0 && ::fsync(descriptor) == 0;
  written = ::close(descriptor) == 0 && written;
  if (!written || ::rename(temporary.c_str(), target.c_str()) != 0) {
    const int problem = errno;
    ::unlink(temporary.c_str());
    errno = problem;
    return CannotWrite(path);
  }
  return {};
}

}  // namespace synapsor
