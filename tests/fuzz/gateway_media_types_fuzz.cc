// What a client accepts, and what a file looks like: the first line is an Accept field, the rest
// the file. Parameters are read as they will be written, and every file has a type.
#include "base/bytes.h"
#include "base/result.h"
#include "doors/gateway/content_type.h"
#include "doors/gateway/formats.h"

using namespace kit;
using namespace kit::gateway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView bytes(data, size);
    const std::string_view text = as_text(bytes);
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view accept = text.substr(0, end);
    http::Headers headers;
    headers.add("Accept", std::string(accept));
    const auto wanted = accepted_format(headers);
    if (wanted && wanted->format == Format::web) ASSERT(wanted->parameters.empty());
    if (wanted && wanted->format != Format::web && wanted->format != Format::unknown) {
        ASSERT(!media_type(wanted->format).empty() && !short_name(wanted->format).empty());
    }
    const std::string_view by_name = type_by_name(accept);
    ASSERT(by_name.find('\n') == std::string_view::npos);
    const ByteView file = bytes.subspan(std::min(end + 1, size));
    const ByteView head = file.first(std::min(file.size(), sniff_size_bytes));
    ASSERT(!sniff_type(head, head.size() == file.size()).empty());
    return 0;
}
