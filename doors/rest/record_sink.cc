#include "doors/rest/record_sink.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/ascii.h"
#include "doors/rest/correlation.h"
#include "node/go_json.h"

namespace kit::rest {
namespace {

using commands::Gives;
using commands::Json;

constexpr std::string_view json_type = "application/json";
constexpr std::string_view lines_type = "application/x-ndjson";
constexpr std::string_view bytes_type = "application/octet-stream";

// A list that fails before it has this many bytes still gets the status of its failure.
constexpr size_t held_size_bytes_max = 64 * KiB;

// Whether a range of the Accept field names the type in full: who takes anything gets our choice.
bool accepts(const http::RequestHead& request, std::string_view type) {
    for (std::string_view ranges : request.headers.find_all("Accept")) {
        while (!ranges.empty()) {
            const size_t comma = std::min(ranges.find(','), ranges.size());
            const std::string_view range = ranges.substr(0, comma);
            ranges.remove_prefix(std::min(comma + 1, ranges.size()));
            if (equal_ignoring_case(trimmed(range.substr(0, range.find(';'))), type)) return true;
        }
    }
    return false;
}

bool has_option(const commands::Command& command, std::string_view name) {
    return std::ranges::any_of(command.options, [&](const commands::Option& option) {
        return option.names.front() == name;
    });
}

Json error_json(const Error& error) {
    return {{"code", code_name(error.code)}, {"message", error.to_text()}};
}

// The members that every record begins with.
Json record_of(const Call& call, bool success) {
    return {{"success", success},
            {"operation", call.operation},
            {"correlation_id", call.correlation_id}};
}

// {"a":1} and "b":2 to {"a":1,"b":2}.
std::string with_member(std::string object, std::string_view name, std::string_view value) {
    object.pop_back();
    object.append(",\"").append(name).append("\":").append(value).append("}");
    return object;
}

http::ResponseHead head_of(const Call& call, int status, std::string_view content_type) {
    http::ResponseHead head = {.status = status, .headers = {}};
    call.access.add_headers(call.exchange.request(), head.headers);
    head.headers.set("Content-Type", std::string(content_type));
    head.headers.set("X-Content-Type-Options", "nosniff");
    head.headers.set(correlation_field, call.correlation_id);
    head.close = !call.exchange.body_done();
    return head;
}

}  // namespace

int status_of(Code code) {
    switch (code) {
        case Code::invalid_argument:
            return 400;
        case Code::permission_denied:
            return 403;
        case Code::not_found:
            return 404;
        case Code::already_exists:
            return 409;
        case Code::too_large:
            return 413;
        case Code::corrupt:
            return 422;
        case Code::unsupported:
            return 501;
        case Code::busy:
        case Code::cancelled:  // By the daemon's end: a client that left reads nothing.
        case Code::offline:
            return 503;
        case Code::timeout:
            return 504;
        case Code::storage_full:
            return 507;
        case Code::io_error:
        case Code::internal:
            break;
    }
    return 500;
}

bool may_give_several(const commands::Command& command) {
    return command.gives == Gives::record &&
           (has_option(command, "stream") || has_option(command, "progress"));
}

bool gives_several(const commands::Command& command, const commands::Request& request) {
    return command.gives == Gives::records ||
           (may_give_several(command) && (request.flag("stream") || request.flag("progress")));
}

void answer_failure(const Call& call, int status, const Error& error, std::string_view results) {
    Json record = record_of(call, false);
    record["error"] = error_json(error);
    std::string text = node::go_json(record);
    if (!results.empty()) text = with_member(std::move(text), "result", results);
    text += '\n';
    http::ResponseHead head = head_of(call, status, json_type);
    head.size_bytes = text.size();
    if (status == 405) head.headers.set("Allow", "OPTIONS, POST");
    call.exchange.begin(std::move(head));
    // A client that left wants no answer.
    if (call.exchange.write(as_bytes(text))) static_cast<void>(call.exchange.end());
}

RecordSink::RecordSink(const Call& call, const commands::Command& command,
                       const commands::Request& request)
    : call_(call), command_(command) {
    if (command.gives == Gives::bytes) {
        form_ = Form::bytes;
    } else if (accepts(call.exchange.request(), lines_type)) {
        form_ = Form::lines;
    } else {
        form_ = gives_several(command, request) ? Form::records : Form::record;
    }
}

void RecordSink::begin(std::string_view content_type) {
    http::ResponseHead head = head_of(call_, 200, content_type);
    if (expected_bytes_) head.headers.add("X-Content-Length", std::to_string(*expected_bytes_));
    call_.exchange.begin(std::move(head));
}

void RecordSink::begin_bytes() {
    const std::string& own_type = command_.content_type;
    const bool wants_own = !own_type.empty() && accepts(call_.exchange.request(), own_type);
    begin(wants_own ? std::string_view(own_type) : bytes_type);
}

Result<void> RecordSink::write_text() {
    auto written = call_.exchange.write(as_bytes(text_));
    text_.clear();
    return written;
}

Result<void> RecordSink::record(const Json& record) {
    ++record_count_;
    if (form_ == Form::lines) {
        if (!call_.exchange.begun()) begin(lines_type);
        text_ +=
            with_member(node::go_json(record_of(call_, true)), "result", node::go_json(record)) +
            "\n";
        return write_text();
    }
    if (form_ == Form::bytes) {
        std::string text = node::go_json(record) + "\n";
        return bytes(as_bytes(text));
    }
    if (record_count_ > 1) text_ += ',';
    node::append_go_json(text_, record);
    if (form_ == Form::record || text_.size() < held_size_bytes_max) return {};
    if (!call_.exchange.begun()) {
        begin(json_type);
        std::string opening = node::go_json(
            {{"operation", call_.operation}, {"correlation_id", call_.correlation_id}});
        opening.pop_back();
        text_.insert(0, opening + ",\"result\":[");
    }
    return write_text();
}

Result<void> RecordSink::bytes(ByteView bytes) {
    form_ = Form::bytes;
    if (!call_.exchange.begun()) begin_bytes();
    return call_.exchange.write(bytes);
}

Result<void> RecordSink::flush() {
    if (form_ == Form::lines && !call_.exchange.begun()) begin(lines_type);
    if (form_ == Form::bytes && !call_.exchange.begun()) begin_bytes();
    if (!call_.exchange.begun()) return {};
    return call_.exchange.flush();
}

void RecordSink::finish(const Result<void>& outcome) {
    if (!outcome && !call_.exchange.begun()) {
        const std::string results = record_count_ == 0 ? "" : "[" + text_ + "]";
        return answer_failure(call_, status_of(outcome.error().code), outcome.error(), results);
    }
    if (form_ == Form::bytes) {
        if (!outcome) return call_.exchange.abort();
        if (!call_.exchange.begun()) begin_bytes();
    } else if (form_ == Form::lines) {
        if (!call_.exchange.begun()) begin(lines_type);
        end_line(outcome);
    } else {
        end_record(outcome);
    }
    if (!text_.empty() && !write_text()) return;
    static_cast<void>(call_.exchange.end());
}

void RecordSink::end_line(const Result<void>& outcome) {
    Json last = record_of(call_, outcome.has_value());
    if (outcome) {
        last["end"] = true;
        last["count"] = record_count_;
    } else {
        last["error"] = error_json(outcome.error());
    }
    text_ += node::go_json(last) + "\n";
}

void RecordSink::end_record(const Result<void>& outcome) {
    if (call_.exchange.begun()) {
        text_ += "],\"success\":";
        text_ += outcome ? "true" : "false,\"error\":" + node::go_json(error_json(outcome.error()));
        text_ += "}\n";
        return;
    }
    // A command that says one record and gives several is shown as it is.
    std::string record = node::go_json(record_of(call_, true));
    if (form_ == Form::records || record_count_ > 1) {
        record = with_member(std::move(record), "result", "[" + text_ + "]");
    } else if (record_count_ == 1 || command_.gives != Gives::nothing) {
        record = with_member(std::move(record), "result", record_count_ == 1 ? text_ : "{}");
    }
    text_ = std::move(record) + "\n";
    begin(json_type);
}

}  // namespace kit::rest
