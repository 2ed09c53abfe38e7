#include "p2p/announced_addresses.h"

#include <algorithm>

namespace kit::p2p {
namespace {

using formats::Multiaddr;
using formats::Protocol;

Result<std::vector<Multiaddr>> read_all(const std::vector<std::string>& texts) {
    std::vector<Multiaddr> read;
    for (const std::string& text : texts) read.push_back(TRY(Multiaddr::from_text(text)));
    return read;
}

}  // namespace

bool is_in_network(const Multiaddr& address, const Multiaddr& filter) {
    const auto network = filter.parts();
    const auto parts = address.parts();
    if (network.size() != 2 || network[1].protocol != Protocol::ipcidr || parts.empty() ||
        parts[0].protocol != network[0].protocol) {
        return false;
    }
    const ByteView number = parts[0].value;
    const ByteView base = network[0].value;
    const size_t bits = network[1].value[0];
    if (number.size() != base.size() || bits > 8 * base.size()) return false;
    const size_t whole = bits / 8;
    if (!std::equal(number.begin(), number.begin() + static_cast<ptrdiff_t>(whole), base.begin())) {
        return false;
    }
    if (bits % 8 == 0) return true;
    const unsigned mask = 0xffU << (8 - bits % 8);
    return ((number[whole] ^ base[whole]) & mask & 0xffU) == 0;
}

Result<AnnounceRules> AnnounceRules::from_texts(const std::vector<std::string>& announce,
                                                const std::vector<std::string>& append,
                                                const std::vector<std::string>& refused) {
    AnnounceRules rules;
    rules.announce_ = TRY(read_all(announce));
    rules.append_ = TRY(read_all(append));
    rules.refused_ = TRY(read_all(refused));
    return rules;
}

bool AnnounceRules::is_refused(const Multiaddr& address) const {
    return std::ranges::any_of(refused_, [&](const Multiaddr& refused) {
        return refused == address || is_in_network(address, refused);
    });
}

std::vector<Multiaddr> AnnounceRules::announced(std::vector<Multiaddr> listening) const {
    std::vector<Multiaddr> told;
    const auto tell = [&](const Multiaddr& address) {
        if (!is_refused(address) && std::ranges::find(told, address) == told.end()) {
            told.push_back(address);
        }
    };
    std::ranges::for_each(announce_.empty() ? listening : announce_, tell);
    std::ranges::for_each(append_, tell);
    return told;
}

}  // namespace kit::p2p
