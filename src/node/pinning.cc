// Pins: adding them once everything below is known to be here, and asking about them.
#include "dag/pin_query.h"
#include "node/parts.h"
#include "node/reading.h"

namespace kit::node {
namespace {

constexpr int64_t progress_interval_ns = 500'000'000;  // As Kubo's pin/add tells of it.

// Fails with a block that is missing below `cid`; leaves are looked up too, as Kubo fetches them.
Result<void> check_whole(Env& env, const blocks::Source& source, const Cid& cid,
                         const std::function<void(uint64_t nodes, uint64_t bytes)>& on_progress,
                         const std::atomic<bool>& cancel) {
    int64_t told_ns = env.clock.monotonic_ns();
    const auto tell = [&](const dag::DagSize& size) {
        const int64_t now_ns = env.clock.monotonic_ns();
        if (!on_progress || now_ns - told_ns < progress_interval_ns) return;
        told_ns = now_ns;
        on_progress(size.block_count, size.size_bytes);
    };
    const dag::DagSize size = TRY(dag::check_whole(source, std::span(&cid, 1), cancel, tell));
    if (on_progress) on_progress(size.block_count, size.size_bytes);
    return {};
}

constexpr ReadingOptions pinned_reading = {.is_given = false, .uses_recent = false};

}  // namespace

Result<void> Node::make_whole(
    const Cid& cid, std::shared_lock<std::shared_mutex>& lock,
    const std::function<void(uint64_t nodes, uint64_t bytes)>& on_progress) {
    for (;;) {
        auto whole = check_whole(parts_->env, *parts_->store, cid, on_progress, cancel());
        if (whole || whole.error().code != Code::not_found || network() == nullptr) return whole;
        // Collections go on meanwhile. What is fetched is under the source's lease, which ends
        // when the walk below has seen it all; what was here and went is fetched in its turn.
        lock.unlock();
        const Reading source = reading(pinned_reading);
        const auto fetched = check_whole(parts_->env, source, cid, on_progress, cancel());
        lock.lock();
        TRY(fetched);
        whole = check_whole(parts_->env, *parts_->store, cid, {}, cancel());
        if (whole || whole.error().code != Code::not_found) return whole;
    }
}

Result<void> Node::pin(std::span<const Cid> cids, const PinOptions& options,
                       const std::function<void(uint64_t nodes, uint64_t bytes)>& on_progress) {
    std::shared_lock lock(parts_->pinning);
    const int64_t now_s = parts_->env.clock.unix_ns() / 1'000'000'000;
    std::vector<dag::Pin> pins;
    for (const Cid& cid : cids) {
        if (options.recursive) {
            auto whole = make_whole(cid, lock, on_progress);
            if (!whole) return fail_because(std::move(whole).error(), "pin");
        } else {
            auto body = reading(pinned_reading).get(cid);
            if (!body) return fail_because(std::move(body).error(), "pin");
        }
        dag::Pin pin{.cid = cid,
                     .mode = options.recursive ? dag::PinMode::recursive : dag::PinMode::direct,
                     .name = options.name,
                     .created_s = now_s,
                     .expires_s = std::nullopt};
        if (options.expires_in_s) pin.expires_s = now_s + *options.expires_in_s;
        pins.push_back(std::move(pin));
    }
    TRY(parts_->pins.add_all(pins));
    if (options.recursive && network() != nullptr) network()->tell_of(cids);
    return {};
}

Result<void> Node::unpin(std::span<const Cid> cids, bool recursive) {
    for (const Cid& cid : cids) TRY(parts_->pins.remove(cid, recursive));
    return {};
}

Result<void> Node::update_pin(const Cid& from, const Cid& to, bool unpin) {
    std::shared_lock lock(parts_->pinning);
    const auto held = TRY(parts_->pins.find(from));
    if (held && held->mode == dag::PinMode::recursive) {
        TRY(make_whole(to, lock, {}));
    }
    return parts_->pins.update(from, to, !unpin);
}

Result<void> Node::each_pin(PinFilter filter,
                            const std::function<Result<bool>(const ListedPin&)>& visit) const {
    return dag::each_pin(*parts_->store, parts_->pins, filter, visit, cancel());
}

Result<ListedPin> Node::find_pin(const Cid& cid, PinFilter filter,
                                 std::string_view as_asked) const {
    auto pin = TRY(dag::find_pin(*parts_->store, parts_->pins, cid, filter, cancel()));
    if (!pin) return fail(Code::not_found, "path '{}' is not pinned", as_asked);
    return *std::move(pin);
}

Result<std::vector<std::optional<ListedPin>>> Node::find_pins(std::span<const Cid> cids,
                                                              PinFilter filter) const {
    return dag::find_pins(*parts_->store, parts_->pins, cids, filter, cancel());
}

Result<void> Node::verify_pins(const std::function<Result<bool>(const PinCheck&)>& visit) const {
    return dag::verify_pins(*parts_->store, parts_->pins, visit, cancel());
}

}  // namespace kit::node
