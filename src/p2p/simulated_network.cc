// The order of what happens is that of (time, number of the request), so equal times do not
// depend on anything but the calls.
#include "p2p/simulated_network.h"

#include <algorithm>
#include <utility>

#include "p2p/simulated_host.h"

namespace kit::p2p {
namespace {

constexpr int64_t ns_per_us = 1000;
constexpr int64_t ns_per_ms = 1'000'000;
constexpr int64_t full_queue_retry_ns = ns_per_ms;
constexpr uint64_t fraction_steps = 1'000'000;

int64_t time_on_line_ns(size_t size_bytes, uint64_t bytes_per_s) {
    return static_cast<int64_t>(static_cast<double>(size_bytes) * 1e9 /
                                static_cast<double>(bytes_per_s));
}

PeerId peer_id_of(uint32_t number) {
    const std::string name = fmt::format("simulated host {}", number);
    const ByteView piece = as_bytes(name);
    auto id = PeerId::from_bytes(formats::sha2_256(std::span(&piece, 1)).bytes());
    ASSERT(id.has_value());
    return *std::move(id);
}

SharedBytes join_pieces(std::span<const SharedBytes> pieces) {
    if (pieces.size() == 1) return pieces[0];
    Bytes frame;
    for (const SharedBytes& piece : pieces) append(frame, piece.view());
    return SharedBytes::from(std::move(frame));
}

}  // namespace

SimulatedNetwork::SimulatedNetwork(SimulatedClock& clock, uint64_t seed,
                                   SimulatedNetworkOptions options)
    : clock_(clock), options_(options), random_(seed), loss_(options.loss) {}

SimulatedNetwork::~SimulatedNetwork() = default;

Host& SimulatedNetwork::add_host() {
    std::scoped_lock lock(mutex_);
    const auto number = static_cast<uint32_t>(hosts_.size());
    hosts_.push_back(std::make_unique<SimulatedHost>(*this, number, peer_id_of(number)));
    hosts_.back()->upload_bytes_per_s_ = options_.upload_bytes_per_s;
    numbers_.emplace(hosts_.back()->id(), number);
    return *hosts_.back();
}

Host& SimulatedNetwork::host(uint32_t number) {
    return *hosts_.at(number);
}

uint32_t SimulatedNetwork::host_count() const {
    return static_cast<uint32_t>(hosts_.size());
}

std::optional<uint32_t> SimulatedNetwork::step(int64_t until_ns) {
    for (;;) {
        {
            std::scoped_lock lock(mutex_);
            if (!ready_.empty()) {
                const uint32_t number = ready_.front();
                ready_.pop_front();
                hosts_[number]->is_ready_ = false;
                return number;
            }
        }
        if (!deliver_next(until_ns)) return std::nullopt;
    }
}

// False: nothing more happens up to `until_ns`, which is now.
bool SimulatedNetwork::deliver_next(int64_t until_ns) {
    Action action;
    int64_t at_ns = until_ns;
    bool is_wake = false;
    uint32_t woken = 0;
    {
        std::scoped_lock lock(mutex_);
        if (!actions_.empty()) at_ns = std::min(at_ns, actions_.begin()->first.first);
        if (!wakes_.empty() && wakes_.begin()->first < at_ns) {
            at_ns = wakes_.begin()->first;
            is_wake = true;
            woken = wakes_.begin()->second;
        } else if (!actions_.empty() && actions_.begin()->first.first <= at_ns) {
            action = std::move(actions_.begin()->second);
            actions_.erase(actions_.begin());
        }
    }
    const int64_t now = now_ns();
    if (at_ns > now) clock_.advance(std::chrono::nanoseconds(at_ns - now));
    std::scoped_lock lock(mutex_);
    if (is_wake) {
        SimulatedHost& host = *hosts_[woken];
        wakes_.erase({host.wake_ns_, woken});
        host.wake_ns_ = -1;
        if (!std::exchange(host.is_ready_, true)) ready_.push_back(woken);
        return true;
    }
    if (action == nullptr) return false;
    action();
    return true;
}

void SimulatedNetwork::wake_at(uint32_t number, int64_t at_ns) {
    std::scoped_lock lock(mutex_);
    SimulatedHost& host = *hosts_.at(number);
    if (host.wake_ns_ == at_ns) return;
    if (host.wake_ns_ >= 0) wakes_.erase({host.wake_ns_, number});
    host.wake_ns_ = at_ns;
    wakes_.insert({at_ns, number});
}

void SimulatedNetwork::after(int64_t delay_ns, Action action) {
    actions_.emplace(std::pair(now_ns() + delay_ns, ++last_number_), std::move(action));
}

bool SimulatedNetwork::can_reach(uint32_t from, uint32_t to) const {
    const SimulatedHost& a = *hosts_[from];
    const SimulatedHost& b = *hosts_[to];
    return a.is_online_ && b.is_online_ && !a.is_closed_ && !b.is_closed_ && a.group_ == b.group_;
}

int64_t SimulatedNetwork::latency_ns(uint32_t a, uint32_t b) {
    const Pair pair = std::minmax(a, b);
    const auto known = latencies_ns_.find(pair);
    if (known != latencies_ns_.end()) return known->second;
    const auto range = static_cast<uint64_t>((options_.latency_max - options_.latency_min).count());
    const int64_t us =
        options_.latency_min.count() + static_cast<int64_t>(random_.below(range + 1));
    return latencies_ns_[pair] = us * ns_per_us;
}

SimulatedNetwork::Connection* SimulatedNetwork::find_connection(uint32_t a, uint32_t b) {
    const auto found = connections_.find(std::minmax(a, b));
    return found == connections_.end() ? nullptr : &found->second;
}

void SimulatedNetwork::push(uint32_t to, Event event) {
    SimulatedHost& host = *hosts_[to];
    host.events_.push(std::move(event));
    if (!std::exchange(host.is_ready_, true)) ready_.push_back(to);
}

void SimulatedNetwork::join(uint32_t from, uint32_t to) {
    if (from == to || !can_reach(from, to) || find_connection(from, to) != nullptr) return;
    const uint64_t epoch = ++last_number_;
    connections_[std::minmax(from, to)] = {epoch, {0, 0}};
    for (const auto& [self, other] : {Pair(from, to), Pair(to, from)}) {
        hosts_[self]->peers_.insert(other);
        hosts_[self]->dialling_.erase(other);
        const PeerAddress address = address_of(other);
        push(self, PeerConnected{address.peer, address.addresses[0],
                                 self == from ? Direction::outbound : Direction::inbound});
        after(latency_ns(self, other), [this, self, other, epoch] {
            const Connection* connection = find_connection(self, other);
            if (connection == nullptr || connection->epoch != epoch) return;
            const PeerAddress known = address_of(other);
            push(self, PeerIdentified{known.peer, "simulated", hosts_[other]->protocols_,
                                      known.addresses});
        });
    }
}

void SimulatedNetwork::part(uint32_t a, uint32_t b) {
    if (connections_.erase(std::minmax(a, b)) == 0) return;
    for (const auto& [self, other] : {Pair(a, b), Pair(b, a)}) {
        hosts_[self]->peers_.erase(other);
        push(self, PeerDisconnected{hosts_[other]->id()});
    }
}

void SimulatedNetwork::part_unreachable() {
    std::vector<Pair> broken;
    for (const auto& [pair, connection] : connections_) {
        if (!can_reach(pair.first, pair.second)) broken.push_back(pair);
    }
    for (const Pair& pair : broken) part(pair.first, pair.second);
}

void SimulatedNetwork::connect(uint32_t a, uint32_t b) {
    std::scoped_lock lock(mutex_);
    join(a, b);
}

void SimulatedNetwork::set_online(uint32_t number, bool online) {
    std::scoped_lock lock(mutex_);
    hosts_.at(number)->is_online_ = online;
    if (!online) part_unreachable();
}

void SimulatedNetwork::set_reachable(uint32_t number, bool reachable) {
    std::scoped_lock lock(mutex_);
    hosts_.at(number)->is_reachable_ = reachable;
}

void SimulatedNetwork::set_group(uint32_t number, uint32_t group) {
    std::scoped_lock lock(mutex_);
    hosts_.at(number)->group_ = group;
    part_unreachable();
}

void SimulatedNetwork::set_upload(uint32_t number, uint64_t bytes_per_s) {
    ASSERT(bytes_per_s > 0);
    std::scoped_lock lock(mutex_);
    hosts_.at(number)->upload_bytes_per_s_ = bytes_per_s;
}

void SimulatedNetwork::set_loss(double loss) {
    std::scoped_lock lock(mutex_);
    loss_ = loss;
}

size_t SimulatedNetwork::pending_count() const {
    std::scoped_lock lock(mutex_);
    size_t count = actions_.size() + queries_.size();
    for (const auto& host : hosts_) count += host->events_.count() + host->dialling_.size();
    return count;
}

void SimulatedNetwork::dial(uint32_t from, const PeerId& to) {
    const auto known = numbers_.find(to);
    const uint32_t number = known == numbers_.end() ? from : known->second;
    if (number != from && (find_connection(from, number) != nullptr ||
                           !hosts_[from]->dialling_.insert(number).second)) {
        return;
    }
    const bool may_answer = number != from && hosts_[number]->is_reachable_;
    // Three ways: to the transport's handshake and back, and the last word.
    const int64_t delay_ns = may_answer && can_reach(from, number)
                                 ? 3 * latency_ns(from, number)
                                 : options_.dial_timeout.count() * ns_per_ms;
    after(delay_ns, [this, from, number, to, may_answer] {
        hosts_[from]->dialling_.erase(number);
        if (number != from && find_connection(from, number) != nullptr) return;
        if (may_answer && can_reach(from, number)) {
            join(from, number);
            return;
        }
        push(from, DialFailed{to, Error{Code::timeout, "cannot reach " + to.to_text() +
                                                           ": no answer to the dial"}});
    });
}

Result<void> SimulatedNetwork::send(uint32_t from, const PeerId& to,
                                    std::span<const std::string> protocols,
                                    std::span<const SharedBytes> pieces) {
    const auto known = numbers_.find(to);
    Connection* connection =
        known == numbers_.end() ? nullptr : find_connection(from, known->second);
    if (connection == nullptr) {
        return fail(Code::not_found, "{} is not connected", to.to_text());
    }
    const uint32_t number = known->second;
    const SimulatedHost& other = *hosts_[number];
    if (connection->unsent_bytes[from < number ? 0 : 1] >= options_.unsent_bytes_max) {
        return fail(Code::busy, "too much waits for {} already", to.to_text());
    }
    const auto spoken = std::ranges::find_if(protocols, [&](const std::string& protocol) {
        return std::ranges::count(other.protocols_, protocol) > 0;
    });
    SharedBytes frame = join_pieces(pieces);
    if (spoken == protocols.end() || frame.size() > other.frame_size_bytes_max_.at(*spoken)) {
        const char* reason = spoken == protocols.end() ? "no protocol in common" : "stream reset";
        after(2 * latency_ns(from, number),
              [this, from, to, reason] { push(from, FramesFailed{to, reason}); });
        return {};
    }
    transmit(from, number, *spoken, std::move(frame));
    return {};
}

void SimulatedNetwork::transmit(uint32_t from, uint32_t to, std::string protocol,
                                SharedBytes frame) {
    SimulatedHost& sender = *hosts_[from];
    Connection& connection = *find_connection(from, to);
    const size_t size_bytes = frame.size();
    const size_t side = from < to ? 0 : 1;
    connection.unsent_bytes[side] += size_bytes;
    const int64_t start_ns = std::max(now_ns(), sender.upload_free_ns_);
    sender.upload_free_ns_ = start_ns + time_on_line_ns(size_bytes, sender.upload_bytes_per_s_);
    const uint64_t epoch = connection.epoch;
    FrameReceived received{sender.id(), std::move(protocol), std::move(frame)};
    const bool is_lost =
        static_cast<double>(random_.below(fraction_steps)) < loss_ * double{fraction_steps};
    after(sender.upload_free_ns_ - now_ns(), [this, from, to, epoch, size_bytes, side, is_lost,
                                              received = std::move(received)]() mutable {
        Connection* open = find_connection(from, to);
        if (open == nullptr || open->epoch != epoch) return;
        open->unsent_bytes[side] -= size_bytes;
        push(from, FramesSent{hosts_[to]->id(), open->unsent_bytes[side]});
        if (is_lost) return;
        after(latency_ns(from, to), [this, from, to, epoch, frame = std::move(received)]() mutable {
            arrive(from, to, epoch, std::move(frame));
        });
    });
}

// The first byte is there; the rest comes as fast as the receiver's line is.
void SimulatedNetwork::arrive(uint32_t from, uint32_t to, uint64_t epoch, FrameReceived frame) {
    SimulatedHost& receiver = *hosts_[to];
    const int64_t start_ns = std::max(now_ns(), receiver.download_free_ns_);
    receiver.download_free_ns_ =
        start_ns + time_on_line_ns(frame.frame.size(), options_.download_bytes_per_s);
    after(receiver.download_free_ns_ - now_ns(),
          [this, from, to, epoch, received = std::move(frame)]() mutable {
              deliver(to, from, epoch, std::move(received));
          });
}

void SimulatedNetwork::deliver(uint32_t to, uint32_t from, uint64_t epoch, FrameReceived frame) {
    const Connection* connection = find_connection(from, to);
    if (connection == nullptr || connection->epoch != epoch) return;
    if (hosts_[to]->events_.has_room()) {
        push(to, std::move(frame));
        return;
    }
    after(full_queue_retry_ns, [this, from, to, epoch, received = std::move(frame)]() mutable {
        deliver(to, from, epoch, std::move(received));
    });
}

QueryId SimulatedNetwork::search(uint32_t from, std::move_only_function<Event(QueryId)> answer) {
    const QueryId query = ++last_number_;
    queries_.insert(query);
    after(options_.search_time.count() * ns_per_ms,
          [this, from, query, give = std::move(answer)]() mutable {
              if (queries_.erase(query) != 0) push(from, give(query));
          });
    return query;
}

void SimulatedNetwork::add_value(ByteView key, ByteView value) {
    std::scoped_lock lock(mutex_);
    keep_value(to_bytes(key), to_bytes(value));
}

void SimulatedNetwork::watch_provides(OnProvide on_provide) {
    std::scoped_lock lock(mutex_);
    on_provide_ = std::move(on_provide);
}

void SimulatedNetwork::record_provider(uint32_t provider, const PeerId& keeper,
                                       const Multihash& key) {
    auto& holders = providers_[to_bytes(key.bytes())];
    if (std::ranges::count(holders, provider) == 0) holders.push_back(provider);
    if (on_provide_) on_provide_(hosts_[provider]->id(), keeper, key);
}

void SimulatedNetwork::keep_value(const Bytes& key, Bytes value) {
    constexpr size_t values_count_max = 8;
    auto& kept = values_[key];
    std::erase(kept, value);
    kept.push_front(std::move(value));
    if (kept.size() > values_count_max) kept.pop_back();
}

PeerAddress SimulatedNetwork::address_of(uint32_t number) const {
    auto address = Multiaddr::from_text(fmt::format(
        "/ip4/10.{}.{}.{}/tcp/4001", number >> 16 & 0xff, number >> 8 & 0xff, number & 0xff));
    ASSERT(address.has_value());
    return {hosts_[number]->id(), {*std::move(address)}};
}

std::vector<PeerAddress> SimulatedNetwork::closest(uint32_t from, ByteView key) {
    constexpr size_t bucket_size = 20;
    const auto place = [](ByteView bytes) {
        return to_bytes(formats::sha2_256(std::span(&bytes, 1)).digest());
    };
    const Bytes target = place(key);
    std::vector<std::pair<Bytes, uint32_t>> all;
    for (const auto& host : hosts_) {
        if (host->number_ == from || !can_reach(from, host->number_)) continue;
        Bytes distance = place(host->id().bytes());
        for (size_t i = 0; i < distance.size(); ++i) distance[i] ^= target[i];
        all.emplace_back(std::move(distance), host->number_);
    }
    std::ranges::sort(all);
    std::vector<PeerAddress> found;
    for (size_t i = 0; i < std::min(bucket_size, all.size()); ++i) {
        found.push_back(address_of(all[i].second));
    }
    return found;
}

}  // namespace kit::p2p
