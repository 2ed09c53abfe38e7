#include "commands/announcing.h"

#include <array>
#include <unordered_set>

#include "base/go_text.h"
#include "commands/offline.h"
#include "node/network.h"

namespace kit::commands {

using formats::Cid;

Result<node::Network*> need_provider(const Context& context, const char* switched_off) {
    node::Network* const network = TRY(need_network(context));
    const node::Config config = TRY(load_config(context));
    if (!config.find_flag("Provide.Enabled").value_or(true) || network->provider() == nullptr) {
        return fail(Code::unsupported, "{}", switched_off);
    }
    return network;
}

Result<void> each_announced(const Context& context, std::span<const std::string> asked,
                            bool recursive, const std::function<Result<void>(const Cid&)>& visit) {
    const auto here = context.node->session(*context.cancel, {.is_offline = true});
    std::unordered_set<Cid, formats::CidHash> seen;
    for (const std::string& text : asked) {
        const auto cid = Cid::from_text(text);
        if (!cid) {
            return fail(Code::invalid_argument, "invalid CID {}: {}", go_quote(text),
                        cid.error().message);
        }
        const bool is_here = TRY(here->has_block(*cid));
        if (!is_here) {
            return fail(Code::not_found, "block {} not found locally, cannot provide",
                        cid->to_text());
        }
        if (seen.insert(*cid).second) TRY(visit(*cid));
        if (!recursive) continue;
        const std::array<Cid, 1> roots = {*cid};
        TRY(here->refs(roots, {.unique = true, .depth_max = -1},
                       [&](const node::Node::Ref& ref) -> Result<bool> {
                           if (seen.insert(ref.to).second) TRY(visit(ref.to));
                           return true;
                       }));
    }
    return {};
}

}  // namespace kit::commands
