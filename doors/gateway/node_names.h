// Names as the node resolves them.
#pragma once

#include "doors/gateway/names.h"
#include "node/node.h"

namespace kit::gateway {

// Any thread. The node outlives it.
class NodeNames final : public Names {
public:
    explicit NodeNames(node::Node& node) : node_(node) {}

    Result<NameTarget> resolve(std::string_view name) const override;
    bool has_dnslink(std::string_view domain) const override;
    Result<Bytes> get_record(const formats::PeerId& name) const override;

private:
    node::Node& node_;
};

}  // namespace kit::gateway
