// The program: what belongs to the process (signals, streams, environment, allocator) is tied to
// run() here and nowhere else.
#include <fcntl.h>
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

#include "doors/cli/run.h"
#include "doors/daemon/daemon.h"

namespace {

using kit::ByteView;
using kit::Code;
using kit::Result;

// A signal handler can reach nothing but these.
std::atomic<bool> cancel_flag = false;
std::atomic<bool> timed_out_flag = false;
std::atomic<int> signal_count = 0;

constexpr int forced_exit_code = 255;  // Kubo's.

extern "C" void on_signal(int) {
    cancel_flag = true;
    // The first asks the work to stop where it leaves nothing half done; the second does not ask.
    if (signal_count.fetch_add(1) == 0) return;
    constexpr std::string_view farewell =
        "Received another interrupt before graceful shutdown, terminating...\n";
    static_cast<void>(!::write(STDOUT_FILENO, farewell.data(), farewell.size()));
    ::_exit(forced_exit_code);
}

extern "C" void on_timer(int) {
    timed_out_flag = true;
    cancel_flag = true;
}

void handle(int signal_number, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;  // Without SA_RESTART: a blocked read returns.
    ::sigemptyset(&action.sa_mask);
    ::sigaction(signal_number, &action, nullptr);
}

void start_timer(int64_t duration_ns) {
    if (duration_ns <= 0) {
        on_timer(SIGALRM);
        return;
    }
    handle(SIGALRM, on_timer);
    constexpr int64_t second_ns = 1'000'000'000;
    itimerval timer = {};
    timer.it_value.tv_sec = duration_ns / second_ns;
    timer.it_value.tv_usec = std::max<int64_t>(duration_ns % second_ns / 1000, 1);
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

class RealInput final : public kit::cli::StandardInput {
public:
    bool is_terminal() const override {
        struct stat info = {};
        return ::fstat(STDIN_FILENO, &info) == 0 && S_ISCHR(info.st_mode);
    }
    Result<size_t> read(std::span<uint8_t> out) override {
        while (true) {
            const ssize_t size = ::read(STDIN_FILENO, out.data(), out.size());
            if (size >= 0) return static_cast<size_t>(size);
            if (errno != EINTR) {
                return kit::fail(Code::io_error, "cannot read standard input: {}",
                                 std::generic_category().message(errno));
            }
            if (cancel_flag) return kit::fail(Code::cancelled, "canceled");
        }
    }
    void say_waiting() override {
        constexpr std::string_view text = "ipfs: Reading from /dev/stdin; send Ctrl-d to stop.\n";
        (void)!::write(STDERR_FILENO, text.data(), text.size());
    }
};

class RealOutput final : public kit::cli::Output {
public:
    explicit RealOutput(int descriptor)
        : descriptor_(descriptor), is_terminal_(::isatty(descriptor) == 1) {}

    Result<void> write_pieces(std::span<const ByteView> pieces) override {
        std::vector<iovec> rest;
        size_t size_bytes = 0;
        for (const ByteView piece : pieces) {
            // The interface of writev() is as old as C: it only reads.
            rest.push_back({const_cast<uint8_t*>(piece.data()), piece.size()});
            size_bytes += piece.size();
        }
        if (size_bytes >= large_size_bytes_min && !std::exchange(is_widened_, true)) widen_pipe();
        for (std::span<iovec> left = rest; !left.empty();) {
            const ssize_t size = ::writev(descriptor_, left.data(), static_cast<int>(left.size()));
            if (size >= 0) {
                left = what_is_left(left, static_cast<size_t>(size));
            } else if (errno == EPIPE) {
                reader_left_ = true;
                return kit::fail(Code::cancelled, "nobody reads the output any more");
            } else if (errno != EINTR) {
                return kit::fail(errno == ENOSPC ? Code::storage_full : Code::io_error,
                                 "cannot write the output: {}",
                                 std::generic_category().message(errno));
            } else if (cancel_flag) {
                return kit::fail(Code::cancelled, "canceled");
            }
        }
        return {};
    }
    bool is_terminal() const override { return is_terminal_; }
    size_t width() const override {
        winsize size = {};
        return ::ioctl(descriptor_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    }
    bool reader_left() const { return reader_left_; }

private:
    static constexpr size_t large_size_bytes_min = 64 * kit::KiB;
    static constexpr int pipe_size_bytes_wanted = 1 << 20;  // What Linux gives to everybody.

    static std::span<iovec> what_is_left(std::span<iovec> pieces, size_t written_bytes) {
        while (!pieces.empty() && written_bytes >= pieces.front().iov_len) {
            written_bytes -= pieces.front().iov_len;
            pieces = pieces.subspan(1);
        }
        if (!pieces.empty()) {
            auto& first = pieces.front();
            first.iov_base = static_cast<uint8_t*>(first.iov_base) + written_bytes;
            first.iov_len -= written_bytes;
        }
        return pieces;
    }

    // A pipe that holds 64 KiB makes the two processes wait for each other 16 times as often. One
    // that cannot grow, or is none, stays as it is.
    void widen_pipe() const {
#ifdef F_SETPIPE_SZ
        const int size_bytes = ::fcntl(descriptor_, F_GETPIPE_SZ);
        if (size_bytes < 0 || size_bytes >= pipe_size_bytes_wanted) return;
        (void)::fcntl(descriptor_, F_SETPIPE_SZ, pipe_size_bytes_wanted);
#endif
    }

    const int descriptor_;
    const bool is_terminal_;
    bool reader_left_ = false;
    bool is_widened_ = false;
};

// Standard error once standard output is gone: nothing is said about that.
class QuietAfter final : public kit::cli::Output {
public:
    QuietAfter(RealOutput& err, const RealOutput& out) : err_(err), out_(out) {}
    Result<void> write_pieces(std::span<const ByteView> pieces) override {
        return out_.reader_left() ? Result<void>() : err_.write_pieces(pieces);
    }
    bool is_terminal() const override { return err_.is_terminal(); }
    size_t width() const override { return err_.width(); }

private:
    RealOutput& err_;
    const RealOutput& out_;
};

// Buffers of 256 KiB to 2 MiB come and go all the time. By default each would be its own mapping:
// fresh pages, zeroed by the kernel, for every one. From the heap they are warm and used again.
void tune_allocator() {
    ::mallopt(M_MMAP_THRESHOLD, 8 * 1024 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 32 * 1024 * 1024);
    ::mallopt(M_TOP_PAD, 1024 * 1024);
    ::mallopt(M_ARENA_MAX, 4);
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread runs yet.
    return value == nullptr ? "" : value;
}

// `older` is asked when `name` is not set.
std::string environment(const char* name, const char* older) {
    std::string value = environment(name);
    return value.empty() ? environment(older) : value;
}

// https://github.com/ipfs/kubo/blob/v0.43.1/docs/content-blocking.md; a list of the user's decides
// before the system's.
kit::node::DenylistFolders denylist_folders() {
    if (!environment("IPFS_CONTENT_BLOCKING_DISABLE").empty()) return std::nullopt;
    std::string config = environment("XDG_CONFIG_HOME");
    if (config.empty()) config = kit::join(environment("HOME"), ".config");
    return std::vector<kit::Path>{"/etc/ipfs/denylists", kit::join(config, "ipfs/denylists")};
}

Result<void> run_daemon(const kit::commands::Context& context,
                        const kit::commands::Request& request, kit::commands::Sink& sink) {
    const kit::daemon::Process process = {
        .notify_socket = environment("NOTIFY_SOCKET"),
        .activation = {.process_id = environment("LISTEN_PID"),
                       .descriptor_count = environment("LISTEN_FDS"),
                       .names = environment("LISTEN_FDNAMES")},
        .process_id = ::getpid(),
        .log = {.levels = environment("GOLOG_LOG_LEVEL", "IPFS_LOGGING"),
                .format = environment("GOLOG_LOG_FMT", "IPFS_LOGGING_FMT"),
                .is_terminal = ::isatty(STDERR_FILENO) == 1},
        .write_error =
            [](std::string_view line) {
                (void)RealOutput(STDERR_FILENO).write(kit::as_bytes(line));
            },
        .traces_exporter = environment("OTEL_TRACES_EXPORTER"),
        .traces_file = environment("OTEL_EXPORTER_FILE_PATH")};
    return kit::daemon::run_daemon(process, context, request, sink);
}

std::string current_directory() {
    char* path = ::getcwd(nullptr, 0);
    if (path == nullptr) return ".";
    std::string text(path);
    ::free(path);
    return text;
}

std::string program_name(const char* called) {
    std::string_view name = called == nullptr ? "" : called;
    name.remove_prefix(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1);
    return name == "ipfs" ? "ipfs" : "ipfs-kit";
}

// Standard streams that the parent closed would be the numbers of the next files opened: what is
// printed would land in the store.
void open_missing_streams() {
    for (int descriptor = 0; descriptor <= 2; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) == -1) (void)!::open("/dev/null", O_RDWR);
    }
}

}  // namespace

int main(int count, char** values) {
    tune_allocator();
    open_missing_streams();
    handle(SIGPIPE, SIG_IGN);
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) handle(signal_number, on_signal);

    RealInput in;
    RealOutput out(STDOUT_FILENO);
    RealOutput real_err(STDERR_FILENO);
    QuietAfter err(real_err, out);
    std::string repo = environment("IPFS_PATH");
    if (repo.empty()) repo = kit::join(environment("HOME"), ".ipfs");
    std::vector<std::string> words;
    for (int index = 1; index < count; ++index) words.emplace_back(values[index]);

    const int exit_code = kit::cli::run({.env = kit::real_env(),
                                         .in = in,
                                         .out = out,
                                         .err = err,
                                         .program = program_name(count > 0 ? values[0] : nullptr),
                                         .words = std::move(words),
                                         .working_directory = current_directory(),
                                         .repo = std::move(repo),
                                         .editor = environment("EDITOR"),
                                         .static_names = environment("IPFS_NS_MAP"),
                                         .asks_dns = true,
                                         .denylist_folders = denylist_folders(),
                                         .certificates_file = environment("SSL_CERT_FILE"),
                                         .run_daemon = run_daemon,
                                         .cancel = cancel_flag,
                                         .timed_out = timed_out_flag,
                                         .start_timer = start_timer});
    if (out.reader_left()) {
        // `ipfs-kit cat x | head` ends as any other program in a pipe does.
        handle(SIGPIPE, SIG_DFL);
        ::raise(SIGPIPE);
    }
    // What had to be closed is closed: the rest is the kernel's, which is faster at it.
    std::_Exit(exit_code);
}
