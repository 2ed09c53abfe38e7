// Streams of the real host: those that block, and the ports of those that do not. Which of the
// shim's operations and protocols belong to which port stands here.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/thread_annotations.h"
#include "p2p/shim_values.h"
#include "p2p/stream.h"

namespace kit::p2p {

// The stream of an event, which gives it up.
std::unique_ptr<Stream> take_stream(KitP2pEvent& event);

class ShimPort;

// Every call is safe from any thread. `host` must be living.
class ShimStreams final {
public:
    explicit ShimStreams(KitP2pHost* host) : host_(host) {}

    Result<std::unique_ptr<StreamPort>> open_port();

    // From the thread that takes the host's events. A stream that no port wants is reset.
    void take_inbound(KitP2pEvent& event);
    // True when the operation is a port's.
    bool take_answer(KitP2pEvent& event);

private:
    friend class ShimPort;

    enum class Stage : uint8_t { dialling, opening, carrying };
    struct Asked {
        ShimPort* port;
        uint64_t request;
        Stage stage;
        PeerId peer;
        std::vector<std::string> protocols;
        int64_t timeout_ms;
    };

    Result<void> accept(ShimPort& port, const std::string& protocol);
    Result<void> refuse(ShimPort& port, const std::string& protocol);
    Result<uint64_t> open(ShimPort& port, const PeerAddress& peer,
                          std::vector<std::string> protocols, int64_t timeout_ms);
    Result<uint64_t> carry(ShimPort& port, std::unique_ptr<Stream> stream, Descriptor socket);
    void cancel(ShimPort& port, uint64_t request);
    void forget(ShimPort& port);
    // The peer is connected: now the stream.
    Result<void> begin_stream(Asked asked) REQUIRES(mutex_);

    KitP2pHost* const host_;
    // Held while the shim is called, since its answer may come before the call returns, and while
    // a port is told, since it may be on its way out.
    std::mutex mutex_;
    std::unordered_map<uint64_t, Asked> asked_ GUARDED_BY(mutex_);         // By operation.
    std::unordered_map<std::string, ShimPort*> ports_ GUARDED_BY(mutex_);  // By protocol.
    uint64_t next_request_ GUARDED_BY(mutex_) = 1;
};

}  // namespace kit::p2p
