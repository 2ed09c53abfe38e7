// Files and directories for browsers, and what every answer about content has in common.
#include <fmt/core.h>

#include "base/go_text.h"
#include "base/utf8.h"
#include "doors/gateway/asked.h"
#include "doors/gateway/conditions.h"
#include "doors/gateway/content_type.h"
#include "doors/gateway/pages.h"
#include "doors/gateway/send.h"

namespace kit::gateway {
namespace {

using node::Opened;

constexpr int64_t second_ns = 1'000'000'000;

// As Go's %+q without its quotes: what is no ASCII is told by its number.
std::string debug_text(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Utf8Character next = read_utf8(text);
        const std::string_view bytes = text.substr(0, next.size_bytes);
        if (next.valid && next.code_point > 0xffff) {
            out += fmt::format("\\U{:08x}", static_cast<uint32_t>(next.code_point));
        } else if (next.valid && next.code_point >= 0x80) {
            out += fmt::format("\\u{:04x}", static_cast<uint32_t>(next.code_point));
        } else {
            const std::string quoted = go_quote(bytes);
            out.append(quoted, 1, quoted.size() - 2);
        }
        text.remove_prefix(next.size_bytes);
    }
    return out;
}

ReadPart reader_of(const Call& call, const Opened& opened) {
    if (opened.whole) {
        return [&opened](uint64_t offset, uint64_t length, const WriteBytes& write) {
            return write(opened.whole->view().subspan(offset, length));
        };
    }
    return [&call, &opened](uint64_t offset, uint64_t length, const WriteBytes& write) {
        return call.node().read(opened.cid, {.offset_bytes = offset, .length_bytes_max = length},
                                write);
    };
}

// The type of what is asked for; "" when nobody knows and nothing should be read to find out.
std::string type_of(const Call& call, const Opened& opened, std::string_view name) {
    if (opened.kind == Opened::Kind::symlink) return "inode/symlink";
    std::string type(type_by_name(name));
    if (type.empty() && opened.whole) {
        type = sniff_type(opened.whole->view(), true);
    } else if (type.empty()) {
        // A part from the middle may be all that is here: it is judged by its own first bytes.
        const auto ranges =
            parse_ranges(call.is_head() ? "" : call.field("Range"), opened.size_bytes);
        const uint64_t offset = ranges && !ranges->empty() ? ranges->front().offset_bytes : 0;
        Bytes head;
        const auto read = call.node().read(
            opened.cid, {.offset_bytes = offset, .length_bytes_max = sniff_size_bytes},
            [&](ByteView bytes) -> Result<void> {
                append(head, bytes);
                return {};
            });
        if (!read) return {};
        type = sniff_type(head, opened.size_bytes <= sniff_size_bytes);
    }
    // A browser finds the encoding of a page by itself.
    return type.starts_with("text/html;") ? "text/html" : type;
}

// `path` is what the file is asked by, and `etag_cid` what names the answer: for an index.html
// both are the directory's.
void answer_file(const House& house, Call& call, const Asked& asked, const Opened& opened,
                 const Cid& etag_cid, std::string_view name) {
    const std::string_view range = call.field("Range");
    const uint64_t size_max = call.settings.range_file_size_bytes_max;
    if (size_max > 0 && !range.empty() && opened.size_bytes > size_max) {
        return answer_error(
            call, 501,
            fmt::format("range requests not supported for files larger than {} bytes: switch to "
                        "verifiable block requests (application/vnd.ipld.raw)",
                        size_max));
    }
    const auto modified_s =
        set_cache_fields(house, call, asked, etag_cid, Format::web, opened.mtime);
    const std::string_view file_name = call.query("filename");
    if (!file_name.empty()) {
        set_disposition(call, file_name,
                        call.query("download") == "true" ? "attachment" : "inline");
        name = file_name;
    }
    std::string type = type_of(call, opened, name);
    if (!type.empty()) call.set("Content-Type", std::move(type));
    send(call, {.size_bytes = opened.size_bytes,
                .modified_s = modified_s,
                .read = reader_of(call, opened),
                .random = house.env.random});
}

// As Kubo: with what came, escaped anew.
void redirect_to_slash(Call& call) {
    const std::string_view raw = call.request().path();
    std::string location =
        raw.find('%') == std::string_view::npos ? std::string(raw) : link_path(call.original_path);
    location.push_back('/');
    if (!call.request().query().empty()) {
        location += "?" + escape_path_segment(call.request().query());
    }
    redirect(call, 301, location);
}

void answer_directory(const House& house, Call& call, const Asked& asked, const Opened& opened) {
    if (!call.original_path.ends_with('/') && call.query("go-get") != "1") {
        return redirect_to_slash(call);
    }
    static const std::string index_name = "index.html";
    auto index = [&]() -> Result<Opened> {
        const auto trail = TRY(call.node().follow(opened.cid, std::span(&index_name, 1)));
        return call.node().open_block(trail.last);
    }();
    if (index && index->kind != Opened::Kind::file) {
        return answer_error(call, 422, "index.html could not be read: not a file");
    }
    if (index) {
        if (index->mtime) index->mtime = std::nullopt;
        return answer_file(house, call, asked, *index, opened.cid, index_name);
    }
    if (index.error().code != Code::not_found) return answer_error(call, index.error(), 500);
    answer_listing(call, asked, opened.cid, opened.size_bytes);
}

}  // namespace

void answer_unresolved(Call& call, const Asked& asked, const Error& error) {
    answer_error(call,
                 Error{error.code, fmt::format("failed to resolve {}: {}",
                                               debug_text(asked.path.text), error.to_text())},
                 500);
}

void set_roots(Call& call, const node::Trail& trail) {
    std::string roots;
    for (const Cid& parent : trail.parents) roots.append(parent.to_text()).append(",");
    roots += trail.last.to_text();
    call.set("X-Ipfs-Roots", std::move(roots));
}

std::optional<int64_t> set_cache_fields(const House& house, Call& call, const Asked& asked,
                                        const Cid& cid, Format format,
                                        const std::optional<unixfs::Mtime>& modified) {
    if (format != Format::car) call.set("Etag", etag_of(cid, format));
    std::string control = content_cache_control(asked.path.is_mutable, asked.ttl_ns);
    if (!control.empty()) call.set("Cache-Control", std::move(control));
    if (modified) return modified->seconds;
    if (!asked.path.is_mutable) return std::nullopt;
    return house.env.clock.unix_ns() / second_ns;
}

bool refuse_bad_range(Call& call) {
    const auto ranges = parse_ranges(call.field("Range"), INT64_MAX);
    if (!ranges) answer_error(call, 400, "invalid range request: " + ranges.error().message);
    return !ranges;
}

void answer_unixfs(const House& house, Call& call, Asked& asked, const Opened& opened) {
    if (opened.kind == Opened::Kind::directory) {
        return answer_directory(house, call, asked, opened);
    }
    answer_file(house, call, asked, opened, opened.cid, asked.path.file_name());
}

}  // namespace kit::gateway
