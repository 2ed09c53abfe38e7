// An HTTP/1.1 server. Its workers wait together in one epoll set: the worker that a readable
// connection wakes serves that request with blocking reads and writes, then parks the connection
// again. No hand-over between threads; ten thousand idle clients cost descriptors, not threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "http/address.h"
#include "http/exchange.h"
#include "http/limits.h"

namespace kit::http {

struct Listener {
    Address address;
    Handler handler;                // Called on any worker; must not throw.
    int inherited_descriptor = -1;  // From socket activation, in place of opening `address`.
    // PEM files; both, or neither for plain HTTP.
    Path certificate_file = {};
    Path key_file = {};
};

// What became of one request; valid during the call.
struct Served {
    const RequestHead& request;  // Without a method when the head was refused.
    std::string_view peer;
    size_t listener = 0;
    int status = 0;  // 0: no answer began.
    int64_t began_unix_ns = 0;
    int64_t duration_ns = 0;
    bool has_stalled = false;       // It took or sent nothing for stall_time_ns_max.
    std::string_view refusal = {};  // What was wrong with the head.
};

struct ServerOptions {
    uint32_t worker_count = 0;  // While nothing is blocked; 0: two a core, at least four.
    uint32_t worker_count_max = limits::worker_count_max;
    uint32_t connection_count_max = limits::connection_count_max;
    int64_t head_time_ns_max = limits::head_time_ns_max;
    int64_t idle_time_ns_max = limits::idle_time_ns_max;
    int64_t stall_time_ns_max = limits::stall_time_ns_max;
    // Told of each request when it is over, by the worker that served it; may be empty.
    std::function<void(const Served&)> on_served = {};
};

struct ServerCounts {
    uint64_t connections_open = 0;
    uint64_t requests = 0;
    uint64_t bytes_in = 0;
    uint64_t bytes_out = 0;
    uint32_t workers = 0;
};

// Safe from any thread.
class Server final {
public:
    // Listens at every address, then serves. Fails with busy naming the address that is taken.
    static Result<std::unique_ptr<Server>> start(Env& env, std::vector<Listener> listeners,
                                                 const ServerOptions& options);
    ~Server();  // Stops at once when stop() was not called.
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Where each listener really listens: ports that the system chose are filled in.
    const std::vector<Address>& addresses() const;
    // Takes no new connection, lets running requests end for at most `grace_ns`, then breaks them.
    void stop(int64_t grace_ns);
    ServerCounts counts() const;

private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace kit::http
