#include "doors/gateway/formats.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "doors/gateway/pages.h"

namespace kit::gateway {
namespace {

constexpr int64_t second_ns = 1'000'000'000;

struct Known {
    Format format;
    std::string_view name;
    std::string_view media_type;
    std::string_view etag_suffix;
};
constexpr std::array<Known, 8> known_formats = {{
    {Format::raw, "raw", "application/vnd.ipld.raw", "raw"},
    {Format::car, "car", "application/vnd.ipld.car", "car"},
    {Format::tar, "tar", "application/x-tar", "x-tar"},
    {Format::json, "json", "application/json", "json"},
    {Format::cbor, "cbor", "application/cbor", "cbor"},
    {Format::dag_json, "dag-json", "application/vnd.ipld.dag-json", "dag-json"},
    {Format::dag_cbor, "dag-cbor", "application/vnd.ipld.dag-cbor", "dag-cbor"},
    {Format::ipns_record, "ipns-record", "application/vnd.ipfs.ipns-record", "ipns-record"},
}};

const Known* find_known(Format format) {
    const auto found = std::ranges::find(known_formats, format, &Known::format);
    return found == known_formats.end() ? nullptr : &*found;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char letter) {
        return letter > 0x20 && letter < 0x7f &&
               std::string_view("()<>@,;:\\\"/[]?=").find(letter) == std::string_view::npos;
    });
}

bool may_be_wanted(std::string_view accept) {
    for (const std::string_view prefix :
         {"application/vnd.ipld", "application/vnd.ipfs", "application/x-tar", "application/json",
          "application/cbor"}) {
        if (accept.starts_with(prefix)) return true;
    }
    return false;
}

// "type/subtype; name=value; name="value"" as Go's mime.ParseMediaType reads it.
Result<Wanted> read_media_type(std::string_view text) {
    Wanted wanted;
    const size_t end = std::min(text.find(';'), text.size());
    const std::string name = ascii_lower(trimmed(text.substr(0, end)));
    const size_t slash = name.find('/');
    if (!is_token(name.substr(0, slash)) || slash == std::string::npos ||
        !is_token(name.substr(slash + 1))) {
        return fail(Code::invalid_argument, "mime: unexpected content after media subtype");
    }
    wanted.format = Format::unknown;
    for (const Known& known : known_formats) {
        if (known.media_type == name) wanted.format = known.format;
    }
    std::string_view rest = text.substr(end);
    while (!(rest = trimmed(rest)).empty()) {
        rest = trimmed(rest.substr(1));
        if (rest.empty()) break;  // A semicolon at the end is forgiven.
        const size_t equals = rest.find('=');
        if (equals == std::string_view::npos || !is_token(trimmed(rest.substr(0, equals)))) {
            return fail(Code::invalid_argument, "mime: invalid media parameter");
        }
        const std::string parameter = ascii_lower(trimmed(rest.substr(0, equals)));
        rest.remove_prefix(equals + 1);
        std::string value;
        if (rest.starts_with('"')) {
            const size_t close = rest.find('"', 1);
            if (close == std::string_view::npos) {
                return fail(Code::invalid_argument, "mime: invalid media parameter");
            }
            value = rest.substr(1, close - 1);
            rest.remove_prefix(close + 1);
        } else {
            const size_t semicolon = std::min(rest.find(';'), rest.size());
            value = trimmed(rest.substr(0, semicolon));
            rest.remove_prefix(semicolon);
            if (!is_token(value)) {
                return fail(Code::invalid_argument, "mime: invalid media parameter");
            }
        }
        rest = trimmed(rest);
        if (!rest.empty() && rest.front() != ';') {
            return fail(Code::invalid_argument, "mime: invalid media parameter");
        }
        if (!wanted.parameters.emplace(parameter, value).second) {
            return fail(Code::invalid_argument, "mime: duplicate parameter name");
        }
    }
    return wanted;
}

// Each character that is no ASCII as "_".
std::string ascii_name(std::string_view name) {
    std::string out;
    for (const char letter : name) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte < 0x80) {
            out.push_back(letter);
        } else if ((byte & 0xc0) != 0x80) {
            out.push_back('_');
        }
    }
    return out;
}

}  // namespace

Result<Wanted> accepted_format(const http::Headers& headers) {
    for (const http::Headers::Field& field : headers.fields()) {
        if (!equal_ignoring_case(field.name, "Accept")) continue;
        std::string_view rest = field.value;
        while (!rest.empty()) {
            const size_t comma = std::min(rest.find(','), rest.size());
            const std::string_view accept = trimmed(rest.substr(0, comma));
            if (may_be_wanted(accept)) return read_media_type(accept);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return Wanted();
}

Result<Wanted> wanted_format(const Call& call) {
    Wanted accepted = TRY(accepted_format(call.request().headers));
    const std::string_view name = call.query("format");
    if (name.empty()) return accepted;
    const auto found = std::ranges::find(known_formats, name, &Known::name);
    if (found == known_formats.end() || found->format == accepted.format) return accepted;
    return Wanted{.format = found->format, .parameters = {}};
}

std::string_view media_type(Format format) {
    const Known* known = find_known(format);
    return known == nullptr ? std::string_view() : known->media_type;
}

std::string_view short_name(Format format) {
    const Known* known = find_known(format);
    return known == nullptr ? std::string_view() : known->name;
}

void add_content_location(Call& call, const Wanted& wanted) {
    if (wanted.format == Format::web) return;
    const std::string_view name = short_name(wanted.format);
    const std::string_view asked = call.query("format");
    if (!asked.empty() && asked == name) return;
    // As Go's url.Values: by name, all values of one together.
    std::map<std::string, std::vector<std::string>> query;
    for (const auto& [key, value] : call.pairs) query[key].push_back(value);
    query["format"] = {std::string(name)};
    for (const auto& [key, value] : wanted.parameters) {
        query.try_emplace(fmt::format("{}-{}", name, key), std::vector<std::string>{value});
    }
    std::string location = call.original_path + "?";
    for (const auto& [key, values] : query) {
        for (const std::string& value : values) {
            if (location.back() != '?') location.push_back('&');
            location.append(http::encode_query(key)).append("=").append(http::encode_query(value));
        }
    }
    call.set("Content-Location", std::move(location));
}

void set_disposition(Call& call, std::string_view file_name, std::string_view disposition) {
    call.set(
        "Content-Disposition",
        fmt::format("{}; filename=\"{}\"; filename*=UTF-8''{}", disposition,
                    escape_path_segment(ascii_name(file_name)), escape_path_segment(file_name)));
}

std::string etag_of(const Cid& cid, Format format) {
    if (format == Format::web) {
        if (cid.is(formats::Codec::json)) format = Format::json;
        if (cid.is(formats::Codec::cbor)) format = Format::cbor;
        if (cid.is(formats::Codec::dag_json)) format = Format::dag_json;
        if (cid.is(formats::Codec::dag_cbor)) format = Format::dag_cbor;
    }
    std::string etag = format == Format::tar ? "W/\"" : "\"";
    etag += cid.to_text();
    if (const Known* known = find_known(format)) etag.append(".").append(known->etag_suffix);
    etag.push_back('"');
    return etag;
}

std::string listing_etag(const Cid& cid) {
    return fmt::format("\"DirIndex-{}_CID-{}\"", pages_version(), cid.to_text());
}

std::string preview_etag(const Cid& cid) {
    return fmt::format("\"DagIndex-{}_CID-{}\"", pages_version(), cid.to_text());
}

std::string content_cache_control(bool is_mutable, int64_t ttl_ns) {
    if (!is_mutable) return "public, max-age=29030400, immutable";
    if (ttl_ns <= 0) return {};
    return fmt::format("public, max-age={}", ttl_ns / second_ns);
}

std::string listing_cache_control(bool is_mutable, int64_t ttl_ns) {
    if (ttl_ns > 0) {
        return fmt::format("public, max-age={}, stale-while-revalidate=2678400",
                           ttl_ns / second_ns);
    }
    return is_mutable ? "" : "public, max-age=604800, stale-while-revalidate=2678400";
}

}  // namespace kit::gateway
