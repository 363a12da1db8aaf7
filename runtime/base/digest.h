// SHA-256 and canonical JSON: the one way in which anything here is fingerprinted.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace synapsor {

// Lower-case hex of SHA-256 over `bytes`, 64 characters.
std::string Sha256Hex(std::string_view bytes);

// "sha256:" + hex, the form in bundles, proposals and events.
std::string Digest(std::string_view bytes);

// The digest of the parts one after the other, without joining them.
std::string DigestOfParts(std::string_view first, std::string_view second);

// Sorted keys, no insignificant white space, UTF-8; equal values give equal bytes.
std::string CanonicalJson(const nlohmann::json& value);

}  // namespace synapsor
