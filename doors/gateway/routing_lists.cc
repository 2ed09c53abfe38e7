#include "doors/gateway/routing_lists.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "base/split.h"
#include "formats/multiaddr.h"

namespace kit::gateway {
namespace {

using Json = nlohmann::json;

constexpr int64_t second_ns = 1'000'000'000;
constexpr size_t records_count_max = 20;  // Of a list; lines are not bounded, as boxo's.
constexpr std::string_view lines_type = "application/x-ndjson";
// boxo:routing/http/server/server.go
constexpr std::string_view found_cache_control =
    "public, max-age=300, stale-while-revalidate=600, stale-if-error=172800";
constexpr std::string_view nothing_cache_control =
    "public, max-age=15, stale-while-revalidate=60, stale-if-error=3600";

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    if (text.empty()) return words;
    for (const std::string_view word : split(text, ',')) words.push_back(ascii_lower(word));
    return words;
}

bool has_protocol(const formats::Multiaddr& address, std::string_view name) {
    return std::ranges::any_of(address.parts(), [&](const formats::MultiaddrPart& part) {
        return formats::protocol_name(part.protocol) == name;
    });
}

bool passes(const formats::Multiaddr& address, const std::vector<std::string>& filters) {
    bool has_wanted = false;
    bool is_wanted = false;
    for (const std::string_view filter : filters) {
        if (filter.starts_with('!')) {
            if (has_protocol(address, filter.substr(1))) return false;
        } else {
            has_wanted = true;
            is_wanted = is_wanted || has_protocol(address, filter);
        }
    }
    return is_wanted || !has_wanted;
}

std::string record_text(const routing::PeerAddress& peer) {
    Json record = {{"ID", peer.peer.to_text()}, {"Schema", "peer"}};
    for (const formats::Multiaddr& address : peer.addresses) {
        record["Addrs"].push_back(address.to_text());
    }
    return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

PeerFilters filters_of(const Call& call) {
    return {.protocols = words_of(call.query("filter-protocols")),
            .addresses = words_of(call.query("filter-addrs"))};
}

std::optional<routing::PeerAddress> filtered(const routing::PeerAddress& peer,
                                             const PeerFilters& filters) {
    const auto lists = [](const std::vector<std::string>& words, std::string_view word) {
        return std::ranges::find(words, word) != words.end();
    };
    // The router tells no peer's protocols.
    if (!filters.protocols.empty() && !lists(filters.protocols, "unknown")) return std::nullopt;
    if (filters.addresses.empty()) return peer;
    if (peer.addresses.empty() && lists(filters.addresses, "unknown")) return peer;
    routing::PeerAddress passed{peer.peer, {}};
    std::ranges::copy_if(
        peer.addresses, std::back_inserter(passed.addresses),
        [&](const formats::Multiaddr& address) { return passes(address, filters.addresses); });
    if (passed.addresses.empty()) return std::nullopt;
    return passed;
}

PeerList::PeerList(const House& house, Call& call, std::string_view type, std::string_view name)
    : house_(house), call_(call), type_(type), name_(name), filters_(filters_of(call)) {}

void PeerList::set_fields(bool has_results) {
    call_.set("Content-Type", type_);
    call_.headers.add("Vary", "Accept");
    call_.set("Cache-Control",
              std::string(has_results ? found_cache_control : nothing_cache_control));
    call_.set("Last-Modified", http::date_text(house_.env.clock.unix_ns() / second_ns));
}

Result<bool> PeerList::add(const routing::PeerAddress& peer) {
    if (call_.exchange.client_is_gone()) return fail(Code::cancelled, "the client has gone");
    const auto passed = filtered(peer, filters_);
    if (!passed) return true;
    const std::string record = record_text(*passed);
    ++count_;
    if (type_ != lines_type) {
        records_ += (records_.empty() ? "" : ",") + record;
        return count_ < records_count_max;
    }
    if (!has_begun_) {
        has_begun_ = true;
        set_fields(/*has_results=*/true);
        call_.answered = true;
        call_.exchange.begin({.status = 200, .headers = std::move(call_.headers)});
    }
    TRY(call_.exchange.write(as_bytes(record + "\n")));
    // Whoever asks for lines wants them as they are found.
    TRY(call_.exchange.flush());
    return true;
}

void PeerList::end() {
    if (has_begun_) return;
    set_fields(count_ > 0);
    answer(call_, 200,
           type_ == lines_type ? std::string() : fmt::format("{{\"{}\":[{}]}}", name_, records_));
}

}  // namespace kit::gateway
