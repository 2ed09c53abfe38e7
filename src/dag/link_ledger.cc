#include "dag/link_ledger.h"

#include "dag/reach.h"

namespace kit::dag {
namespace {

using formats::Cid;
using formats::Codec;

constexpr size_t entry_count_max = 1'000'000;

// Codecs fall into four kinds: three that have links, each with its own, and those that have none.
// The low four marks say as what a block has been met, the high four as what it is linked to.
uint8_t met_mark(const Cid& cid) {
    switch (static_cast<Codec>(cid.codec())) {
        case Codec::dag_pb:
            return 1;
        case Codec::dag_cbor:
            return 2;
        case Codec::dag_json:
            return 4;
        default:
            return 8;
    }
}
uint8_t linked_mark(uint8_t met) {
    return static_cast<uint8_t>(met << 4);
}

}  // namespace

void LinkLedger::add_block(const Cid& cid, std::span<const Cid> links) {
    if (gave_up_.load(std::memory_order_relaxed)) return;
    if (blocks_.size() > entry_count_max) return give_up();
    const uint8_t met = met_mark(cid);
    const uint8_t before = blocks_.add(cid.hash(), met).marks_before;
    if ((before & met) == 0 && (before & linked_mark(met)) != 0) --open_count_;
    for (const Cid& link : links) {
        if (link.hash().is_identity()) {
            // It is here, being its own body; what that links to is not looked into.
            if (can_have_links(link.codec())) give_up();
            continue;
        }
        const uint8_t target = met_mark(link);
        const uint8_t known = blocks_.add(link.hash(), linked_mark(target)).marks_before;
        if ((known & (target | linked_mark(target))) == 0) ++open_count_;
    }
}

bool LinkLedger::has_block(const Cid& cid) const {
    return blocks_.contains(cid.hash(), met_mark(cid));
}

}  // namespace kit::dag
