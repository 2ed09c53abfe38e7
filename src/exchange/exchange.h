// Bitswap in the node: one thread takes the host's events and runs the engine, others hash what
// came, one more stores it in batches. Readers get a source that looks in the store first and
// fetches what is not there; what they announce ahead is under way before they ask for it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/task_pool.h"
#include "base/thread_annotations.h"
#include "blocks/store.h"
#include "exchange/bitswap/engine.h"
#include "exchange/http_peers.h"
#include "exchange/limits.h"
#include "exchange/pump.h"
#include "p2p/host.h"

namespace kit::exchange {

struct ExchangeOptions {
    size_t hash_thread_count = hardware_thread_count();  // 0: on the network's thread.
    // Every event but the exchange's own frames and searches; as on_drop on the network's thread,
    // which must not wait.
    std::function<void(p2p::Event&)> on_event = {};
    std::function<void(const bitswap::Drop&)> on_drop = {};
    // Searches for providers of a block that nobody near has, in place of the host's DHT; whoever
    // is found is dialled, or add_gateway()ed. On the network's thread, which must not wait.
    std::function<void(const Cid&)> on_search = {};
    size_t gateway_threads_count = limits::http_threads_count;
    uint64_t gateway_block_size_bytes_max = 2 * MiB;
};

struct FetchOptions {
    // How long one block may take to come; nullopt: until the fetch is cancelled.
    std::optional<std::chrono::milliseconds> block_timeout = std::chrono::minutes(1);
    const std::atomic<bool>* cancel = nullptr;  // Looked at ten times a second, as the next.
    // Whether whoever waits has gone. Called by the thread that waits.
    std::function<bool()> is_abandoned = {};
    // The reader goes on to everything that is linked from what it announces (cat, get, pin): links
    // of dag-pb blocks are asked for as soon as these come, so the line is never empty between two
    // nodes. Not for readers that look at nodes and leave their children alone (ls).
    bool follows_links = false;
    // What is read first, in place of the store: a cache in front of it. Outlives the source.
    const blocks::Source* local = nullptr;
};

// Every call is safe from any thread.
class Exchange final {
public:
    // Starts. All three must outlive the exchange; the host's events are its alone from now on.
    static Result<std::unique_ptr<Exchange>> open(Env& env, p2p::Host& host, blocks::Store& store,
                                                  ExchangeOptions options);
    // When its sources are gone; stops.
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    // Who waits for a block fails with cancelled, and so does every later fetch; what came is kept.
    void stop();

    // A session: one for each request. Reads from the store, fetches what is not there, and keeps
    // it from collection while the source lives. A block that nobody sends in time is an error
    // (timeout, naming it), not an absence. The exchange outlives the source.
    std::unique_ptr<blocks::Source> open_source(FetchOptions options);

    // Blocks that came into the store another way: peers that wait for them get them.
    void on_added(std::span<const Cid> cids);

    // A trustless HTTP gateway becomes a peer: `url` is "https://gateway.example". `peer` is who it
    // says it is, or any other name for it.
    void add_gateway(const PeerId& peer, std::string url);

    // Runs on the network's thread and waits for it: for `bitswap stat`, `wantlist`, `ledger`.
    // Fails with cancelled when the exchange is ending.
    Result<void> inspect(std::move_only_function<void(const bitswap::Engine&)> look);

private:
    friend class FetchSource;
    using Command = std::move_only_function<void(bitswap::Engine&, int64_t now_ns)>;
    // What a source and the threads share about it.
    struct Session {
        std::unique_ptr<blocks::Lease> lease;
        bool follows_links = false;
        bitswap::SessionId id = 0;        // The network's thread's.
        std::optional<Error> error = {};  // Guarded by the exchange's mutex, as all below.
        size_t wanted_count = 0;
    };
    using SessionPointer = std::shared_ptr<Session>;
    struct Wanted {
        std::vector<SessionPointer> sessions;
    };
    struct Fresh {
        SharedBytes body;
        bool is_stored = false;
    };
    struct Verified {
        PeerId from;
        Result<Cid> cid;
        SharedBytes body;
    };
    struct ToStore {
        Cid cid;
        SharedBytes body;
        SessionPointer session;
    };

    Exchange(Env& env, p2p::Host& host, blocks::Store& store, ExchangeOptions options);
    void post(Command command);
    // The network's thread.
    void run_network();
    void run_commands(int64_t now_ns);
    void hash(const PeerId& from, std::vector<bitswap::BlockPart> blocks);
    PumpCallbacks pump_callbacks();
    HttpPeersCallbacks gateway_callbacks();
    void take_verified(int64_t now_ns);
    // Returns the session whose reader goes on to the block's links.
    SessionPointer accept(const Verified& verified) REQUIRES(mutex_);
    void follow(const SessionPointer& session, const Verified& verified);
    void await_storing();
    // The storing thread.
    void run_storing();
    void store_batch(std::vector<ToStore>& batch);
    void trim_fresh() REQUIRES(mutex_);

    // For sources.
    enum class Urgency : uint8_t { announced, needed };
    void want(const SessionPointer& session, std::span<const Cid> cids, Urgency urgency);
    void forget(const SessionPointer& session, const Cid& cid);
    Result<SharedBytes> await(const SessionPointer& session, const Cid& cid,
                              const FetchOptions& options);
    std::optional<SharedBytes> take_fresh(const Cid& cid);
    Result<SharedBytes> fetch(const SessionPointer& session, const Cid& cid,
                              const FetchOptions& options);
    void close(const SessionPointer& session);

    Env& env_;
    p2p::Host& host_;
    blocks::Store& store_;
    const ExchangeOptions options_;
    bitswap::Engine engine_;  // The network's thread's, as the pump.
    Pump pump_;

    std::mutex mutex_;
    std::condition_variable arrived_;  // Blocks, or the end.
    std::condition_variable to_store_changed_;
    std::condition_variable stored_;
    std::vector<Command> commands_ GUARDED_BY(mutex_);
    std::vector<Verified> verified_ GUARDED_BY(mutex_);
    std::vector<ToStore> to_store_ GUARDED_BY(mutex_);
    std::vector<std::pair<Cid, uint64_t>> held_ GUARDED_BY(mutex_);  // Stored since last looked.
    std::unordered_map<Cid, Wanted, formats::CidHash> wanted_ GUARDED_BY(mutex_);
    // Blocks that came and are not stored yet, or were announced and not read yet.
    std::unordered_map<Cid, Fresh, formats::CidHash> fresh_ GUARDED_BY(mutex_);
    std::deque<Cid> fresh_stored_ GUARDED_BY(mutex_);  // Those that may be let go, oldest first.
    uint64_t fresh_bytes_ GUARDED_BY(mutex_) = 0;
    uint64_t unstored_bytes_ GUARDED_BY(mutex_) = 0;
    bool is_ending_ GUARDED_BY(mutex_) = false;
    bool has_ended_ GUARDED_BY(mutex_) = false;  // The network's thread runs no command any more.
    std::atomic<size_t> fresh_count_ = 0;        // Spares readers of local blocks the mutex.
    std::atomic<size_t> waiting_count_ = 0;      // Engine::waiting_count(), as of its last batch.

    std::unique_ptr<TaskPool> hashers_;  // The network's thread's.
    std::unique_ptr<HttpPeers> gateways_;
    std::thread network_;
    std::thread storing_;
};

}  // namespace kit::exchange
