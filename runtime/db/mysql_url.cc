#include "runtime/db/mysql_url.h"

#include <charconv>

namespace synapsor::db {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<std::string> Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

// Cuts `rest` at the first `separator`; the part before it, or all.
std::string_view Take(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

bool ReadHost(std::string_view text, MysqlAddress& address) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return false;
    if (!port.empty()) port.remove_prefix(1);
  } else {
    port = text;
    const auto host = Decoded(Take(port, ':'));
    if (!host) return false;
    address.host = *host;
  }
  if (port.empty()) return true;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  return error == std::errc() && end == port.data() + port.size() && address.port > 0 && address.port < 65536;
}

}  // namespace

std::optional<MysqlAddress> ParseMysqlUrl(std::string_view url) {
  if (url.starts_with("mysql://")) {
    url.remove_prefix(8);
  } else if (url.starts_with("mariadb://")) {
    url.remove_prefix(10);
  } else {
    return std::nullopt;
  }
  std::string_view rest = url;
  std::string_view query = rest;
  rest = Take(query, '?');
  std::string_view path = rest;
  std::string_view authority = Take(path, '/');
  MysqlAddress address;
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    std::string_view password = authority.substr(0, at);
    const auto user = Decoded(Take(password, ':'));
    const auto secret = Decoded(password);
    if (!user || !secret) return std::nullopt;
    address.user = *user;
    address.password = *secret;
    authority.remove_prefix(at + 1);
  }
  if (!ReadHost(authority, address)) return std::nullopt;
  const auto database = Decoded(path);
  if (!database || database->find('/') != std::string::npos) return std::nullopt;
  address.database = *database;
  while (!query.empty()) {
    std::string_view value = Take(query, '&');
    const std::string_view key = Take(value, '=');
    const auto decoded = Decoded(value);
    // Unknown options are refused: one that asks for less safety must not be passed over.
    if (key != "socket" || !decoded || !decoded->starts_with('/')) return std::nullopt;
    address.socket = *decoded;
  }
  if (address.host.empty() && address.socket.empty()) return std::nullopt;
  return address;
}

}  // namespace synapsor::db
