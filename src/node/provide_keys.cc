#include "node/provide_keys.h"

#include "dag/link_walk.h"

namespace kit::node {
namespace {

using Visit = std::function<Result<bool>(formats::MultihashView key)>;

// The walks of one pass: what several roots reach is visited by each of them, unless the roots are
// walked together.
Result<void> visit_below(const Node::Parts& parts, std::span<const Cid> roots, bool is_whole,
                         const Visit& visit) {
    const dag::WalkOptions options{
        .depth_max = is_whole ? -1 : 0, .skip_missing = true, .cancel = &parts.never};
    return dag::walk(*parts.store, roots, options, [&](const dag::Visit& block) -> Result<bool> {
        const bool goes_on = TRY(visit(block.cid.hash()));
        if (!goes_on) return fail(Code::cancelled, "enough");
        return true;
    });
}

Result<void> visit_pins(Node::Parts& parts, bool is_whole, const Visit& visit) {
    return parts.pins.each([&](const dag::Pin& pin) -> Result<bool> {
        const bool goes_below = is_whole && pin.mode == dag::PinMode::recursive;
        TRY(visit_below(parts, std::span(&pin.cid, 1), goes_below, visit));
        return true;
    });
}

Result<void> visit_all(Node::Parts& parts, const routing::ProvideStrategy& strategy,
                       const Visit& visit) {
    if (strategy.all) {
        return parts.store->each(
            [&](const Cid& cid, uint64_t) -> Result<bool> { return visit(cid.hash()); });
    }
    if (strategy.pinned || strategy.roots) TRY(visit_pins(parts, strategy.pinned, visit));
    if (!strategy.mfs) return {};
    const std::vector<Cid> roots = TRY(parts.files_kept());
    return visit_below(parts, roots, true, visit);
}

}  // namespace

routing::KeySource provide_keys(Node::Parts& parts, const routing::ProvideStrategy& strategy) {
    return [&parts, strategy](const Visit& visit) -> Result<void> {
        bool has_enough = false;
        const auto counted = [&](formats::MultihashView key) -> Result<bool> {
            const bool goes_on = TRY(visit(key));
            has_enough = !goes_on;
            return goes_on;
        };
        auto outcome = visit_all(parts, strategy, counted);
        if (!outcome && has_enough) return {};
        return outcome;
    };
}

}  // namespace kit::node
