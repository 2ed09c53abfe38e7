#include "p2p/peer_store_file.h"

#include <algorithm>
#include <unordered_set>

#include "formats/varint.h"

namespace kit::p2p {
namespace {

constexpr std::string_view first_line = "kit peers 1\n";
constexpr int64_t second_ns = 1'000'000'000;
// Of an id and of an address, as their decoders would refuse longer ones; and of the whole file.
constexpr uint64_t id_size_bytes_max = 128;
constexpr uint64_t address_size_bytes_max = 512;
constexpr uint64_t file_size_bytes_max =
    PeerStore::peers_count_max *
    (id_size_bytes_max + PeerStore::addresses_count_max * (address_size_bytes_max + 2) + 16);

class PeersReader final {
public:
    explicit PeersReader(ByteView rest) : rest_(rest) {}

    bool at_end() const { return rest_.empty(); }

    Result<uint64_t> number() {
        const auto read = TRY(formats::read_varint(rest_));
        rest_ = rest_.subspan(read.size_bytes);
        return read.value;
    }
    Result<ByteView> bytes(uint64_t size_bytes_max) {
        const uint64_t size_bytes = TRY(number());
        if (size_bytes > size_bytes_max || size_bytes > rest_.size()) {
            return fail(Code::corrupt, "the file of known peers ends too early");
        }
        const ByteView taken = rest_.first(size_bytes);
        rest_ = rest_.subspan(size_bytes);
        return taken;
    }

private:
    ByteView rest_;
};

Result<KnownPeer> read_peer(PeersReader& reader) {
    const ByteView id = TRY(reader.bytes(id_size_bytes_max));
    KnownPeer known{.peer = TRY(PeerId::from_bytes(id)), .addresses = {}};
    const uint64_t seen_s = TRY(reader.number());
    if (seen_s > static_cast<uint64_t>(INT64_MAX / second_ns)) {
        return fail(Code::corrupt, "a known peer was seen at no time that there is");
    }
    known.last_seen_unix_ns = static_cast<int64_t>(seen_s) * second_ns;
    const uint64_t count = TRY(reader.number());
    if (count > PeerStore::addresses_count_max) {
        return fail(Code::too_large, "a known peer has {} addresses, at most {}", count,
                    PeerStore::addresses_count_max);
    }
    for (uint64_t i = 0; i < count; ++i) {
        const ByteView address = TRY(reader.bytes(address_size_bytes_max));
        known.addresses.push_back(TRY(Multiaddr::from_bytes(address)));
    }
    return known;
}

}  // namespace

Bytes encode_peers(std::vector<KnownPeer> peers) {
    std::erase_if(peers, [](const KnownPeer& peer) { return peer.last_seen_unix_ns < second_ns; });
    std::ranges::sort(peers, [](const KnownPeer& a, const KnownPeer& b) {
        if (a.last_seen_unix_ns != b.last_seen_unix_ns) {
            return a.last_seen_unix_ns > b.last_seen_unix_ns;
        }
        return std::ranges::lexicographical_compare(a.peer.bytes(), b.peer.bytes());
    });
    Bytes out(first_line.begin(), first_line.end());
    const auto put = [&](ByteView bytes) {
        formats::append_varint(out, bytes.size());
        out.insert(out.end(), bytes.begin(), bytes.end());
    };
    const size_t count = std::min(peers.size(), PeerStore::peers_count_max);
    for (KnownPeer& peer : std::span(peers).first(count)) {
        std::erase_if(peer.addresses, [](const Multiaddr& address) {
            return address.bytes().size() > address_size_bytes_max;
        });
        if (peer.addresses.size() > PeerStore::addresses_count_max) {
            peer.addresses.resize(PeerStore::addresses_count_max);
        }
        put(peer.peer.bytes());
        formats::append_varint(out, static_cast<uint64_t>(peer.last_seen_unix_ns / second_ns));
        formats::append_varint(out, peer.addresses.size());
        for (const Multiaddr& address : peer.addresses) put(address.bytes());
    }
    return out;
}

Result<std::vector<KnownPeer>> decode_peers(ByteView bytes) {
    if (!as_text(bytes).starts_with(first_line)) {
        return fail(Code::corrupt, "the file of known peers does not begin as one");
    }
    PeersReader reader(bytes.subspan(first_line.size()));
    std::vector<KnownPeer> peers;
    std::unordered_set<PeerId, PeerIdHash> seen;
    while (!reader.at_end()) {
        if (peers.size() >= PeerStore::peers_count_max) {
            return fail(Code::too_large, "more than {} known peers", PeerStore::peers_count_max);
        }
        KnownPeer peer = TRY(read_peer(reader));
        if (!seen.insert(peer.peer).second) {
            return fail(Code::corrupt, "{} stands twice among the known peers",
                        peer.peer.to_text());
        }
        peers.push_back(std::move(peer));
    }
    return peers;
}

Result<std::vector<KnownPeer>> load_peers(Disk& disk, const Path& path) {
    const auto info = TRY(disk.find_info(path));
    if (!info) return std::vector<KnownPeer>();
    const Bytes content = TRY(read_file(disk, path, file_size_bytes_max));
    return decode_peers(content);
}

Result<void> save_peers(Disk& disk, const Path& path, const PeerStore& store) {
    return replace_file(disk, path, encode_peers(store.all()), 0600);
}

}  // namespace kit::p2p
