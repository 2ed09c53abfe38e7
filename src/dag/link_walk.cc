#include "dag/link_walk.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "dag/kubo_text.h"
#include "dag/reach.h"
#include "dag/read_ahead.h"
#include "formats/ipld.h"

namespace kit::dag {
namespace {

using formats::Cid;

constexpr size_t ahead_count_max = 64;
constexpr size_t ahead_count_min = 2;
constexpr uint64_t ahead_bytes_max = 8 * MiB;

struct Step {
    Cid cid;
    uint32_t depth;
    ReadAhead::Ticket ticket = nullptr;
};

// What one step has read.
struct Node {
    std::optional<SharedBytes> body;
    uint64_t size_bytes = 0;
    bool is_leaf = false;
};

class Walker final {
public:
    Walker(const blocks::Source& source, const WalkOptions& options,
           const std::function<Result<bool>(const Visit&)>& visit)
        : source_(source),
          options_(options),
          visit_(visit),
          ahead_(source, options.read_leaves ? options.ahead_threads : 0, ahead_bytes_max) {}

    Result<void> run(std::span<const Cid> roots) {
        for (size_t i = roots.size(); i-- > 0;) stack_.push_back({roots[i], 0});
        while (!stack_.empty()) {
            if (options_.cancel != nullptr && options_.cancel->load(std::memory_order_relaxed)) {
                return fail(Code::cancelled, "the walk was stopped before its end");
            }
            if (options_.read_leaves && options_.ahead_threads > 0) order_ahead();
            const Step step = std::move(stack_.back());
            stack_.pop_back();
            if (step.ticket != nullptr) --open_count_;
            const Met met = meet(step);
            if (met == Met::done) {
                ahead_.drop(step.ticket);
                continue;
            }
            TRY(take(step, met == Met::first));
        }
        return {};
    }

private:
    enum class Met : uint8_t { first, nearer, done };

    bool is_bounded() const { return options_.depth_max >= 0; }

    Met meet(const Step& step) {
        if (!is_bounded()) return seen_.insert(step.cid).second ? Met::first : Met::done;
        const auto [known, is_new] = depths_.try_emplace(step.cid, step.depth);
        if (is_new) return Met::first;
        if (known->second <= step.depth) return Met::done;
        known->second = step.depth;
        return Met::nearer;
    }

    bool was_met(const Cid& cid) const {
        return is_bounded() ? depths_.contains(cid) : seen_.contains(cid);
    }

    bool is_read_whole(const Cid& cid) const {
        return options_.read_leaves || can_have_links(cid.codec());
    }

    // Orders what comes next, nearest first, when half of what was ordered has been taken.
    void order_ahead() {
        if (open_count_ > ahead_count_max / 2) return;
        std::vector<const Cid*> cids;
        std::vector<Step*> steps;
        const size_t depth = std::min(stack_.size(), ahead_count_max);
        for (size_t i = 0; i < depth; ++i) {
            Step& next = stack_[stack_.size() - 1 - i];
            if (next.ticket != nullptr || was_met(next.cid) || !is_read_whole(next.cid)) continue;
            cids.push_back(&next.cid);
            steps.push_back(&next);
        }
        // A few are not worth waking anybody: they are read in their turn.
        if (cids.size() < ahead_count_min) return;
        std::vector<ReadAhead::Ticket> tickets = ahead_.order(cids);
        for (size_t i = 0; i < steps.size(); ++i) steps[i]->ticket = std::move(tickets[i]);
        open_count_ += steps.size();
    }

    Result<std::optional<Node>> read(const Step& step) {
        Node node;
        const bool is_linked = can_have_links(step.cid.codec());
        node.is_leaf = !is_linked;
        if (is_linked && !options_.read_leaves && step.ticket == nullptr) {
            const auto head = TRY(source_.find_head(step.cid, leaf_head_size));
            if (!head) return std::nullopt;
            node.size_bytes = head->size_bytes;
            if (step.cid.is(formats::Codec::dag_pb)) {
                node.is_leaf = is_leaf_by_head(head->bytes.view(), head->size_bytes);
            }
            if (node.is_leaf) return node;
            if (head->bytes.size() == head->size_bytes) {
                node.body = head->bytes;
                return node;
            }
        } else if (!is_read_whole(step.cid)) {
            const auto size_bytes = TRY(source_.find_size(step.cid));
            if (!size_bytes) return std::nullopt;
            node.size_bytes = *size_bytes;
            return node;
        }
        node.body = TRY(ahead_.take(step.ticket, step.cid));
        if (!node.body) return std::nullopt;
        node.size_bytes = node.body->size();
        return node;
    }

    Result<void> take(const Step& step, bool is_first) {
        const auto node = TRY(read(step));
        if (!node) {
            if (options_.skip_missing) return {};
            return missing_block(step.cid);
        }
        const bool is_last = is_bounded() && step.depth >= options_.depth_max;
        std::vector<Cid> links;
        if (!node->is_leaf && !is_last) {
            auto found = formats::links_of(step.cid.codec(), node->body->view());
            if (!found) {
                return fail_because(std::move(found).error(), "cannot read the links of {}",
                                    step.cid.to_text());
            }
            links = *std::move(found);
            if (!links.empty()) source_.want_soon(links);
        }
        if (is_first) {
            const bool go_on = TRY(visit_(
                {step.cid, step.depth, node->body ? &*node->body : nullptr, node->size_bytes}));
            if (!go_on) return {};
        }
        for (size_t i = links.size(); i-- > 0;) {
            stack_.push_back({std::move(links[i]), step.depth + 1});
        }
        return {};
    }

    const blocks::Source& source_;
    const WalkOptions& options_;
    const std::function<Result<bool>(const Visit&)>& visit_;
    CidSet seen_;
    std::unordered_map<Cid, uint32_t, formats::CidHash> depths_;  // With a bound, instead of seen_.
    std::vector<Step> stack_;
    ReadAhead ahead_;
    size_t open_count_ = 0;  // Steps in the stack that have a ticket.
};

}  // namespace

Result<void> walk(const blocks::Source& source, std::span<const Cid> roots,
                  const WalkOptions& options,
                  const std::function<Result<bool>(const Visit&)>& visit) {
    Walker walker(source, options, visit);
    return walker.run(roots);
}

Result<void> ReachableSet::add_all(const blocks::Source& source, std::span<const Cid> roots,
                                   bool skip_missing, const std::atomic<bool>& cancel) {
    return reach(source, roots, blocks_, {.skip_missing = skip_missing, .cancel = &cancel});
}

void ReachableSet::add_only(const Cid& cid) {
    blocks_.add(cid.hash(), 0);
}

}  // namespace kit::dag
