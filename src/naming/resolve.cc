#include "naming/resolve.h"

#include <algorithm>

#include "base/go_text.h"

namespace kit::naming {
namespace {

using dag::ContentPath;
using formats::PeerId;

constexpr uint64_t ns_per_s = 1'000'000'000;

uint64_t shorter_ttl_ns(uint64_t a, uint64_t b) {
    return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
}

std::unexpected<Error> no_name(const std::string& name) {
    const auto cid = formats::Cid::from_text(name);
    if (cid && cid->version() == 1 && !cid->is(formats::Codec::libp2p_key)) {
        return fail(Code::invalid_argument,
                    "peer ID represented as CIDv1 require libp2p-key multicodec: retry with "
                    "/ipns/{}",
                    formats::Cid::v1(formats::Codec::libp2p_key, cid->hash()).to_text());
    }
    return fail(Code::invalid_argument, "cannot resolve: {}", go_quote("/ipns/" + name));
}

}  // namespace

Result<NameResolver::Step> NameResolver::resolve_key(const PeerId& key,
                                                     const FindNameOptions& options) const {
    NetworkNames* const network = network_.load();
    std::optional<FoundName> found;
    if (network != nullptr) {
        found = TRY(network->find(key, options));
    } else if (auto held = TRY(records_.find_valid(key))) {
        const formats::IpnsContent content = TRY(held->content());
        found = FoundName{.record = *std::move(held),
                          .ttl_ns = remaining_ttl_ns(content, records_.now())};
    }
    if (!found) return fail(Code::not_found, "could not resolve name");
    const formats::IpnsContent content = TRY(found->record.content());
    auto path = TRY(ContentPath::from_text(content.value));
    return Step{.path = std::move(path), .ttl_ns = found->ttl_ns};
}

Result<NameResolver::Step> NameResolver::resolve_name(const std::string& name,
                                                      const FindNameOptions& options) const {
    const auto decided = static_names_.find(name);
    if (decided != static_names_.end()) return Step{.path = decided->second};
    if (const auto key = PeerId::from_text(name)) return resolve_key(*key, options);
    if (!is_domain_name(name)) return no_name(name);
    auto link = TRY(resolve_dnslink(texts_, name));
    return Step{.path = std::move(link.path), .ttl_ns = link.ttl_s * ns_per_s};
}

Result<NameResolver::Step> NameResolver::resolve_once(const ContentPath& path,
                                                      const FindNameOptions& options) const {
    Step step = TRY(resolve_name(path.name, options));
    if (path.segments.empty() && !path.trailing_slash) return step;
    step.path.segments.insert(step.path.segments.end(), path.segments.begin(), path.segments.end());
    step.path.trailing_slash = path.trailing_slash;
    return step;
}

Result<ResolvedPath> NameResolver::resolve(const ContentPath& path, uint32_t steps_max,
                                           const FindNameOptions& options) const {
    ResolvedPath resolved{.path = path};
    for (uint32_t steps = 0; resolved.path.is_mutable(); ++steps) {
        if (steps == steps_max) {
            resolved.is_final = false;
            return resolved;
        }
        Step step = TRY(resolve_once(resolved.path, options));
        resolved.path = std::move(step.path);
        resolved.ttl_ns = shorter_ttl_ns(resolved.ttl_ns, step.ttl_ns);
    }
    return resolved;
}

}  // namespace kit::naming
