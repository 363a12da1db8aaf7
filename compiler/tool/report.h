// Findings to standard output in the format asked for; shared by every command whose result they
// are.
#pragma once

#include <string>

#include "compiler/diag/finding.h"
#include "compiler/diag/summary.h"
#include "compiler/source/source.h"
#include "compiler/tool/options.h"

namespace synapsor::tool {

inline constexpr OptionSpec kMaxFindingsOption = {
    .name = "--max-findings",
    .value_name = "N",
    .help = "show at most N findings of one code as text (default 20; 0: all)"};

// `format` is text, json, sarif or github. With github, $GITHUB_STEP_SUMMARY gets a table if it is
// set.
Status WriteReport(const SourceStore& sources, const std::deque<diag::Finding>& findings, const diag::Summary& summary,
                   const std::string& format, int max_per_code);

}  // namespace synapsor::tool
