// Findings for GitHub Actions: workflow commands that annotate the changed lines, and a job summary
// in Markdown.
#pragma once

#include <deque>
#include <string>

#include "compiler/diag/finding.h"
#include "compiler/diag/summary.h"
#include "compiler/source/source.h"

namespace synapsor::diag {

// One command a finding, then the summary line. Text from the user's files cannot end or start a
// command.
std::string RenderGithub(const SourceStore& sources, const std::deque<Finding>& findings, const Summary& summary);

// Markdown for $GITHUB_STEP_SUMMARY: a table of the findings, cut below the megabyte that GitHub
// takes. Text from the user's files cannot become markup.
std::string RenderGithubSummary(const SourceStore& sources, const std::deque<Finding>& findings,
                                const Summary& summary);

}  // namespace synapsor::diag
