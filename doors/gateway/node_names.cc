#include "doors/gateway/node_names.h"

#include <algorithm>

namespace kit::gateway {
namespace {

dag::ContentPath path_of(std::string_view name) {
    dag::ContentPath path;
    path.space = dag::ContentPath::Space::ipns;
    path.name = name;
    path.root_text = name;
    return path;
}

}  // namespace

Result<NameTarget> NodeNames::resolve(std::string_view name) const {
    const auto resolved = TRY(node_.resolve_name(path_of(name)));
    if (!resolved.is_final) {
        return fail(Code::not_found, "could not resolve name (recursion limit exceeded)");
    }
    const auto ttl_ns = static_cast<int64_t>(std::min<uint64_t>(resolved.ttl_ns, INT64_MAX));
    return NameTarget{.path = resolved.path.to_text(), .ttl_ns = ttl_ns};
}

bool NodeNames::has_dnslink(std::string_view domain) const {
    // A key is no domain, whatever it leads to.
    if (formats::PeerId::from_text(domain)) return false;
    return node_.resolve_name(path_of(domain), 1).has_value();
}

Result<Bytes> NodeNames::get_record(const formats::PeerId& name) const {
    const auto record = TRY(node_.find_name_record(name));
    if (record) return to_bytes(record->bytes());
    return fail(Code::not_found, "routing: not found: the record of {} is not here",
                name.to_cid_text());
}

}  // namespace kit::gateway
