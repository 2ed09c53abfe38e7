#include "http/multipart.h"

#include <algorithm>
#include <cstring>

#include "base/ascii.h"
#include "http/limits.h"

namespace kit::http {
namespace {

constexpr size_t away_size_bytes = 64 * KiB;
// Two lines of the longest kind; and what one direct read may bring.
constexpr size_t buffer_size_bytes = 256 * KiB;
static_assert(buffer_size_bytes > 2 * limits::part_head_size_bytes_max);
// Reads of at least this much go from the source into the caller's memory without a stop.
constexpr size_t direct_size_bytes_min = 16 * KiB;

std::unexpected<Error> malformed(std::string_view what) {
    return fail(Code::invalid_argument, "the multipart body is malformed: {}", what);
}

// How many bytes at the end of `data` may be the beginning of `delimiter`.
size_t half_delimiter(ByteView data, std::string_view delimiter) {
    const size_t size_max = std::min(data.size(), delimiter.size() - 1);
    for (size_t size = size_max; size > 0; --size) {
        if (std::memcmp(data.data() + data.size() - size, delimiter.data(), size) == 0) return size;
    }
    return 0;
}

std::optional<size_t> find_delimiter(ByteView data, std::string_view delimiter) {
    const void* found = ::memmem(data.data(), data.size(), delimiter.data(), delimiter.size());
    if (found == nullptr) return std::nullopt;
    return static_cast<const uint8_t*>(found) - data.data();
}

// A quoted value from behind its first quote; `rest` is left behind the last.
Result<std::string> unquote(std::string_view& rest) {
    std::string value;
    while (!rest.empty() && rest.front() != '"') {
        // Browsers write a backslash before a quote alone; elsewhere it stands for itself.
        if (rest.front() == '\\' && rest.size() > 1 && (rest[1] == '"' || rest[1] == '\\')) {
            rest.remove_prefix(1);
        }
        value.push_back(rest.front());
        rest.remove_prefix(1);
    }
    if (rest.empty()) return fail(Code::invalid_argument, "a header's quotes are not closed");
    rest.remove_prefix(1);
    return value;
}

}  // namespace

std::optional<std::string_view> FieldValue::find(std::string_view name) const {
    for (const auto& [known, given] : parameters) {
        if (known == name) return given;
    }
    return std::nullopt;
}

Result<FieldValue> parse_field_value(std::string_view text) {
    FieldValue field;
    const size_t first = std::min(text.find(';'), text.size());
    field.value = ascii_lower(trimmed(text.substr(0, first)));
    std::string_view rest = text.substr(first);
    while (!rest.empty()) {
        rest.remove_prefix(1);
        rest = trimmed(rest);
        if (rest.empty()) break;
        const size_t equals = rest.find('=');
        if (equals == std::string_view::npos) {
            return fail(Code::invalid_argument, "a header's parameter has no value: {}", rest);
        }
        std::string name = ascii_lower(trimmed(rest.substr(0, equals)));
        rest.remove_prefix(equals + 1);
        std::string value;
        if (rest.starts_with('"')) {
            rest.remove_prefix(1);
            value = TRY(unquote(rest));
            rest = trimmed(rest);
            if (!rest.empty() && rest.front() != ';') {
                return fail(Code::invalid_argument, "a header has text behind its quotes: {}",
                            rest);
            }
        } else {
            const size_t end = std::min(rest.find(';'), rest.size());
            value = trimmed(rest.substr(0, end));
            rest.remove_prefix(end);
        }
        field.parameters.emplace_back(std::move(name), std::move(value));
    }
    return field;
}

MultipartReader::MultipartReader(std::string boundary, Source source)
    : delimiter_("\r\n--" + std::move(boundary)),
      source_(std::move(source)),
      buffer_(std::make_unique_for_overwrite<uint8_t[]>(buffer_size_bytes)) {}

Result<MultipartReader> MultipartReader::create(std::string_view content_type, Source source) {
    const auto field = TRY(parse_field_value(content_type));
    const auto boundary = field.find("boundary");
    if (!field.value.starts_with("multipart/") || !boundary || boundary->empty() ||
        boundary->size() > limits::boundary_size_bytes_max) {
        return fail(Code::invalid_argument, "no multipart boundary param in Content-Type");
    }
    return MultipartReader(std::string(*boundary), std::move(source));
}

Result<bool> MultipartReader::fill() {
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    ASSERT(end_ < buffer_size_bytes);
    const size_t count = TRY(source_(std::span(buffer_.get(), buffer_size_bytes).subspan(end_)));
    end_ += count;
    return count > 0;
}

Result<std::string> MultipartReader::read_line(uint64_t size_max) {
    for (;;) {
        const std::string_view text = as_text(buffered());
        const size_t end = text.find("\r\n");
        if (std::min(end, text.size()) > size_max) {
            return fail(Code::too_large, "a line of the multipart body has over {} bytes",
                        size_max);
        }
        if (end != std::string_view::npos) {
            std::string line(text.substr(0, end));
            begin_ += end + 2;
            return line;
        }
        const bool more = TRY(fill());
        if (!more) return malformed("it ends in the middle of a line");
    }
}

Result<void> MultipartReader::end_part() {
    Bytes away;
    while (in_part_) {
        away.resize(away_size_bytes);
        TRY(read(away));
    }
    return {};
}

Result<std::optional<Headers>> MultipartReader::next_part() {
    TRY(end_part());
    const std::string_view dashes = std::string_view(delimiter_).substr(2);
    uint64_t skipped = 0;
    while (!started_) {  // What stands before the first boundary means nothing.
        const auto line = TRY(read_line(limits::part_head_size_bytes_max));
        skipped += line.size();
        if (skipped > limits::part_head_size_bytes_max) return malformed("it has no boundary");
        if (line == std::string(dashes) + "--") ended_ = true;
        started_ = ended_ || line == dashes;
    }
    if (ended_) return std::nullopt;
    Headers headers;
    uint64_t size_bytes = 0;
    for (;;) {
        const auto line = TRY(read_line(limits::part_head_size_bytes_max));
        if (line.empty()) break;
        size_bytes += line.size();
        const size_t colon = line.find(':');
        if (colon == std::string::npos || colon == 0)
            return malformed("a part's field has no name");
        if (size_bytes > limits::part_head_size_bytes_max) {
            return fail(Code::too_large, "the head of a part has over {} bytes",
                        limits::part_head_size_bytes_max);
        }
        headers.add(line.substr(0, colon),
                    std::string(trimmed(std::string_view(line).substr(colon + 1))));
    }
    in_part_ = true;
    // A boundary may follow the empty line at once: then that line's CRLF belongs to both.
    while (buffered().size() < dashes.size() && dashes.starts_with(as_text(buffered()))) {
        const bool more = TRY(fill());
        if (!more) return malformed("it ends in the middle of a part");
    }
    if (as_text(buffered()).starts_with(dashes)) {
        begin_ += dashes.size();
        in_part_ = false;
        TRY(end_boundary());
    }
    return headers;
}

Result<size_t> MultipartReader::read(std::span<uint8_t> out) {
    while (in_part_ && !out.empty()) {
        const bool direct = buffered().empty() && out.size() >= direct_size_bytes_min;
        const auto count = direct ? read_direct(out) : read_buffered(out);
        if (!count || *count > 0) return count;
    }
    return 0;
}

// 0 when more was fetched or the part ended: the caller asks again.
Result<size_t> MultipartReader::read_buffered(std::span<uint8_t> out) {
    const ByteView data = buffered();
    const auto at = find_delimiter(data, delimiter_);
    const size_t safe = at ? *at : data.size() - half_delimiter(data, delimiter_);
    if (safe > 0) {
        const size_t count = std::min(safe, out.size());
        std::memcpy(out.data(), data.data(), count);
        begin_ += count;
        return count;
    }
    if (!at) {
        const bool more = TRY(fill());
        if (!more) return malformed("it ends in the middle of a part");
        return 0;
    }
    begin_ += delimiter_.size();
    in_part_ = false;
    TRY(end_boundary());
    return 0;
}

Result<void> MultipartReader::end_boundary() {
    while (buffered().size() < 2) {
        const bool more = TRY(fill());
        if (!more) return malformed("it ends in the middle of a boundary");
    }
    if (as_text(buffered()).starts_with("--")) {
        ended_ = true;
        return {};
    }
    const auto rest = TRY(read_line(limits::part_head_size_bytes_max));
    if (!trimmed(rest).empty()) return malformed("text stands behind a boundary");
    return {};
}

Result<size_t> MultipartReader::read_direct(std::span<uint8_t> out) {
    // What follows the part must fit into the buffer.
    const size_t count = TRY(source_(out.first(std::min(out.size(), buffer_size_bytes))));
    if (count == 0) return malformed("it ends in the middle of a part");
    const ByteView data = ByteView(out).first(count);
    const auto at = find_delimiter(data, delimiter_);
    const size_t mine = at ? *at : count - half_delimiter(data, delimiter_);
    const ByteView rest = data.subspan(mine);
    ASSERT(buffered().empty());
    begin_ = 0;
    end_ = rest.size();
    if (!rest.empty()) std::memcpy(buffer_.get(), rest.data(), rest.size());
    return mine;
}

}  // namespace kit::http
