// CBOR as IPLD uses it, and the codec `cbor` (0x51): the data model without links. DAG-CBOR is the
// same with tag 42 for links and one order of map keys; see dag_cbor.h.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/ipld.h"

namespace kit::formats {

// What differs between the codecs that are made of CBOR.
struct CborRules {
    std::string_view name;     // For errors: "dag-cbor".
    bool links = false;        // Tag 42 around a byte string is a link; no other tag exists.
    bool sorted_keys = false;  // Written sorted by length, then by bytes.
    // Refuses what has a shorter or other canonical form: unsorted keys, floats of less than 64
    // bits, undefined. When false they are read as Kubo reads them: existing blocks have them.
    bool canonical = false;
};

// One item that fills the input. Fails with corrupt, or too_large above the bounds of limits.h on
// depth and on what a block may unfold to.
Result<Ipld> decode_cbor(ByteView block, const CborRules& rules);
// Fails with unsupported: a link where the rules have none, NaN, an infinity, a key twice.
Result<Bytes> encode_cbor(const Ipld& value, const CborRules& rules);

// The codec 0x51, as Kubo treats it: keys stay in the order given.
Result<Ipld> decode_cbor(ByteView block);
Result<Bytes> encode_cbor(const Ipld& value);

}  // namespace kit::formats
