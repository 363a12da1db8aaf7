// Statements of the tests themselves against a target database, past the drivers that are under test.
#pragma once

#include <string>

namespace synapsor::writeback {

// `where` is a path for sqlite, a URL otherwise. Throws std::runtime_error.
void RunSql(const std::string& engine, const std::string& where, const std::string& sql);

// Several statements, as `sync grants` prints them.
void RunScript(const std::string& engine, const std::string& where, const std::string& script);

}  // namespace synapsor::writeback
