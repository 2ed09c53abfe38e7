// What the decoders of the data model share: the bound on what a block may unfold to, and the
// check that no map has a key twice.
#pragma once

#include <optional>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "formats/ipld.h"

namespace kit::formats {

// A byte of a block can become an Ipld of nearly a hundred, so a decoder pays for what it makes
// and stops when the budget is spent. The prices are go-ipld-prime's, so that both stop at the
// same blocks: 1 for a number, the size of a string, the count of a list or map, and:
class DecodeBudget final {
public:
    static constexpr uint64_t list_entry_cost = 4;
    static constexpr uint64_t map_entry_cost = 8;

    Result<void> spend(uint64_t cost) {
        if (cost > left_) [[unlikely]] {
            return fail(Code::too_large, "the block unfolds to more than a decoder may hold");
        }
        left_ -= cost;
        return {};
    }

private:
    uint64_t left_ = limits::decode_budget;
};

// Any key that is there twice; the map itself keeps its order.
std::optional<std::string_view> find_repeated_key(const Ipld::Map& entries);

// An encoder refuses what no decoder would read again.
Result<void> check_encode_depth(std::string_view codec_name, uint32_t depth);

}  // namespace kit::formats
