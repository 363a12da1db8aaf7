// Which DDL files a run reads: those on the command line, or those that the configuration's globs
// match.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/config/config.h"

namespace synapsor::tool {

// `named` without repeats (`a.sql` and `./a.sql` are one); if it is empty, the files of config.ddl,
// sorted. No file at all is a usage error.
Result<std::vector<std::string>> FindDdlFiles(const std::vector<std::string>& named, const config::Config& config);

// Paths below `folder` (empty: the current one) that match `pattern`, sorted. `*` and `?` stay
// within a name, `**` as a whole component stands for any number of folders. Names that begin with
// a dot match only if the pattern says so.
std::vector<std::string> ExpandGlob(const std::string& folder, const std::string& pattern);

}  // namespace synapsor::tool
