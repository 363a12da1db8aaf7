#include "compiler/tool/report.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "compiler/diag/render_github.h"
#include "compiler/diag/render_json.h"
#include "compiler/diag/render_sarif.h"
#include "compiler/diag/render_text.h"
#include "compiler/tool/output.h"
#include "runtime/base/version.h"

namespace synapsor::tool {
namespace {

Status AppendToJobSummary(const char* path, const std::string& text) {
  std::FILE* file = std::fopen(path, "ab");
  bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file != nullptr) written = std::fclose(file) == 0 && written;
  if (written) return {};
  return Fail(ErrorKind::kIo, fmt::format("cannot write the job summary `{}`: {}", path, std::strerror(errno)));
}

}  // namespace

Status WriteReport(const SourceStore& sources, const std::deque<diag::Finding>& findings, const diag::Summary& summary,
                   const std::string& format, int max_per_code) {
  if (format == "json") return WriteData(diag::RenderJson(sources, findings, summary));
  if (format == "sarif") return WriteData(diag::RenderSarif(sources, findings, summary, kVersion));
  if (format == "github") {
    const char* job_summary = std::getenv("GITHUB_STEP_SUMMARY");
    if (job_summary != nullptr && *job_summary != '\0') {
      SYN_RETURN_IF_ERROR(AppendToJobSummary(job_summary, diag::RenderGithubSummary(sources, findings, summary)));
    }
    return WriteData(diag::RenderGithub(sources, findings, summary));
  }
  return WriteData(
      diag::RenderText(sources, findings, summary,
                       {.color = ColorIsWelcome(), .max_per_code = max_per_code, .max_cells = SourceCells()}));
}

}  // namespace synapsor::tool
