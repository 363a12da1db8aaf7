// The one layout of agent DDL, that of `sync fmt`: a clause a line, lists as in the documentation,
// keywords in upper case. Names, values and comments are kept.
#pragma once

#include <string>
#include <string_view>

namespace synapsor::syntax {

// Statements with a mistake, ordinary SQL and texts that are not UTF-8 are left as they are. The
// result means the same as `text`, and formatting it again changes nothing.
std::string Format(std::string_view text);

}  // namespace synapsor::syntax
