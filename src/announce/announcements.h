// The node's part in what nodes tell each other: it announces, hears, asks, and answers who asks.
// It has no thread: the network's events drive it, and whoever requests content waits on a thread
// of its own. Nothing heard is believed beyond who said it; content is verified by who fetches it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "announce/heard.h"
#include "announce/message.h"
#include "announce/rate_limit.h"
#include "announce/scores.h"
#include "announce/search.h"
#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/host.h"

namespace kit::announce {

// What is here of some content.
struct Holding {
    std::optional<uint64_t> size_bytes;  // Of all below it, when that is known without a walk.
};

struct AnnouncementsOptions {
    // Both come on the network's thread too, which must not wait. What may not be given is not
    // offered, whoever asks.
    std::function<bool(const Cid&)> may_give = {};
    std::function<std::optional<Holding>(const Cid&)> find_holding = {};
    std::function<uint32_t()> load_percent = {};  // How busy this node is; any thread.
    ScoreWeights weights = {};
};

// Something was heard, for those who watch.
enum class NewsKind : uint8_t { content, want, offer };
struct News {
    uint64_t sequence = 0;
    int64_t unix_ns = 0;
    NewsKind kind = NewsKind::content;
    PeerId peer;
    Cid cid;
    std::optional<uint64_t> size_bytes = std::nullopt;
    std::optional<Announcement> announcement = std::nullopt;  // With `content`.
};

struct PeerReport {
    PeerId peer;
    PeerFacts facts;
    Score score;
};

// Who was turned away, and why: figures since the start.
struct AnnouncementsStatistics {
    uint64_t announcements_heard = 0;
    uint64_t wants_heard = 0;
    uint64_t wants_answered = 0;
    uint64_t wants_refused = 0;  // may_give() said no.
    uint64_t offers_heard = 0;
    uint64_t offers_unasked = 0;
    uint64_t messages_malformed = 0;
    uint64_t messages_over_rate = 0;
};

// How a call that waits may end before its time.
struct Patience {
    int64_t until_monotonic_ns = INT64_MAX;
    const std::atomic<bool>* cancel = nullptr;  // Looked at ten times a second, as the next.
    std::function<bool()> is_abandoned = {};
};

// Fetches all of the content from whoever is connected; blocks. Fails with timeout when no block
// came for the round's patience, with cancelled when `is_over` says so.
using Fetch = std::function<Result<void>(const AskPeers&, const std::function<bool()>& is_over)>;

struct RequestOptions {
    Patience patience = {};
    std::optional<uint64_t> size_bytes_max = std::nullopt;  // Larger offers are not taken.
    // Told of each round before it begins. An error ends the request.
    std::function<Result<void>(const AskPeers&)> on_round = {};
};

// Every call is safe from any thread.
class Announcements final {
public:
    // Subscribes and serves. `env` and `host` must outlive it, and it must outlive its calls.
    // Fails as Host::subscribe does: pubsub must be on.
    static Result<std::unique_ptr<Announcements>> open(Env& env, p2p::Host& host,
                                                       AnnouncementsOptions options);

    // Given each event of the host by the thread that takes them; never waits. True: it was of
    // these protocols, and is taken.
    bool on_event(p2p::Event& event);
    // Who waits fails with cancelled, and so does every later wait.
    void stop();

    // Tells everybody; time, load, addresses and a size that is known are filled in. Fails with
    // invalid_argument or too_large, and as Host::publish does. Not from the network's thread, as
    // the next.
    Result<void> announce(Announcement announcement);
    // The same for what comes by itself: false when that would be too often, and nothing is told.
    bool announce_by_itself(const Cid& cid);

    // Finds who has the content and lets `fetch` get it, round by round, until it succeeds. Blocks.
    // Fails with timeout when nobody sent it in time, with what `fetch` failed with when that is
    // no matter of time, with cancelled.
    Result<void> request(const Cid& cid, const RequestOptions& options, const Fetch& fetch);

    // The steps that request() takes, for who takes them one by one. Fails with busy over the
    // bound of searches. Publishing and dialling are done when next_step() returns.
    Result<uint64_t> begin_search(const Cid& cid, int64_t until_ns,
                                  std::optional<uint64_t> size_bytes_max);
    SearchStep next_step(uint64_t search);
    // A round failed: whoever sent nothing is thought less of.
    void end_round(uint64_t search);
    void end_search(uint64_t search);

    // `bytes` of blocks came from the peer within `time_ns`.
    void on_received(const PeerId& peer, uint64_t bytes, int64_t time_ns);

    std::vector<Heard> heard(const HeardFilter& filter);
    // What was heard after `sequence` (0: what is remembered of it); waits for the first. Empty at
    // the end of the patience. Who is too slow misses the oldest, which the numbers tell.
    Result<std::vector<News>> next_news(uint64_t sequence, const Patience& patience);
    uint64_t last_news() const;
    // The best first; for `cid`, or without it by all but the distance.
    std::vector<PeerReport> peers(const Cid& cid) const;
    AnnouncementsStatistics statistics() const;

private:
    struct SearchState {
        Search search;
        // Who is asked in this round, and how much had come from each before it.
        std::vector<std::pair<PeerId, uint64_t>> asked = {};
    };
    struct WaitingOffer {
        PeerId peer;
        SharedBytes frame;
        int64_t until_ns;
    };

    Announcements(Env& env, p2p::Host& host, AnnouncementsOptions options);
    void on_message(const p2p::MessageReceived& message);
    void on_announcement(const PeerId& from, ByteView data);
    void on_want(const PeerId& from, ByteView data);
    void on_offer(const PeerId& from, ByteView frame);
    void on_identified(const p2p::PeerIdentified& known);
    void on_dial_failed(const PeerId& peer);
    void give(const PeerId& to, const Want& want, std::optional<uint64_t> size_bytes);
    void add_news(News news) REQUIRES(mutex_);
    void refresh_addresses();
    std::vector<Multiaddr> own_addresses() const;
    uint32_t load_percent() const;
    Result<void> publish_want(uint64_t search, const PublishWant& step);
    bool has_ready(uint64_t search) const;
    Result<void> check_patience(const Patience& patience) const REQUIRES(mutex_);
    // Returns at the patience's end, when anything changes, or earlier.
    void wait_once(std::unique_lock<std::mutex>& lock, const Patience& patience, int64_t until_ns);
    std::unexpected<Error> nobody_sent(const Cid& cid, size_t candidates_count,
                                       std::optional<Error> last) const;

    Env& env_;
    p2p::Host& host_;
    const AnnouncementsOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;  // Of a search, or news.
    uint64_t changes_count_ GUARDED_BY(mutex_) = 0;
    bool is_stopped_ GUARDED_BY(mutex_) = false;
    HeardTable heard_ GUARDED_BY(mutex_);
    PeerBook book_ GUARDED_BY(mutex_);
    PeerRates announcement_rates_ GUARDED_BY(mutex_);
    PeerRates want_rates_ GUARDED_BY(mutex_);
    RateLimit lookups_ GUARDED_BY(mutex_);
    RateLimit offers_ GUARDED_BY(mutex_);
    RateLimit automatic_ GUARDED_BY(mutex_);
    std::unordered_map<uint64_t, SearchState> searches_
        GUARDED_BY(mutex_);  // By the want's number.
    std::unordered_set<PeerId, p2p::PeerIdHash> speakers_ GUARDED_BY(mutex_);  // Connected.
    std::vector<WaitingOffer> waiting_ GUARDED_BY(mutex_);
    std::deque<News> news_ GUARDED_BY(mutex_);
    uint64_t last_news_ GUARDED_BY(mutex_) = 0;
    std::vector<Multiaddr> addresses_ GUARDED_BY(mutex_);
    AnnouncementsStatistics statistics_ GUARDED_BY(mutex_);
};

}  // namespace kit::announce
