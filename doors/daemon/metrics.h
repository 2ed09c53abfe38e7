// The daemon's figures as Prometheus reads them, at /debug/metrics/prometheus of the RPC port.
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <string>

#include "base/env.h"
#include "http/server.h"
#include "node/node.h"

namespace kit::daemon {

// What the process itself uses; absent values are left out.
struct ProcessUse {
    std::optional<uint64_t> resident_bytes;
    std::optional<uint64_t> open_descriptors;
    std::optional<double> cpu_s;
};
ProcessUse process_use(Disk& disk);

// Names that Kubo's dashboards ask for where they mean the same, "kit_" before our own.
std::string metrics_text(const http::ServerCounts& server, const node::RepoStat& repo,
                         const ProcessUse& process, int64_t started_unix_s);

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace kit::daemon
