#include "runtime/bundle/load.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <mutex>
#include <new>
#include <optional>

#include "runtime/base/digest.h"
#include "runtime/base/utf8.h"
#include "runtime/bundle/canonical_reader.h"
#include "runtime/bundle/read_parts.h"
#include "runtime/bundle/verify.h"

namespace synapsor::bundle {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} << 20;
constexpr std::string_view kRebuild = "build it again with `sync build`";
constexpr std::string_view kDigestKey = R"("digest":"sha256:)";
constexpr std::size_t kHexSize = 64;

tl::unexpected<Error> Refuse(const std::string& path, const std::string& why) {
  return Fail(ErrorKind::kInvalid, "bundle `" + path + "` is refused: " + why, std::string(kRebuild));
}

// Where the digest's member stands: `"digest":"sha256:…",` directly before the format's member.
struct DigestPlace {
  std::size_t begin = 0, end = 0;
  std::string_view digest;
};

std::optional<DigestPlace> FindDigest(std::string_view bytes) {
  const std::string format = R"(,"format":")" + std::string(kFormat) + "\"";
  std::optional<DigestPlace> place;
  for (std::size_t at = bytes.find(format); at != std::string_view::npos; at = bytes.find(format, at + 1)) {
    const std::size_t size = kDigestKey.size() + kHexSize + 1;
    if (at < size || bytes.substr(at - size, kDigestKey.size()) != kDigestKey || bytes[at - 1] != '"') continue;
    if (place) return std::nullopt;
    const std::size_t begin = at - size;
    place = DigestPlace{begin, at + 1, bytes.substr(begin + std::strlen("\"digest\":\""), kHexSize + 7)};
  }
  return place;
}

// The version of the format if the bytes are a bundle of another one.
std::string OtherFormat(std::string_view bytes) {
  constexpr std::string_view kKey = R"("format":"synapsor.bundle.)";
  const std::size_t at = bytes.find(kKey);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + std::strlen("\"format\":\"");
  const std::size_t end = bytes.find('"', begin);
  const std::string_view format = bytes.substr(begin, std::min(end, begin + 40) - begin);
  return format == kFormat ? std::string() : std::string(format);
}

std::string WhyNoDigest(std::string_view bytes) {
  if (bytes.empty()) return "the file is empty";
  if (bytes.front() != '{') return "this is not a bundle";
  if (!bytes.ends_with("}\n")) return "the file ends in the middle: it was cut or edited";
  const std::string other = OtherFormat(bytes);
  if (!other.empty()) {
    return "its format is `" + other + "` and this program reads `" + std::string(kFormat) + "`";
  }
  return "it has no digest where the format puts it";
}

// Over everything but the digest's member and the final line feed.
std::string DigestWithout(std::string_view bytes, const DigestPlace& place) {
  return DigestOfParts(bytes.substr(0, place.begin), bytes.substr(place.end, bytes.size() - 1 - place.end));
}

DdlDigest ReadDdl(CanonicalReader& in) {
  static constexpr Field<DdlDigest> kFields[] = {
      {"digest", [](CanonicalReader& r, DdlDigest& v) { v.digest = r.String(); }},
      {"name", [](CanonicalReader& r, DdlDigest& v) { v.name = r.String(); }},
  };
  return ReadFields(in, kFields);
}

AuthorityFact ReadFact(CanonicalReader& in, std::string_view subject) {
  const std::string text = in.String();
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t tab = text.find('\t'); tab != std::string::npos; tab = text.find('\t', begin)) {
    parts.push_back(text.substr(begin, tab - begin));
    begin = tab + 1;
  }
  parts.push_back(text.substr(begin));
  if (parts.size() != 4) {
    in.Fail("an authority fact does not have four parts");
    return {};
  }
  return {std::string(subject), std::move(parts[0]), std::move(parts[1]), std::move(parts[2]), std::move(parts[3])};
}

std::vector<AuthorityFact> ReadAuthority(CanonicalReader& in) {
  std::vector<AuthorityFact> facts;
  in.Object([&](std::string_view subject) {
    in.Array([&] { facts.push_back(ReadFact(in, subject)); });
    return true;
  });
  return facts;
}

// The capabilities are most of a bundle: a thread of their own begins with the first of them while this one reads the rest
// of the text and then helps. Where each begins and ends is known before either starts.
class CapabilityReader {
 public:
  void Begin(CanonicalReader& in) {
    if (other_thread_.valid()) return in.Fail("a member stands twice");
    in.Array([&] {
      const std::size_t begin = in.offset();
      items_.push_back({in.Outline(), begin});
    });
    read_.resize(items_.size());
    first_problem_ = items_.size();
    other_thread_ = std::async(std::launch::async, [this] { ReadSome(); });
  }
  // Waits; the problem that stands first in the text counts.
  void End(CanonicalReader& in, std::vector<Capability>& capabilities) {
    if (!other_thread_.valid()) return;
    ReadSome();
    other_thread_.get();
    if (first_problem_ < items_.size()) in.TakeProblem(problem_);
    capabilities = std::move(read_);
  }

 private:
  struct Item {
    std::string_view bytes;
    std::size_t begin = 0;
  };

  void ReadSome() {
    for (std::size_t i = next_++; i < items_.size(); i = next_++) {
      CanonicalReader in(items_[i].bytes, items_[i].begin);
      read_[i] = ReadCapability(in);
      if (in.ok() && in.offset() != items_[i].bytes.size()) in.Fail("something follows a capability");
      if (!in.ok()) KeepFirst(i, in.problem());
    }
  }

  void KeepFirst(std::size_t item, const std::string& problem) {
    const std::lock_guard lock(mutex_);
    if (item >= first_problem_) return;
    first_problem_ = item;
    problem_ = problem;
  }

  std::vector<Item> items_;
  std::vector<Capability> read_;  // as items_
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::size_t first_problem_ = 0;  // guarded by mutex_ while both threads read; none: the number of items
  std::string problem_;
  std::future<void> other_thread_;  // destroyed first: it ends before what it reads does
};

// The digest's member must be the very one that was cut out.
Bundle ReadBundle(CanonicalReader& in, const DigestPlace& place, AuthorityFacts facts) {
  Bundle bundle;
  CapabilityReader capabilities;
  int members = 0;
  in.Object([&](std::string_view key) {
    ++members;
    if (key == "authority") {
      if (facts == AuthorityFacts::kKeep) {
        bundle.authority = ReadAuthority(in);
      } else {
        in.Outline();
      }
    } else if (key == "capabilities") {
      capabilities.Begin(in);
    } else if (key == "compiler") {
      bundle.compiler_version = in.String();
    } else if (key == "contexts") {
      bundle.contexts = ReadList(in, ReadContext);
    } else if (key == "ddl") {
      bundle.ddl = ReadList(in, ReadDdl);
    } else if (key == "digest") {
      if (in.offset() != place.begin + std::strlen("\"digest\":")) in.Fail("`digest` is not where it must be");
      bundle.digest = in.String();
    } else if (key == "format") {
      in.String();
    } else if (key == "policies") {
      bundle.policies = ReadList(in, ReadPolicy);
    } else if (key == "sources") {
      bundle.sources = ReadList(in, ReadSource);
    } else if (key == "workflows") {
      bundle.workflows = ReadList(in, ReadWorkflow);
    } else {
      return false;
    }
    return true;
  });
  in.End();
  capabilities.End(in, bundle.capabilities);
  if (members != 10) in.Fail("a member of the bundle is missing");
  return bundle;
}

// A copy, for a file that is mapped could change between being proven and being used. Not a string, which would be filled
// with zeros first, and on large pages where there are some: touching thousands of small ones costs more than reading.
struct FileBytes {
  static constexpr std::size_t kLargePage = std::size_t{2} << 20;
  struct Free {
    void operator()(char* data) const { std::free(data); }
  };

  explicit FileBytes(std::size_t capacity) {
    const std::size_t rounded = (capacity / kLargePage + 1) * kLargePage;
    data.reset(static_cast<char*>(std::aligned_alloc(kLargePage, rounded)));
    if (data == nullptr) throw std::bad_alloc();
    (void)::madvise(data.get(), rounded, MADV_HUGEPAGE);
  }

  std::unique_ptr<char, Free> data;
  std::size_t size = 0;
};

Result<FileBytes> ReadFile(const std::string& path) {
  const auto fail = [&](const char* what) {
    return Fail(ErrorKind::kIo, "cannot " + std::string(what) + " bundle `" + path + "`: " + std::strerror(errno),
                "name the file that `sync build -o` wrote");
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail("open");
  struct stat facts {};
  bool good = ::fstat(fd, &facts) == 0;
  if (good && !S_ISREG(facts.st_mode)) {
    ::close(fd);
    return Fail(ErrorKind::kIo, "bundle `" + path + "` is not a file", "name the file that `sync build -o` wrote");
  }
  if (good && static_cast<std::size_t>(facts.st_size) > kMaxBytes) {
    ::close(fd);
    return Refuse(path, "it is larger than 256 MiB");
  }
  const std::size_t expected = good ? static_cast<std::size_t>(facts.st_size) : 0;
  FileBytes bytes(expected);
  while (good && bytes.size < expected) {
    const ssize_t size = ::read(fd, bytes.data.get() + bytes.size, expected - bytes.size);
    if (size < 0 && errno == EINTR) continue;
    good = size >= 0;
    if (size <= 0) break;
    bytes.size += static_cast<std::size_t>(size);
  }
  const int cause = errno;
  ::close(fd);
  errno = cause;
  if (!good) return fail("read");
  return bytes;
}

}  // namespace

Result<Bundle> Parse(std::string_view bytes, const std::string& path, AuthorityFacts facts) {
  const auto place = FindDigest(bytes);
  if (!place || !bytes.ends_with("}\n")) return Refuse(path, WhyNoDigest(bytes));
  // Reading does not need the digest to be right, nor the bytes to be UTF-8; using what was read does.
  bool is_utf8 = false;
  auto untouched = std::async(std::launch::async, [&] {
    is_utf8 = IsUtf8(bytes);
    return DigestWithout(bytes, *place) == place->digest;
  });
  CanonicalReader in(bytes);
  Bundle bundle = ReadBundle(in, *place, facts);
  if (!untouched.get()) {
    return Refuse(path, "its content is not what its digest says: it was edited or damaged after the build");
  }
  if (!is_utf8) return Refuse(path, "it is not UTF-8");
  if (!in.ok()) return Refuse(path, in.problem());
  bundle.Index();
  if (const std::string misfit = FindMisfit(bundle); !misfit.empty()) return Refuse(path, misfit);
  return bundle;
}

Result<Bundle> Load(const std::string& path, AuthorityFacts facts) {
  SYN_ASSIGN_OR_RETURN(const FileBytes bytes, ReadFile(path));
  return Parse({bytes.data.get(), bytes.size}, path, facts);
}

}  // namespace synapsor::bundle
