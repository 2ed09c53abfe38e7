// What a request turns out to ask for, once its path is read, and the parts of the gateway that
// answer: one function for each kind of answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "doors/gateway/call.h"
#include "doors/gateway/formats.h"
#include "doors/gateway/names.h"
#include "doors/gateway/web_path.h"
#include "node/node.h"

namespace kit::gateway {

struct Asked {
    WebPath path;  // As it was asked for: what the header fields speak of.
    Wanted wanted;
    // The immutable path that it stands for.
    Cid root;
    std::vector<std::string> segments;
    std::string immutable_text;  // "/ipfs/<root>/a/b"
    int64_t ttl_ns = 0;          // Of the name, when it came by one.
    node::Trail trail;           // Of the immutable path, once it has been followed.
};

struct House {
    Env& env;
    node::Node& node;
    const Names& names;
};

// "failed to resolve <path>: <why>", with the status that the error asks for.
void answer_unresolved(Call& call, const Asked& asked, const Error& error);
// True when the Range field makes no sense, which is the request's mistake: answered with 400.
bool refuse_bad_range(Call& call);
// X-Ipfs-Roots: the CID of every segment of the path.
void set_roots(Call& call, const node::Trail& trail);
// Etag and Cache-Control of content; returns what Last-Modified is to say. `modified` is the
// content's own time, if it has one.
std::optional<int64_t> set_cache_fields(const House& house, Call& call, const Asked& asked,
                                        const Cid& cid, Format format,
                                        const std::optional<unixfs::Mtime>& modified);

// 200, 206, 304 ...: the bytes of a block, for who verifies them.
void answer_raw_block(const House& house, Call& call, const Asked& asked);
// A part of a DAG; resolves by itself, as what does not resolve has a CAR that proves it.
void answer_car(const House& house, Call& call, const Asked& asked);
void answer_tar(const House& house, Call& call, const Asked& asked);
// The record of a name, for who verifies it.
void answer_ipns_record(const House& house, Call& call, const Asked& asked);
// A block whose codec has values: as it is, converted where that is allowed, or a page that shows
// it.
void answer_value(const House& house, Call& call, const Asked& asked, const node::Opened& opened);
// A file, a directory's index.html or its listing, a symlink's target.
void answer_unixfs(const House& house, Call& call, Asked& asked, const node::Opened& opened);
// /routing/v1: who has content and where peers are, by the node's router (nobody and nowhere in a
// node without one), and names by the records that the node finds.
// https://specs.ipfs.tech/routing/http-routing-v1/
void answer_routing(const House& house, Call& call);
// A directory's entries as a page.
void answer_listing(Call& call, const Asked& asked, const Cid& directory, uint64_t size_bytes);

// The _redirects file of a website, for a path that leads nowhere. True: answered; false: no rule
// fits, or a rule rewrote `asked` to another path (`rewritten`), which is to be served.
struct Redirected {
    bool answered = false;
    bool rewritten = false;
};
Redirected apply_redirects(Call& call, Asked& asked);

}  // namespace kit::gateway
