// A host whose frames leave no faster than a budget allows. To its users it is the host below:
// what is over the budget is busy, and FramesSent comes when there is room again.
#pragma once

#include <mutex>
#include <unordered_map>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/host.h"
#include "p2p/send_budget.h"

namespace kit::p2p {

class BudgetedHost final : public Host {
public:
    // Both must outlive it.
    BudgetedHost(const Clock& clock, Host& inner, SendLimits limits)
        : clock_(clock), inner_(inner), budget_(std::move(limits)) {}

    const PeerId& id() const override { return inner_.id(); }
    std::vector<Multiaddr> addresses() const override { return inner_.addresses(); }
    Result<size_t> next_events(std::vector<Event>& out, size_t count_max,
                               int64_t until_monotonic_ns) override;
    void wake() override { inner_.wake(); }
    Result<void> connect(const PeerAddress& peer, std::chrono::milliseconds deadline) override {
        return inner_.connect(peer, deadline);
    }
    Result<void> dial(const PeerAddress& peer) override { return inner_.dial(peer); }
    void disconnect(const PeerId& peer) override { inner_.disconnect(peer); }
    std::vector<PeerId> connected_peers() const override { return inner_.connected_peers(); }
    Result<void> serve_frames(std::vector<std::string> protocols, size_t size_bytes_max) override {
        return inner_.serve_frames(std::move(protocols), size_bytes_max);
    }
    // The budget is that of the first of `protocols`.
    Result<void> send_frame(const PeerId& peer, std::span<const std::string> protocols,
                            std::span<const SharedBytes> pieces) override;
    size_t unsent_bytes(const PeerId& peer) const override { return inner_.unsent_bytes(peer); }
    Result<QueryId> find_providers(const Multihash& key, uint32_t count_max) override {
        return inner_.find_providers(key, count_max);
    }
    Result<QueryId> find_peer(const PeerId& peer) override { return inner_.find_peer(peer); }
    Result<QueryId> closest_peers(ByteView key) override { return inner_.closest_peers(key); }
    Result<QueryId> provide(const Multihash& key) override { return inner_.provide(key); }
    Result<QueryId> provide_at(const PeerAddress& peer, std::span<const Multihash> keys) override {
        return inner_.provide_at(peer, keys);
    }
    Result<QueryId> get_value(ByteView key) override { return inner_.get_value(key); }
    Result<QueryId> put_value(ByteView key, ByteView value) override {
        return inner_.put_value(key, value);
    }
    void cancel(QueryId query) override { inner_.cancel(query); }
    Result<void> subscribe(const std::string& topic) override { return inner_.subscribe(topic); }
    Result<void> unsubscribe(const std::string& topic) override {
        return inner_.unsubscribe(topic);
    }
    Result<void> publish(const std::string& topic, ByteView data) override {
        return inner_.publish(topic, data);
    }
    void close() override { inner_.close(); }

private:
    int64_t next_due_ns() const;
    void push_due(std::vector<Event>& out);
    void forget(const Event& event) REQUIRES(mutex_);

    const Clock& clock_;
    Host& inner_;
    mutable std::mutex mutex_;
    SendBudget budget_ GUARDED_BY(mutex_);
    // Who was refused, and when there is room for what was refused.
    std::unordered_map<PeerId, int64_t, PeerIdHash> waiting_ GUARDED_BY(mutex_);
};

}  // namespace kit::p2p
