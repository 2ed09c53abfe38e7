// A head that is read never has two lengths or two hosts, and what is written of it is one head:
// no field of a client's making ends in a line of ours.
#include <algorithm>

#include "base/result.h"
#include "http/message.h"
#include "http/multipart.h"
#include "http/url.h"

using namespace kit;
using namespace kit::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text = as_text(ByteView(data, size));
    const auto pairs = parse_query(text);
    if (pairs) {
        for (const auto& [name, value] : *pairs) ASSERT(decode_query(encode_query(value)) == value);
    }
    static_cast<void>(parse_field_value(text));
    const auto head = parse_request_head(text);
    if (!head) return 0;
    ASSERT(head->headers.find_all("Host").size() <= 1);
    ASSERT(head->framing != Framing::chunked || !head->headers.has("Content-Length"));
    ASSERT(head->path().find('?') == std::string_view::npos);
    static_cast<void>(head->query());
    static_cast<void>(head->host());
    ResponseHead answer;
    for (const auto& field : head->headers.fields()) answer.headers.add("X-Echo", field.value);
    const std::string written = write_response_head(answer, "now", true);
    ASSERT(written.find("\r\n\r\n") == written.size() - 4);
    return 0;
}
