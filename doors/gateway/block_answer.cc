// What is sent as it is stored, or packed: raw blocks, tar archives, records of names.
#include <fmt/core.h>

#include "doors/gateway/asked.h"
#include "doors/gateway/conditions.h"
#include "doors/gateway/send.h"
#include "doors/gateway/xxhash.h"
#include "formats/ipns_record.h"

namespace kit::gateway {
namespace {

constexpr int64_t second_ns = 1'000'000'000;

void set_download_name(Call& call, std::string name) {
    if (const std::string_view wanted = call.query("filename"); !wanted.empty()) name = wanted;
    set_disposition(call, name, "attachment");
}

// The record's TTL, and never beyond its end; nullopt when it cannot be read.
std::optional<int64_t> record_max_age_s(const House& house, const formats::IpnsRecord& record) {
    const auto content = record.content();
    if (!content) return std::nullopt;
    const auto ttl_s = static_cast<int64_t>(content->ttl_ns / second_ns);
    const int64_t left_s = content->valid_until.seconds - house.env.clock.unix_ns() / second_ns;
    return std::max<int64_t>(0, std::min(ttl_s, left_s));
}

}  // namespace

void answer_raw_block(const House& house, Call& call, const Asked& asked) {
    const Cid& cid = asked.trail.last;
    const auto block = call.node().get_block(cid);
    if (!block) return answer_unresolved(call, asked, block.error());
    set_roots(call, asked.trail);
    set_download_name(call, cid.to_text() + ".bin");
    const auto modified_s = set_cache_fields(house, call, asked, cid, Format::raw, std::nullopt);
    call.set("Content-Type", std::string(media_type(Format::raw)));
    call.set("X-Content-Type-Options", "nosniff");
    if (refuse_bad_range(call)) return;
    send(call, {.size_bytes = block->size(),
                .modified_s = modified_s,
                .read =
                    [&block](uint64_t offset, uint64_t length, const WriteBytes& write) {
                        return write(block->view().subspan(offset, length));
                    },
                .random = house.env.random});
}

void answer_tar(const House& house, Call& call, const Asked& asked) {
    const Cid& cid = asked.trail.last;
    const auto opened = call.node().open_block(cid);
    if (!opened) return answer_unresolved(call, asked, opened.error());
    if (opened->kind == node::Opened::Kind::data) {
        return answer_unresolved(call, asked, {Code::unsupported, "unknown node type"});
    }
    set_roots(call, asked.trail);
    const auto modified_s = set_cache_fields(house, call, asked, cid, Format::tar, std::nullopt);
    set_download_name(call, cid.to_text() + ".tar");
    if (modified_s) call.set("Last-Modified", http::date_text(*modified_s));
    call.set("Content-Type", std::string(media_type(Format::tar)));
    call.set("X-Content-Type-Options", "nosniff");
    call.exchange.may_take_long();
    call.answered = true;
    call.exchange.begin({.status = 200, .headers = std::move(call.headers)});
    if (call.is_head()) return;
    const auto sent = call.node().get_tar(cid, cid.to_text(), unixfs::TarTimes::rounded,
                                          [&](ByteView bytes) { return call.write(bytes); }, {});
    if (sent) return;
    // The archive is broken by it, and its reader finds the reason at its end.
    static_cast<void>(call.exchange.write(as_bytes(sent.error().to_text())));
}

void answer_ipns_record(const House& house, Call& call, const Asked& asked) {
    if (!asked.path.is_mutable) {
        return answer_error(call, 400, asked.path.text + " is not an IPNS link");
    }
    if (!asked.path.segments.empty()) {
        return answer_error(call, 400, "cannot find ipns key for subpath");
    }
    const auto peer = formats::PeerId::from_text(asked.path.root);
    if (!peer) return answer_error(call, 400, peer.error().message);
    const auto bytes = house.names.get_record(*peer);
    if (!bytes) return answer_error(call, bytes.error(), 500);
    const auto record = formats::IpnsRecord::from_bytes(*bytes);
    if (!record) return answer_error(call, record.error(), 500);
    // As Kubo sends it: without quotes.
    std::string etag = base32_text(xxhash64(*bytes));
    const bool is_known = lists_etag(call.field("If-None-Match"), etag) ||
                          lists_etag(call.field("If-None-Match"), "\"" + etag + "\"");
    call.set("Etag", std::move(etag));
    if (is_known) return answer(call, 304, "");
    if (const auto age_s = record_max_age_s(house, *record)) {
        call.set("Cache-Control", fmt::format("public, max-age={}", *age_s));
    } else {
        call.set("Last-Modified", http::date_text(house.env.clock.unix_ns() / second_ns));
    }
    set_download_name(call, asked.path.root + ".ipns-record");
    call.set("Content-Type", std::string(media_type(Format::ipns_record)));
    call.set("X-Content-Type-Options", "nosniff");
    answer(call, 200, as_text(*bytes));
}

}  // namespace kit::gateway
