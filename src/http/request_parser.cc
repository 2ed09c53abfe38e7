// A request's head, read by Boost.Beast's parser; what RFC 9112 leaves to the server (and request
// smuggling lives on) is decided here, strictly.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "http/limits.h"
#include "http/message.h"

namespace kit::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string_view view(string_view text) {
    return {text.data(), text.size()};
}

class HeadParser final : public beast_http::basic_parser<true> {
public:
    explicit HeadParser(RequestHead& head) : head_(head) {
        header_limit(static_cast<uint32_t>(limits::head_size_bytes_max));
        body_limit(boost::none);
        skip(true);  // The body is not this parser's.
    }
    bool has_too_many_fields() const { return too_many_; }

private:
    void on_request_impl(beast_http::verb, string_view method, string_view target, int version,
                         error_code&) override {
        head_.method = view(method);
        head_.target = view(target);
        head_.minor_version = version % 10;
    }
    void on_field_impl(beast_http::field, string_view name, string_view value,
                       error_code&) override {
        if (head_.headers.fields().size() >= limits::header_count_max) {
            too_many_ = true;
            return;
        }
        head_.headers.add(std::string(view(name)), std::string(view(value)));
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
        return body.size();
    }
    void on_finish_impl(error_code&) override {}

    RequestHead& head_;
    bool too_many_ = false;
};

Result<void> find_framing(RequestHead& head) {
    const auto lengths = head.headers.find_all("Content-Length");
    const auto codings = head.headers.find_all("Transfer-Encoding");
    if (!codings.empty()) {
        if (!lengths.empty() || codings.size() > 1 || head.minor_version == 0) {
            return fail(Code::invalid_argument,
                        "a request's body has one length: Transfer-Encoding stands alone");
        }
        if (!equal_ignoring_case(codings[0], "chunked")) {
            return fail(Code::unsupported, "the transfer coding \"{}\" is not known", codings[0]);
        }
        head.framing = Framing::chunked;
        return {};
    }
    if (lengths.empty()) return {};
    const std::string_view text = lengths[0];
    const auto [rest, status] =
        std::from_chars(text.data(), text.data() + text.size(), head.body_size_bytes);
    if (lengths.size() > 1 || text.empty() || rest != text.data() + text.size() ||
        status != std::errc()) {
        return fail(Code::invalid_argument, "the Content-Length \"{}\" is no number of bytes",
                    text);
    }
    head.framing = head.body_size_bytes == 0 ? Framing::none : Framing::length;
    return {};
}

}  // namespace

Result<RequestHead> parse_request_head(std::string_view text) {
    if (text.size() > limits::head_size_bytes_max) {
        return fail(Code::too_large, "a request's head has at most {} bytes",
                    limits::head_size_bytes_max);
    }
    RequestHead head;
    HeadParser parser(head);
    error_code error;
    parser.put(boost::asio::buffer(text.data(), text.size()), error);
    if (parser.has_too_many_fields()) {
        return fail(Code::too_large, "a request has at most {} header fields",
                    limits::header_count_max);
    }
    if (error == beast_http::error::bad_version) {
        return fail(Code::invalid_argument, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    if (error || !parser.is_header_done()) {
        return fail(Code::invalid_argument, "this is no HTTP request: {}",
                    error ? error.message() : "its head is not whole");
    }
    TRY(find_framing(head));
    if (head.headers.find_all("Host").size() > 1 ||
        (head.minor_version == 1 && !head.headers.has("Host"))) {
        return fail(Code::invalid_argument, "a request has one Host field");
    }
    head.keep_alive = head.minor_version == 1 ? !head.headers.lists("Connection", "close")
                                              : head.headers.lists("Connection", "keep-alive");
    head.expects_continue =
        head.minor_version == 1 &&
        equal_ignoring_case(head.headers.find("Expect").value_or(""), "100-continue");
    return head;
}

}  // namespace kit::http
