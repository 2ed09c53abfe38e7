#include "doors/rpc/response_sink.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "node/go_json.h"

namespace kit::rpc {
namespace {

// go-ipfs-cmds error.go. What a caller could not have known is "normal".
constexpr int error_normal = 0;
constexpr int error_client = 1;

}  // namespace

void answer_plainly(http::Exchange& exchange, int status, std::string_view text,
                    http::Headers headers) {
    const std::string body = std::string(text) + "\n";
    http::ResponseHead head = {
        .status = status, .headers = std::move(headers), .size_bytes = body.size()};
    head.headers.set("Content-Type", "text/plain; charset=utf-8");
    head.headers.set("X-Content-Type-Options", "nosniff");
    exchange.begin(std::move(head));
    static_cast<void>(exchange.write(as_bytes(body)));  // A client that left wants no answer.
    static_cast<void>(exchange.end());
}

void answer_options(http::Exchange& exchange) {
    http::ResponseHead head = {.status = 204, .headers = {}, .size_bytes = 0};
    head.headers.add("Allow", "OPTIONS, POST");
    head.headers.add("Vary", "Origin");
    exchange.begin(std::move(head));
}

ResponseSink::ResponseSink(http::Exchange& exchange, const Access& access,
                           const commands::Command& command, const commands::Request& request,
                           Encoding encoding)
    : exchange_(exchange),
      access_(access),
      command_(command),
      request_(request),
      encoding_(encoding) {}

void ResponseSink::begin(Kind kind) {
    http::ResponseHead head = {.status = 200, .headers = {}};
    access_.add_headers(exchange_.request(), head.headers);
    head.headers.add("Trailer", "X-Stream-Error");
    // Kubo cannot read a body beside its answer; clients were written for what it says then.
    head.close = !exchange_.body_done();
    if (kind == Kind::stream) head.headers.add("X-Stream-Output", "1");
    if (kind == Kind::events) head.headers.add("X-Chunked-Output", "1");
    if (expected_bytes_) head.headers.add("X-Content-Length", std::to_string(*expected_bytes_));
    std::string type =
        kind == Kind::stream || encoding_ == Encoding::text ? "text/plain" : "application/json";
    if (!command_.content_type.empty()) type = command_.content_type;
    head.headers.add("Content-Type", std::move(type));
    exchange_.begin(std::move(head));
}

Result<void> ResponseSink::record(const commands::Json& record) {
    if (!exchange_.begun()) {
        const bool several = command_.gives != commands::Gives::record || request_.flag("stream") ||
                             request_.flag("progress");
        begin(several ? Kind::events : Kind::single);
        if (encoding_ == Encoding::text && command_.print_begin) {
            command_.print_begin(request_, buffer_);
        }
    }
    if (encoding_ == Encoding::text && command_.print) {
        command_.print(record, request_, buffer_);
    } else {
        node::append_go_json(buffer_, record);
        buffer_ += '\n';
    }
    return write_text();
}

Result<void> ResponseSink::write_text() {
    auto written = exchange_.write(as_bytes(buffer_));
    buffer_.clear();
    return written;
}

Result<void> ResponseSink::flush() {
    if (!exchange_.begun()) {
        begin(command_.gives == commands::Gives::bytes ? Kind::stream : Kind::events);
    }
    return exchange_.flush();
}

Result<void> ResponseSink::bytes(ByteView bytes) {
    if (!exchange_.begun()) begin(Kind::stream);
    return exchange_.write(bytes);
}

void ResponseSink::fail_before_output(const Error& error, Blame blame) {
    const bool is_clients = blame == Blame::client;
    http::ResponseHead head = {.status = is_clients ? 400 : 500, .headers = {}};
    access_.add_headers(exchange_.request(), head.headers);
    head.headers.add("Trailer", "X-Stream-Error");
    head.headers.add("Content-Type",
                     encoding_ == Encoding::text ? "text/plain" : "application/json");
    head.close = !exchange_.body_done();
    exchange_.begin(std::move(head));
    const std::string message = error.to_text();
    if (encoding_ == Encoding::text) {
        buffer_ = message;
    } else {
        buffer_.clear();
        node::append_go_json(buffer_,
                             commands::Json{{"Message", message},
                                            {"Code", is_clients ? error_client : error_normal},
                                            {"Type", "error"}});
        buffer_ += '\n';
    }
    static_cast<void>(write_text());
    static_cast<void>(exchange_.end());
}

void ResponseSink::finish(const Result<void>& outcome) {
    if (!outcome && !exchange_.begun()) {
        return fail_before_output(outcome.error(), Blame::server);
    }
    if (!exchange_.begun()) {
        begin(command_.gives == commands::Gives::bytes ? Kind::stream : Kind::events);
    }
    if (outcome) {
        if (encoding_ == Encoding::text && command_.print_end) {
            command_.print_end(request_, buffer_);
            static_cast<void>(write_text());
        }
        static_cast<void>(exchange_.end());
        return;
    }
    // IPFS Cluster does not read trailers: only a broken connection tells it that a pin failed.
    if (command_.path == "pin/add") return exchange_.abort();
    http::Headers trailers;
    trailers.add("X-Stream-Error", outcome.error().to_text());
    static_cast<void>(exchange_.end(trailers));
}

}  // namespace kit::rpc
