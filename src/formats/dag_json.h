// DAG-JSON: JSON with links as {"/":"<CID>"} and bytes as {"/":{"bytes":"<base64>"}}, written with
// sorted keys and no white space. https://ipld.io/specs/codecs/dag-json/spec/
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/ipld.h"

namespace kit::formats {

// White space, any order of keys and padded base64 are read, as Kubo reads what users type; a key
// twice is not. Fails with corrupt, or too_large above the bounds of limits.h.
Result<Ipld> decode_dag_json(ByteView block);
// DEPARTURE from the specification, with Kubo: a whole float is written without point ("1"), so
// that equal input gives equal CIDs. Fails with unsupported: NaN, an infinity, a key twice.
Result<Bytes> encode_dag_json(const Ipld& value);

// The links in the order of the block, without building values. Keys are not compared.
Result<std::vector<Cid>> links_of_dag_json(ByteView block);

}  // namespace kit::formats
