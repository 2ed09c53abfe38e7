// Which addresses others are told: Addresses.Announce, AppendAnnounce and NoAnnounce of the config.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "formats/multiaddr.h"

namespace kit::p2p {

class AnnounceRules final {
public:
    // `announce` stands in place of what we listen on, `append` comes besides; `refused` takes
    // addresses out again, one by one ("/ip4/1.2.3.4/tcp/4001") or by network
    // ("/ip4/10.0.0.0/ipcidr/8"). Fails with invalid_argument.
    static Result<AnnounceRules> from_texts(const std::vector<std::string>& announce,
                                            const std::vector<std::string>& append,
                                            const std::vector<std::string>& refused);

    // Nothing is ruled: the host may tell its addresses itself. Otherwise it is opened with
    // hide_listen_addresses, and announce_address() is called for what changed.
    bool empty() const { return announce_.empty() && append_.empty() && refused_.empty(); }
    // What is told while we listen on `listening`, each once, in order.
    std::vector<formats::Multiaddr> announced(std::vector<formats::Multiaddr> listening) const;

private:
    bool is_refused(const formats::Multiaddr& address) const;

    std::vector<formats::Multiaddr> announce_;
    std::vector<formats::Multiaddr> append_;
    std::vector<formats::Multiaddr> refused_;
};

// Whether `address` begins with an IP number of the network `filter`, "/ip4/10.0.0.0/ipcidr/8".
bool is_in_network(const formats::Multiaddr& address, const formats::Multiaddr& filter);

}  // namespace kit::p2p
