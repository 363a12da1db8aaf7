// What a browser sends: cookies, queries and forms. Anything malformed or too much is refused as a whole.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/http/server.h"

namespace synapsor::http {

using FormFields = std::map<std::string, std::string, std::less<>>;

// application/x-www-form-urlencoded: at most 32 fields, none of them twice, valid UTF-8 without NUL.
std::optional<FormFields> ParseForm(std::string_view text);
std::optional<FormFields> ParseQuery(const Request& request);

// The value of a cookie; empty when it is missing or sent several times.
std::string CookieOf(const Request& request, std::string_view name);

// The value of a field; empty when missing.
const std::string& FieldOf(const FormFields& fields, std::string_view name);

}  // namespace synapsor::http
