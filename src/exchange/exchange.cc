// A block's way: the network's thread decodes a frame and hands its blocks to the hashers; what
// they verified comes back to it, and if it was wanted goes to who waits for it and to the storing
// thread, which takes whatever has gathered while it stored the last batch.
#include "exchange/exchange.h"

#include <algorithm>
#include <utility>

#include "exchange/fetch_source.h"
#include "exchange/limits.h"
#include "formats/dag_pb.h"

namespace kit::exchange {
namespace {

constexpr size_t events_count_max = 256;  // Of one look at the host.
constexpr size_t frames_count_max = 8;    // That wait to be hashed.
constexpr size_t frame_share_min = 4;     // A quarter.
constexpr uint64_t batch_bytes_max = 4 * MiB;
constexpr size_t batch_count_max = 1024;
constexpr int64_t idle_ns = 60'000'000'000;
constexpr int64_t cancel_look_ns = 100'000'000;

}  // namespace

Result<std::unique_ptr<Exchange>> Exchange::open(Env& env, p2p::Host& host, blocks::Store& store,
                                                 ExchangeOptions options) {
    std::unique_ptr<Exchange> exchange(new Exchange(env, host, store, std::move(options)));
    TRY(exchange->pump_.start());
    exchange->network_ = std::thread([raw = exchange.get()] { raw->run_network(); });
    exchange->storing_ = std::thread([raw = exchange.get()] { raw->run_storing(); });
    return exchange;
}

Exchange::Exchange(Env& env, p2p::Host& host, blocks::Store& store, ExchangeOptions options)
    : env_(env),
      host_(host),
      store_(store),
      options_(std::move(options)),
      engine_(store),
      pump_(engine_, host, pump_callbacks()),
      hashers_(std::make_unique<TaskPool>(options_.hash_thread_count, frames_count_max)),
      gateways_(std::make_unique<HttpPeers>(options_.gateway_threads_count,
                                            options_.gateway_block_size_bytes_max,
                                            gateway_callbacks())) {}

PumpCallbacks Exchange::pump_callbacks() {
    return {
        .on_blocks = [this](
                         const PeerId& from,
                         std::vector<bitswap::BlockPart> blocks) { hash(from, std::move(blocks)); },
        .on_drop =
            [this](const bitswap::Drop& drop) {
                gateways_->remove(drop.peer);
                if (options_.on_drop) options_.on_drop(drop);
            },
        .send_elsewhere =
            [this](const bitswap::Outgoing& out) { return gateways_->send(out.peer, out.message); },
        .on_search = options_.on_search};
}

HttpPeersCallbacks Exchange::gateway_callbacks() {
    return {
        .on_answer =
            [this](const PeerId& from, bitswap::Message message) {
                post([this, from, answer = std::move(message)](bitswap::Engine& engine,
                                                               int64_t now_ns) mutable {
                    engine.on_message(from, answer, now_ns);
                    if (!answer.blocks.empty()) hash(from, std::move(answer.blocks));
                });
            },
        .on_gone =
            [this](const PeerId& peer, const std::string&) {
                post([peer](bitswap::Engine& engine, int64_t) { engine.on_disconnected(peer); });
            }};
}

void Exchange::add_gateway(const PeerId& peer, std::string url) {
    if (!gateways_->add(peer, std::move(url))) return;
    post([peer](bitswap::Engine& engine, int64_t now_ns) {
        engine.on_connected(peer, bitswap::Version::v1_2_0, now_ns);
    });
}

Exchange::~Exchange() {
    stop();
    if (network_.joinable()) network_.join();
    gateways_ = nullptr;
    hashers_ = nullptr;
    if (storing_.joinable()) storing_.join();
}

void Exchange::stop() {
    {
        std::scoped_lock lock(mutex_);
        is_ending_ = true;
    }
    arrived_.notify_all();
    to_store_changed_.notify_all();
    stored_.notify_all();
    host_.wake();
}

std::unique_ptr<blocks::Source> Exchange::open_source(FetchOptions options) {
    return std::make_unique<FetchSource>(*this, options);
}

void Exchange::post(Command command) {
    {
        std::scoped_lock lock(mutex_);
        if (has_ended_) return;
        commands_.push_back(std::move(command));
    }
    host_.wake();
}

Result<void> Exchange::inspect(std::move_only_function<void(const bitswap::Engine&)> look) {
    auto done = std::make_shared<bool>(false);
    post([this, done, inner = std::move(look)](bitswap::Engine& engine, int64_t) mutable {
        inner(engine);
        std::scoped_lock lock(mutex_);
        *done = true;
        arrived_.notify_all();
    });
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return *done || has_ended_; });
    if (!*done) return fail(Code::cancelled, "the exchange is ending");
    return {};
}

void Exchange::on_added(std::span<const Cid> cids) {
    if (waiting_count_ == 0) return;
    post([this, added = std::vector(cids.begin(), cids.end())](bitswap::Engine& engine,
                                                               int64_t now_ns) {
        for (const Cid& cid : added) {
            const auto size = store_.find_size(cid);
            if (size && *size) engine.on_held(cid, **size, now_ns);
        }
    });
}

// --- the network's thread ------------------------------------------------------------------------

void Exchange::run_network() {
    std::vector<p2p::Event> events;
    for (;;) {
        await_storing();
        const int64_t until_ns =
            engine_.next_timer_ns().value_or(env_.clock.monotonic_ns() + idle_ns);
        events.clear();
        const auto taken = host_.next_events(events, events_count_max, until_ns);
        {
            std::scoped_lock lock(mutex_);
            if (is_ending_ || !taken) break;
        }
        const int64_t now_ns = env_.clock.monotonic_ns();
        for (p2p::Event& event : events) {
            if (!pump_.handle(event, now_ns) && options_.on_event) options_.on_event(event);
        }
        take_verified(now_ns);
        run_commands(now_ns);
        if (engine_.next_timer_ns().value_or(INT64_MAX) <= now_ns) engine_.on_timer(now_ns);
        pump_.flush(now_ns);
        waiting_count_ = engine_.waiting_count();
    }
    stop();
    std::scoped_lock lock(mutex_);
    has_ended_ = true;
    commands_.clear();
    arrived_.notify_all();
}

void Exchange::run_commands(int64_t now_ns) {
    std::vector<Command> commands;
    {
        std::scoped_lock lock(mutex_);
        commands.swap(commands_);
    }
    for (Command& command : commands) command(engine_, now_ns);
}

// Nothing more is read from peers while the store is behind.
void Exchange::await_storing() {
    std::unique_lock lock(mutex_);
    stored_.wait(lock, [&] { return is_ending_ || unstored_bytes_ <= limits::unstored_bytes_max; });
}

void Exchange::hash(const PeerId& from, std::vector<bitswap::BlockPart> blocks) {
    hashers_->submit([this, from, parts = std::move(blocks)] {
        std::vector<Verified> verified;
        verified.reserve(parts.size());
        size_t all_bytes = 0;
        for (const bitswap::BlockPart& part : parts) all_bytes += part.data.size();
        for (const bitswap::BlockPart& part : parts) {
            // A small part must not keep the whole frame in memory.
            const bool is_small = frame_share_min * part.data.size() < all_bytes;
            verified.push_back(
                {from, bitswap::cid_of(part),
                 is_small ? SharedBytes::from(to_bytes(part.data.view())) : part.data});
        }
        {
            std::scoped_lock lock(mutex_);
            std::ranges::move(verified, std::back_inserter(verified_));
        }
        host_.wake();
    });
}

void Exchange::take_verified(int64_t now_ns) {
    std::vector<Verified> verified;
    std::vector<std::pair<Cid, uint64_t>> held;
    {
        std::scoped_lock lock(mutex_);
        verified.swap(verified_);
        held.swap(held_);
    }
    for (const auto& [cid, size_bytes] : held) engine_.on_held(cid, size_bytes, now_ns);
    std::erase_if(verified, [&](Verified& one) {
        if (one.cid) return !engine_.on_block(one.from, *one.cid, one.body.size(), now_ns);
        engine_.on_garbage(one.from, one.cid.error().to_text(), now_ns);
        return true;
    });
    if (verified.empty()) return;
    std::vector<SessionPointer> followers;
    {
        std::scoped_lock lock(mutex_);
        for (const Verified& one : verified) followers.push_back(accept(one));
        fresh_count_ = fresh_.size();
    }
    arrived_.notify_all();
    to_store_changed_.notify_one();
    for (size_t i = 0; i < verified.size(); ++i) {
        if (followers[i] != nullptr) follow(followers[i], verified[i]);
    }
}

void Exchange::follow(const SessionPointer& session, const Verified& verified) {
    // A block without links, or with broken ones, is its reader's matter.
    auto links = formats::links_of_dag_pb(verified.body.view());
    if (!links) return;
    std::erase_if(*links, [&](const Cid& cid) {
        const auto held = store_.find_size(cid);
        return !held || *held;
    });
    if (!links->empty()) want(session, *links, Urgency::announced);
}

Exchange::SessionPointer Exchange::accept(const Verified& verified) {
    const Cid& cid = *verified.cid;
    const auto wanted = wanted_.find(cid);
    // Whoever wanted it may have closed its session in the same moment.
    if (wanted == wanted_.end() || fresh_.contains(cid)) return nullptr;
    for (const SessionPointer& session : wanted->second.sessions) --session->wanted_count;
    fresh_bytes_ += verified.body.size();
    unstored_bytes_ += verified.body.size();
    fresh_.emplace(cid, Fresh{verified.body, false});
    SessionPointer session = wanted->second.sessions.front();
    to_store_.push_back({cid, verified.body, session});
    wanted_.erase(wanted);
    const bool has_links = session->follows_links && cid.is(formats::Codec::dag_pb);
    return has_links ? session : nullptr;
}

// --- the storing thread --------------------------------------------------------------------------

void Exchange::run_storing() {
    std::vector<ToStore> batch;
    for (;;) {
        batch.clear();
        {
            std::unique_lock lock(mutex_);
            to_store_changed_.wait(lock, [&] { return is_ending_ || !to_store_.empty(); });
            // What has come is kept, also at the end.
            if (to_store_.empty()) return;
            uint64_t batch_bytes = 0;
            size_t count = 0;
            while (count < std::min(batch_count_max, to_store_.size()) &&
                   batch_bytes < batch_bytes_max) {
                batch_bytes += to_store_[count++].body.size();
            }
            const auto end = to_store_.begin() + static_cast<ptrdiff_t>(count);
            std::move(to_store_.begin(), end, std::back_inserter(batch));
            to_store_.erase(to_store_.begin(), end);
        }
        store_batch(batch);
        stored_.notify_one();
        host_.wake();
    }
}

void Exchange::store_batch(std::vector<ToStore>& batch) {
    // Under the lease of the session that wanted it: one put() for each.
    std::ranges::stable_sort(batch, {}, [](const ToStore& one) { return one.session.get(); });
    std::vector<blocks::NewBlock> blocks;
    for (auto first = batch.begin(); first != batch.end();) {
        Session& session = *first->session;
        blocks.clear();
        auto next = first;
        for (; next != batch.end() && next->session.get() == &session; ++next) {
            blocks.push_back({next->cid, {}, next->body.view(), {}});
        }
        const auto outcome = store_.put(*session.lease, blocks);
        std::scoped_lock lock(mutex_);
        if (!outcome) session.error = outcome.error();
        for (; first != next; ++first) {
            unstored_bytes_ -= first->body.size();
            const auto fresh = fresh_.find(first->cid);
            ASSERT(fresh != fresh_.end() && !fresh->second.is_stored);
            fresh->second.is_stored = true;
            fresh_stored_.push_back(first->cid);
            if (outcome) held_.emplace_back(first->cid, first->body.size());
        }
        trim_fresh();
    }
}

// Blocks that were stored and not read yet stay at hand up to a bound: their reader is near.
void Exchange::trim_fresh() {
    while (!fresh_stored_.empty() && fresh_bytes_ > unstored_bytes_ + limits::announced_bytes_max) {
        const auto oldest = fresh_.find(fresh_stored_.front());
        fresh_stored_.pop_front();
        if (oldest == fresh_.end() || !oldest->second.is_stored) continue;
        fresh_bytes_ -= oldest->second.body.size();
        fresh_.erase(oldest);
    }
    // Names of blocks that were read meanwhile.
    while (!fresh_stored_.empty() && !fresh_.contains(fresh_stored_.front())) {
        fresh_stored_.pop_front();
    }
    fresh_count_ = fresh_.size();
}

// --- for sources ---------------------------------------------------------------------------------

std::optional<SharedBytes> Exchange::take_fresh(const Cid& cid) {
    if (fresh_count_ == 0) return std::nullopt;
    std::scoped_lock lock(mutex_);
    const auto found = fresh_.find(cid);
    if (found == fresh_.end()) return std::nullopt;
    if (!found->second.is_stored) return found->second.body;
    SharedBytes body = std::move(found->second.body);
    fresh_bytes_ -= body.size();
    fresh_.erase(found);
    fresh_count_ = fresh_.size();
    return body;
}

void Exchange::want(const SessionPointer& session, std::span<const Cid> cids, Urgency urgency) {
    std::vector<Cid> news;
    {
        std::scoped_lock lock(mutex_);
        for (const Cid& cid : cids) {
            if (urgency == Urgency::announced &&
                session->wanted_count >= limits::announced_count_max) {
                break;
            }
            if (fresh_.contains(cid)) continue;
            auto& sessions = wanted_[cid].sessions;
            if (std::ranges::count(sessions, session) > 0) continue;
            sessions.push_back(session);
            ++session->wanted_count;
            news.push_back(cid);
        }
    }
    if (news.empty()) return;
    post([session, wants = std::move(news)](bitswap::Engine& engine, int64_t now_ns) {
        if (session->id == 0) session->id = engine.open_session();
        (void)engine.want(session->id, wants, now_ns);
    });
}

// The session waits for the block no more.
void Exchange::forget(const SessionPointer& session, const Cid& cid) {
    {
        std::scoped_lock lock(mutex_);
        const auto found = wanted_.find(cid);
        if (found == wanted_.end() || std::erase(found->second.sessions, session) == 0) return;
        --session->wanted_count;
        if (found->second.sessions.empty()) wanted_.erase(found);
    }
    post([session, cid](bitswap::Engine& engine, int64_t) {
        if (session->id != 0) engine.cancel(session->id, std::span(&cid, 1));
    });
}

Result<SharedBytes> Exchange::fetch(const SessionPointer& session, const Cid& cid,
                                    const FetchOptions& options) {
    auto body = await(session, cid, options);
    // Only a block that came has ended its want.
    if (!body) forget(session, cid);
    return body;
}

Result<SharedBytes> Exchange::await(const SessionPointer& session, const Cid& cid,
                                    const FetchOptions& options) {
    const int64_t until_ns =
        options.block_timeout
            ? env_.clock.monotonic_ns() +
                  std::chrono::duration_cast<std::chrono::nanoseconds>(*options.block_timeout)
                      .count()
            : INT64_MAX;
    bool is_abandoned = false;
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto fresh = fresh_.find(cid);
        if (fresh != fresh_.end()) return fresh->second.body;
        if (session->error) return std::unexpected(*session->error);
        if (is_ending_) return fail(Code::cancelled, "the exchange is ending");
        if ((options.cancel != nullptr && *options.cancel) || is_abandoned) {
            return fail(Code::cancelled, "fetching {} was cancelled", cid.to_text());
        }
        const auto wanted = wanted_.find(cid);
        if (wanted == wanted_.end() || std::ranges::count(wanted->second.sessions, session) == 0) {
            lock.unlock();
            want(session, std::span(&cid, 1), Urgency::needed);
            // It may have come and been stored between the reader's look and the want.
            auto held = TRY(store_.find(cid));
            if (held) {
                forget(session, cid);
                return *std::move(held);
            }
            lock.lock();
            continue;
        }
        const int64_t now_ns = env_.clock.monotonic_ns();
        if (now_ns >= until_ns) {
            return fail(Code::timeout, "block {} was not found: no peer sent it within {} ms",
                        cid.to_text(), options.block_timeout->count());
        }
        const bool may_end = options.cancel != nullptr || options.is_abandoned;
        const int64_t look_ns = now_ns + (may_end ? cancel_look_ns : idle_ns);
        env_.clock.wait(arrived_, lock, std::min(until_ns, look_ns));
        if (options.is_abandoned && env_.clock.monotonic_ns() >= look_ns) {
            lock.unlock();
            is_abandoned = options.is_abandoned();
            lock.lock();
        }
    }
}

void Exchange::close(const SessionPointer& session) {
    {
        std::scoped_lock lock(mutex_);
        for (auto wanted = wanted_.begin(); wanted != wanted_.end();) {
            std::erase(wanted->second.sessions, session);
            wanted = wanted->second.sessions.empty() ? wanted_.erase(wanted) : std::next(wanted);
        }
    }
    post([session](bitswap::Engine& engine, int64_t) {
        if (session->id != 0) engine.close_session(session->id);
    });
}

}  // namespace kit::exchange
