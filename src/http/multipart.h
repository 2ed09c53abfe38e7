// multipart/form-data as it streams by (RFC 7578, RFC 2046): one part after the other, a part's
// bytes straight from the source to the caller, nothing held but what may be half a boundary.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "http/message.h"

namespace kit::http {

// "form-data; name=\"a\"; filename=b" in its pieces; names are lower case, values without quotes.
struct FieldValue {
    std::string value;
    std::vector<std::pair<std::string, std::string>> parameters;
    std::optional<std::string_view> find(std::string_view name) const;
};
// Fails with invalid_argument on unbalanced quotes and missing values.
Result<FieldValue> parse_field_value(std::string_view text);

// One thread.
class MultipartReader final {
public:
    // Fills up to out.size() bytes, returns how many, 0 at the end.
    using Source = std::function<Result<size_t>(std::span<uint8_t> out)>;

    // `content_type` is the request's. Fails with invalid_argument when it is no multipart type
    // with a boundary.
    static Result<MultipartReader> create(std::string_view content_type, Source source);

    // The next part's fields, after throwing away what was not read of the one before; nullopt
    // after the last. Fails with invalid_argument on malformed parts or a body that ends early,
    // too_large over the bounds of http/limits.h.
    Result<std::optional<Headers>> next_part();
    // Whether some of what follows is here already.
    bool has_buffered() const { return !buffered().empty(); }
    // The part's next bytes; 0 at its end.
    Result<size_t> read(std::span<uint8_t> out);

private:
    MultipartReader(std::string boundary, Source source);

    Result<bool> fill();  // False at the end of the source.
    // Up to and without CRLF.
    Result<std::string> read_line(uint64_t size_max);
    Result<size_t> read_buffered(std::span<uint8_t> out);
    Result<size_t> read_direct(std::span<uint8_t> out);
    Result<void> end_part();
    // What follows a boundary's text: the end of the whole, or of its line.
    Result<void> end_boundary();
    ByteView buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }

    std::string delimiter_;  // CRLF, two dashes, the boundary.
    Source source_;
    std::unique_ptr<uint8_t[]> buffer_;
    size_t begin_ = 0;
    size_t end_ = 0;
    bool in_part_ = false;
    bool ended_ = false;    // The last boundary has come.
    bool started_ = false;  // The first has.
};

}  // namespace kit::http
