#include "doors/daemon/swarm_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

namespace kit::daemon {

using formats::Multiaddr;
using formats::MultiaddrPart;
using formats::Protocol;

// kubo:cmd/ipfs/kubo/daemon.go, printLibp2pPorts
std::string swarm_text(std::span<const Multiaddr> addresses) {
    std::map<std::string, std::set<std::string>> protocols_of;
    for (const Multiaddr& address : addresses) {
        const std::vector<MultiaddrPart> parts = address.parts();
        if (parts.size() < 2) continue;
        const Protocol inner = parts[1].protocol;
        if (inner != Protocol::tcp && inner != Protocol::udp) continue;
        const std::string host = parts[0].protocol == Protocol::ip6
                                     ? "[" + parts[0].value_text() + "]"
                                     : parts[0].value_text();
        protocols_of[host + ":" + parts[1].value_text()].insert(inner == Protocol::tcp ? "TCP"
                                                                                       : "UDP");
    }
    std::string text;
    for (const auto& [host, protocols] : protocols_of) {
        text += fmt::format("Swarm listening on {} ({})\n", host, fmt::join(protocols, "+"));
    }
    return text + "Run 'ipfs id' to inspect announced and discovered multiaddrs of this node.\n";
}

}  // namespace kit::daemon
