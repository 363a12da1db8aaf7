// Parsing a text in a test, and findings as short lines.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/syntax/parse.h"

namespace synapsor::syntax {

// Keeps what the AST points into.
struct Parsed {
  explicit Parsed(std::string text) {
    id = sources.Add("test.sql", std::move(text));
    file = ParseFile(sources, id, sink);
    sink.Sort();
  }

  std::string Place(Span span) const {
    const LineColumn begin = sources.Get(id).Locate(span.begin);
    const LineColumn end = sources.Get(id).Locate(span.end);
    return fmt::format("{}:{}-{}:{}", begin.line, begin.column, end.line, end.column);
  }

  // "2:1-2:8 SYN002 message" for each finding.
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const auto& finding : sink.findings()) {
      lines.push_back(fmt::format("{} {} {}", Place(finding.span), diag::Info(finding.kind).code, finding.message));
    }
    return lines;
  }

  std::string_view TextOf(Span span) const { return sources.Text(span); }

  SourceStore sources;
  FileId id;
  diag::Sink sink;
  ast::File file;
};

inline std::string ReadData(const std::string& name) {
  std::ifstream stream(std::string(SYNAPSOR_SOURCE_DIR) + "/tests/data/" + name, std::ios::binary);
  EXPECT_TRUE(stream.is_open()) << name;
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

// A context around slots, and a capability around tail clauses, for tests of one clause.
inline std::string ContextWith(const std::string& slots) {
  return "CREATE AGENT CONTEXT a.b\nROOT t AS x\nLOOKUP x.id = SESSION k\nOUTPUT SLOTS " + slots + ";\n";
}
inline std::string CapabilityWith(const std::string& tail) {
  return "CREATE AGENT CAPABILITY a.c\nDESCRIPTION 'd'\nUSE CONTEXT a.b\nEXECUTION READ ONLY\n" + tail + ";\n";
}

}  // namespace synapsor::syntax
