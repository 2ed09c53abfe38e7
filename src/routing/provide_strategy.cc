#include "routing/provide_strategy.h"

#include <algorithm>

#include "base/go_text.h"

namespace kit::routing {
namespace {

Result<void> add(ProvideStrategy& strategy, std::string_view token, std::string_view text) {
    if (token == "all" || token == "flat") {
        strategy.all = true;
    } else if (token == "pinned") {
        strategy.pinned = true;
    } else if (token == "roots") {
        strategy.roots = true;
    } else if (token == "mfs") {
        strategy.mfs = true;
    } else if (token == "unique") {
        strategy.unique = true;
    } else if (token == "entities") {
        strategy.unique = true;
        strategy.entities = true;
    } else if (token.empty()) {
        return fail(Code::invalid_argument, "invalid provide strategy: empty token in {}",
                    go_quote(text));
    } else {
        return fail(Code::invalid_argument, "unknown provide strategy token: {} in {}",
                    go_quote(token), go_quote(text));
    }
    return {};
}

}  // namespace

Result<ProvideStrategy> parse_provide_strategy(std::string_view text) {
    ProvideStrategy strategy;
    if (text.empty()) {
        strategy.all = true;
        return strategy;
    }
    for (size_t start = 0; start <= text.size();) {
        const size_t end = std::min(text.find('+', start), text.size());
        TRY(add(strategy, text.substr(start, end - start), text));
        start = end + 1;
    }
    if (strategy.all && strategy != ProvideStrategy{.all = true}) {
        return fail(Code::invalid_argument,
                    "\"all\" strategy cannot be combined with other strategies in {}",
                    go_quote(text));
    }
    if (!strategy.unique) return strategy;
    if (!strategy.pinned && !strategy.mfs) {
        return fail(Code::invalid_argument,
                    "+unique/+entities must combine with pinned and/or mfs in {}", go_quote(text));
    }
    if (strategy.roots) {
        return fail(Code::invalid_argument, "+unique/+entities is incompatible with roots in {}",
                    go_quote(text));
    }
    return strategy;
}

}  // namespace kit::routing
