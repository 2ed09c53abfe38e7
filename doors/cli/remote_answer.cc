#include "doors/cli/remote_answer.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace kit::cli {
namespace {

using commands::Json;

constexpr uint64_t error_size_bytes_max = 1 * MiB;

Code code_of(int status) {
    switch (status) {
        case 400:
            return Code::invalid_argument;
        case 403:
            return Code::permission_denied;
        case 429:
            return Code::busy;
        default:
            return Code::io_error;
    }
}

// go-ipfs-cmds error.go: {"Message":"...","Code":0,"Type":"error"}.
bool is_error(const Json& record) {
    const auto type = record.find("Type");
    const auto message = record.find("Message");
    return type != record.end() && *type == "error" && message != record.end() &&
           message->is_string() && record.contains("Code");
}

}  // namespace

Result<void> RemoteAnswer::begin(const http::ResponseHead& head) {
    status_ = head.status;
    std::string_view type = head.headers.find("Content-Type").value_or("");
    type = type.substr(0, type.find(';'));
    is_json_ = type == "application/json";
    if (status_ >= 400) return {};
    if (status_ >= 300) {
        return fail(Code::io_error, "the API answers with a redirection (status {})", status_);
    }
    uint64_t size_bytes = 0;
    const std::string_view size = head.headers.find("X-Content-Length").value_or("");
    std::from_chars(size.data(), size.data() + size.size(), size_bytes);
    return taker_.begin(size_bytes);
}

Result<void> RemoteAnswer::bytes(ByteView bytes) {
    if (status_ >= 400) {
        const size_t room = error_size_bytes_max - std::min(buffer_.size(), error_size_bytes_max);
        buffer_ += as_text(bytes).substr(0, room);
        return {};
    }
    if (!is_json_) return taker_.bytes(bytes);
    std::string_view text = as_text(bytes);
    for (size_t end; (end = text.find('\n')) != std::string_view::npos;) {
        if (buffer_.empty()) {
            TRY(take_line(text.substr(0, end)));
        } else {
            buffer_ += text.substr(0, end);
            const std::string line = std::exchange(buffer_, {});
            TRY(take_line(line));
        }
        text.remove_prefix(end + 1);
    }
    buffer_ += text;
    if (buffer_.size() > record_size_bytes_max) {
        return fail(Code::too_large, "the API sends a record of over {} MiB",
                    record_size_bytes_max / MiB);
    }
    return {};
}

Result<void> RemoteAnswer::take_line(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return {};
    Json record = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (record.is_discarded()) {
        return fail(Code::corrupt, "the API sends what is no JSON: {}", line.substr(0, 200));
    }
    if (record.is_object() && is_error(record)) {
        return fail(Code::io_error, "{}", record["Message"].get_ref<const std::string&>());
    }
    return taker_.record(std::move(record));
}

// go-ipfs-cmds http/parse.go, parseResponse.
Result<void> RemoteAnswer::failure() const {
    if (status_ == 404) return fail(Code::not_found, "Command not found.");
    std::string message = buffer_;
    if (is_json_) {
        const Json error = Json::parse(buffer_, nullptr, /*allow_exceptions=*/false);
        const auto found = error.is_object() ? error.find("Message") : error.end();
        if (found != error.end() && found->is_string()) message = found->get<std::string>();
    }
    while (message.ends_with('\n')) message.pop_back();
    if (message.empty()) message = fmt::format("the API answers with status {}", status_);
    return fail(code_of(status_), "{}", message);
}

Result<void> RemoteAnswer::end(const http::Headers& trailers) {
    if (status_ >= 400) return failure();
    if (is_json_) {
        const std::string line = std::exchange(buffer_, {});
        TRY(take_line(line));
    }
    const auto error = trailers.find("X-Stream-Error");
    if (error && !error->empty()) return fail(Code::io_error, "{}", *error);
    return {};
}

}  // namespace kit::cli
