#include "dag/collect_garbage.h"

#include <vector>

#include "dag/link_walk.h"
#include "dag/reach.h"

namespace kit::dag {
namespace {

using formats::Cid;

// What cannot be walked cannot be told from garbage: Kubo's words for giving up.
std::unexpected<Error> aborted(Error error) {
    if (error.code == Code::cancelled) return std::unexpected(std::move(error));
    constexpr std::string_view text_of_missing = "could not find ";
    const size_t at = error.message.rfind(text_of_missing);
    const std::string missing = error.code == Code::not_found && at != std::string::npos
                                    ? "could not retrieve links for " +
                                          error.message.substr(at + text_of_missing.size()) + ": "
                                    : "";
    return fail(error.code, "{}{}; garbage collection aborted: could not retrieve some links",
                missing, error.to_text());
}

Result<void> mark_pins(const blocks::Store& store, const Pins& pins, ReachableSet& live,
                       const std::atomic<bool>& cancel) {
    std::vector<Cid> roots;
    const auto flush = [&]() -> Result<void> {
        Result<void> done = live.add_all(store, roots, false, cancel);
        if (!done) return aborted(std::move(done).error());
        roots.clear();
        return {};
    };
    TRY(pins.each([&](const Pin& pin) -> Result<bool> {
        if (pin.mode == PinMode::direct) {
            live.add_only(pin.cid);
            return true;
        }
        roots.push_back(pin.cid);
        if (roots.size() >= roots_count_max) TRY(flush());
        return true;
    }));
    return flush();
}

}  // namespace

Result<CollectReport> collect_garbage(
    blocks::Store& store, Pins& pins, const ExtraRoots& extra_roots,
    const std::function<void(const Cid&, uint64_t size_bytes)>& on_removed,
    const std::atomic<bool>& cancel) {
    // The order matters. A writer puts its blocks under a lease and pins them before the lease
    // goes. What it puts after this line the collection keeps; what it had put and pinned before
    // is found by the scan of the pins, which comes later; and what lies between is leased.
    const auto collection = TRY(store.begin_collection());
    TRY(pins.remove_expired());

    ReachableSet live;
    TRY(mark_pins(store, pins, live, cancel));
    // Best effort goes last: what it could not find must not count as walked for a pin.
    if (extra_roots) {
        const std::vector<Cid> roots = TRY(extra_roots());
        Result<void> extra = live.add_all(store, roots, true, cancel);
        if (!extra) return aborted(std::move(extra).error());
    }

    CollectReport report;
    TRY(collection->sweep([&](formats::MultihashView hash) { return live.contains(hash); },
                          [&](const blocks::Collection::Removed& removed) {
                              ++report.removed_count;
                              report.removed_bytes += removed.size_bytes;
                              if (!on_removed) return;
                              on_removed(Cid::v1(formats::Codec::raw, removed.hash),
                                         removed.size_bytes);
                          },
                          cancel));
    return report;
}

}  // namespace kit::dag
