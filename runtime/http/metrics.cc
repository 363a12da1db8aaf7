#include "runtime/http/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace synapsor::http {
namespace {

constexpr std::array<std::string_view, 3> kAreaNames = {"mcp", "api", "other"};

}  // namespace

void Metrics::Count(Area area, int status, std::int64_t micros) {
  AreaCounters& counters = areas_[static_cast<std::size_t>(area)];
  ++counters.by_class[static_cast<std::size_t>(std::clamp(status / 100, 0, 5))];
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), micros);
  ++counters.latency[static_cast<std::size_t>(bound - kBounds.begin())];
  counters.micros += static_cast<std::uint64_t>(std::max<std::int64_t>(0, micros));
}

std::string Metrics::Text(const Counters& server) const {
  std::string text;
  auto out = std::back_inserter(text);
  const auto head = [&](std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(out, "# HELP synapsor_{0} {2}\n# TYPE synapsor_{0} {1}\n", name, type, help);
  };
  head("http_requests_total", "counter", "Requests answered, by area and class of status.");
  for (std::size_t a = 0; a < areas_.size(); ++a) {
    for (std::size_t c = 2; c <= 5; ++c) {
      fmt::format_to(out, "synapsor_http_requests_total{{area=\"{}\",status=\"{}xx\"}} {}\n", kAreaNames[a], c,
                     areas_[a].by_class[c].load());
    }
  }
  head("http_request_seconds", "histogram", "Time from the whole request to its answer.");
  for (std::size_t a = 0; a < areas_.size(); ++a) {
    std::uint64_t total = 0;
    for (std::size_t b = 0; b < kBounds.size(); ++b) {
      total += areas_[a].latency[b].load();
      fmt::format_to(out, "synapsor_http_request_seconds_bucket{{area=\"{}\",le=\"{:g}\"}} {}\n", kAreaNames[a],
                     static_cast<double>(kBounds[b]) / 1e6, total);
    }
    total += areas_[a].latency[kBounds.size()].load();
    fmt::format_to(out,
                   "synapsor_http_request_seconds_bucket{{area=\"{0}\",le=\"+Inf\"}} {1}\n"
                   "synapsor_http_request_seconds_sum{{area=\"{0}\"}} {2:.6f}\n"
                   "synapsor_http_request_seconds_count{{area=\"{0}\"}} {1}\n",
                   kAreaNames[a], total, static_cast<double>(areas_[a].micros.load()) / 1e6);
  }
  const auto simple = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    head(name, type, help);
    fmt::format_to(out, "synapsor_{} {}\n", name, value);
  };
  simple("http_connections_total", "counter", "Connections accepted.", server.connections);
  simple("http_connections_refused_total", "counter", "Connections beyond a limit.", server.refused_connections);
  simple("http_connections_open", "gauge", "Connections open now.", server.open_connections);
  simple("http_streams_open", "gauge", "Event streams open now.", server.open_streams);
  simple("http_timeouts_total", "counter", "Connections closed because a request or an answer took too long.",
         server.timeouts);
  simple("http_too_large_total", "counter", "Requests beyond a size limit.", server.too_large);
  simple("http_busy_total", "counter", "Requests refused because too many were waiting.", server.busy);
  simple("http_rate_limited_total", "counter", "Requests beyond a principal's rate.", rate_limited_.load());
  simple("http_unauthenticated_total", "counter", "Requests without a valid token.", unauthenticated_.load());
  return text;
}

}  // namespace synapsor::http
