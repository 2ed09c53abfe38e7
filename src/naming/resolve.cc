#include "naming/resolve.h"

#include <algorithm>

#include "base/go_text.h"

namespace kit::naming {
namespace {

using dag::ContentPath;
using formats::PeerId;

constexpr uint64_t ns_per_s = 1'000'000'000;

// How long the record may be kept: its TTL, but not past its end.
uint64_t remaining_ttl_ns(const formats::IpnsContent& content, const formats::Moment& now) {
    const int64_t seconds = content.valid_until.seconds - now.seconds;
    if (seconds < 0) return 0;
    const uint64_t rest_s = static_cast<uint64_t>(seconds);
    if (rest_s > content.ttl_ns / ns_per_s) return content.ttl_ns;
    const int64_t rest_ns = static_cast<int64_t>(rest_s * ns_per_s) +
                            content.valid_until.nanoseconds - int64_t{now.nanoseconds};
    return std::min(content.ttl_ns, static_cast<uint64_t>(std::max<int64_t>(rest_ns, 0)));
}

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

Result<NameResolver::Step> NameResolver::resolve_name(const std::string& name) const {
    const auto decided = static_names_.find(name);
    if (decided != static_names_.end()) return Step{.path = decided->second};
    if (const auto key = PeerId::from_text(name)) {
        const auto record = TRY(records_.find_valid(*key));
        if (!record) return fail(Code::not_found, "could not resolve name");
        const formats::IpnsContent content = TRY(record->content());
        auto path = TRY(ContentPath::from_text(content.value));
        return Step{.path = std::move(path), .ttl_ns = remaining_ttl_ns(content, records_.now())};
    }
    if (!is_domain_name(name)) return no_name(name);
    auto link = TRY(resolve_dnslink(texts_, name));
    return Step{.path = std::move(link.path), .ttl_ns = link.ttl_s * ns_per_s};
}

Result<NameResolver::Step> NameResolver::resolve_once(const ContentPath& path) const {
    Step step = TRY(resolve_name(path.name));
    if (path.segments.empty() && !path.trailing_slash) return step;
    step.path.segments.insert(step.path.segments.end(), path.segments.begin(), path.segments.end());
    step.path.trailing_slash = path.trailing_slash;
    return step;
}

Result<ResolvedPath> NameResolver::resolve(const ContentPath& path, uint32_t steps_max) const {
    ResolvedPath resolved{.path = path};
    for (uint32_t steps = 0; resolved.path.is_mutable(); ++steps) {
        if (steps == steps_max) {
            resolved.is_final = false;
            return resolved;
        }
        Step step = TRY(resolve_once(resolved.path));
        resolved.path = std::move(step.path);
        resolved.ttl_ns = shorter_ttl_ns(resolved.ttl_ns, step.ttl_ns);
    }
    return resolved;
}

}  // namespace kit::naming
