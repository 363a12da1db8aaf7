#include "runtime/http/review/html.h"

#include <fmt/format.h>

#include "runtime/base/utf8.h"

namespace synapsor::http::review {
namespace {

void AppendEscaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

bool JoinsHere(std::uint32_t joiner, std::uint32_t previous) {
  const bool after_script = previous >= 0x600 && previous <= 0xDFF;  // Arabic to Sinhala
  const bool after_emoji = previous >= 0x2600 || previous == 0xFE0F;
  return after_script || (joiner == 0x200D && after_emoji);
}

bool IsUnseen(std::uint32_t c) {
  if (c < 0x20) return c != '\n' && c != '\t';
  return (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 ||
         (c >= 0x17B4 && c <= 0x17B5) || (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0x3164 || c == 0xFEFF || c == 0xFFA0 ||
         (c >= 0xFFF0 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
}

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::string NameOfUnseen(std::uint32_t character, std::uint32_t previous) {
  if (!IsUnseen(character)) return {};
  if ((character == 0x200C || character == 0x200D) && JoinsHere(character, previous)) return {};
  return fmt::format("U+{:04X}", character);
}

std::string Escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  std::uint32_t previous = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = DecodeUtf8(text, at);
    if (!point.valid) {
      out += fmt::format("⟨byte {:02X}⟩", static_cast<unsigned char>(text[at]));
    } else if (const std::string name = NameOfUnseen(point.value, previous); !name.empty()) {
      out += "⟨" + name + "⟩";
    } else {
      AppendEscaped(out, text.substr(at, point.length));
    }
    previous = point.value;
    at += point.length;
  }
  return out;
}

Url& Url::Number(std::int64_t number) {
  text_ += fmt::format("/{}", number);
  return *this;
}

Url& Url::Segment(PathLiteral path) {
  text_ += path.text();
  return *this;
}

Url& Url::Query(AttributeName name, std::string_view value) {
  if (value.empty()) return *this;
  text_ += fmt::format("{}{}={}", has_query_ ? '&' : '?', name.text(), PercentEncoded(value));
  has_query_ = true;
  return *this;
}

Url& Url::Fragment(AttributeName name) {
  text_ += fmt::format("#{}", name.text());
  return *this;
}

Attribute::Attribute(AttributeName name, std::string_view value)
    : markup_(fmt::format(" {}=\"{}\"", name.text(), Escape(value))) {}

Attribute::Attribute(AttributeName name, std::int64_t value) : markup_(fmt::format(" {}=\"{}\"", name.text(), value)) {}

Attribute::Attribute(AttributeName name, bool present)
    : markup_(present ? fmt::format(" {}", name.text()) : std::string()) {}

Attribute Attribute::Href(const Url& url) { return Attribute(fmt::format(" href=\"{}\"", Escape(url.text()))); }

Attribute Attribute::Action(const Url& url) { return Attribute(fmt::format(" action=\"{}\"", Escape(url.text()))); }

Attribute Attribute::HrefToField(std::string_view id) {
  return Attribute(fmt::format(" href=\"#{}\"", PercentEncoded(id)));
}

Html::Html(std::string_view text) : markup_(Escape(text)) {}

Html::Html(std::initializer_list<Html> parts) {
  for (const Html& part : parts) markup_ += part.markup_;
}

Html& Html::operator+=(const Html& other) {
  markup_ += other.markup_;
  return *this;
}

Html Html::Element(TagName tag, std::initializer_list<Attribute> attributes, std::initializer_list<Html> children) {
  Html html = Void(tag, attributes);
  // A parser drops the first line feed of these two, which would change a text that begins with one.
  if (tag.text() == "pre" || tag.text() == "textarea") html.markup_ += '\n';
  for (const Html& child : children) html.markup_ += child.markup_;
  html.markup_ += fmt::format("</{}>", tag.text());
  return html;
}

Html Html::Void(TagName tag, std::initializer_list<Attribute> attributes) {
  Html html;
  html.markup_ = fmt::format("<{}", tag.text());
  for (const Attribute& attribute : attributes) html.markup_ += attribute.markup_;
  html.markup_ += '>';
  return html;
}

Html Html::Doctype() {
  Html html;
  html.markup_ = "<!doctype html>\n";
  return html;
}

}  // namespace synapsor::http::review
