#include "runtime/base/scalar_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "runtime/base/utf8.h"

namespace synapsor::scalar_text {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads exactly `count` digits from the front of `rest`.
std::optional<int> TakeDigits(std::string_view& rest, std::size_t count) {
  if (rest.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!IsDigit(rest[i])) return std::nullopt;
    value = value * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(count);
  return value;
}

bool TakeChar(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

// Digits without sign and without leading zeros.
bool IsPlainNatural(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsDigit)) return false;
  return text.size() == 1 || text.front() != '0';
}

template <typename Integer>
std::optional<std::string> CanonicalInteger(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view digits = negative ? text.substr(1) : text;
  if (!IsPlainNatural(digits) || (negative && digits == "0")) return std::nullopt;
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> CanonicalDouble(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  if (value == 0) return "0";  // -0 is the same value
  std::array<char, 32> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), written.ptr);
}

std::optional<std::string> CanonicalDecimal(std::string_view text) {
  std::string_view rest = text;
  const bool negative = TakeChar(rest, '-');
  const std::size_t point = rest.find('.');
  const std::string_view whole = rest.substr(0, point);
  if (!IsPlainNatural(whole)) return std::nullopt;
  if (point != std::string_view::npos) {
    const std::string_view fraction = rest.substr(point + 1);
    if (fraction.empty() || !std::all_of(fraction.begin(), fraction.end(), IsDigit)) {
      return std::nullopt;
    }
  }
  const bool zero = rest.find_first_not_of("0.") == std::string_view::npos;
  return std::string(negative && zero ? rest : text);
}

std::optional<std::chrono::sys_days> TakeDate(std::string_view& rest) {
  const auto year = TakeDigits(rest, 4);
  if (!year || !TakeChar(rest, '-')) return std::nullopt;
  const auto month = TakeDigits(rest, 2);
  if (!month || !TakeChar(rest, '-')) return std::nullopt;
  const auto day = TakeDigits(rest, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year == 0) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::string DateText(std::chrono::sys_days days) {
  const std::chrono::year_month_day date{days};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

// An optional `.f…` of one to six digits, in microseconds; nothing when it is malformed.
std::optional<int> TakeMicros(std::string_view& rest) {
  if (!TakeChar(rest, '.')) return 0;
  int value = 0, digits = 0;
  while (!rest.empty() && IsDigit(rest.front())) {
    if (++digits > 6) return std::nullopt;
    value = value * 10 + (rest.front() - '0');
    rest.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) value *= 10;
  return value;
}

struct TimeOfDay {
  int hours = 0, minutes = 0, seconds = 0, micros = 0;
};

// `hour_digits` may be 2 or 3: MySQL's TIME reaches 838 hours.
std::optional<TimeOfDay> TakeTime(std::string_view& rest, std::size_t hour_digits, int max_hours) {
  TimeOfDay time;
  const auto hours = TakeDigits(rest, hour_digits);
  if (!hours || *hours > max_hours || !TakeChar(rest, ':')) return std::nullopt;
  const auto minutes = TakeDigits(rest, 2);
  if (!minutes || *minutes > 59 || !TakeChar(rest, ':')) return std::nullopt;
  const auto seconds = TakeDigits(rest, 2);
  if (!seconds || *seconds > 59) return std::nullopt;
  const auto micros = TakeMicros(rest);
  if (!micros) return std::nullopt;
  return TimeOfDay{*hours, *minutes, *seconds, *micros};
}

std::string TimeText(const TimeOfDay& time) {
  std::string text = fmt::format("{:02}:{:02}:{:02}", time.hours, time.minutes, time.seconds);
  if (time.micros != 0) text += fmt::format(".{:06}", time.micros);
  return text;
}

std::optional<std::string> CanonicalDate(std::string_view text) {
  const auto date = TakeDate(text);
  if (!date || !text.empty()) return std::nullopt;
  return DateText(*date);
}

std::optional<std::string> CanonicalTime(std::string_view text) {
  const bool negative = TakeChar(text, '-');
  const auto time = TakeTime(text, text.find(':') == 3 ? 3 : 2, 838);
  if (!time || !text.empty()) return std::nullopt;
  const std::string kept = TimeText(*time);
  return (negative && kept != "00:00:00" ? "-" : "") + kept;
}

std::optional<std::string> CanonicalTimestamp(std::string_view text) {
  const auto date = TakeDate(text);
  if (!date || (!TakeChar(text, ' ') && !TakeChar(text, 'T'))) return std::nullopt;
  const auto time = TakeTime(text, 2, 23);
  if (!time || !text.empty()) return std::nullopt;
  return DateText(*date) + " " + TimeText(*time);
}

// `Z`, `+HH`, `+HHMM` or `+HH:MM`, in minutes east.
std::optional<int> TakeOffset(std::string_view& rest) {
  if (TakeChar(rest, 'Z')) return 0;
  const bool west = !rest.empty() && rest.front() == '-';
  if (!TakeChar(rest, '+') && !TakeChar(rest, '-')) return std::nullopt;
  const auto hours = TakeDigits(rest, 2);
  if (!hours || *hours > 15) return std::nullopt;
  int minutes = 0;
  if (!rest.empty()) {
    TakeChar(rest, ':');
    const auto given = TakeDigits(rest, 2);
    if (!given || *given > 59) return std::nullopt;
    minutes = *given;
  }
  const int east = *hours * 60 + minutes;
  return west ? -east : east;
}

std::optional<std::string> CanonicalTimestampTz(std::string_view text) {
  const auto date = TakeDate(text);
  if (!date || (!TakeChar(text, ' ') && !TakeChar(text, 'T'))) return std::nullopt;
  const auto time = TakeTime(text, 2, 23);
  if (!time) return std::nullopt;
  const auto east = TakeOffset(text);
  if (!east || !text.empty()) return std::nullopt;
  const auto instant = std::chrono::sys_seconds{*date} + std::chrono::hours{time->hours} +
                       std::chrono::minutes{time->minutes - *east} + std::chrono::seconds{time->seconds};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const int year = static_cast<int>(std::chrono::year_month_day{day}.year());
  if (year < 1 || year > 9999) return std::nullopt;
  const std::chrono::hh_mm_ss of_day{instant - day};
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}Z", DateText(day), of_day.hours().count(), of_day.minutes().count(),
                     of_day.seconds().count(), time->micros);
}

std::optional<std::string> CanonicalUuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string kept(text);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    char& c = kept[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return std::nullopt;
    } else if (c >= 'A' && c <= 'F') {
      c = static_cast<char>(c - 'A' + 'a');
    } else if (!IsDigit(c) && !(c >= 'a' && c <= 'f')) {
      return std::nullopt;
    }
  }
  return kept;
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const auto value_of = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (IsDigit(c)) return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t group = 0;
    std::size_t padding = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const char c = text[i + k];
      if (c == '=' && i + 4 == text.size() && k >= 2) {
        ++padding;
        group <<= 6;
        continue;
      }
      const int value = value_of(c);
      if (value < 0 || padding > 0) return std::nullopt;
      group = group << 6 | static_cast<std::uint32_t>(value);
    }
    for (std::size_t k = 0; k < 3 - padding; ++k) {
      bytes += static_cast<char>(group >> (16 - 8 * k) & 0xFF);
    }
  }
  if (EncodeBase64(bytes) != text) return std::nullopt;  // stray bits in the last group
  return bytes;
}

std::optional<std::string> Canonical(std::string_view text, ScalarType type) {
  switch (type) {
    case ScalarType::kText:
      if (!IsUtf8(text) || text.find('\0') != std::string_view::npos) return std::nullopt;
      return std::string(text);
    case ScalarType::kInt64: return CanonicalInteger<std::int64_t>(text);
    case ScalarType::kUInt64: return CanonicalInteger<std::uint64_t>(text);
    case ScalarType::kBoolean:
      return text == "true" || text == "false" ? std::optional(std::string(text)) : std::nullopt;
    case ScalarType::kDouble: return CanonicalDouble(text);
    case ScalarType::kDecimal: return CanonicalDecimal(text);
    case ScalarType::kDate: return CanonicalDate(text);
    case ScalarType::kTime: return CanonicalTime(text);
    case ScalarType::kTimestamp: return CanonicalTimestamp(text);
    case ScalarType::kTimestampTz: return CanonicalTimestampTz(text);
    case ScalarType::kUuid: return CanonicalUuid(text);
    case ScalarType::kBytes: return std::string(text);
    case ScalarType::kJson:
      if (!nlohmann::json::accept(text)) return std::nullopt;
      return std::string(text);
  }
  return std::nullopt;
}

std::string_view Expected(ScalarType type) {
  switch (type) {
    case ScalarType::kText: return "UTF-8 text without NUL";
    case ScalarType::kInt64: return "a whole number from -2^63 to 2^63-1, such as 42";
    case ScalarType::kUInt64: return "a whole number from 0 to 2^64-1, such as 42";
    case ScalarType::kBoolean: return "true or false";
    case ScalarType::kDouble: return "a finite number, such as 2.5";
    case ScalarType::kDecimal: return "decimal digits, such as 12.50";
    case ScalarType::kDate: return "a date as YYYY-MM-DD";
    case ScalarType::kTime: return "a time as HH:MM:SS";
    case ScalarType::kTimestamp: return "a timestamp as YYYY-MM-DD HH:MM:SS";
    case ScalarType::kTimestampTz: return "an instant as YYYY-MM-DDTHH:MM:SSZ";
    case ScalarType::kUuid: return "a UUID";
    case ScalarType::kBytes: return "base64";
    case ScalarType::kJson: return "a JSON document";
  }
  return "a value";
}

}  // namespace synapsor::scalar_text
