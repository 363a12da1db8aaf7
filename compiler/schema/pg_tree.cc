#include "compiler/schema/pg_tree.h"

#include <charconv>

namespace synapsor::schema::pg {

// Item 0 is never used, so that 0 can mean "none"; the root is item 1.
Tree::Tree(std::string json) : json_(std::move(json)) {
  items_.reserve(json_.size() / 12 + 8);
  items_.resize(2);
  ParseValue(0, 1);
  if (broken_) items_.resize(1);
}

Node Tree::root() const { return items_.size() > 1 ? Node(this, 1) : Node(); }

// Unescapes in place: the text never gets longer.
std::size_t Tree::ParseString(std::size_t at, std::string_view& out) {
  const std::size_t start = ++at;
  std::size_t write = start;
  while (at < json_.size() && json_[at] != '"') {
    if (json_[at] != '\\') {
      json_[write++] = json_[at++];
      continue;
    }
    if (++at >= json_.size()) break;
    const char c = json_[at++];
    static constexpr std::string_view kFrom = "nrtbf", kTo = "\n\r\t\b\f";
    if (c == 'u') {
      unsigned code = 0;
      if (at + 4 <= json_.size()) std::from_chars(&json_[at], &json_[at] + 4, code, 16);
      at += 4;
      json_[write++] = static_cast<char>(code < 0x80 ? code : '?');  // libpg_query escapes control characters only
    } else {
      const std::size_t known = kFrom.find(c);
      json_[write++] = known == std::string_view::npos ? c : kTo[known];
    }
  }
  out = std::string_view(json_).substr(start, write - start);
  if (at >= json_.size()) broken_ = true;
  return at + 1;
}

std::size_t Tree::ParseValue(std::size_t at, std::uint32_t item) {
  if (broken_ || at >= json_.size()) {
    broken_ = true;
    return at;
  }
  const char c = json_[at];
  if (c == '"') {
    items_[item].kind = Item::Kind::kString;
    std::string_view text;
    at = ParseString(at, text);
    items_[item].text = text;
    return at;
  }
  if (c == '{' || c == '[') {
    const char close = c == '{' ? '}' : ']';
    items_[item].kind = c == '{' ? Item::Kind::kObject : Item::Kind::kArray;
    std::uint32_t last = 0;
    ++at;
    while (at < json_.size() && json_[at] != close && !broken_) {
      if (json_[at] == ',') {
        ++at;
        continue;
      }
      std::string_view key;
      if (c == '{') {
        at = ParseString(at, key);
        if (at >= json_.size() || json_[at] != ':') break;
        ++at;
      }
      items_.emplace_back();
      const auto child = static_cast<std::uint32_t>(items_.size() - 1);
      items_[child].key = key;
      (last == 0 ? items_[item].first_child : items_[last].next) = child;
      last = child;
      at = ParseValue(at, child);
    }
    if (at >= json_.size() || json_[at] != close) broken_ = true;
    return at + 1;
  }
  const std::size_t end = json_.find_first_of(",]}", at);
  if (end == std::string::npos || end == at) {
    broken_ = true;
    return at;
  }
  items_[item].text = std::string_view(json_).substr(at, end - at);
  items_[item].kind = items_[item].text == "null" ? Item::Kind::kNull : Item::Kind::kScalar;
  return end;
}

Node Node::operator[](std::string_view key) const {
  for (const Node child : *this) {
    if (child.key() == key) return child;
  }
  return {};
}

std::string_view Node::text() const { return tree_ ? tree_->items_[item_].text : std::string_view(); }
std::string_view Node::key() const { return tree_ ? tree_->items_[item_].key : std::string_view(); }

std::int64_t Node::Int(std::string_view key, std::int64_t otherwise) const {
  const std::string_view digits = Text(key);
  std::int64_t value = otherwise;
  if (!digits.empty()) std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string_view Node::tag() const { return tree_ ? (*begin()).key() : std::string_view(); }
Node Node::inside() const { return tree_ ? *begin() : Node(); }

NodeIterator Node::begin() const {
  if (!tree_ || tree_->items_[item_].first_child == 0) return end();
  return NodeIterator(Node(tree_, tree_->items_[item_].first_child));
}

NodeIterator Node::end() const { return NodeIterator(Node()); }
Node Node::front() const { return *begin(); }

NodeIterator& NodeIterator::operator++() {
  const std::uint32_t next = node_.tree_->items_[node_.item_].next;
  node_ = next == 0 ? Node() : Node(node_.tree_, next);
  return *this;
}

std::size_t Node::size() const {
  std::size_t count = 0;
  for (auto it = begin(); it != end(); ++it) ++count;
  return count;
}

Node Node::back() const {
  Node last;
  for (const Node child : *this) last = child;
  return last;
}

std::string LastName(Node names) { return std::string(names.back().Tagged("String").Text("sval")); }

std::string QualifierOf(Node names) {
  std::string qualifier, last;
  for (const Node name : names) {
    qualifier = last;
    last = name.Tagged("String").Text("sval");
  }
  return qualifier;
}

}  // namespace synapsor::schema::pg
