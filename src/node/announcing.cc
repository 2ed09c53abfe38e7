#include "node/announcing.h"

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <unordered_map>

#include "formats/dag_pb.h"
#include "node/network.h"
#include "node/node.h"
#include "p2p/peer_id_hash.h"

namespace kit::node {
namespace {

constexpr int64_t progress_interval_ns = 500'000'000;

using ReceivedBytes = std::unordered_map<formats::PeerId, uint64_t, p2p::PeerIdHash>;

// What each peer that is connected has sent so far.
ReceivedBytes received_bytes(exchange::Exchange& exchange) {
    ReceivedBytes received;
    // When the exchange is ending there is nobody to learn about.
    (void)exchange.inspect([&](const exchange::bitswap::Engine& engine) {
        for (const formats::PeerId& peer : engine.peers()) {
            const auto ledger = engine.find_ledger(peer);
            received.emplace(peer, ledger ? ledger->bytes_received : 0);
        }
    });
    return received;
}

// One request's way through its rounds.
class ContentRequest final {
public:
    ContentRequest(const Clock& clock, Node& node, const Cid& cid,
                   const RequestContentOptions& options)
        : clock_(clock), node_(node), network_(*node.network()), cid_(cid), options_(options) {}

    Result<void> run() {
        // What is here needs nobody.
        auto whole = walk({.is_offline = true});
        if (whole || whole.error().code != Code::not_found) return whole;
        announce::RequestOptions request{
            .patience = {.until_monotonic_ns = clock_.monotonic_ns() + options_.deadline.count(),
                         .cancel = options_.cancel,
                         .is_abandoned = {}},
            .size_bytes_max = options_.size_bytes_max,
            .on_round = [this](const announce::AskPeers& round) { return tell_round(round); }};
        return network_.announcements()->request(
            cid_, request,
            [this](const announce::AskPeers& round, const std::function<bool()>& is_over) {
                return fetch(round, is_over);
            });
    }

private:
    Result<void> fetch(const announce::AskPeers& round, const std::function<bool()>& is_over) {
        const int64_t start_ns = clock_.monotonic_ns();
        const ReceivedBytes before = received_bytes(network_.exchange());
        const Reach reach{.block_timeout = round.patience,
                          .is_abandoned = [&] { return stopped_.has_value() || is_over(); }};
        auto fetched = walk(reach);
        const int64_t time_ns = clock_.monotonic_ns() - start_ns;
        for (const auto& [peer, bytes] : received_bytes(network_.exchange())) {
            const auto known = before.find(peer);
            const uint64_t bytes_before = known == before.end() ? 0 : known->second;
            if (bytes <= bytes_before) continue;
            network_.announcements()->on_received(peer, bytes - bytes_before, time_ns);
        }
        return fetched;
    }

    // Reads everything below the content.
    Result<void> walk(const Reach& reach) {
        int64_t told_ns = clock_.monotonic_ns();
        const auto look = [&](const dag::DagStatSummary& seen) {
            check_size(seen.total_size_bytes);
            if (clock_.monotonic_ns() - told_ns < progress_interval_ns) return;
            told_ns = clock_.monotonic_ns();
            tell(seen, false);
        };
        const auto whole = node_.session(reach)->dag_stat(std::span(&cid_, 1), look);
        if (whole) {
            check_size(whole->total_size_bytes);
            tell(*whole, true);
        }
        if (stopped_) return std::unexpected(*stopped_);
        if (!whole) return std::unexpected(whole.error());
        return {};
    }

    void check_size(uint64_t size_bytes) {
        if (stopped_ || !options_.size_bytes_max || size_bytes <= *options_.size_bytes_max) return;
        stopped_ = fail(Code::too_large, "{} has more than the {} bytes that were asked for",
                        cid_.to_text(), *options_.size_bytes_max)
                       .error();
    }

    Result<void> tell_round(const announce::AskPeers& round) {
        RequestContentProgress progress{.is_new_round = true};
        for (const p2p::PeerAddress& peer : round.peers) progress.asked.push_back(peer.peer);
        return options_.on_progress ? options_.on_progress(progress) : Result<void>();
    }

    void tell(const dag::DagStatSummary& seen, bool is_done) {
        if (stopped_ || !options_.on_progress) return;
        auto told = options_.on_progress({.block_count = seen.unique_block_count,
                                          .size_bytes = seen.total_size_bytes,
                                          .is_done = is_done});
        if (!told) stopped_ = std::move(told).error();
    }

    const Clock& clock_;
    Node& node_;
    Network& network_;
    const Cid& cid_;
    const RequestContentOptions& options_;
    std::optional<Error> stopped_;  // What ends the request, whatever peers may still send.
};

}  // namespace

std::optional<announce::Holding> find_holding(const blocks::Source& store,
                                              const formats::Cid& cid) {
    if (cid.is(formats::Codec::raw)) {
        const auto size = store.find_size(cid);
        if (!size || !*size) return std::nullopt;
        return announce::Holding{.size_bytes = **size};
    }
    const auto block = store.find(cid);
    if (!block || !*block) return std::nullopt;
    announce::Holding holding{.size_bytes = std::nullopt};
    if (!cid.is(formats::Codec::dag_pb)) return holding;
    const auto node = formats::view_dag_pb((*block)->view());
    if (!node) return holding;
    uint64_t size_bytes = (*block)->size();
    for (const formats::PbLinkView& link : node->links) {
        // What links say is their maker's word: a sum past all bounds is no size.
        if (link.total_size > static_cast<uint64_t>(INT64_MAX) - size_bytes) return holding;
        size_bytes += link.total_size;
    }
    holding.size_bytes = size_bytes;
    return holding;
}

uint32_t system_load_percent() {
    double minute = 0;
    if (::getloadavg(&minute, 1) != 1) return 0;
    const double cores = std::max(std::thread::hardware_concurrency(), 1U);
    return static_cast<uint32_t>(std::clamp(100 * minute / cores, 0.0, 100.0));
}

Result<void> request_content(const Clock& clock, Node& node, const formats::Cid& cid,
                             const RequestContentOptions& options) {
    if (node.network() == nullptr) {
        return fail(Code::offline, "content is requested of peers, and this node is offline");
    }
    if (node.network()->announcements() == nullptr) {
        return fail(Code::unsupported,
                    "announcements are off: set Kit.Announcements.Enabled to true in the config "
                    "and start the daemon again");
    }
    return ContentRequest(clock, node, cid, options).run();
}

}  // namespace kit::node
