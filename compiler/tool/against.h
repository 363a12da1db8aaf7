// The authority that a change is compared with: a bundle file, or the DDL as it stands at a git ref.
#pragma once

#include <string>
#include <vector>

#include "compiler/tool/compile.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::tool {

struct Baseline {
  std::string name;    // as given
  std::string digest;  // of its bundle
  std::vector<bundle::AuthorityFact> authority;
};

// `against` names an existing file, which must be a bundle, or a commit of the repository that the current folder lies in;
// then configuration, DDL and schema files are taken from that commit and built with the options of this run. Files
// that the commit does not have count as empty. The working tree is not touched.
Result<Baseline> LoadBaseline(const std::string& against, const CompileOptions& options);

}  // namespace synapsor::tool
