// Questions about pins that need a walk: what is pinned indirectly, by what, and whether it is whole.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
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

// Every pin of the kinds asked for, each CID once under its strongest kind (recursive, direct,
// indirect), until `visit` returns false.
Result<void> each_pin(const blocks::Store& store, const Pins& pins, PinFilter filter,
                      const std::function<Result<bool>(const ListedPin&)>& visit,
                      const std::atomic<bool>& cancel);

// How `cid` is pinned, within the kinds asked for; nullopt when it is not.
Result<std::optional<ListedPin>> find_pin(const blocks::Store& store, const Pins& pins,
                                          const formats::Cid& cid, PinFilter filter,
                                          const std::atomic<bool>& cancel);

struct PinCheck {
    formats::Cid cid;
    struct BadNode {
        formats::Cid cid;
        std::string error;
    };
    std::vector<BadNode> bad_nodes;  // Empty: the pinned DAG is whole.
};
// Walks every recursive pin's DAG; a node shared by several is walked once.
Result<void> verify_pins(const blocks::Store& store, const Pins& pins,
                         const std::function<Result<bool>(const PinCheck&)>& visit,
                         const std::atomic<bool>& cancel);

}  // namespace kit::dag
