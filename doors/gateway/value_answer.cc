// Blocks that hold values (json, cbor, dag-json, dag-cbor): as they are, unless the operator allows
// to convert them (IPIP-524). https://specs.ipfs.tech/http-gateways/path-gateway/
#include <fmt/core.h>

#include "base/go_text.h"
#include "doors/gateway/asked.h"
#include "doors/gateway/pages.h"
#include "doors/gateway/send.h"
#include "formats/ipld.h"
#include "formats/multicodec.h"

namespace kit::gateway {
namespace {

using formats::Codec;
using node::Opened;

Format own_format(const Cid& cid) {
    if (cid.is(Codec::json)) return Format::json;
    if (cid.is(Codec::cbor)) return Format::cbor;
    if (cid.is(Codec::dag_json)) return Format::dag_json;
    if (cid.is(Codec::dag_cbor)) return Format::dag_cbor;
    return Format::unknown;
}

std::string codec_name(const Cid& cid) {
    const auto codec = formats::find_codec(cid.codec());
    return codec ? std::string(codec->name) : fmt::format("0x{:x}", cid.codec());
}

bool is_json(Format format) {
    return format == Format::json || format == Format::dag_json;
}

void answer_preview(Call& call, const Asked& asked, const Opened& opened) {
    if (!call.original_path.ends_with('/')) {
        std::string location = link_path(call.original_path) + "/";
        if (!call.request().query().empty()) {
            location += "?" + escape_path_segment(call.request().query());
        }
        return redirect(call, 301, location);
    }
    call.set("Content-Type", "text/html");
    call.headers.remove("Content-Disposition");
    call.set("Etag", preview_etag(opened.cid));
    call.headers.remove("Cache-Control");
    const auto value = formats::decode_ipld(opened.cid.codec(), opened.block.view());
    answer(call, 200,
           preview_page({.path = asked.path.text,
                         .cid = opened.cid,
                         .codec_name = codec_name(opened.cid),
                         .value = value ? &*value : nullptr}));
}

void send_bytes(const House& house, Call& call, ByteView bytes, std::optional<int64_t> modified_s) {
    send(call,
         {.size_bytes = bytes.size(),
          .modified_s = modified_s,
          .read = [bytes](uint64_t offset, uint64_t length,
                          const WriteBytes& write) { return write(bytes.subspan(offset, length)); },
          .random = house.env.random});
}

void answer_converted(Call& call, const Opened& opened, Codec codec) {
    const auto value = formats::decode_ipld(opened.cid.codec(), opened.block.view());
    if (!value) return answer_error(call, value.error(), 500);
    const auto converted = formats::encode_ipld(static_cast<uint64_t>(codec), *value);
    if (!converted) return answer_error(call, converted.error(), 500);
    answer(call, 200, as_text(*converted));
}

}  // namespace

void answer_value(const House& house, Call& call, const Asked& asked, const Opened& opened) {
    if (!asked.trail.remainder.empty()) {
        std::string rest;
        for (const std::string& segment : asked.trail.remainder) rest += "/" + segment;
        const std::string block = "/ipfs/" + opened.cid.to_text();
        return answer_error(
            call, 501,
            fmt::format("{} of {} could not be returned: reading IPLD Kinds other than Links (CBOR "
                        "Tag 42) is not implemented: try reading {} instead",
                        go_quote(rest), go_quote(block + rest), go_quote(block)));
    }
    const Format own = own_format(opened.cid);
    const bool is_web = asked.wanted.format == Format::web;
    const Format wanted = is_web ? own : asked.wanted.format;
    const auto modified_s = set_cache_fields(house, call, asked, opened.cid, wanted, std::nullopt);
    std::string name(call.query("filename"));
    if (name.empty()) name = opened.cid.to_text() + (is_json(wanted) ? ".json" : ".cbor");
    const bool is_download = call.query("download") == "true";
    set_disposition(call, name, is_json(wanted) && !is_download ? "inline" : "attachment");
    call.set("Content-Type", std::string(media_type(wanted)));
    call.set("X-Content-Type-Options", "nosniff");

    const bool is_dag = own == Format::dag_json || own == Format::dag_cbor;
    if (is_web && is_dag && call.accepts_html() && !is_download) {
        return answer_preview(call, asked, opened);
    }
    const bool is_plain = wanted == Format::json || wanted == Format::cbor;
    const bool fits = wanted == own || (wanted == Format::json && own == Format::dag_json) ||
                      (wanted == Format::cbor && own == Format::dag_cbor);
    if (fits) return send_bytes(house, call, opened.block.view(), modified_s);
    if (is_plain) {
        return answer_error(call, 400, "converting to requested format is not supported");
    }
    if (!call.settings.allow_codec_conversion) {
        return answer_error(
            call, 406,
            fmt::format("format {} requested but block has codec {}: codec conversion is not "
                        "supported, fetch raw block with ?format=raw and convert client-side",
                        go_quote(media_type(wanted)), go_quote(codec_name(opened.cid))));
    }
    if (modified_s) call.set("Last-Modified", http::date_text(*modified_s));
    answer_converted(call, opened, wanted == Format::dag_json ? Codec::dag_json : Codec::dag_cbor);
}

}  // namespace kit::gateway
