#include "doors/gateway/node_names.h"

namespace kit::gateway {

Result<NameTarget> NodeNames::resolve(std::string_view name) const {
    const std::string path = "/ipns/" + std::string(name);
    NameTarget target;
    target.path =
        TRY(node_.resolve_text(path, true, [](const auto& cid) { return cid.to_text(); }));
    return target;
}

bool NodeNames::has_dnslink(std::string_view /*domain*/) const {
    return false;
}

Result<Bytes> NodeNames::get_record(const formats::PeerId& name) const {
    return fail(Code::not_found, "routing: not found: the record of {} is not here",
                name.to_cid_text());
}

}  // namespace kit::gateway
