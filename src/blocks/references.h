// The filestore's records: a block whose body stays in a file of the user. Key: the multihash;
// value: the CID as it was given, offset and size, then the path. docs/formats/index.md.
#pragma once

#include <string>
#include <string_view>

#include "blocks/store.h"

namespace kit::blocks {

struct Reference {
    formats::Cid cid;
    Store::FileRange range;
};

std::string encode_reference(const Reference& reference);
Result<Reference> decode_reference(std::string_view value);

}  // namespace kit::blocks
