#include "node/company.h"

#include <algorithm>

#include "p2p/peer_store_file.h"

namespace kit::node {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t save_period_ns = 3600 * second_ns;
// After the first peers, and then as Kubo refreshes its tables.
constexpr int64_t first_routes_ns = 2 * second_ns;
constexpr int64_t routes_period_ns = 600 * second_ns;
constexpr auto routes_time_max = std::chrono::seconds(30);
// A peer that comes and goes at once must not make the thread spin.
constexpr int64_t rest_ns = second_ns / 20;

}  // namespace

Company::Company(Env& env, p2p::ShimHost& host, const CompanySettings& settings, Path path,
                 std::function<void(const std::string&)> on_notice)
    : env_(env),
      host_(host),
      path_(std::move(path)),
      on_notice_(std::move(on_notice)),
      known_(env.clock),
      manager_(env.clock, host, settings.marks),
      peering_(env, host, manager_),
      bootstrap_(env, host, known_, {}),
      save_due_ns_(env.clock.monotonic_ns() + save_period_ns) {
    const auto met = p2p::load_peers(env.disk, path_);
    if (met) {
        known_.restore(*met);
    } else {
        on_notice_("the peers of earlier runs are forgotten: " + met.error().to_text());
    }
    bootstrap_.set_peers(settings.bootstrap);
    for (const p2p::PeerAddress& peer : settings.peering) {
        // What cannot be freed of the host's bounds is dialled all the same.
        (void)host_.set_protected(peer.peer, true);
        peering_.add(peer);
    }
    thread_ = std::thread([this] { run(); });
}

Company::~Company() {
    {
        const std::scoped_lock lock(mutex_);
        is_ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
    save();
}

void Company::on_event(const p2p::Event& event) {
    known_.on_event(event);
    manager_.on_event(event);
    peering_.on_event(event);
    bootstrap_.on_event(event);
    const bool is_met = std::holds_alternative<p2p::PeerIdentified>(event);
    const bool is_news = is_met || std::holds_alternative<p2p::PeerConnected>(event) ||
                         std::holds_alternative<p2p::PeerDisconnected>(event) ||
                         std::holds_alternative<p2p::DialFailed>(event);
    if (!is_news) return;
    {
        const std::scoped_lock lock(mutex_);
        has_news_ = true;
        is_met_ = is_met_ || is_met;
    }
    changed_.notify_all();
}

void Company::run() {
    for (;;) {
        const int64_t due_ns = std::min(tend_peers(), tend_routes());
        std::unique_lock lock(mutex_);
        while (!is_ending_ && !has_news_ && env_.clock.monotonic_ns() < due_ns) {
            env_.clock.wait(changed_, lock, due_ns);
        }
        if (is_ending_) return;
        has_news_ = false;
        const int64_t rested_ns = env_.clock.monotonic_ns() + rest_ns;
        while (!is_ending_ && env_.clock.monotonic_ns() < rested_ns) {
            env_.clock.wait(changed_, lock, rested_ns);
        }
        if (is_ending_) return;
    }
}

int64_t Company::tend_peers() {
    manager_.on_timer();
    peering_.on_timer();
    bootstrap_.on_timer();
    const int64_t now_ns = env_.clock.monotonic_ns();
    if (now_ns >= save_due_ns_) {
        save();
        save_due_ns_ = now_ns + save_period_ns;
    }
    return std::min({manager_.next_timer_ns(), peering_.next_timer_ns(), bootstrap_.next_timer_ns(),
                     save_due_ns_});
}

int64_t Company::tend_routes() {
    const int64_t now_ns = env_.clock.monotonic_ns();
    if (routes_due_ns_ == INT64_MAX) {
        const std::scoped_lock lock(mutex_);
        if (is_met_) routes_due_ns_ = now_ns + first_routes_ns;
    }
    if (now_ns < routes_due_ns_) return routes_due_ns_;
    // A table that nobody can be asked about is filled when somebody is met.
    (void)host_.fill_routes(p2p::DhtSide::wan, routes_time_max);
    (void)host_.fill_routes(p2p::DhtSide::lan, routes_time_max);
    routes_due_ns_ = env_.clock.monotonic_ns() + routes_period_ns;
    return routes_due_ns_;
}

void Company::save() {
    const auto saved = p2p::save_peers(env_.disk, path_, known_);
    if (!saved) on_notice_("the peers that were met are not kept: " + saved.error().to_text());
}

}  // namespace kit::node
