// Places for tests: the first occurrence of a text in a file.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "compiler/source/source.h"

namespace synapsor::diag {

inline Span At(const SourceStore& sources, FileId file, std::string_view text) {
  const std::size_t at = sources.Get(file).text().find(text);
  EXPECT_NE(at, std::string_view::npos) << text;
  return {file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + text.size())};
}

}  // namespace synapsor::diag
