// Values on both sides of the shim's border: views of ours for its calls, ours from its views, its
// statuses as errors, and an operation's results taken one by one.
#pragma once

#include <kit_p2p.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "p2p/host.h"

namespace kit::p2p {

inline KitP2pBytes view(ByteView bytes) {
    return {bytes.data(), bytes.size()};
}
inline KitP2pBytes view(std::string_view text) {
    return view(as_bytes(text));
}
std::vector<KitP2pBytes> views(std::span<const std::string> texts);
std::vector<KitP2pBytes> views(std::span<const Multihash> hashes);

inline ByteView bytes_of(KitP2pBytes bytes) {
    return {bytes.data, bytes.size};
}
inline std::string text_of(KitP2pBytes bytes) {
    return std::string(as_text(bytes_of(bytes)));
}
inline std::span<const KitP2pBytes> items_of(const KitP2pEvent& event) {
    return {event.items, event.items_count};
}
// What cannot be read is left out: peers tell what they like.
std::vector<Multiaddr> addresses_of(std::span<const KitP2pBytes> texts);
std::vector<std::string> texts_of(std::span<const KitP2pBytes> texts);

// Nothing, or the error with the sentence of this thread's last call.
Result<void> check(KitP2pStatus status);
// The error that an operation ended with, or nullopt.
std::optional<Error> error_of(const KitP2pEvent& done);

// Waits for an operation and frees it: `take` gets every result, DONE included. Fails as the
// operation did, or with timeout.
Result<void> finish(KitP2pOperation* operation, int64_t timeout_ms,
                    const std::function<void(KitP2pEvent&)>& take);

}  // namespace kit::p2p
