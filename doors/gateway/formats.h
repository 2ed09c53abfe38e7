// In which form a client wants content: `?format=` before the Accept field (IPIP-523), its first
// media type that we know. https://specs.ipfs.tech/http-gateways/path-gateway/
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "doors/gateway/call.h"

namespace kit::gateway {

enum class Format : uint8_t {
    web,  // None was asked for: files and directories for a browser.
    raw,
    car,
    tar,
    json,
    cbor,
    dag_json,
    dag_cbor,
    ipns_record,
    unknown  // Some other application/vnd.ipld.* or vnd.ipfs.*.
};

struct Wanted {
    Format format = Format::web;
    std::map<std::string, std::string> parameters;  // Of the Accept field's media type.
};

// Fails with invalid_argument on a media type that cannot be read.
Result<Wanted> wanted_format(const Call& call);
// The same by the Accept fields alone.
Result<Wanted> accepted_format(const http::Headers& headers);

std::string_view media_type(Format format);  // "application/vnd.ipld.raw"
std::string_view short_name(Format format);  // "raw": what ?format= and ETags say.
// Content-Location for who asked by Accept: the URL that gives the same to anybody.
void add_content_location(Call& call, const Wanted& wanted);

// "attachment; filename="a.bin"; filename*=UTF-8''a.bin".
void set_disposition(Call& call, std::string_view file_name, std::string_view disposition);

// `"<cid>"`, `"<cid>.raw"`, `W/"<cid>.x-tar"`.
std::string etag_of(const Cid& cid, Format format);
// Of pages that we make: they change with the program.
std::string listing_etag(const Cid& cid);
std::string preview_etag(const Cid& cid);

// "public, max-age=29030400, immutable", or for names what their TTL allows; "" to send none.
std::string content_cache_control(bool is_mutable, int64_t ttl_ns);
std::string listing_cache_control(bool is_mutable, int64_t ttl_ns);

}  // namespace kit::gateway
