// The IPLD data model: what every codec decodes to and encodes from.
// https://ipld.io/docs/data-model/
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"

namespace kit::formats {

// Integers from -2^64 to 2^64-1, as CBOR has them: the value is `magnitude`, or -1 - magnitude.
struct IpldInteger {
    bool negative = false;
    uint64_t magnitude = 0;
    friend bool operator==(const IpldInteger&, const IpldInteger&) = default;
};

struct IpldNull {
    friend bool operator==(const IpldNull&, const IpldNull&) = default;
};

struct IpldEntry;

// A value: copies and compares. Maps keep the order they were given or decoded in; the encoders
// sort as their format asks.
struct Ipld {
    using List = std::vector<Ipld>;
    using Map = std::vector<IpldEntry>;
    std::variant<IpldNull, bool, IpldInteger, double, std::string, Bytes, List, Map, Cid> value;

    static Ipld integer(int64_t number);
    // The entry of a map or nullptr.
    const Ipld* find(std::string_view key) const;
    // Defined apart: inside the class a map's entries are not complete yet.
    friend bool operator==(const Ipld& a, const Ipld& b);
};

// An entry of a map. No std::pair: as a template it asks about Ipld's constructors before it is
// complete itself, which clang refuses.
struct IpldEntry {
    std::string key;
    Ipld value;
    friend bool operator==(const IpldEntry&, const IpldEntry&) = default;
};

// Decodes a block by the codec of its CID: dag-pb (as {"Links":[{Hash,Name,Tsize}],"Data":bytes}),
// dag-cbor (every form that Kubo reads), dag-json, cbor, json, raw. Fails with corrupt, too_large
// above the bounds on depth and size, or unsupported for another codec.
Result<Ipld> decode_ipld(uint64_t codec, ByteView block);
// The other way; dag-pb sorts the links by name. Fails with unsupported for what the codec cannot
// say.
Result<Bytes> encode_ipld(uint64_t codec, const Ipld& value);

// Each link of a block, repeated ones too, in the order of the data, without building values where
// the codec allows. Codecs without links (raw, cbor, json) have none; an unknown codec is
// unsupported. Looks at no more than it needs: a block whose links are read may still fail to
// decode.
Result<std::vector<Cid>> links_of(uint64_t codec, ByteView block);

}  // namespace kit::formats
