#include "dag/pin_query.h"

#include <mutex>
#include <unordered_map>
#include <utility>

#include "dag/block_set.h"
#include "dag/reach.h"
#include "formats/ipld.h"

namespace kit::dag {
namespace {

using formats::Cid;

bool wants(PinFilter filter, PinKind kind) {
    return filter == PinFilter::all || static_cast<int>(filter) == static_cast<int>(kind) + 1;
}

// CIDs found on many threads, given on one.
class Found final {
public:
    void add(const Cid& cid) {
        std::scoped_lock lock(mutex_);
        cids_.push_back(cid);
    }
    std::vector<Cid> take() {
        std::scoped_lock lock(mutex_);
        return std::exchange(cids_, {});
    }

private:
    std::mutex mutex_;
    std::vector<Cid> cids_;
};

class PinLister final {
public:
    PinLister(const blocks::Store& store, const Pins& pins, PinFilter filter,
              const std::function<Result<bool>(const ListedPin&)>& visit,
              const std::atomic<bool>& cancel)
        : store_(store), pins_(pins), filter_(filter), visit_(visit), cancel_(cancel) {}

    Result<void> run() {
        TRY(list(PinMode::recursive));
        if (filter_ != PinFilter::recursive) TRY(list(PinMode::direct));
        if (wants(filter_, PinKind::indirect) && !enough_) TRY(list_indirect());
        return {};
    }

private:
    // Gives the pins of one mode, and notes them for the walk that may follow.
    Result<void> list(PinMode mode) {
        if (enough_) return {};
        const PinKind kind = mode == PinMode::direct ? PinKind::direct : PinKind::recursive;
        const bool gives = wants(filter_, kind);
        const bool notes = wants(filter_, PinKind::indirect);
        if (!gives && !notes) return {};
        return pins_.each([&](const Pin& pin) -> Result<bool> {
            if (cancel_.load()) return fail(Code::cancelled, "the listing was stopped");
            if (pin.mode != mode) return true;
            if (notes) pinned_.add(pin.cid.hash(), mark_of(pin.cid, true));
            if (!gives) return true;
            enough_ = !TRY(visit_({pin.cid, kind, pin.name, std::nullopt, pin.expires_s}));
            return !enough_;
        });
    }

    Result<void> list_indirect() {
        std::vector<Cid> roots;
        TRY(pins_.each([&](const Pin& pin) -> Result<bool> {
            if (pin.mode == PinMode::recursive) roots.push_back(pin.cid);
            if (roots.size() >= roots_count_max) TRY(walk_under(roots));
            return !enough_;
        }));
        return walk_under(roots);
    }

    // Gives what lies under the roots and is not pinned by itself; clears them.
    Result<void> walk_under(std::vector<Cid>& roots) {
        Found found;
        Result<void> given;
        const auto give = [&] {
            for (const Cid& cid : found.take()) {
                const auto go_on = visit_({cid, PinKind::indirect, {}, std::nullopt, std::nullopt});
                if (!go_on) given = std::unexpected(go_on.error());
                enough_ = go_on && !*go_on;
                if (enough_ || !given) return false;
            }
            return true;
        };
        const Result<void> walked =
            reach(store_, roots, walked_,
                  {.tell_versions = true,
                   .cancel = &cancel_,
                   .on_reached =
                       [&](const Cid& cid, uint64_t) {
                           if (!pinned_.contains(cid.hash(), mark_of(cid, true))) found.add(cid);
                       },
                   .on_tick = give});
        roots.clear();
        if (!given) return given;
        if (enough_) return {};
        TRY(walked);
        give();
        return given;
    }

    const blocks::Store& store_;
    const Pins& pins_;
    const PinFilter filter_;
    const std::function<Result<bool>(const ListedPin&)>& visit_;
    const std::atomic<bool>& cancel_;
    BlockSet pinned_;
    BlockSet walked_;
    bool enough_ = false;
};

// Of whom the first recursive pin above is wanted, by multihash and mark: as walks tell blocks
// apart.
using Holders = std::unordered_map<std::string, std::optional<Cid>>;

std::string holder_key(const Cid& cid) {
    std::string key(as_text(cid.hash().bytes()));
    key += static_cast<char>(mark_of(cid, true));
    return key;
}

// Finds for each key the first recursive pin above it. Pins are walked one after the other, so that
// the answer does not depend on threads; what one has walked the next does not walk again.
Result<void> find_holders(const blocks::Store& store, const Pins& pins, Holders& holders,
                          const std::atomic<bool>& cancel) {
    if (holders.empty()) return {};
    BlockSet walked;
    std::atomic<size_t> missing_count = holders.size();
    return pins.each([&](const Pin& pin) -> Result<bool> {
        if (pin.mode != PinMode::recursive) return true;
        // Each block is told of once in all these walks, and the keys do not change meanwhile.
        TRY(reach(
            store, std::span(&pin.cid, 1), walked,
            {.tell_versions = true, .cancel = &cancel, .on_reached = [&](const Cid& cid, uint64_t) {
                 const auto wanted = holders.find(holder_key(cid));
                 if (wanted == holders.end()) return;
                 wanted->second = pin.cid;
                 --missing_count;
             }}));
        return missing_count > 0;
    });
}

// What is bad below each CID, worked out once for each.
class Verifier final {
public:
    Verifier(const blocks::Store& store, const std::atomic<bool>& cancel)
        : store_(store), cancel_(cancel) {}

    // Whether everything under the roots can be read, on all cores: the usual case.
    Result<bool> is_all_whole(std::span<const Cid> roots) {
        if (!is_whole_so_far_) return false;  // Then a walked block may hide a missing one.
        std::atomic<bool> is_whole = true;
        const Result<void> done = reach(store_, roots, walked_,
                                        {.skip_missing = true,
                                         .look_up_leaves = true,
                                         .cancel = &cancel_,
                                         .on_missing = [&](const Cid&) { is_whole = false; }});
        if (!done && done.error().code == Code::cancelled) return std::unexpected(done.error());
        is_whole_so_far_ = done && is_whole;
        return is_whole_so_far_;
    }

    using BadNodes = std::vector<PinCheck::BadNode>;

    // Depth-first on one thread, with the paths of Kubo's own check.
    Result<BadNodes> bad_below(const Cid& root) {
        struct Frame {
            Cid cid;
            std::vector<Cid> links;
            size_t next = 0;
            BadNodes bad;
        };
        std::vector<Frame> frames;
        TRY(open(root, frames));
        while (!frames.empty()) {
            if (cancel_.load()) return fail(Code::cancelled, "the check was stopped");
            Frame& frame = frames.back();
            if (frame.next == frame.links.size()) {
                known_.insert_or_assign(frame.cid, std::move(frame.bad));
                frames.pop_back();
                continue;
            }
            const Cid& child = frame.links[frame.next];
            const auto known = known_.find(child);
            if (known != known_.end()) {
                ++frame.next;
                frame.bad.insert(frame.bad.end(), known->second.begin(), known->second.end());
                continue;
            }
            const Cid below = child;  // open() may move the frames.
            TRY(open(below, frames));
        }
        return known_.at(root);
    }

private:
    // Starts on a block, or settles at once that it is bad or has no links.
    template <typename Frame>
    Result<void> open(const Cid& cid, std::vector<Frame>& frames) {
        if (known_.contains(cid)) return {};
        auto links = links_of(cid);
        if (!links) {
            known_[cid] = {{cid, links.error().to_text()}};
        } else if (links->empty()) {
            known_[cid] = {};
        } else {
            frames.push_back({cid, *std::move(links), 0, {}});
        }
        return {};
    }

    Result<std::vector<Cid>> links_of(const Cid& cid) const {
        if (!can_have_links(cid.codec())) {
            const bool is_here = TRY(store_.has(cid));
            if (is_here) return std::vector<Cid>();
        }
        const SharedBytes body = TRY(store_.get(cid));
        return formats::links_of(cid.codec(), body.view());
    }

    const blocks::Store& store_;
    const std::atomic<bool>& cancel_;
    BlockSet walked_;
    bool is_whole_so_far_ = true;
    std::unordered_map<Cid, BadNodes, formats::CidHash> known_;
};

}  // namespace

Result<PinFilter> pin_filter_from_text(std::string_view text) {
    if (text == "all") return PinFilter::all;
    if (text == "recursive") return PinFilter::recursive;
    if (text == "direct") return PinFilter::direct;
    if (text == "indirect") return PinFilter::indirect;
    return fail(Code::invalid_argument,
                "invalid type '{}', must be one of {{direct, indirect, recursive, all}}", text);
}

Result<void> each_pin(const blocks::Store& store, const Pins& pins, PinFilter filter,
                      const std::function<Result<bool>(const ListedPin&)>& visit,
                      const std::atomic<bool>& cancel) {
    PinLister lister(store, pins, filter, visit, cancel);
    return lister.run();
}

Result<std::vector<std::optional<ListedPin>>> find_pins(const blocks::Store& store,
                                                        const Pins& pins, std::span<const Cid> cids,
                                                        PinFilter filter,
                                                        const std::atomic<bool>& cancel) {
    std::vector<std::optional<ListedPin>> found;
    Holders holders;
    for (const Cid& cid : cids) {
        found.emplace_back();
        const auto pin = TRY(pins.find(cid));
        if (pin) {
            const PinKind kind =
                pin->mode == PinMode::direct ? PinKind::direct : PinKind::recursive;
            if (wants(filter, kind)) {
                found.back() = ListedPin{cid, kind, pin->name, std::nullopt, pin->expires_s};
                continue;
            }
            if (kind == PinKind::recursive) continue;
        }
        if (wants(filter, PinKind::indirect)) holders.try_emplace(holder_key(cid));
    }
    TRY(find_holders(store, pins, holders, cancel));
    for (size_t i = 0; i < cids.size(); ++i) {
        if (found[i]) continue;
        const auto holder = holders.find(holder_key(cids[i]));
        if (holder == holders.end() || !holder->second) continue;
        found[i] = ListedPin{cids[i], PinKind::indirect, {}, holder->second, std::nullopt};
    }
    return found;
}

Result<std::optional<ListedPin>> find_pin(const blocks::Store& store, const Pins& pins,
                                          const Cid& cid, PinFilter filter,
                                          const std::atomic<bool>& cancel) {
    auto found = TRY(find_pins(store, pins, std::span(&cid, 1), filter, cancel));
    return std::move(found[0]);
}

Result<void> verify_pins(const blocks::Store& store, const Pins& pins,
                         const std::function<Result<bool>(const PinCheck&)>& visit,
                         const std::atomic<bool>& cancel) {
    Verifier verifier(store, cancel);
    std::vector<Cid> roots;
    bool enough = false;
    const auto flush = [&]() -> Result<void> {
        const bool is_whole = TRY(verifier.is_all_whole(roots));
        for (const Cid& root : roots) {
            PinCheck check{root, {}};
            if (!is_whole) check.bad_nodes = TRY(verifier.bad_below(root));
            enough = !TRY(visit(check));
            if (enough) break;
        }
        roots.clear();
        return {};
    };
    TRY(pins.each([&](const Pin& pin) -> Result<bool> {
        if (pin.mode == PinMode::recursive) roots.push_back(pin.cid);
        if (roots.size() >= roots_count_max) TRY(flush());
        return !enough;
    }));
    return enough ? Result<void>() : flush();
}

Result<DagSize> check_whole(const blocks::Source& source, std::span<const Cid> roots,
                            const std::atomic<bool>& cancel,
                            const std::function<void(const DagSize&)>& on_progress) {
    std::atomic<uint64_t> block_count = 0;
    std::atomic<uint64_t> size_bytes = 0;
    const auto now = [&] { return DagSize{block_count.load(), size_bytes.load()}; };
    BlockSet seen;
    TRY(reach(source, roots, seen,
              {.look_up_leaves = true,
               .cancel = &cancel,
               .on_reached =
                   [&](const Cid&, uint64_t size) {
                       block_count.fetch_add(1, std::memory_order_relaxed);
                       size_bytes.fetch_add(size, std::memory_order_relaxed);
                   },
               .on_tick =
                   [&] {
                       if (on_progress) on_progress(now());
                       return true;
                   }}));
    return now();
}

}  // namespace kit::dag
