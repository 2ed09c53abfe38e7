#include "doors/daemon/metrics.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace kit::daemon {
namespace {

std::optional<uint64_t> resident_bytes(Disk& disk) {
    const auto file = disk.open("/proc/self/statm", OpenMode::read);
    if (!file) return std::nullopt;
    std::array<uint8_t, 128> bytes = {};
    const auto count = (*file)->read(bytes);
    if (!count) return std::nullopt;
    // "all resident shared ...", in pages.
    std::string_view text = as_text(ByteView(bytes).first(*count));
    text.remove_prefix(std::min(text.find(' ') + 1, text.size()));
    uint64_t pages = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), pages);
    if (status != std::errc()) return std::nullopt;
    return pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

class Text final {
public:
    template <typename Number>
    void add(std::string_view name, std::string_view type, std::string_view help, Number value,
             std::string_view labels = {}) {
        text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0}{3} {4}\n", name, help, type,
                             labels, value);
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

}  // namespace

ProcessUse process_use(Disk& disk) {
    ProcessUse use;
    use.resident_bytes = resident_bytes(disk);
    // One of them is the listing's own.
    if (const auto all = disk.list("/proc/self/fd")) use.open_descriptors = all->size() - 1;
    rusage usage = {};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
        use.cpu_s = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    }
    return use;
}

std::string metrics_text(const http::ServerCounts& server, const node::RepoStat& repo,
                         const ProcessUse& process, int64_t started_unix_s) {
    Text text;
    text.add("ipfs_info", "gauge", "IPFS version information.", 1,
             fmt::format("{{commit=\"\",version=\"{}\"}}", node::version_text));
    text.add("kit_info", "gauge", "ipfs-kit version information.", 1,
             fmt::format("{{version=\"{}\"}}", node::kit_version_text));
    text.add("kit_http_connections_open", "gauge", "Connections of all listeners.",
             server.connections_open);
    text.add("kit_http_requests_total", "counter", "Requests since the start.", server.requests);
    text.add("kit_http_received_bytes_total", "counter", "Bytes read from clients.",
             server.bytes_in);
    text.add("kit_http_sent_bytes_total", "counter", "Bytes sent to clients.", server.bytes_out);
    text.add("kit_http_workers", "gauge", "Threads that serve requests.", server.workers);
    text.add("kit_store_size_bytes", "gauge", "Bytes that the store takes.", repo.size_bytes);
    text.add("kit_store_size_bytes_max", "gauge", "Datastore.StorageMax.", repo.storage_bytes_max);
    text.add("kit_store_blocks", "gauge", "Blocks in the store.", repo.object_count);
    if (process.resident_bytes) {
        text.add("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
                 *process.resident_bytes);
    }
    if (process.open_descriptors) {
        text.add("process_open_fds", "gauge", "Number of open file descriptors.",
                 *process.open_descriptors);
    }
    if (process.cpu_s) {
        text.add("process_cpu_seconds_total", "counter",
                 "Total user and system CPU time spent in seconds.", *process.cpu_s);
    }
    text.add("process_start_time_seconds", "gauge",
             "Start time of the process since unix epoch in seconds.", started_unix_s);
    return text.take();
}

}  // namespace kit::daemon
