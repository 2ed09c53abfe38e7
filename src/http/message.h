// What requests and answers are made of (RFC 9110, RFC 9112): header fields, a request's head and
// an answer's head. Values; no socket here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace kit::http {

// Header fields in the order in which they came or were added; names compare without case.
class Headers final {
public:
    struct Field {
        std::string name;
        std::string value;
    };

    // The first field of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    std::vector<std::string_view> find_all(std::string_view name) const;
    bool has(std::string_view name) const { return find(name).has_value(); }
    // Whether a comma-separated list such as "Connection: keep-alive, TE" names `token`.
    bool lists(std::string_view name, std::string_view token) const;
    void add(std::string name, std::string value);
    // In place of all of that name.
    void set(std::string_view name, std::string value);
    void remove(std::string_view name);

    const std::vector<Field>& fields() const { return fields_; }

private:
    std::vector<Field> fields_;
};

// How a body's end is found.
enum class Framing : uint8_t { none, length, chunked };

struct RequestHead {
    std::string method;
    // As it was sent: "/a%20b?c=d", "http://host/path" to a proxy, "host:443" with CONNECT.
    std::string target;
    int minor_version = 1;  // HTTP/1.<this>
    Headers headers;
    Framing framing = Framing::none;
    uint64_t body_size_bytes = 0;  // With Framing::length.
    bool keep_alive = true;
    bool expects_continue = false;

    // Of the target, without scheme and authority; still percent-encoded. "" with CONNECT.
    std::string_view path() const;
    std::string_view query() const;  // After '?', without it.
    // Whom it is for: the authority of an absolute target, else the Host field; may have a port.
    std::string_view host() const;
};

struct ResponseHead {
    int status = 200;
    Headers headers;
    // Of the body; absent: chunked, or until the connection closes for an HTTP/1.0 client.
    std::optional<uint64_t> size_bytes = std::nullopt;
    bool close = false;  // The connection ends with this answer.
};

// "Not Found"; "" for what has no words.
std::string_view status_text(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string date_text(int64_t unix_s);

// Reads one whole head, up to and with its empty line. Strict: fails with invalid_argument on what
// RFC 9112 forbids (spaces before a colon, two lengths, length beside chunked, bare CR), with
// too_large over the bounds of http/limits.h, with unsupported for other transfer codings.
Result<RequestHead> parse_request_head(std::string_view head);

// The head as it goes over the wire, fields sorted by name as Go's server writes them. `date` is
// date_text() of now, `chunked` adds Transfer-Encoding.
std::string write_response_head(const ResponseHead& head, std::string_view date, bool chunked);

}  // namespace kit::http
