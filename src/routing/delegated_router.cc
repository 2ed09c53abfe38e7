#include "routing/delegated_router.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/limits.h"
#include "formats/ipns_record.h"
#include "routing/limits.h"
#include "routing/record_decoder.h"

namespace kit::routing {
namespace {

constexpr std::string_view record_type = "application/vnd.ipfs.ipns-record";
constexpr std::string_view ipns_prefix = "/ipns/";
constexpr size_t idle_clients_count_max = 4;
constexpr uint64_t words_size_bytes_max = 512;

std::string media_type(const http::ResponseHead& head) {
    const std::string_view field = head.headers.find("Content-Type").value_or("");
    return ascii_lower(trimmed(field.substr(0, field.find(';')), " \t"));
}

// What every answer has: a status, and words when it is a refusal.
class Answer : public http::AnswerReader {
public:
    Result<void> begin(const http::ResponseHead& head) override {
        status_ = head.status;
        return is_good() ? begin_good(head) : Result<void>();
    }
    Result<void> bytes(ByteView bytes) override {
        if (is_good()) return good_bytes(bytes);
        const size_t room = words_size_bytes_max - std::min(words_.size(), words_size_bytes_max);
        words_ += as_text(bytes.first(std::min(bytes.size(), room)));
        return {};
    }
    Result<void> end(const http::Headers&) override {
        return is_good() ? good_end() : Result<void>();
    }

    int status() const { return status_; }
    bool is_good() const { return status_ == 200; }
    const std::string& words() const { return words_; }

protected:
    virtual Result<void> begin_good(const http::ResponseHead&) { return {}; }
    virtual Result<void> good_bytes(ByteView) { return {}; }
    virtual Result<void> good_end() { return {}; }

private:
    int status_ = 0;
    std::string words_;
};

// Ends a request whose caller has enough.
std::unexpected<Error> enough() {
    return fail(Code::cancelled, "enough was found");
}

class RecordsAnswer final : public Answer {
public:
    explicit RecordsAnswer(RecordDecoder::Take take) : take_(std::move(take)) {}
    bool has_enough() const { return has_enough_; }

protected:
    Result<void> begin_good(const http::ResponseHead& head) override {
        const std::string type = media_type(head);
        if (type != "application/json" && type != "application/x-ndjson") {
            return fail(Code::corrupt, "the router answers with \"{}\", which is no list", type);
        }
        decoder_.emplace(type == "application/json" ? RecordForm::json : RecordForm::lines, take_);
        return {};
    }
    Result<void> good_bytes(ByteView bytes) override {
        has_enough_ = !TRY(decoder_->read(bytes));
        if (has_enough_) return enough();
        return {};
    }
    Result<void> good_end() override { return decoder_->finish(); }

private:
    const RecordDecoder::Take take_;
    std::optional<RecordDecoder> decoder_;
    bool has_enough_ = false;
};

class ValueAnswer final : public Answer {
public:
    // IPIP-0513: another type than a record's says that there is none.
    bool has_record() const { return is_good() && is_record_; }
    const Bytes& record() const { return record_; }

protected:
    Result<void> begin_good(const http::ResponseHead& head) override {
        is_record_ = media_type(head) == record_type;
        return {};
    }
    Result<void> good_bytes(ByteView bytes) override {
        if (!is_record_) return {};
        append(record_, bytes);
        if (record_.size() <= kit::limits::ipns_record_size_bytes_max) return {};
        return fail(Code::too_large, "the router answers with a record of more than {} KiB",
                    kit::limits::ipns_record_size_bytes_max / KiB);
    }

private:
    bool is_record_ = false;
    Bytes record_;
};

std::unexpected<Error> refused(const std::string& endpoint, const Answer& answer) {
    const Code code =
        answer.status() == 501 || answer.status() == 405 ? Code::unsupported : Code::io_error;
    return std::unexpected(
        Error{code, fmt::format("the router {} answers with {} {}: {}", endpoint, answer.status(),
                                http::status_text(answer.status()),
                                trimmed(answer.words(), blanks_and_newlines))});
}

// The name of "/ipns/" and a binary peer id.
Result<PeerId> name_of(ByteView key) {
    if (!as_text(key).starts_with(ipns_prefix)) {
        return fail(Code::unsupported, "delegated routers keep IPNS records and nothing else");
    }
    return PeerId::from_bytes(key.subspan(ipns_prefix.size()));
}

}  // namespace

Result<std::string> delegated_base(std::string_view endpoint) {
    static constexpr std::string_view root = "/routing/v1";
    std::string_view base = endpoint;
    while (base.ends_with('/')) base.remove_suffix(1);
    if (base.ends_with(root)) base.remove_suffix(root.size());
    while (base.ends_with('/')) base.remove_suffix(1);
    const size_t scheme = base.find("://");
    const std::string name = ascii_lower(base.substr(0, std::min(scheme, base.size())));
    const bool is_http = scheme != std::string_view::npos && (name == "http" || name == "https");
    const std::string_view rest = is_http ? base.substr(scheme + 3) : "";
    if (rest.empty() || rest.find_first_of("/?# ") != std::string_view::npos) {
        return fail(Code::invalid_argument,
                    "{} is no delegated router: it has to be an address such as "
                    "https://example.org, at most with /routing/v1 behind it",
                    endpoint);
    }
    return std::string(base);
}

Result<std::unique_ptr<DelegatedRouter>> DelegatedRouter::open(const Clock& clock,
                                                               DelegatedRouterOptions options) {
    options.endpoint = TRY(delegated_base(options.endpoint));
    return std::unique_ptr<DelegatedRouter>(new DelegatedRouter(clock, std::move(options)));
}

DelegatedRouter::DelegatedRouter(const Clock& clock, DelegatedRouterOptions options)
    : clock_(clock),
      options_(std::move(options)),
      clients_({.certificates_file = options_.certificates_file,
                .connect_time_ns_max = limits::delegated_time_ns_max}) {}

Result<void> DelegatedRouter::send(http::ClientRequest request, http::AnswerReader& reader,
                                   const Wait& wait) {
    TRY(check(clock_, wait));
    if (!options_.user_agent.empty()) request.headers.add("User-Agent", options_.user_agent);
    if (wait.until_monotonic_ns != INT64_MAX) {
        request.time_ns_max = std::max<int64_t>(wait.until_monotonic_ns - clock_.monotonic_ns(), 1);
    }
    static constexpr std::atomic<bool> never = false;
    return clients_.send(request, reader, wait.cancel == nullptr ? never : *wait.cancel);
}

Result<void> DelegatedRouter::find_records(const std::string& path, const VisitPeer& visit,
                                           const Wait& wait) {
    http::ClientRequest request{.method = "GET", .url = options_.endpoint + path};
    request.headers.add("Accept", "application/x-ndjson,application/json");
    RecordsAnswer answer([&](const PeerRecord& record) -> Result<bool> {
        const bool is_spoken = std::ranges::any_of(record.protocols, [&](const std::string& each) {
            return std::ranges::find(options_.protocols, each) != options_.protocols.end();
        });
        if (!record.protocols.empty() && !options_.protocols.empty() && !is_spoken) return true;
        return visit(record.peer);
    });
    const auto sent = send(std::move(request), answer, wait);
    if (!sent && !answer.has_enough()) return sent;
    // IPIP-0513: servers of old say so when they know nobody.
    if (answer.is_good() || answer.status() == 404) return {};
    return refused(options_.endpoint, answer);
}

Result<void> DelegatedRouter::find_providers(const Cid& cid, size_t count_max,
                                             const VisitPeer& visit, const Wait& wait) {
    std::string path = "/routing/v1/providers/" + cid.to_text();
    if (!options_.protocols.empty()) {
        path += fmt::format("?filter-protocols=unknown,{}", fmt::join(options_.protocols, ","));
    }
    PeerMerge known;
    const VisitPeer count = [&](const PeerAddress& provider) -> Result<bool> {
        if (!known.is_new(provider)) return true;
        const bool goes_on = TRY(visit(provider));
        return goes_on && known.count() < count_max;
    };
    return find_records(path, count, wait);
}

Result<PeerAddress> DelegatedRouter::find_peer(const PeerId& peer, const Wait& wait) {
    std::optional<PeerAddress> found;
    const VisitPeer look = [&](const PeerAddress& each) -> Result<bool> {
        if (each.peer == peer && !each.addresses.empty()) found = each;
        return !found.has_value();
    };
    TRY(find_records("/routing/v1/peers/" + peer.to_cid_text(), look, wait));
    if (found) return *std::move(found);
    return fail(Code::not_found, "routing: not found");
}

Result<void> DelegatedRouter::closest_peers(ByteView key, const VisitPeer& visit,
                                            const Wait& wait) {
    const auto hash = formats::MultihashView::from_bytes(key);
    if (!hash) return fail(Code::unsupported, "delegated routers know no key of this kind");
    const Cid cid = Cid::v1(formats::Codec::raw, *hash);
    PeerMerge known;
    const VisitPeer once = [&](const PeerAddress& peer) -> Result<bool> {
        if (!known.is_new(peer)) return true;
        return visit(peer);
    };
    return find_records("/routing/v1/dht/closest/peers/" + cid.to_text(), once, wait);
}

Result<uint32_t> DelegatedRouter::provide(const Multihash&, const Wait&) {
    return fail(Code::unsupported, "delegated routers take no announcements");
}

Result<void> DelegatedRouter::get_values(ByteView key, const VisitValue& visit, const Wait& wait) {
    const PeerId name = TRY(name_of(key));
    http::ClientRequest request{
        .method = "GET", .url = options_.endpoint + "/routing/v1/ipns/" + name.to_cid_text()};
    request.headers.add("Accept", std::string(record_type));
    ValueAnswer answer;
    TRY(send(std::move(request), answer, wait));
    if (answer.has_record()) TRY(visit(answer.record()));
    if (answer.is_good() || answer.status() == 404) return {};
    return refused(options_.endpoint, answer);
}

Result<uint32_t> DelegatedRouter::put_value(ByteView key, ByteView value, const Wait& wait) {
    const PeerId name = TRY(name_of(key));
    size_t sent_bytes = 0;
    http::ClientRequest request{
        .method = "PUT", .url = options_.endpoint + "/routing/v1/ipns/" + name.to_cid_text()};
    request.headers.add("Content-Type", std::string(record_type));
    request.body_size_bytes = value.size();
    request.body = [&](std::span<uint8_t> out) -> Result<size_t> {
        const size_t size = std::min(out.size(), value.size() - sent_bytes);
        std::copy_n(value.begin() + static_cast<ptrdiff_t>(sent_bytes), size, out.begin());
        sent_bytes += size;
        return size;
    };
    Answer answer;
    TRY(send(std::move(request), answer, wait));
    if (answer.is_good()) return 1U;
    return refused(options_.endpoint, answer);
}

}  // namespace kit::routing
