// Trustless HTTP gateways as peers of the exchange: a want becomes a request for one raw block, and
// its answer what a peer would have said. Blocks are verified like any other's, so a gateway is
// trusted no more than a peer is. https://specs.ipfs.tech/http-gateways/trustless-gateway/
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/thread_annotations.h"
#include "exchange/bitswap/message.h"
#include "formats/peer_id.h"
#include "http/client.h"
#include "p2p/peer_id_hash.h"

namespace kit::exchange {

using formats::Cid;
using formats::PeerId;

struct HttpPeersCallbacks {
    // From any thread of the gateways'.
    std::function<void(const PeerId&, bitswap::Message)> on_answer;
    // It failed too often in a row and is forgotten.
    std::function<void(const PeerId&, const std::string& reason)> on_gone;
};

// Every call is safe from any thread, and none waits for a gateway.
class HttpPeers final {
public:
    // Blocks larger than `block_size_bytes_max` count as absent.
    HttpPeers(size_t thread_count, uint64_t block_size_bytes_max, HttpPeersCallbacks callbacks)
        : thread_count_(thread_count),
          block_size_bytes_max_(block_size_bytes_max),
          callbacks_(std::move(callbacks)) {}
    // Breaks off what is under way; no callback runs afterwards.
    ~HttpPeers();
    HttpPeers(const HttpPeers&) = delete;
    HttpPeers& operator=(const HttpPeers&) = delete;

    // `url` is "https://gateway.example" without a path. False when the peer is known already, or
    // limits::http_peers_count_max are.
    bool add(const PeerId& peer, std::string url);
    void remove(const PeerId& peer);
    // Asks for what `message` wants; false when the peer is no gateway.
    bool send(const PeerId& peer, const bitswap::Message& message);

private:
    struct Peer {
        PeerId id;
        std::string url;
        uint32_t failure_count = 0;  // In a row. Guarded by the mutex.
        bool is_gone = false;
    };
    struct Task {
        std::shared_ptr<Peer> peer;
        bitswap::WantEntry want;
        std::shared_ptr<std::atomic<bool>> cancel;
    };
    struct Outcome {
        int status = 0;
        Bytes body = {};
    };

    void work();
    Result<Outcome> ask(http::Client& client, const Task& task) const;
    void tell(const Task& task, Result<Outcome> outcome);
    void start_thread() REQUIRES(mutex_);

    const size_t thread_count_;
    const uint64_t block_size_bytes_max_;
    const HttpPeersCallbacks callbacks_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::unordered_map<PeerId, std::shared_ptr<Peer>, p2p::PeerIdHash> peers_ GUARDED_BY(mutex_);
    std::deque<Task> tasks_ GUARDED_BY(mutex_);
    std::vector<Task> running_ GUARDED_BY(mutex_);
    std::vector<std::thread> threads_ GUARDED_BY(mutex_);
    size_t idle_count_ GUARDED_BY(mutex_) = 0;
    bool is_ending_ GUARDED_BY(mutex_) = false;
};

}  // namespace kit::exchange
