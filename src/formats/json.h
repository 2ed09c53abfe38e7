// JSON as IPLD uses it, and the codec `json` (0x0200): the data model without links and bytes.
// DAG-JSON gives meaning to maps with the single key "/"; see dag_json.h.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/ipld.h"

namespace kit::formats {

// What differs between the codecs that are made of JSON.
struct JsonRules {
    std::string_view name;         // For errors: "dag-json".
    bool links_and_bytes = false;  // {"/":"<CID>"} and {"/":{"bytes":"<base64>"}}.
    bool sorted_keys = false;      // Written sorted by bytes.
    bool pretty = false;           // Written with one entry a line and tabs, as refmt does.
};

// One value that fills the input, white space aside. Fails with corrupt, or too_large above the
// bounds of limits.h on depth and on what a block may unfold to.
Result<Ipld> decode_json(ByteView block, const JsonRules& rules);
// Fails with unsupported: links or bytes where the rules have none, NaN, an infinity, a key twice.
Result<Bytes> encode_json(const Ipld& value, const JsonRules& rules);

// The codec 0x0200, as Kubo treats it: keys stay in the order given, output is indented.
Result<Ipld> decode_json(ByteView block);
Result<Bytes> encode_json(const Ipld& value);

}  // namespace kit::formats
