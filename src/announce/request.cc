// Requests: the part of Announcements that waits, on its callers' threads.
#include <algorithm>

#include "announce/announcements.h"

namespace kit::announce {
namespace {

constexpr int64_t look_ns = 100'000'000;  // How often a caller's cancel is looked at.

// What the next round, or another peer, may mend.
bool is_matter_of_time(Code code) {
    return code == Code::timeout || code == Code::not_found || code == Code::cancelled ||
           code == Code::offline;
}

std::unexpected<Error> stopped() {
    return fail(Code::cancelled, "canceled: the node's network is ending");
}

}  // namespace

Result<uint64_t> Announcements::begin_search(const Cid& cid, int64_t until_ns,
                                             std::optional<uint64_t> size_bytes_max) {
    refresh_addresses();
    const uint64_t number = env_.random.next() >> 1;  // What every reader of integers takes.
    const int64_t now_ns = env_.clock.monotonic_ns();
    const std::scoped_lock lock(mutex_);
    if (is_stopped_) return stopped();
    if (searches_.size() >= limits::requests_count_max) {
        return fail(Code::busy, "{} requests for content are under way; try again later",
                    searches_.size());
    }
    Search search(cid, number, now_ns, until_ns, size_bytes_max);
    heard_.expire(now_ns);
    for (const Heard& heard : heard_.list({.cid = cid})) {
        search.add({heard.from, heard.announcement.addresses}, heard.announcement.size_bytes);
    }
    const auto made = searches_.emplace(number, SearchState{std::move(search)});
    if (!made.second) return fail(Code::internal, "two requests of one number");
    return number;
}

SearchStep Announcements::next_step(uint64_t number) {
    for (;;) {
        SearchStep step;
        {
            const int64_t now_ns = env_.clock.monotonic_ns();
            const std::scoped_lock lock(mutex_);
            SearchState& state = searches_.at(number);
            step = state.search.next(now_ns, [&](std::vector<PeerId>& peers) {
                rank(peers, book_, state.search.cid(), options_.weights, now_ns);
            });
            if (const auto* round = std::get_if<AskPeers>(&step)) {
                state.asked.clear();
                for (const PeerAddress& peer : round->peers) {
                    state.asked.emplace_back(peer.peer, book_.facts(peer.peer).received_bytes);
                }
            }
        }
        if (const auto* publish = std::get_if<PublishWant>(&step)) {
            // A host that is full, or alone, may do better the next time.
            (void)publish_want(number, *publish);
            continue;
        }
        if (const auto* round = std::get_if<AskPeers>(&step)) {
            for (const PeerAddress& peer : round->peers) (void)host_.dial(peer);
        }
        return step;
    }
}

Result<void> Announcements::publish_want(uint64_t number, const PublishWant& step) {
    Want want{
        .cid = {}, .number = number, .patience_ms = step.patience_ms, .addresses = own_addresses()};
    {
        const std::scoped_lock lock(mutex_);
        const Search& search = searches_.at(number).search;
        want.cid = search.cid();
        want.size_bytes_max = search.size_bytes_max();
    }
    return host_.publish(want_topic, TRY(encode(want)));
}

void Announcements::end_round(uint64_t number) {
    const int64_t now_ns = env_.clock.monotonic_ns();
    const std::scoped_lock lock(mutex_);
    SearchState& state = searches_.at(number);
    for (const auto& [peer, bytes_before] : state.asked) {
        if (book_.facts(peer).received_bytes == bytes_before) book_.on_failure(peer, now_ns);
    }
    state.asked.clear();
    state.search.on_round_failed(now_ns);
}

void Announcements::end_search(uint64_t number) {
    const std::scoped_lock lock(mutex_);
    searches_.erase(number);
}

bool Announcements::has_ready(uint64_t number) const {
    const int64_t now_ns = env_.clock.monotonic_ns();
    const std::scoped_lock lock(mutex_);
    const auto found = searches_.find(number);
    return found != searches_.end() && found->second.search.has_ready(now_ns);
}

Result<void> Announcements::check_patience(const Patience& patience) const {
    if (is_stopped_) return stopped();
    if (patience.cancel != nullptr && *patience.cancel) return fail(Code::cancelled, "canceled");
    return {};
}

void Announcements::wait_once(std::unique_lock<std::mutex>& lock, const Patience& patience,
                              int64_t until_ns) {
    int64_t wake_ns = std::min(until_ns, patience.until_monotonic_ns);
    if (patience.cancel != nullptr || patience.is_abandoned) {
        wake_ns = std::min(wake_ns, env_.clock.monotonic_ns() + look_ns);
    }
    env_.clock.wait(changed_, lock, wake_ns);
}

std::unexpected<Error> Announcements::nobody_sent(const Cid& cid, size_t candidates_count,
                                                  std::optional<Error> last) const {
    const std::string what =
        candidates_count == 0
            ? fmt::format(
                  "nobody offered {} in time; a peer that has it must be connected to this "
                  "network of nodes, or wait longer with --deadline",
                  cid.to_text())
            : fmt::format(
                  "nobody sent {} in time: {} said to have it", cid.to_text(),
                  candidates_count == 1 ? "one peer" : fmt::format("{} peers", candidates_count));
    if (!last) return fail(Code::timeout, "{}", what);
    last->code = Code::timeout;
    return fail_because(*std::move(last), "{}", what);
}

Result<void> Announcements::request(const Cid& cid, const RequestOptions& options,
                                    const Fetch& fetch) {
    const Patience& patience = options.patience;
    const auto has_gone = [&] { return patience.is_abandoned && patience.is_abandoned(); };
    const uint64_t number =
        TRY(begin_search(cid, patience.until_monotonic_ns, options.size_bytes_max));
    struct End {
        Announcements& announcements;
        uint64_t number;
        ~End() { announcements.end_search(number); }
    } const end{*this, number};
    std::optional<Error> last;
    for (;;) {
        if (has_gone()) return fail(Code::cancelled, "canceled: whoever asked has gone");
        uint64_t seen_count = 0;
        size_t candidates_count = 0;
        {
            const std::scoped_lock lock(mutex_);
            TRY(check_patience(patience));
            seen_count = changes_count_;
            candidates_count = searches_.at(number).search.candidates_count();
        }
        const SearchStep step = next_step(number);
        if (std::holds_alternative<GiveUp>(step)) {
            return nobody_sent(cid, candidates_count, std::move(last));
        }
        if (const auto* waits = std::get_if<WaitUntil>(&step)) {
            std::unique_lock lock(mutex_);
            if (changes_count_ == seen_count) wait_once(lock, patience, waits->until_ns);
            continue;
        }
        const auto& round = std::get<AskPeers>(step);
        if (options.on_round) TRY(options.on_round(round));
        // A round that asks nobody in particular gives way to whoever offers.
        auto fetched = fetch(round, [&] {
            if (has_gone() || env_.clock.monotonic_ns() >= patience.until_monotonic_ns) return true;
            return round.peers.empty() && has_ready(number);
        });
        if (fetched) return {};
        if (!is_matter_of_time(fetched.error().code)) return fetched;
        last = std::move(fetched).error();
        end_round(number);
    }
}

Result<std::vector<News>> Announcements::next_news(uint64_t sequence, const Patience& patience) {
    for (;;) {
        if (patience.is_abandoned && patience.is_abandoned()) {
            return fail(Code::cancelled, "canceled: whoever watched has gone");
        }
        std::unique_lock lock(mutex_);
        TRY(check_patience(patience));
        if (last_news_ > sequence) {
            const auto first = std::ranges::find_if(
                news_, [sequence](const News& news) { return news.sequence > sequence; });
            return std::vector<News>(first, news_.end());
        }
        if (env_.clock.monotonic_ns() >= patience.until_monotonic_ns) return std::vector<News>();
        wait_once(lock, patience, patience.until_monotonic_ns);
    }
}

}  // namespace kit::announce
