#include "doors/daemon/metrics.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace kit::daemon {
namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

std::optional<uint64_t> count_descriptors() {
    const std::unique_ptr<DIR, CloseDirectory> directory(::opendir("/proc/self/fd"));
    if (!directory) return std::nullopt;
    uint64_t count = 0;
    while (::readdir(directory.get()) != nullptr) ++count;  // NOLINT(concurrency-mt-unsafe)
    return count > 3 ? count - 3 : 0;  // Without ".", ".." and the directory itself.
}

std::optional<uint64_t> resident_bytes() {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen("/proc/self/statm", "re"));
    unsigned long pages = 0;
    if (!file || std::fscanf(file.get(), "%*u %lu", &pages) != 1) return std::nullopt;
    return uint64_t{pages} * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
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

ProcessUse process_use() {
    ProcessUse use;
    use.resident_bytes = resident_bytes();
    use.open_descriptors = count_descriptors();
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
