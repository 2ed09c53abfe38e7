// The pages that the gateway makes itself: listings, errors, previews of values. Whole HTML files
// that load nothing from elsewhere, follow the reader's choice of dark or light, and work without
// scripts; a small one sorts listings. Whatever comes from outside is escaped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/cid.h"
#include "formats/ipld.h"

namespace kit::gateway {

// Part of the ETags of such pages: changed when they look different.
std::string_view pages_version();

std::string error_page(int status, std::string_view sentence);

struct Crumb {
    std::string name;
    std::string link;  // Percent-encoded; "" for none.
};

// A listing is written in pieces, so that a directory of a million entries needs no memory.
struct ListingHead {
    std::string path;  // "/ipfs/<cid>/a"
    std::vector<Crumb> crumbs;
    std::string cid;
    uint64_t size_bytes = 0;  // Of the whole DAG.
    std::string back_link;    // Percent-encoded; "" at a root.
};
std::string listing_head(const ListingHead& head);
struct ListingRow {
    std::string_view name;
    std::string link;  // Percent-encoded.
    std::string cid;
    std::string cid_link;           // Where the CID's own link leads; percent-encoded.
    bool cid_is_elsewhere = false;  // On another site: it opens beside this one.
    uint64_t size_bytes = 0;
    bool may_be_directory = false;  // By its codec: a raw block never is.
};
std::string listing_row(const ListingRow& row);
std::string_view listing_tail();

// A dag-cbor or dag-json block for a reader. `value` is null when it cannot be decoded.
struct Preview {
    std::string path;
    formats::Cid cid;
    std::string codec_name;
    const formats::Ipld* value = nullptr;
};
std::string preview_page(const Preview& preview);

// "1.5 kB", "83 MB": as Kubo's pages.
std::string human_size(uint64_t size_bytes);
// As Go's url.URL{Path: path}.String() escapes a path for a link.
std::string link_path(std::string_view path);
// As Go's url.PathEscape: for one segment, or a query that is put into a Location.
std::string escape_path_segment(std::string_view text);

}  // namespace kit::gateway
