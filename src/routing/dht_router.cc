#include "routing/dht_router.h"

#include <algorithm>
#include <utility>

#include "routing/limits.h"

namespace kit::routing {
namespace {

struct AnswerState {
    p2p::QueryId query;
    bool is_last;
};

// Whose answer it is; nullopt for events that answer nothing.
std::optional<AnswerState> answer_state(const p2p::Event& event) {
    if (const auto* found = std::get_if<p2p::ProvidersFound>(&event)) {
        return AnswerState{found->query, found->is_last};
    }
    if (const auto* found = std::get_if<p2p::PeersFound>(&event)) {
        return AnswerState{found->query, found->is_last};
    }
    if (const auto* found = std::get_if<p2p::ValueFound>(&event)) {
        return AnswerState{found->query, found->is_last};
    }
    if (const auto* announced = std::get_if<p2p::Announced>(&event)) {
        return AnswerState{announced->query, true};
    }
    return std::nullopt;
}

std::unexpected<Error> stopped() {
    return fail(Code::cancelled, "canceled: the node's network is ending");
}

// A search of the DHT that found nothing is no failure.
Result<void> verdict(const std::optional<Error>& error) {
    if (error && error->code != Code::not_found) return std::unexpected(*error);
    return {};
}

}  // namespace

// A question under way; ends with the object.
class DhtRouter::Search final {
public:
    template <typename Begin>
    Search(DhtRouter& router, const Begin& begin) : router_(router) {
        // Under the lock, since the answer may come before the call returns.
        const std::scoped_lock lock(router.mutex_);
        if (router.is_stopped_) {
            query_ = stopped();
            return;
        }
        query_ = begin(router.host_);
        if (query_) router.queries_.try_emplace(*query_);
    }
    ~Search() {
        if (query_) router_.end(*query_);
    }
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;

    Result<std::optional<p2p::Event>> next(const Wait& wait) const {
        const p2p::QueryId query = TRY(Result<p2p::QueryId>(query_));
        return router_.next(query, wait);
    }

private:
    DhtRouter& router_;
    Result<p2p::QueryId> query_;
};

bool DhtRouter::on_event(p2p::Event& event) {
    const auto state = answer_state(event);
    if (!state) return false;
    const std::scoped_lock lock(mutex_);
    const auto asked = queries_.find(state->query);
    if (asked == queries_.end()) return false;
    Query& query = asked->second;
    query.is_over = query.is_over || state->is_last;
    if (state->is_last || query.answers.size() < limits::answers_count_max) {
        query.answers.push_back(std::move(event));
    }
    changed_.notify_all();
    return true;
}

void DhtRouter::stop() {
    const std::scoped_lock lock(mutex_);
    is_stopped_ = true;
    changed_.notify_all();
}

Result<std::optional<p2p::Event>> DhtRouter::next(p2p::QueryId number, const Wait& wait) {
    std::unique_lock lock(mutex_);
    for (;;) {
        Query& query = queries_.at(number);
        if (!query.answers.empty()) {
            p2p::Event answer = std::move(query.answers.front());
            query.answers.pop_front();
            return answer;
        }
        if (query.is_over) return std::nullopt;
        if (is_stopped_) return stopped();
        TRY(check(clock_, wait));
        int64_t until_ns = wait.until_monotonic_ns;
        if (wait.cancel != nullptr) {
            until_ns = std::min(until_ns, clock_.monotonic_ns() + limits::cancel_look_ns);
        }
        clock_.wait(changed_, lock, until_ns);
    }
}

void DhtRouter::end(p2p::QueryId number) {
    bool is_over = false;
    {
        const std::scoped_lock lock(mutex_);
        is_over = queries_.at(number).is_over || is_stopped_;
        queries_.erase(number);
    }
    if (!is_over) host_.cancel(number);
}

Result<void> DhtRouter::find_providers(const Cid& cid, size_t count_max, const VisitPeer& visit,
                                       const Wait& wait) {
    const auto count = static_cast<uint32_t>(std::min<size_t>(count_max, UINT32_MAX));
    const Search search(
        *this, [&](p2p::Host& host) { return host.find_providers(Multihash(cid.hash()), count); });
    PeerMerge known;
    while (auto answer = TRY(search.next(wait))) {
        const auto& found = std::get<p2p::ProvidersFound>(*answer);
        for (const PeerAddress& provider : found.providers) {
            if (!known.is_new(provider)) continue;
            if (!TRY(visit(provider)) || known.count() >= count_max) return {};
        }
        TRY(verdict(found.error));
    }
    return {};
}

Result<PeerAddress> DhtRouter::find_peer(const PeerId& peer, const Wait& wait) {
    const Search search(*this, [&](p2p::Host& host) { return host.find_peer(peer); });
    while (auto answer = TRY(search.next(wait))) {
        const auto& found = std::get<p2p::PeersFound>(*answer);
        for (const PeerAddress& each : found.peers) {
            if (each.peer == peer && !each.addresses.empty()) return each;
        }
        TRY(verdict(found.error));
    }
    return fail(Code::not_found, "routing: not found");
}

Result<void> DhtRouter::closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) {
    const Search search(*this, [&](p2p::Host& host) { return host.closest_peers(key); });
    PeerMerge known;
    while (auto answer = TRY(search.next(wait))) {
        const auto& found = std::get<p2p::PeersFound>(*answer);
        for (const PeerAddress& peer : found.peers) {
            if (known.is_new(peer) && !TRY(visit(peer))) return {};
        }
        TRY(verdict(found.error));
    }
    return {};
}

Result<uint32_t> DhtRouter::await_announced(const Search& search, const Wait& wait) {
    const auto answer = TRY(search.next(wait));
    if (!answer) return 0U;
    const auto& announced = std::get<p2p::Announced>(*answer);
    if (announced.error) return std::unexpected(*announced.error);
    return announced.accepted_count;
}

Result<uint32_t> DhtRouter::provide(const Multihash& key, const Wait& wait) {
    uint32_t kept_count = 0;
    {
        const Search search(*this, [&](p2p::Host& host) { return host.provide(key); });
        kept_count = TRY(await_announced(search, wait));
    }
    // The host's own announcing carries only addresses that were reached from outside. Among
    // neighbours nobody has such ones, and a record without any is thrown away.
    std::vector<PeerAddress> peers;
    TRY(closest_peers(
        key.bytes(),
        [&peers](const PeerAddress& peer) -> Result<bool> {
            peers.push_back(peer);
            return true;
        },
        wait));
    return std::max(kept_count, TRY(provide_at(peers, std::span(&key, 1), wait)));
}

// All are told at once, and the slowest is waited for.
Result<uint32_t> DhtRouter::provide_at(std::span<const PeerAddress> peers,
                                       std::span<const Multihash> keys, const Wait& wait) {
    Wait own = wait_for(clock_, std::chrono::nanoseconds(limits::tell_ns_max));
    own.until_monotonic_ns = std::min(own.until_monotonic_ns, wait.until_monotonic_ns);
    own.cancel = wait.cancel;
    std::deque<Search> told;
    for (const PeerAddress& peer : peers) {
        told.emplace_back(*this, [&](p2p::Host& host) { return host.provide_at(peer, keys); });
    }
    uint32_t count = 0;
    for (const Search& each : told) {
        const auto taken = await_announced(each, own);
        if (taken) count += *taken;
    }
    TRY(check(clock_, wait));
    return count;
}

Result<void> DhtRouter::get_values(ByteView key, const VisitValue& visit, const Wait& wait) {
    const Search search(*this, [&](p2p::Host& host) { return host.get_value(key); });
    while (auto answer = TRY(search.next(wait))) {
        const auto& found = std::get<p2p::ValueFound>(*answer);
        if (found.value && !TRY(visit(*found.value))) return {};
        TRY(verdict(found.error));
    }
    return {};
}

Result<uint32_t> DhtRouter::put_value(ByteView key, ByteView value, const Wait& wait) {
    const Search search(*this, [&](p2p::Host& host) { return host.put_value(key, value); });
    return await_announced(search, wait);
}

}  // namespace kit::routing
