#include "dag/refs.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "dag/kubo_text.h"
#include "dag/reach.h"
#include "formats/dag_pb.h"
#include "formats/ipld.h"

namespace kit::dag {
namespace {

using formats::Cid;

struct Link {
    Cid target;
    std::string name;
};

// A block being listed: its links and how far it has come.
struct Frame {
    Cid cid;
    std::vector<Link> links;
    size_t next = 0;
};

Result<std::vector<Link>> links_with_names(const Cid& cid, ByteView body) {
    std::vector<Link> links;
    if (cid.is(formats::Codec::dag_pb)) {
        const formats::PbNodeView node = TRY(formats::view_dag_pb(body));
        links.reserve(node.links.size());
        for (const formats::PbLinkView& link : node.links) {
            Cid target = TRY(Cid::from_bytes(link.cid));
            links.push_back({std::move(target), std::string(link.name)});
        }
        return links;
    }
    std::vector<Cid> targets = TRY(formats::links_of(cid.codec(), body));
    links.reserve(targets.size());
    for (Cid& target : targets) links.push_back({std::move(target), {}});
    return links;
}

}  // namespace

struct RefLister::State {
    const blocks::Source& source;
    const RefsOptions options;
    const int64_t depth_max;
    std::unordered_map<Cid, int64_t, formats::CidHash> seen;  // The least depth it was met at.

    struct Choice {
        bool go_deeper;
        bool show;
    };

    // As RefWriter.visit of Kubo: with `unique`, a branch seen at this depth or nearer is pruned,
    // and one seen only deeper is walked again, though not shown again.
    Choice choose(const Cid& target, int64_t depth) {
        const bool at_bound = depth_max >= 0 && depth == depth_max;
        if (depth_max >= 0 && depth > depth_max) return {false, false};
        if (!options.unique) return {!at_bound, true};
        const auto [known, is_new] = seen.try_emplace(target, depth);
        if (is_new) return {!at_bound, true};
        if (depth_max < 0 || known->second <= depth) return {false, false};
        known->second = depth;
        return {!at_bound, false};
    }

    Result<std::vector<Link>> read_links(const Cid& cid) const {
        const SharedBytes body = TRY(source.get(cid));
        return links_with_names(cid, body.view());
    }

    // Makes sure that a block is here without reading more of it than needed.
    Result<void> look_up(const Cid& cid) const {
        const auto size_bytes = TRY(source.find_size(cid));
        if (!size_bytes) return missing_block(cid);
        return {};
    }

    Result<void> list(const Cid& root, const std::function<Result<void>(const Ref&)>& visit) {
        std::vector<Frame> frames;
        std::vector<Link> first = TRY(read_links(root));
        frames.push_back({root, std::move(first)});
        while (!frames.empty()) {
            if (options.cancel != nullptr && options.cancel->load(std::memory_order_relaxed)) {
                return fail(Code::cancelled, "the listing was stopped before its end");
            }
            Frame& frame = frames.back();
            if (frame.next == frame.links.size()) {
                frames.pop_back();
                continue;
            }
            const Link& link = frame.links[frame.next++];
            const Choice choice = choose(link.target, static_cast<int64_t>(frames.size()));
            if (!choice.go_deeper && !choice.show) continue;
            std::vector<Link> below;
            if (choice.go_deeper && can_have_links(link.target.codec())) {
                below = TRY(read_links(link.target));
            } else {
                TRY(look_up(link.target));
            }
            if (choice.show) TRY(visit({frame.cid, link.target, link.name}));
            if (!below.empty()) frames.push_back({Cid(link.target), std::move(below)});
        }
        return {};
    }
};

RefLister::RefLister(const blocks::Source& source, const RefsOptions& options)
    : state_(new State{source, options, options.recursive ? options.depth_max : 1, {}}) {}
RefLister::~RefLister() = default;

Result<void> RefLister::list(const Cid& root,
                             const std::function<Result<void>(const Ref&)>& visit) {
    return state_->list(root, visit);
}

std::string format_ref(std::string_view format, std::string_view source_text,
                       std::string_view target_text, std::string_view name) {
    std::string text(format);
    for (const auto& [token, value] : {std::pair(std::string_view("<src>"), source_text),
                                       std::pair(std::string_view("<dst>"), target_text),
                                       std::pair(std::string_view("<linkname>"), name)}) {
        size_t at = 0;
        while ((at = text.find(token, at)) != std::string::npos) {
            text.replace(at, token.size(), value);
            at += value.size();
        }
    }
    return text;
}

}  // namespace kit::dag
