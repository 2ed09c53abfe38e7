// Signed and encrypted objects (JWS and JWE) as blocks, the codec `dag-jose`: DAG-CBOR in the
// general form of RFC 7515 and RFC 7516, with bytes where JSON has base64url.
// https://ipld.io/specs/codecs/dag-jose/spec/
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/ipld.h"

namespace kit::formats {

// The object as JSON has it: texts in base64url. A JWS has the field `link`, too: its payload is
// the CID of what was signed. Fails with corrupt, or too_large above the bounds of limits.h.
Result<Ipld> decode_dag_jose(ByteView block);

// Takes the general form and the flattened one; other fields at the top are left out, `link` among
// them. Headers hold texts, numbers, lists and maps. Fails with unsupported for what is no JWS nor
// JWE. Numbers in headers go through JSON's doubles, as in Kubo.
Result<Bytes> encode_dag_jose(const Ipld& value);

// The one link of a JWS, to its payload; a JWE has none.
Result<std::vector<Cid>> links_of_dag_jose(ByteView block);

}  // namespace kit::formats
