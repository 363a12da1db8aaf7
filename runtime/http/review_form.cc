#include "runtime/http/review_form.h"

#include "runtime/base/utf8.h"

namespace synapsor::http {
namespace {

constexpr std::size_t kMostFields = 32;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%') {
      if (i + 2 >= text.size() || HexDigit(text[i + 1]) < 0 || HexDigit(text[i + 2]) < 0) return std::nullopt;
      out += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  if (!IsUtf8(out) || out.find('\0') != out.npos) return std::nullopt;
  return out;
}

}  // namespace

std::optional<FormFields> ParseForm(std::string_view text) {
  FormFields fields;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = Decode(pair.substr(0, equals));
    auto value = Decode(pair.substr(std::min(pair.size(), equals + 1)));
    if (!name || !value || fields.size() >= kMostFields) return std::nullopt;
    if (!fields.emplace(*std::move(name), *std::move(value)).second) return std::nullopt;
  }
  return fields;
}

std::optional<FormFields> ParseQuery(const Request& request) {
  const std::string_view target = request.target;
  const std::size_t mark = target.find('?');
  return mark == target.npos ? FormFields() : ParseForm(target.substr(mark + 1));
}

std::string CookieOf(const Request& request, std::string_view name) {
  if (request.Count("Cookie") != 1) return {};
  std::string_view rest = request.Find("Cookie");
  std::string found;
  int count = 0;
  while (!rest.empty()) {
    std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      found = pair.substr(name.size() + 1);
      ++count;
    }
  }
  return count == 1 ? found : std::string();
}

const std::string& FieldOf(const FormFields& fields, std::string_view name) {
  static const std::string kNone;
  const auto field = fields.find(name);
  return field == fields.end() ? kNone : field->second;
}

}  // namespace synapsor::http
