// DAG-CBOR: CBOR cut down so that a value has one form, with links as tag 42.
// https://ipld.io/specs/codecs/dag-cbor/spec/
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/ipld.h"

namespace kit::formats {

// `strict` refuses every form but the one that encode_dag_cbor() writes, so that
// encode(decode(block)) == block. `as_kubo` also reads unsorted map keys, floats of 16 and 32 bits,
// and undefined (as null): blocks written by older programs have them, and their CIDs stand.
enum class DagCborForm : uint8_t { strict, as_kubo };

// Fails with corrupt, or too_large above the bounds of limits.h.
// DEPARTURE: integers below -2^63 are read, which Kubo refuses and the specification allows.
Result<Ipld> decode_dag_cbor(ByteView block, DagCborForm form = DagCborForm::strict);
// Keys sorted by length, then by bytes. Fails with unsupported: NaN, an infinity, a key twice.
Result<Bytes> encode_dag_cbor(const Ipld& value);

// The links in the order of the block, without building values. Keys are not compared.
Result<std::vector<Cid>> links_of_dag_cbor(ByteView block);

}  // namespace kit::formats
