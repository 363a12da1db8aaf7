// Whether the bytes of a file are text at all.
#pragma once

#include <string_view>

#include "compiler/diag/finding.h"

namespace synapsor::syntax {

// Reports bytes that are not UTF-8 (the first place only), control characters other than blanks,
// and characters that change the direction of reading, with which a text can look different from
// what it says. False if there were any: such a file is not parsed.
bool CheckEncoding(std::string_view text, FileId file, diag::Sink& sink);

}  // namespace synapsor::syntax
