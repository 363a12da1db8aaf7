// The text form of each scalar type: which spellings are accepted and the one spelling that is kept. Private
// to runtime/base.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/scalar.h"

namespace synapsor::scalar_text {

// `text` in the kept spelling, or nothing when it is not of that type. Bytes are given and kept raw.
std::optional<std::string> Canonical(std::string_view text, ScalarType type);

std::optional<std::string> DecodeBase64(std::string_view text);
std::string EncodeBase64(std::string_view bytes);

// What a valid text of the type looks like, for messages.
std::string_view Expected(ScalarType type);

}  // namespace synapsor::scalar_text
