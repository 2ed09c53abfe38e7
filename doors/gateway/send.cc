#include "doors/gateway/send.h"

#include <fmt/core.h>

#include "doors/gateway/conditions.h"

namespace kit::gateway {
namespace {

// Nobody waits for so little: no other worker need take the place of this one.
constexpr uint64_t quick_size_bytes_max = 1 * MiB;

enum class Judged : uint8_t { go_on, not_modified, failed };

// RFC 9110, 13.2.2.
Judged judge(const Call& call, std::optional<int64_t> modified_s) {
    const std::string_view etag = call.headers.find("Etag").value_or("");
    if (const std::string_view match = call.field("If-Match"); !match.empty()) {
        if (!lists_strong_etag(match, etag)) return Judged::failed;
    } else if (modified_s) {
        const auto since = parse_date(call.field("If-Unmodified-Since"));
        if (since && *modified_s > *since) return Judged::failed;
    }
    if (const std::string_view none = call.field("If-None-Match"); !none.empty()) {
        return lists_etag(none, etag) ? Judged::not_modified : Judged::go_on;
    }
    if (modified_s) {
        const auto since = parse_date(call.field("If-Modified-Since"));
        if (since && *modified_s <= *since) return Judged::not_modified;
    }
    return Judged::go_on;
}

// Whether If-Range lets the Range field count.
bool range_counts(const Call& call, std::optional<int64_t> modified_s) {
    const std::string_view condition = call.field("If-Range");
    if (condition.empty()) return true;
    if (condition.starts_with('"') || condition.starts_with("W/")) {
        return lists_strong_etag(condition, call.headers.find("Etag").value_or(""));
    }
    const auto date = parse_date(condition);
    return date && modified_s && *date == *modified_s;
}

void begin(Call& call, int status, uint64_t size_bytes) {
    call.answered = true;
    if (size_bytes > quick_size_bytes_max) call.exchange.may_take_long();
    call.exchange.begin(
        {.status = status, .headers = std::move(call.headers), .size_bytes = size_bytes});
}

// False when the answer is broken.
bool copy(Call& call, const Content& content, const ByteRange& range) {
    if (call.is_head() || range.length_bytes == 0) return true;
    const Result<void> sent = content.read(range.offset_bytes, range.length_bytes,
                                           [&](ByteView bytes) { return call.write(bytes); });
    if (!sent) call.exchange.abort();
    return sent.has_value();
}

// multipart/byteranges, RFC 9110, 14.6.
void send_parts(Call& call, const Content& content, const std::vector<ByteRange>& ranges) {
    const std::string boundary =
        fmt::format("{:016x}{:016x}", content.random.next(), content.random.next());
    const std::string type(call.headers.find("Content-Type").value_or(""));
    std::vector<std::string> heads;
    const std::string tail = fmt::format("\r\n--{}--\r\n", boundary);
    uint64_t size_bytes = tail.size();
    for (const ByteRange& range : ranges) {
        std::string head =
            fmt::format("{}--{}\r\nContent-Range: {}\r\n", heads.empty() ? "" : "\r\n", boundary,
                        content_range(range, content.size_bytes));
        if (!type.empty()) head += fmt::format("Content-Type: {}\r\n", type);
        head += "\r\n";
        size_bytes += head.size() + range.length_bytes;
        heads.push_back(std::move(head));
    }
    call.set("Content-Type", "multipart/byteranges; boundary=" + boundary);
    begin(call, 206, size_bytes);
    for (size_t i = 0; i < ranges.size(); ++i) {
        if (!call.exchange.write(as_bytes(heads[i]))) return;
        if (!copy(call, content, ranges[i])) return;
    }
    static_cast<void>(call.exchange.write(as_bytes(tail)));
}

}  // namespace

void send(Call& call, const Content& content) {
    const auto modified_s = content.modified_s.value_or(0) == 0 ? std::nullopt : content.modified_s;
    if (modified_s) call.set("Last-Modified", http::date_text(*modified_s));
    switch (judge(call, modified_s)) {
        case Judged::failed:
            return answer(call, 412, "");
        case Judged::not_modified:
            call.headers.remove("Content-Type");
            if (call.headers.has("Etag")) call.headers.remove("Last-Modified");
            return answer(call, 304, "");
        case Judged::go_on:
            break;
    }
    std::string_view field = call.field("Range");
    if (!field.empty() && !range_counts(call, modified_s)) field = {};
    const auto ranges = parse_ranges(field, content.size_bytes);
    if (!ranges) {
        if (ranges.error().code == Code::not_found) {
            call.set("Content-Range", fmt::format("bytes */{}", content.size_bytes));
        }
        return answer_plainly(call, 416, ranges.error().message);
    }
    call.set("Accept-Ranges", "bytes");
    if (ranges->size() > 1) return send_parts(call, content, *ranges);
    const ByteRange part = ranges->empty() ? ByteRange{0, content.size_bytes} : ranges->front();
    if (!ranges->empty()) call.set("Content-Range", content_range(part, content.size_bytes));
    begin(call, ranges->empty() ? 200 : 206, part.length_bytes);
    copy(call, content, part);
}

}  // namespace kit::gateway
