// What the encoders of text and of CBOR share: giving each kind of value to what writes it.
#pragma once

#include <cstdint>
#include <type_traits>
#include <variant>

#include "base/result.h"
#include "formats/ipld.h"

namespace kit::formats {

// The scalars, of which std::visit makes a large frame, are apart from encode_item().
template <typename Encoder>
[[gnu::noinline]] Result<void> encode_scalar(Encoder& encoder, const Ipld& value) {
    return std::visit(
        [&encoder]<typename T>(const T& content) -> Result<void> {
            if constexpr (std::is_same_v<T, Ipld::List> || std::is_same_v<T, Ipld::Map>) {
                return {};
            } else {
                return encoder.write(content);
            }
        },
        value.value);
}

// Calls the overload of `encoder.write` for what `value` holds; that of lists and maps takes the
// depth, too, and comes back here for what is inside. Only lists and maps recurse, and their frames
// are kept small: 1,024 of them must fit on a thread's stack.
template <typename Encoder>
Result<void> encode_item(Encoder& encoder, const Ipld& value, uint32_t depth) {
    if (const auto* list = std::get_if<Ipld::List>(&value.value)) {
        return encoder.write(*list, depth);
    }
    if (const auto* map = std::get_if<Ipld::Map>(&value.value)) return encoder.write(*map, depth);
    return encode_scalar(encoder, value);
}

}  // namespace kit::formats
