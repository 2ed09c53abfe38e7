// Questions about pins that need a walk: what is pinned indirectly, by what, and whether it is
// whole.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dag/pins.h"

namespace kit::dag {

enum class PinKind : uint8_t { recursive, direct, indirect };
enum class PinFilter : uint8_t { all, recursive, direct, indirect };

struct ListedPin {
    formats::Cid cid;
    PinKind kind = PinKind::recursive;
    std::string name;                     // Of recursive and direct pins.
    std::optional<formats::Cid> through;  // Of an indirect one found by find_pin(): what holds it.
    std::optional<int64_t> expires_s;
};

// "all", "recursive", "direct" or "indirect". Fails in Kubo's words: "invalid type 'x', ...".
Result<PinFilter> pin_filter_from_text(std::string_view text);

// Every pin of the kinds asked for, each CID once under its strongest kind (recursive, direct,
// indirect), until `visit` returns false: recursive ones first, then direct ones, then what lies
// under the recursive ones, found on all cores and in no order. `visit` is called on the caller's
// thread. Fails with not_found when a DAG that has to be walked is not whole.
Result<void> each_pin(const blocks::Store& store, const Pins& pins, PinFilter filter,
                      const std::function<Result<bool>(const ListedPin&)>& visit,
                      const std::atomic<bool>& cancel);

// How `cid` is pinned, within the kinds asked for; nullopt when it is not. As in Kubo, a direct pin
// is found as indirect too when that alone is asked for, and a recursive one is not.
Result<std::optional<ListedPin>> find_pin(const blocks::Store& store, const Pins& pins,
                                          const formats::Cid& cid, PinFilter filter,
                                          const std::atomic<bool>& cancel);

// The same for many, in their order: the recursive pins are walked once for all of them.
Result<std::vector<std::optional<ListedPin>>> find_pins(const blocks::Store& store,
                                                        const Pins& pins,
                                                        std::span<const formats::Cid> cids,
                                                        PinFilter filter,
                                                        const std::atomic<bool>& cancel);

struct PinCheck {
    formats::Cid cid;
    struct BadNode {
        formats::Cid cid;
        std::string error;
    };
    std::vector<BadNode> bad_nodes;  // Empty: the pinned DAG is whole.
};
// Walks every recursive pin's DAG; a node shared by several is walked once, and a bad one below two
// parents is named for each, as in Kubo. DEPARTURE: blocks whose codec has no links are looked up
// too; Kubo calls a DAG without them whole.
Result<void> verify_pins(const blocks::Store& store, const Pins& pins,
                         const std::function<Result<bool>(const PinCheck&)>& visit,
                         const std::atomic<bool>& cancel);

struct DagSize {
    uint64_t block_count = 0;
    uint64_t size_bytes = 0;
};
// Fails with not_found unless every block under the roots is here, leaves too: what must be made
// sure of before a recursive pin. On all cores; `on_progress` is called from time to time on the
// caller's thread and may be empty.
Result<DagSize> check_whole(const blocks::Source& source, std::span<const formats::Cid> roots,
                            const std::atomic<bool>& cancel,
                            const std::function<void(const DagSize&)>& on_progress);

}  // namespace kit::dag
