// The parse tree that libpg_query prints as JSON, held flat for quick walks. Missing members read as defaults, as
// libpg_query leaves defaults out. Private to compiler/schema.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace synapsor::schema::pg {

class Node;
class NodeIterator;

// Owns the text and the nodes; must outlive its Nodes.
class Tree {
 public:
  // Empty (a null root) when `json` is not what libpg_query prints.
  explicit Tree(std::string json);
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  Node root() const;

 private:
  friend class Node;
  friend class NodeIterator;
  struct Item {
    enum class Kind : std::uint8_t { kNull, kScalar, kString, kArray, kObject } kind = Kind::kNull;
    std::string_view key, text;
    std::uint32_t first_child = 0, next = 0;  // 0: none
  };
  std::size_t ParseValue(std::size_t at, std::uint32_t item);
  std::size_t ParseString(std::size_t at, std::string_view& out);

  std::string json_;
  std::vector<Item> items_;
  bool broken_ = false;
};

// A value, or nothing; every look-up in nothing gives nothing.
class Node {
 public:
  Node() = default;
  explicit operator bool() const { return tree_ != nullptr; }
  Node operator[](std::string_view key) const;
  std::string_view Text(std::string_view key) const { return (*this)[key].text(); }
  std::string_view text() const;
  std::int64_t Int(std::string_view key, std::int64_t otherwise = 0) const;
  bool Bool(std::string_view key) const { return Text(key) == "true"; }
  // Tagged nodes: {"CreateStmt": {…}}. The tag and what is inside.
  std::string_view tag() const;
  Node inside() const;
  Node Tagged(std::string_view name) const { return tag() == name ? inside() : Node(); }
  std::string_view key() const;

  NodeIterator begin() const;
  NodeIterator end() const;
  std::size_t size() const;
  Node front() const;
  Node back() const;

 private:
  friend class Tree;
  friend class NodeIterator;
  Node(const Tree* tree, std::uint32_t item) : tree_(tree), item_(item) {}
  const Tree* tree_ = nullptr;
  std::uint32_t item_ = 0;  // 0: nothing
};

class NodeIterator {
 public:
  explicit NodeIterator(Node node) : node_(node) {}
  Node operator*() const { return node_; }
  NodeIterator& operator++();
  bool operator!=(const NodeIterator& other) const { return node_.item_ != other.node_.item_; }

 private:
  Node node_;
};

// The last String of a name list, and the one before it.
std::string LastName(Node names);
std::string QualifierOf(Node names);

}  // namespace synapsor::schema::pg
