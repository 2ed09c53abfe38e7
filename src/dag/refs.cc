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

class Lister final {
public:
    Lister(const blocks::Source& source, const RefsOptions& options,
           const std::function<Result<bool>(const Ref&)>& visit)
        : source_(source), options_(options), visit_(visit) {}

    // False when the visitor has seen enough.
    Result<bool> list(const Cid& root) {
        std::vector<Frame> frames;
        std::vector<Link> first = TRY(read_links(root));
        frames.push_back({root, std::move(first)});
        while (!frames.empty()) {
            Frame& frame = frames.back();
            if (frame.next == frame.links.size()) {
                frames.pop_back();
                continue;
            }
            Link& link = frame.links[frame.next++];
            const Choice choice = choose(link.target, static_cast<int64_t>(frames.size()));
            if (!choice.go_deeper && !choice.show) continue;
            std::vector<Link> below;
            if (choice.go_deeper && can_have_links(link.target.codec())) {
                below = TRY(read_links(link.target));
            } else {
                TRY(look_up(link.target));
            }
            Cid target = std::move(link.target);
            if (choice.show) {
                const bool go_on = TRY(visit_({frame.cid, target, std::move(link.name)}));
                if (!go_on) return false;
            }
            if (!below.empty()) frames.push_back({std::move(target), std::move(below)});
        }
        return true;
    }

private:
    struct Choice {
        bool go_deeper;
        bool show;
    };

    // As RefWriter.visit of Kubo: with `unique`, a branch seen at this depth or nearer is pruned,
    // and one seen only deeper is walked again, though not shown again.
    Choice choose(const Cid& target, int64_t depth) {
        const int64_t depth_max = options_.depth_max;
        const bool at_bound = depth_max >= 0 && depth == depth_max;
        if (depth_max >= 0 && depth > depth_max) return {false, false};
        if (!options_.unique) return {!at_bound, true};
        const auto [known, is_new] = seen_.try_emplace(target, depth);
        if (is_new) return {!at_bound, true};
        if (depth_max < 0 || known->second <= depth) return {false, false};
        known->second = depth;
        return {!at_bound, false};
    }

    Result<std::vector<Link>> read_links(const Cid& cid) const {
        const SharedBytes body = TRY(source_.get(cid));
        return links_with_names(cid, body.view());
    }

    // Makes sure that a block is here without reading more of it than needed.
    Result<void> look_up(const Cid& cid) const {
        const auto size_bytes = TRY(source_.find_size(cid));
        if (!size_bytes) return missing_block(cid);
        return {};
    }

    const blocks::Source& source_;
    const RefsOptions& options_;
    const std::function<Result<bool>(const Ref&)>& visit_;
    std::unordered_map<Cid, int64_t, formats::CidHash> seen_;  // The least depth it was met at.
};

}  // namespace

Result<void> each_ref(const blocks::Source& source, std::span<const Cid> roots,
                      const RefsOptions& options,
                      const std::function<Result<bool>(const Ref&)>& visit) {
    Lister lister(source, options, visit);
    for (const Cid& root : roots) {
        const bool go_on = TRY(lister.list(root));
        if (!go_on) return {};
    }
    return {};
}

}  // namespace kit::dag
