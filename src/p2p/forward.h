// Tunnels: what connects to a socket here goes through a stream to a peer (forward), and what a
// peer opens here goes to a socket (listen), as Kubo's `ipfs p2p`; or to our own server, as a
// socket pair (serve). One thread waits for all of it, and the bytes are carried by the host's
// threads: a tunnel costs two descriptors and no thread.
// https://github.com/ipfs/kubo/blob/master/docs/p2p-tunnels.md
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/stream.h"

namespace kit::p2p {

// What stands in `p2p ls`. A listener of peers listens at /p2p/<us>, a forwarder leads to
// /p2p/<peer>.
struct TunnelListener {
    uint64_t number;
    std::string protocol;
    Multiaddr listen;
    Multiaddr target;
};

// What stands in `p2p stream ls`.
struct Tunnel {
    uint64_t number;
    std::string protocol;
    Multiaddr origin;
    Multiaddr target;
};

// Which listeners `p2p close` means: those that fit all that is given.
struct TunnelMatch {
    std::optional<std::string> protocol = std::nullopt;
    std::optional<Multiaddr> listen = std::nullopt;
    std::optional<Multiaddr> target = std::nullopt;
};

// Every call is safe from any thread; none waits for a peer.
class Forward final {
public:
    // Gets a stream of a served protocol as a connected socket. Called by the thread of the
    // tunnels, so it must not block.
    using OnSocket = std::move_only_function<void(Descriptor socket, const PeerId& peer)>;

    // `port` is of a host that outlives this; `self` is the host's id. Fails with io_error.
    static Result<std::unique_ptr<Forward>> open(const Clock& clock,
                                                 std::unique_ptr<StreamPort> port, PeerId self);
    // Ends every listener and tunnel. A unix socket's file is removed.
    ~Forward();

    // Listens at `address` (port 0 is chosen by the system) and leads to `peer`, which need not be
    // connected. Fails with already_exists, invalid_argument, and as listen_at().
    Result<TunnelListener> forward(const std::string& protocol, const Multiaddr& address,
                                   const PeerAddress& peer);
    // Leads what peers open to `target`; with `reports_peer` the peer's id and a line's end come
    // first. Fails with already_exists, invalid_argument, and unsupported for the target.
    Result<TunnelListener> listen(const std::string& protocol, const Multiaddr& target,
                                  bool reports_peer);
    Result<void> serve(const std::string& protocol, OnSocket on_socket);
    Result<void> stop_serving(const std::string& protocol);

    std::vector<TunnelListener> listeners() const;
    // Ends listeners; their tunnels go on. Returns how many.
    size_t close(const TunnelMatch& match);
    // Returns once the listener is closed, or fails with cancelled.
    Result<void> wait_closed(uint64_t number, std::stop_token stop);

    std::vector<Tunnel> tunnels() const;
    // Cuts a tunnel off. Fails with not_found.
    Result<void> close_tunnel(uint64_t number);
    size_t close_tunnels();

private:
    // One that listens at a socket has a descriptor; one of peers has a target address; a served
    // protocol has `on_socket`.
    struct Listener {
        TunnelListener shown;
        Descriptor socket;
        std::optional<PeerAddress> peer;
        bool reports_peer = false;
        int64_t paused_until_ns = 0;  // No descriptors were left.
    };
    // A connection from here that waits for its stream, by the port's request.
    struct Opening {
        Tunnel shown;
        Descriptor socket;
    };
    // A stream from a peer that waits for its connection, by the socket.
    struct Connecting {
        Tunnel shown;
        Descriptor socket;
        std::unique_ptr<Stream> stream;
        bool reports_peer;
    };

    Forward(const Clock& clock, std::unique_ptr<StreamPort> port, PeerId self, Descriptor epoll,
            Descriptor bell);

    void run(const std::stop_token& stop);
    void take_news();
    void on_accepted(std::unique_ptr<Stream> stream);
    void on_opened(StreamNews news);
    void on_ready(int descriptor);
    void accept_from(Listener& listener) REQUIRES(mutex_);
    void finish_connecting(int descriptor) REQUIRES(mutex_);
    void carry(Tunnel shown, std::unique_ptr<Stream> stream, Descriptor socket) REQUIRES(mutex_);
    // Listens again after a pause; returns when that is next due.
    int64_t resume_paused();
    bool has_room() const REQUIRES(mutex_);
    Result<void> watch(int descriptor, uint32_t events) REQUIRES(mutex_);
    void end(const Listener& listener) REQUIRES(mutex_);
    Multiaddr self_address() const;

    const Clock& clock_;
    const PeerId self_;
    const std::unique_ptr<StreamPort> port_;
    const Descriptor epoll_;
    const Descriptor bell_;  // Wakes the thread at the end.

    mutable std::mutex mutex_;
    std::condition_variable_any closed_;
    std::map<uint64_t, Listener> listeners_ GUARDED_BY(mutex_);
    std::map<std::string, std::shared_ptr<OnSocket>> served_ GUARDED_BY(mutex_);
    std::map<uint64_t, Opening> opening_ GUARDED_BY(mutex_);
    std::map<int, Connecting> connecting_ GUARDED_BY(mutex_);
    std::map<uint64_t, Tunnel> tunnels_ GUARDED_BY(mutex_);  // By the port's request.
    uint64_t next_listener_ GUARDED_BY(mutex_) = 1;
    uint64_t next_tunnel_ GUARDED_BY(mutex_) = 0;  // As Kubo counts.
    std::jthread thread_;
};

}  // namespace kit::p2p
