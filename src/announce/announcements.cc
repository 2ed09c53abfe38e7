#include "announce/announcements.h"

#include <algorithm>
#include <array>

namespace kit::announce {
namespace {

const std::array<std::string, 1>& offer_protocols() {
    static const std::array<std::string, 1> protocols = {offer_protocol};
    return protocols;
}

int64_t ns_of_ms(uint32_t time_ms) {
    return int64_t{time_ms} * 1'000'000;
}

}  // namespace

Announcements::Announcements(Env& env, p2p::Host& host, AnnouncementsOptions options)
    : env_(env),
      host_(host),
      options_(std::move(options)),
      announcement_rates_({limits::announcements_per_s_max, limits::announcements_at_once_max}),
      want_rates_({limits::wants_per_s_max, limits::wants_at_once_max}),
      lookups_({limits::lookups_per_s_max, limits::lookups_at_once_max}),
      offers_({limits::offers_per_s_max, limits::offers_at_once_max}),
      automatic_({limits::automatic_per_s_max, limits::automatic_at_once_max}) {}

Result<std::unique_ptr<Announcements>> Announcements::open(Env& env, p2p::Host& host,
                                                           AnnouncementsOptions options) {
    std::unique_ptr<Announcements> made(new Announcements(env, host, std::move(options)));
    TRY(host.serve_frames({offer_protocol}, limits::message_size_bytes_max));
    TRY(host.subscribe(announce_topic));
    TRY(host.subscribe(want_topic));
    made->refresh_addresses();
    return made;
}

bool Announcements::on_event(p2p::Event& event) {
    if (const auto* message = std::get_if<p2p::MessageReceived>(&event)) {
        if (message->topic != announce_topic && message->topic != want_topic) return false;
        on_message(*message);
        return true;
    }
    if (const auto* frame = std::get_if<p2p::FrameReceived>(&event)) {
        if (frame->protocol != offer_protocol) return false;
        on_offer(frame->peer, frame->frame.view());
        return true;
    }
    if (const auto* known = std::get_if<p2p::PeerIdentified>(&event)) {
        on_identified(*known);
    } else if (const auto* gone = std::get_if<p2p::PeerDisconnected>(&event)) {
        const std::scoped_lock lock(mutex_);
        speakers_.erase(gone->peer);
    } else if (const auto* failed = std::get_if<p2p::DialFailed>(&event)) {
        on_dial_failed(failed->peer);
    } else if (const auto* listens = std::get_if<p2p::ListenAddressChanged>(&event)) {
        const std::scoped_lock lock(mutex_);
        std::erase(addresses_, listens->address);
        if (listens->is_listening && addresses_.size() < limits::addresses_count_max) {
            addresses_.push_back(listens->address);
        }
    }
    return false;
}

void Announcements::stop() {
    const std::scoped_lock lock(mutex_);
    is_stopped_ = true;
    ++changes_count_;
    changed_.notify_all();
}

void Announcements::on_message(const p2p::MessageReceived& message) {
    if (message.from == host_.id()) return;  // Pubsub gives us our own too.
    {
        const int64_t now_ns = env_.clock.monotonic_ns();
        const std::scoped_lock lock(mutex_);
        PeerRates& rates = message.topic == announce_topic ? announcement_rates_ : want_rates_;
        if (!rates.take(message.from, now_ns)) {
            ++statistics_.messages_over_rate;
            return;
        }
    }
    if (message.topic == announce_topic) {
        on_announcement(message.from, message.data);
    } else {
        on_want(message.from, message.data);
    }
}

void Announcements::on_announcement(const PeerId& from, ByteView data) {
    auto announcement = decode_announcement(data);
    const int64_t now_ns = env_.clock.monotonic_ns();
    const int64_t unix_ns = env_.clock.unix_ns();
    const std::scoped_lock lock(mutex_);
    if (!announcement) {
        ++statistics_.messages_malformed;
        return;
    }
    ++statistics_.announcements_heard;
    book_.on_load(from, announcement->load_percent);
    for (auto& [number, state] : searches_) {
        if (state.search.cid() != announcement->cid) continue;
        state.search.add({from, announcement->addresses}, announcement->size_bytes);
    }
    add_news({.unix_ns = unix_ns,
              .kind = NewsKind::content,
              .peer = from,
              .cid = announcement->cid,
              .size_bytes = announcement->size_bytes,
              .announcement = *announcement});
    heard_.expire(now_ns);
    heard_.add({from, *std::move(announcement), now_ns, unix_ns});
}

void Announcements::on_want(const PeerId& from, ByteView data) {
    const auto want = decode_want(data);
    const int64_t unix_ns = env_.clock.unix_ns();
    {
        const std::scoped_lock lock(mutex_);
        if (!want) {
            ++statistics_.messages_malformed;
            return;
        }
        ++statistics_.wants_heard;
        add_news({.unix_ns = unix_ns,
                  .kind = NewsKind::want,
                  .peer = from,
                  .cid = want->cid,
                  .size_bytes = want->size_bytes_max});
        if (!lookups_.take(env_.clock.monotonic_ns())) {
            ++statistics_.messages_over_rate;
            return;
        }
    }
    if (!options_.find_holding) return;
    const auto holding = options_.find_holding(want->cid);
    if (!holding) return;
    if (holding->size_bytes && want->size_bytes_max &&
        *holding->size_bytes > *want->size_bytes_max) {
        return;
    }
    if (options_.may_give && !options_.may_give(want->cid)) {
        const std::scoped_lock lock(mutex_);
        ++statistics_.wants_refused;
        return;
    }
    give(from, *want, holding->size_bytes);
}

// Sends the offer now, or when the asker is connected and has said that it takes offers.
void Announcements::give(const PeerId& to, const Want& want, std::optional<uint64_t> size_bytes) {
    auto frame = encode(Offer{.cid = want.cid,
                              .number = want.number,
                              .size_bytes = size_bytes,
                              .load_percent = load_percent(),
                              .addresses = own_addresses()});
    ASSERT(frame.has_value());
    const int64_t now_ns = env_.clock.monotonic_ns();
    const SharedBytes pieces[] = {SharedBytes::from(*std::move(frame))};
    bool is_connected = false;
    {
        const std::scoped_lock lock(mutex_);
        if (!offers_.take(now_ns)) {
            ++statistics_.messages_over_rate;
            return;
        }
        ++statistics_.wants_answered;
        is_connected = speakers_.contains(to);
        if (!is_connected) {
            std::erase_if(waiting_,
                          [&](const WaitingOffer& each) { return each.until_ns <= now_ns; });
            if (waiting_.size() >= limits::waiting_offers_count_max) return;
            waiting_.push_back({to, pieces[0], now_ns + ns_of_ms(want.patience_ms)});
        }
    }
    // A host that is full has other worries: the asker asks again.
    if (is_connected) {
        (void)host_.send_frame(to, offer_protocols(), pieces);
    } else {
        (void)host_.dial({to, want.addresses});
    }
}

void Announcements::on_identified(const p2p::PeerIdentified& known) {
    if (std::ranges::count(known.protocols, offer_protocol) == 0) return;
    const int64_t now_ns = env_.clock.monotonic_ns();
    std::vector<WaitingOffer> ready;
    {
        const std::scoped_lock lock(mutex_);
        speakers_.insert(known.peer);
        std::erase_if(waiting_, [&](WaitingOffer& each) {
            if (each.peer != known.peer) return false;
            if (each.until_ns > now_ns) ready.push_back(std::move(each));
            return true;
        });
    }
    for (const WaitingOffer& each : ready) {
        (void)host_.send_frame(each.peer, offer_protocols(), std::span(&each.frame, 1));
    }
}

void Announcements::on_offer(const PeerId& from, ByteView frame) {
    const auto offer = decode_offer(frame);
    const int64_t now_ns = env_.clock.monotonic_ns();
    const int64_t unix_ns = env_.clock.unix_ns();
    const std::scoped_lock lock(mutex_);
    if (!offer) {
        ++statistics_.messages_malformed;
        return;
    }
    const auto asked = searches_.find(offer->number);
    if (asked == searches_.end() || asked->second.search.cid() != offer->cid) {
        ++statistics_.offers_unasked;
        return;
    }
    ++statistics_.offers_heard;
    Search& search = asked->second.search;
    book_.on_load(from, offer->load_percent);
    if (!search.add({from, offer->addresses}, offer->size_bytes)) return;
    book_.on_latency(from, static_cast<double>(now_ns - search.published_ns()) / 1e6);
    add_news({.unix_ns = unix_ns,
              .kind = NewsKind::offer,
              .peer = from,
              .cid = offer->cid,
              .size_bytes = offer->size_bytes});
}

void Announcements::on_dial_failed(const PeerId& peer) {
    const int64_t now_ns = env_.clock.monotonic_ns();
    const std::scoped_lock lock(mutex_);
    std::erase_if(waiting_, [&](const WaitingOffer& each) { return each.peer == peer; });
    for (auto& [number, state] : searches_) state.search.on_unreachable(peer, now_ns);
}

void Announcements::add_news(News news) {
    news.sequence = ++last_news_;
    if (news_.size() >= limits::news_count_max) news_.pop_front();
    news_.push_back(std::move(news));
    ++changes_count_;
    changed_.notify_all();
}

Result<void> Announcements::announce(Announcement announcement) {
    refresh_addresses();
    if (!announcement.size_bytes && options_.find_holding) {
        const auto holding = options_.find_holding(announcement.cid);
        if (holding) announcement.size_bytes = holding->size_bytes;
    }
    announcement.time_ms = std::max<int64_t>(env_.clock.unix_ns() / 1'000'000, 0);
    announcement.load_percent = load_percent();
    announcement.addresses = own_addresses();
    return host_.publish(announce_topic, TRY(encode(announcement)));
}

bool Announcements::announce_by_itself(const Cid& cid) {
    {
        const std::scoped_lock lock(mutex_);
        if (is_stopped_ || !automatic_.take(env_.clock.monotonic_ns())) return false;
    }
    return announce({.cid = cid}).has_value();
}

void Announcements::refresh_addresses() {
    std::vector<Multiaddr> found = host_.addresses();
    std::erase_if(found, [](const Multiaddr& address) {
        return address.empty() || address.bytes().size() > limits::address_size_bytes_max;
    });
    if (found.size() > limits::addresses_count_max) found.resize(limits::addresses_count_max);
    const std::scoped_lock lock(mutex_);
    if (!found.empty()) addresses_ = std::move(found);
}

std::vector<Multiaddr> Announcements::own_addresses() const {
    const std::scoped_lock lock(mutex_);
    return addresses_;
}

uint32_t Announcements::load_percent() const {
    return options_.load_percent ? std::min(options_.load_percent(), 100U) : 0;
}

void Announcements::on_received(const PeerId& peer, uint64_t bytes, int64_t time_ns) {
    const std::scoped_lock lock(mutex_);
    book_.on_received(peer, bytes, time_ns);
}

std::vector<Heard> Announcements::heard(const HeardFilter& filter) {
    const int64_t now_ns = env_.clock.monotonic_ns();
    const std::scoped_lock lock(mutex_);
    heard_.expire(now_ns);
    return heard_.list(filter);
}

uint64_t Announcements::last_news() const {
    const std::scoped_lock lock(mutex_);
    return last_news_;
}

std::vector<PeerReport> Announcements::peers(const Cid& cid) const {
    const int64_t now_ns = env_.clock.monotonic_ns();
    const std::scoped_lock lock(mutex_);
    std::vector<PeerId> known = book_.peers();
    rank(known, book_, cid, options_.weights, now_ns);
    std::vector<PeerReport> reports;
    reports.reserve(known.size());
    for (const PeerId& peer : known) {
        const PeerFacts facts = book_.facts(peer);
        reports.push_back({peer, facts, score_of(facts, peer, cid, options_.weights, now_ns)});
    }
    return reports;
}

AnnouncementsStatistics Announcements::statistics() const {
    const std::scoped_lock lock(mutex_);
    return statistics_;
}

}  // namespace kit::announce
