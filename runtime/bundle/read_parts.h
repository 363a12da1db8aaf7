// Members of a bundle to structs, one function a struct; used by load.cc only.
#pragma once

#include "runtime/bundle/bundle.h"
#include "runtime/bundle/canonical_reader.h"

namespace synapsor::bundle {

ValueRef ReadValueRef(CanonicalReader& in);
std::vector<std::string> ReadTexts(CanonicalReader& in);
Context ReadContext(CanonicalReader& in);
Capability ReadCapability(CanonicalReader& in);
PatchPlan ReadPatch(CanonicalReader& in);
Workflow ReadWorkflow(CanonicalReader& in);
Policy ReadPolicy(CanonicalReader& in);
Source ReadSource(CanonicalReader& in);

// One statement; columns without a `table` take `first_table`.
class StatementReader {
 public:
  // True if `key` belongs to a statement; its value is read then.
  bool Member(CanonicalReader& in, std::string_view key);
  Statement Finish(const std::string& first_table);

 private:
  Statement statement_;
  std::vector<std::size_t> without_table_;
};

// One member of an object. Tables of fields are sorted by key, as the members are.
template <typename T>
struct Field {
  std::string_view key;
  void (*read)(CanonicalReader&, T&);
};

template <typename T, std::size_t n>
T ReadFields(CanonicalReader& in, const Field<T> (&fields)[n]) {
  T value;
  const Field<T>* next = fields;
  in.Object([&](std::string_view key) {
    while (next != fields + n && next->key < key) ++next;
    if (next == fields + n || next->key != key) return false;
    next->read(in, value);
    return true;
  });
  return value;
}

template <typename T>
std::vector<T> ReadList(CanonicalReader& in, T (*read)(CanonicalReader&)) {
  std::vector<T> values;
  in.Array([&] { values.push_back(read(in)); });
  return values;
}

int ReadInt(CanonicalReader& in);
ScalarType ReadType(CanonicalReader& in);
std::vector<std::pair<std::string, std::string>> ReadPairs(CanonicalReader& in);

}  // namespace synapsor::bundle
