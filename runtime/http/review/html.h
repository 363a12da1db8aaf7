// Building HTML so that text can never become markup: a fragment comes from text, which is escaped, or from an element
// whose name was a literal in this program. Decides escaping and which elements, attributes and addresses can be
// written at all; how pages look is decided beside it.
//
// No script, style, frame or event handler can be spelled: their names do not compile. Links and forms lead only to paths
// of this site.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace synapsor::http::review {

// The name of an element, checked at compile time.
class TagName {
 public:
  consteval TagName(const char* text) : text_(text) {
    for (const char* forbidden : {"script", "style", "iframe", "frame", "object", "embed", "base", "svg", "math",
                                  "template", "noscript", "img", "video", "audio", "portal"}) {
      if (text_ == forbidden) throw "this element is not for our pages";
    }
    for (const char c : text_) {
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) throw "an element's name is lower-case";
    }
  }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// The name of an attribute that holds text, never an address, a style or a handler.
class AttributeName {
 public:
  consteval AttributeName(const char* text) : text_(text) {
    for (const char* forbidden : {"href", "src", "action", "formaction", "style", "srcdoc", "srcset", "poster", "data",
                                  "ping", "background", "cite", "manifest", "target"}) {
      if (text_ == forbidden) throw "this attribute does not hold text";
    }
    if (text_.starts_with("on")) throw "handlers are not for our pages";
    for (const char c : text_) {
      if (!((c >= 'a' && c <= 'z') || c == '-')) throw "an attribute's name is lower-case";
    }
  }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// A path of this site, or the name of a query parameter, as written in this program.
class PathLiteral {
 public:
  consteval PathLiteral(const char* text) : text_(text) {
    if (text_.empty() || text_[0] != '/' || text_.starts_with("//")) throw "a path begins with one slash";
    for (const char c : text_) {
      if (!((c >= 'a' && c <= 'z') || c == '/' || c == '.' || c == '-')) throw "a path is lower-case";
    }
  }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

class Url {
 public:
  Url(PathLiteral path) : text_(path.text()) {}
  Url& Number(std::int64_t number);  // a segment
  Url& Segment(PathLiteral path);
  Url& Query(AttributeName name, std::string_view value);  // percent-encoded; left out when empty
  Url& Fragment(AttributeName name);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool has_query_ = false;
};

class Attribute {
 public:
  Attribute(AttributeName name, std::string_view value);
  Attribute(AttributeName name, std::int64_t value);
  // Present without a value, or absent.
  Attribute(AttributeName name, bool present);
  Attribute(AttributeName name, const char* value) : Attribute(name, std::string_view(value)) {}
  Attribute(AttributeName name, const std::string& value) : Attribute(name, std::string_view(value)) {}
  static Attribute Href(const Url& url);
  static Attribute Href(PathLiteral path) { return Href(Url(path)); }
  static Attribute Action(const Url& url);
  static Attribute Action(PathLiteral path) { return Action(Url(path)); }
  static Attribute HrefToField(std::string_view id);  // a place on the same page

 private:
  friend class Html;
  explicit Attribute(std::string markup) : markup_(std::move(markup)) {}
  std::string markup_;
};

class Html {
 public:
  Html() = default;
  // Text: escaped, and characters that cannot be seen are named.
  Html(std::string_view text);
  Html(const char* text) : Html(std::string_view(text)) {}
  Html(const std::string& text) : Html(std::string_view(text)) {}
  // Several fragments in order.
  Html(std::initializer_list<Html> parts);

  Html& operator+=(const Html& other);
  bool empty() const { return markup_.empty(); }
  const std::string& markup() const { return markup_; }

  static Html Element(TagName tag, std::initializer_list<Attribute> attributes, std::initializer_list<Html> children);
  static Html Void(TagName tag, std::initializer_list<Attribute> attributes);  // input, br, link, meta
  static Html Doctype();

 private:
  std::string markup_;
};

inline Html El(TagName tag, std::initializer_list<Attribute> attributes, std::initializer_list<Html> children) {
  return Html::Element(tag, attributes, children);
}
inline Html El(TagName tag, std::initializer_list<Html> children) { return Html::Element(tag, {}, children); }

// Text with <, >, &, quotes escaped; controls, direction marks, invisible characters and broken bytes spelled out
// as ⟨U+202E⟩. Tabs and line feeds stay.
std::string Escape(std::string_view text);

// What a character that must not stay unseen is called, "U+202E", or nothing for one that shows itself. `previous`
// is the character before it: joiners belong to emoji and to some scripts.
std::string NameOfUnseen(std::uint32_t character, std::uint32_t previous);

}  // namespace synapsor::http::review
