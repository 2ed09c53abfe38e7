#include "pinning/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/ascii.h"
#include "base/go_text.h"
#include "http/url.h"
#include "pinning/limits.h"

namespace kit::pinning {
namespace {

using Json = nlohmann::json;

constexpr uint32_t page_count_max = 10;  // What the specification gives who asks for nothing.

// "application/json; charset=utf-8", "application/vnd.api+json".
bool is_json(std::string_view content_type) {
    const std::string type =
        ascii_lower(trimmed(content_type.substr(0, content_type.find(';')), " \t"));
    return type.ends_with("/json") || type.ends_with("+json");
}

// An answer, whole.
class Answer final : public http::AnswerReader {
public:
    Result<void> begin(const http::ResponseHead& head) override {
        status_ = head.status;
        is_json_ = is_json(head.headers.find("Content-Type").value_or(""));
        return {};
    }
    Result<void> bytes(ByteView bytes) override {
        if (body_.size() + bytes.size() > limits::answer_size_bytes_max) {
            return fail(Code::too_large, "remote pinning service answers with over {} MiB",
                        limits::answer_size_bytes_max / MiB);
        }
        body_ += as_text(bytes);
        return {};
    }
    Result<void> end(const http::Headers&) override { return {}; }

    bool is_good() const { return status_ < 300; }
    std::string take_body() { return std::move(body_); }
    // Why this is nothing that can be read; empty when it can.
    std::string fault() const {
        if (body_.empty() || (is_json_ && Json::accept(body_))) return "";
        return is_json_ ? "its body is no JSON" : "undefined response type";
    }

    // boxo:pinning/remote/client/client.go, httperr.
    Error failure() const {
        const std::string words = std::string(http::status_text(status_));
        const std::string line = fmt::format("{} {}", status_, words);
        const std::string fault = status_ < 400 ? line : this->fault();
        if (!fault.empty()) {
            return {code(), fmt::format("remote pinning service returned http error {}: {}",
                                        status_, fault)};
        }
        const Json body = Json::parse(body_, nullptr, /*allow_exceptions=*/false);
        const auto text = [&body](const char* key) {
            const Json* error = body.is_object() && body.contains("error") ? &body["error"] : &body;
            if (!error->is_object() || !error->contains(key)) return std::string();
            const Json& value = (*error)[key];
            return value.is_string() ? value.get<std::string>() : std::string();
        };
        return {code(), fmt::format("reason: {}, details: {}: {}", go_quote(text("reason")),
                                    go_quote(text("details")), line)};
    }

private:
    Code code() const {
        switch (status_) {
            case 400:
                return Code::invalid_argument;
            case 401:
            case 403:
                return Code::permission_denied;
            case 404:
                return Code::not_found;
            case 409:
                return Code::already_exists;
            case 507:
                return Code::storage_full;
            default:
                return Code::io_error;
        }
    }

    int status_ = 0;
    bool is_json_ = false;
    std::string body_;
};

Error senseless(std::string_view what) {
    return {Code::corrupt, fmt::format("invalid pinning service response: {}", what)};
}

// A text of an object; empty when it is not there.
// What a service says goes to people and logs, and some services repeat what they were sent.
std::string without_key(std::string text, std::string_view key) {
    constexpr size_t key_size_min = 8;  // A shorter one would be found in any word.
    if (key.size() < key_size_min) return text;
    for (size_t at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
        text.replace(at, key.size(), "***");
    }
    return text;
}

Result<std::string> text_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return std::string();
    if (found->is_string()) return found->get<std::string>();
    return std::unexpected(senseless(fmt::format("{} is no text", key)));
}

Result<PinStatus> read_status(const Json& json) {
    if (!json.is_object()) return std::unexpected(senseless("a PinStatus is no object"));
    const auto pin = json.find("pin");
    if (pin == json.end() || !pin->is_object()) {
        return std::unexpected(senseless("a PinStatus has no pin"));
    }
    PinStatus status;
    status.request_id = TRY(text_of(json, "requestid"));
    status.status = TRY(text_of(json, "status"));
    status.created = TRY(text_of(json, "created"));
    status.cid = TRY(text_of(*pin, "cid"));
    status.name = TRY(text_of(*pin, "name"));
    if (status.request_id.empty())
        return std::unexpected(senseless("a PinStatus has no requestid"));
    if (!is_status(status.status)) {
        return std::unexpected(senseless(fmt::format("{} is not a valid Status", status.status)));
    }
    return status;
}

Json parsed(const std::string& body) {
    return Json::parse(body, nullptr, /*allow_exceptions=*/false);
}

// One part of a path: a space is no '+' there.
std::string encode_segment(std::string_view text) {
    std::string out = http::encode_query(text);
    for (size_t at = 0; (at = out.find('+', at)) != std::string::npos;) out.replace(at, 1, "%20");
    return out;
}

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ","));
}

// "Get", as Go begins the sentence of a request that failed.
std::string titled(std::string_view method) {
    std::string text = ascii_lower(method);
    text[0] = method[0];
    return text;
}

}  // namespace

bool is_status(std::string_view text) {
    return std::ranges::find(statuses, text) != std::end(statuses);
}

Result<std::unique_ptr<Service>> Service::open(ServiceOptions options,
                                               const std::atomic<bool>& cancel) {
    // A line break would end the header field that it stands in.
    if (std::ranges::any_of(options.key, [](char c) { return c < ' ' || c == '\x7f'; })) {
        return fail(Code::invalid_argument,
                    "the key of this remote pinning service has characters that no key has: "
                    "remove the service and add it again");
    }
    auto client = TRY(http::Client::create({}));
    return std::unique_ptr<Service>(new Service(std::move(options), std::move(client), cancel));
}

Service::Service(ServiceOptions options, std::unique_ptr<http::Client> client,
                 const std::atomic<bool>& cancel)
    : options_(std::move(options)), client_(std::move(client)), cancel_(cancel) {}

Result<std::string> Service::ask(std::string_view method, const std::string& path,
                                 const std::string& body) {
    http::ClientRequest request{.method = std::string(method), .url = options_.endpoint + path};
    request.headers.add("Accept", "application/json");
    request.headers.add("Authorization", "Bearer " + options_.key);
    request.headers.add("User-Agent", "ipfs-kit");
    if (!body.empty()) {
        request.headers.add("Content-Type", "application/json");
        request.body_size_bytes = body.size();
        request.body = [left = ByteView(as_bytes(body))](std::span<uint8_t> out) mutable {
            const size_t count = std::min(out.size(), left.size());
            std::ranges::copy(left.first(count), out.begin());
            left = left.subspan(count);
            return Result<size_t>(count);
        };
    }
    Answer answer;
    const auto sent = client_->send(request, answer, cancel_);
    if (!sent) {
        const Error& error = sent.error();
        if (error.code == Code::cancelled || error.code == Code::too_large) {
            return std::unexpected(error);
        }
        return fail(error.code, "empty response from remote pinning service: {} {}: {}",
                    titled(method), go_quote(request.url), error.message);
    }
    if (!answer.is_good()) {
        Error failure = answer.failure();
        failure.message = without_key(std::move(failure.message), options_.key);
        return std::unexpected(std::move(failure));
    }
    if (const std::string fault = answer.fault(); !fault.empty()) {
        return std::unexpected(senseless(fault));
    }
    return answer.take_body();
}

Result<PinStatus> Service::add(std::string_view cid, std::string_view name) {
    Json pin = {{"cid", cid}};
    if (!name.empty()) pin["name"] = name;
    const std::string body =
        pin.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
    const std::string answer = TRY(ask("POST", "/pins", body));
    return read_status(parsed(answer));
}

Result<PinStatus> Service::get(std::string_view request_id) {
    const std::string answer = TRY(ask("GET", "/pins/" + encode_segment(request_id), ""));
    return read_status(parsed(answer));
}

Result<void> Service::remove(std::string_view request_id) {
    TRY(ask("DELETE", "/pins/" + encode_segment(request_id), ""));
    return {};
}

Result<Service::Page> Service::page(const PinFilter& filter, std::string_view before,
                                    uint32_t count_max) {
    std::string query;
    const auto say = [&query](std::string_view key, std::string_view value) {
        if (value.empty()) return;
        query += fmt::format("{}{}={}", query.empty() ? '?' : '&', key, http::encode_query(value));
    };
    say("before", before);
    say("cid", joined(filter.cids));
    say("limit", std::to_string(count_max));
    say("name", filter.name);
    say("status", joined(filter.statuses));
    const std::string answer = TRY(ask("GET", "/pins" + query, ""));
    const Json json = parsed(answer);
    if (!json.is_object() || !json.contains("count") || !json["count"].is_number_unsigned()) {
        return std::unexpected(senseless("PinResults have no count"));
    }
    Page page{.count = json["count"].get<uint64_t>(), .pins = {}};
    const auto results = json.find("results");
    if (results == json.end() || results->is_null()) return page;
    if (!results->is_array()) return std::unexpected(senseless("PinResults.results is no list"));
    for (const Json& each : *results) {
        PinStatus status = TRY(read_status(each));
        page.pins.push_back(std::move(status));
    }
    return page;
}

// The specification, "Pagination and filtering": "to read more items, pass the `before` filter
// with the timestamp from PinStatus.created found in the oldest item in the current batch".
Result<void> Service::list(const PinFilter& filter,
                           const std::function<Result<void>(const PinStatus&)>& visit) {
    std::string before;
    for (;;) {
        const Page page = TRY(this->page(filter, before, page_count_max));
        for (const PinStatus& pin : page.pins) TRY(visit(pin));
        if (page.count <= page.pins.size()) return {};
        if (page.pins.empty()) {
            return std::unexpected(senseless(
                fmt::format("PinResults.count={} but no PinResults.results", page.count)));
        }
        const std::string& oldest = page.pins.back().created;
        if (oldest.empty() || oldest == before) {
            return std::unexpected(senseless(fmt::format(
                "PinResults.count={}, and the next page is the same as this", page.count)));
        }
        before = oldest;
    }
}

Result<uint64_t> Service::count(std::string_view status) {
    const Page page = TRY(this->page({.cids = {}, .name = "", .statuses = {std::string(status)}},
                                     /*before=*/"", /*count_max=*/1));
    return page.count;
}

}  // namespace kit::pinning
