// How fast frames go from one host to another: two processes on loopback, the real host with
// encryption and multiplexing, nothing read from a disk and nothing hashed.
//   frame_throughput [MEBIBYTES [FRAME_KIBIBYTES [THREADS]]]
// Prints mebibytes each second, and the processor time that either side spent.
#include <fmt/core.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>

#include "base/env.h"
#include "formats/key.h"
#include "p2p/shim_host.h"

namespace kit::p2p {
namespace {

using std::chrono::seconds;

const std::vector<std::string> protocols{"/bench/frames/1.0.0"};

std::unique_ptr<ShimHost> open(Env& env, uint32_t threads) {
    ShimHostOptions options;
    options.private_key =
        formats::PrivateKey::generate(formats::KeyType::ed25519, env.random).value().to_protobuf();
    options.agent = "ipfs-kit/bench";
    options.listen.push_back(Multiaddr::from_text("/ip4/127.0.0.1/tcp/0").value());
    options.threads = threads;
    auto host = ShimHost::open(env.clock, options);
    if (!host) {
        fmt::print(stderr, "{}\n", host.error().to_text());
        std::exit(1);
    }
    return *std::move(host);
}

double processor_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto in_seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return in_seconds(used.ru_utime) + in_seconds(used.ru_stime);
}

// Tells its address through `out` and takes frames until it has seen `size_bytes`; then it answers
// with a frame of its own.
int receive(Env& env, int out, uint64_t size_bytes, uint32_t threads) {
    const auto host = open(env, threads);
    if (!host->serve_frames(protocols, 4 * MiB)) return 1;
    const std::string address =
        host->addresses().front().to_text() + "/p2p/" + host->id().to_text() + "\n";
    if (::write(out, address.data(), address.size()) < 0) return 1;
    const double before = processor_seconds();
    uint64_t received_bytes = 0;
    while (received_bytes < size_bytes) {
        std::vector<Event> events;
        const int64_t until =
            env.clock.monotonic_ns() + std::chrono::nanoseconds(seconds(30)).count();
        const auto count = host->next_events(events, 64, until);
        if (!count || *count == 0) return 1;
        for (const Event& event : events) {
            const auto* frame = std::get_if<FrameReceived>(&event);
            if (frame == nullptr) continue;
            received_bytes += frame->frame.size();
            if (received_bytes < size_bytes) continue;
            const std::vector<SharedBytes> end{SharedBytes::from({1})};
            if (!host->send_frame(frame->peer, protocols, end)) return 1;
        }
    }
    fmt::print("receiver: {:.2f} s of a processor\n", processor_seconds() - before);
    std::vector<Event> events;
    while (host->next_events(events, 64, env.clock.monotonic_ns() + 1'000'000'000).value_or(0) >
           0) {
        if (std::get_if<PeerDisconnected>(&events.back()) != nullptr) break;
        events.clear();
    }
    return 0;
}

// Sends until the host has no more room, waits for room, and so on.
int send(Env& env, const std::string& address, uint64_t size_bytes, size_t frame_bytes,
         uint32_t threads) {
    const auto host = open(env, threads);
    if (!host->serve_frames(protocols, 4 * MiB)) return 1;
    const size_t cut = address.find("/p2p/");
    const auto peer = PeerId::from_text(address.substr(cut + 5)).value();
    const auto where = Multiaddr::from_text(address.substr(0, cut)).value();
    if (!host->connect({peer, {where}}, seconds(30))) return 1;
    Bytes content(frame_bytes - 8);
    env.random.fill(content);
    const std::array<SharedBytes, 2> pieces{SharedBytes::from(Bytes(8, 1)),
                                            SharedBytes::from(std::move(content))};
    const auto start = std::chrono::steady_clock::now();
    const double before = processor_seconds();
    uint64_t queued_bytes = 0;
    for (bool answered = false; !answered;) {
        while (queued_bytes < size_bytes && host->send_frame(peer, protocols, pieces)) {
            queued_bytes += frame_bytes;
        }
        std::vector<Event> events;
        const int64_t until =
            env.clock.monotonic_ns() + std::chrono::nanoseconds(seconds(30)).count();
        const auto count = host->next_events(events, 64, until);
        if (!count || *count == 0) return 1;
        for (const Event& event : events) {
            if (const auto* failed = std::get_if<FramesFailed>(&event)) {
                fmt::print(stderr, "{}\n", failed->reason);
                return 1;
            }
            answered = answered || std::get_if<FrameReceived>(&event) != nullptr;
        }
    }
    const double took =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fmt::print("sender: {:.2f} s of a processor\n{:.0f} MiB/s, {:.3f} s\n",
               processor_seconds() - before, static_cast<double>(size_bytes) / MiB / took, took);
    return 0;
}

int run(uint64_t size_bytes, size_t frame_bytes, uint32_t threads) {
    Env& env = real_env();
    int ends[2];
    if (::pipe(ends) != 0) return 1;
    const pid_t child = ::fork();
    if (child < 0) return 1;
    if (child == 0) std::exit(receive(env, ends[1], size_bytes, threads));
    ::close(ends[1]);
    std::string address;
    for (char byte = 0; ::read(ends[0], &byte, 1) == 1 && byte != '\n';) address.push_back(byte);
    const int sent = address.empty() ? 1 : send(env, address, size_bytes, frame_bytes, threads);
    int status = 0;
    ::waitpid(child, &status, 0);
    return sent != 0 || status != 0 ? 1 : 0;
}

}  // namespace
}  // namespace kit::p2p

int main(int count, char** values) {
    // As doors/cli/main.cc, since memory that is asked of the system each time costs as much as
    // AES.
    ::mallopt(M_MMAP_THRESHOLD, 8 * 1024 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 32 * 1024 * 1024);
    ::mallopt(M_TOP_PAD, 1024 * 1024);
    ::mallopt(M_ARENA_MAX, 4);
    const auto number = [&](int place, uint64_t otherwise) {
        return count > place ? std::strtoull(values[place], nullptr, 10) : otherwise;
    };
    return kit::p2p::run(number(1, 512) << 20, number(2, 512) << 10,
                         static_cast<uint32_t>(number(3, 2)));
}
