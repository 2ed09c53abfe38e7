// The one question that is asked of DNS, and its answer, as they go over the wire.
// https://www.rfc-editor.org/rfc/rfc1035#section-4
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "naming/dnslink.h"

namespace kit::naming {

// Asks for the TXT records of `domain`. Its number is 0, so that equal questions have equal bytes
// (RFC 8484, 4.1). Fails with invalid_argument when it is no domain.
Result<Bytes> encode_txt_question(std::string_view domain);

// The TXT records of an answer, which are those of `domain` and of what it is another name for;
// none when there is no such domain. What stands behind the answers is not looked at. Fails with
// corrupt, offline when the server says that it could not find out.
Result<TxtAnswer> decode_txt_answer(ByteView message, std::string_view domain);

}  // namespace kit::naming
