// Reads canonical JSON as the bundle's writer makes it: no white space, keys in ascending order, integers only. Decides how
// bytes become members and values; what the members mean is in load.cc.
//
// The first problem sticks: every later call returns a default, loops end, and `problem()` says what was found and where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace synapsor::bundle {

class CanonicalReader {
 public:
  // `begin` is where `bytes` stand in the whole text, for the places of problems.
  explicit CanonicalReader(std::string_view bytes, std::size_t begin = 0) : bytes_(bytes), begin_(begin) {}

  bool ok() const { return problem_.empty(); }
  const std::string& problem() const { return problem_; }
  std::size_t offset() const { return at_; }
  void Fail(std::string problem);
  // Takes over what another reader found in a part of this text.
  void TakeProblem(const std::string& problem) {
    if (problem_.empty()) problem_ = problem;
  }

  // Calls `on_member(key)` for each member; it reads the value, or returns false for a key that it does not know.
  template <typename OnMember>
  void Object(OnMember on_member) {
    if (!Expect('{')) return;
    if (Accept('}')) return;
    std::string unescaped[2];  // in turn, so that the key before stays whole
    std::size_t turn = 0;
    std::string_view key, previous;
    bool first = true;
    do {
      key = ReadKey(unescaped[turn]);
      turn = 1 - turn;
      if (!Expect(':')) return;
      if (!first && key <= previous) return Fail("member `" + std::string(key) + "` is repeated or out of order");
      if (!on_member(key)) return Fail("member `" + std::string(key) + "` is unknown");
      first = false;
      previous = key;
    } while (ok() && Accept(','));
    Expect('}');
  }

  template <typename OnItem>
  void Array(OnItem on_item) {
    if (!Expect('[')) return;
    if (Accept(']')) return;
    do {
      on_item();
    } while (ok() && Accept(','));
    Expect(']');
  }

  void ReadString(std::string& value);
  std::string String();
  std::int64_t Integer();
  bool Boolean();
  bool AcceptNull();
  char Peek() const { return at_ < bytes_.size() ? bytes_[at_] : '\0'; }
  // One whole value of any kind, as it stands.
  std::string_view Raw();
  // The same without looking at more than quotes and brackets: for parts that another reader reads, or nobody.
  std::string_view Outline();
  // One line feed and nothing behind it.
  void End();

 private:
  bool Expect(char c);
  bool Accept(char c);
  // Into the bytes, or into `unescaped` if the key holds escapes.
  std::string_view ReadKey(std::string& unescaped);
  void ReadEscape(std::string& value);
  std::uint32_t ReadHex();
  bool AcceptWord(std::string_view word);
  void Skip(int depth);
  void SkipNumber();
  void SkipText();

  std::string_view bytes_;
  std::size_t begin_ = 0;
  std::size_t at_ = 0;
  std::string problem_;
};

}  // namespace synapsor::bundle
