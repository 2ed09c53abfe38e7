// A directory's entries as a page, written while they are read: a directory of a million entries
// starts at once and takes no memory.
#include <fmt/core.h>

#include "doors/gateway/asked.h"
#include "doors/gateway/pages.h"

namespace kit::gateway {
namespace {

constexpr size_t gather_size_bytes = 32 * KiB;

// The page of a DNSLink website has no /ipfs beside it.
bool is_website(const Call& call, const Asked& asked) {
    if (!call.has_own_origin()) return false;
    const std::string_view host = without_port(call.gateway_host);
    return asked.path.is_mutable && asked.path.root.starts_with(host);
}

std::string gateway_url(const Call& call) {
    return call.has_own_origin() ? "//" + call.gateway_host : std::string();
}

std::vector<Crumb> crumbs_of(const Call& call, const Asked& asked) {
    const bool website = is_website(call, asked);
    const std::string url = gateway_url(call);
    std::vector<Crumb> crumbs = {{.name = std::string(asked.path.space()), .link = {}}};
    std::string path = website ? "" : fmt::format("/{}/{}", asked.path.space(), asked.path.root);
    crumbs.push_back({.name = asked.path.root, .link = url + link_path(website ? "/" : path)});
    for (const std::string& segment : asked.path.segments) {
        path += "/" + segment;
        crumbs.push_back({.name = segment, .link = url + link_path(path)});
    }
    return crumbs;
}

// One level up, but never above a root.
std::string back_link(const Call& call, const Asked& asked) {
    if (asked.path.segments.empty()) return {};
    return link_path(call.original_path + (call.original_path.ends_with('/') ? ".." : "/.."));
}

}  // namespace

void answer_listing(Call& call, const Asked& asked, const Cid& directory, uint64_t size_bytes) {
    call.set("Content-Type", "text/html");
    call.set("Etag", listing_etag(directory));
    std::string control = listing_cache_control(asked.path.is_mutable, asked.ttl_ns);
    if (!control.empty()) call.set("Cache-Control", std::move(control));
    if (!call.is_head()) call.exchange.may_take_long();
    const bool website = is_website(call, asked);
    const std::string url = gateway_url(call);
    const std::string parent =
        call.original_path.ends_with('/') ? call.original_path : call.original_path + "/";
    std::string page = listing_head({.path = asked.path.text,
                                     .crumbs = crumbs_of(call, asked),
                                     .cid = directory.to_text(),
                                     .size_bytes = size_bytes,
                                     .back_link = back_link(call, asked)});
    const auto flush = [&]() -> Result<void> {
        if (!call.answered) {
            call.answered = true;
            call.exchange.begin({.status = 200, .headers = std::move(call.headers)});
        }
        TRY(call.write(as_bytes(page)));
        page.clear();
        return {};
    };
    if (call.is_head()) return static_cast<void>(flush());
    const auto listed =
        call.node().each_entry(directory, [&](const unixfs::Entry& entry) -> Result<bool> {
            std::string cid = entry.cid.to_text();
            std::string cid_link = website
                                       ? "https://cid.ipfs.tech/#" + cid
                                       : fmt::format("{}/ipfs/{}?filename={}", url, cid,
                                                     escape_path_segment(link_path(entry.name)));
            page += listing_row({.name = entry.name,
                                 .link = link_path(clean_path(parent + entry.name)),
                                 .cid = std::move(cid),
                                 .cid_link = std::move(cid_link),
                                 .cid_is_elsewhere = website,
                                 .size_bytes = entry.total_size_bytes,
                                 .may_be_directory = entry.cid.is(formats::Codec::dag_pb)});
            if (page.size() >= gather_size_bytes) TRY(flush());
            return true;
        });
    if (!listed && !call.answered) {
        call.headers.remove("Etag");
        call.headers.remove("Cache-Control");
        return answer_error(call, listed.error(), 500);
    }
    page += listing_tail();
    if (!listed || !flush()) call.exchange.abort();
}

}  // namespace kit::gateway
