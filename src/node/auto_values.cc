#include "node/auto_values.h"

#include <nlohmann/json.hpp>

#include <array>

namespace kit::node {
namespace {

// boxo:autoconf/fallbacks.go
constexpr std::array<std::string_view, 7> bootstrap_peers = {
    "/dnsaddr/bootstrap.libp2p.io/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN",
    "/dnsaddr/bootstrap.libp2p.io/p2p/QmQCU2EcMqAqQPR2i9bChDtGNJchTbq5TbXJJ16u19uLTa",
    "/dnsaddr/bootstrap.libp2p.io/p2p/QmbLHAnMoJPWSCR5Zhtx6BHJX9KiKNN6tpvbUcqanj75Nb",
    "/dnsaddr/bootstrap.libp2p.io/p2p/QmcZf59bWwK5XFi76CZX8cbJ4BhTzzA3gU1ZjYZcYW3dwt",
    "/dnsaddr/va1.bootstrap.libp2p.io/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8",
    "/ip4/104.131.131.82/tcp/4001/p2p/QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ",
    "/ip4/104.131.131.82/udp/4001/quic-v1/p2p/QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ"};
std::span<const std::string_view> values_of(std::string_view key) {
    if (key == "Bootstrap") return bootstrap_peers;
    return {};
}

}  // namespace

std::vector<std::string> expanded_list(const Config& config, std::string_view key) {
    std::vector<std::string> expanded;
    const Json* list = config.find(key);
    if (list == nullptr || !list->is_array()) return expanded;
    const bool is_enabled = config.find_flag("AutoConf.Enabled").value_or(true);
    for (const Json& value : *list) {
        if (!value.is_string()) continue;
        const auto& text = value.get_ref<const std::string&>();
        if (text != auto_word) {
            expanded.push_back(text);
        } else if (is_enabled) {
            for (const std::string_view each : values_of(key)) expanded.emplace_back(each);
        }
    }
    return expanded;
}

}  // namespace kit::node
