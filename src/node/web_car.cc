// The CAR that a gateway sends: the blocks that somebody needs to follow a path and to read what
// it ends at, in the order in which they would be read. So it is written by doing just that: every
// block that the walk reads is sent. https://specs.ipfs.tech/http-gateways/trustless-gateway/
#include <algorithm>
#include <array>

#include "dag/block_set.h"
#include "dag/link_walk.h"
#include "formats/car.h"
#include "formats/ipld.h"
#include "node/parts.h"
#include "node/reading.h"
#include "unixfs/directory.h"
#include "unixfs/file_walk.h"

namespace kit::node {
namespace {

using unixfs::FsNode;
using unixfs::NodeType;

// Bodies up to here are copied together with what stands before them.
constexpr size_t copy_size_bytes_max = 16 * KiB;
constexpr size_t gather_size_bytes = 128 * KiB;

class SectionWriter final {
public:
    SectionWriter(const dag::WritePieces& write, bool duplicates)
        : write_(write), duplicates_(duplicates) {}

    // As go-car: a CID that holds its content needs no block, and the same bytes under two CIDs
    // are one block.
    Result<void> add(const Cid& cid, ByteView body) {
        if (cid.hash().is_identity()) return {};
        if (!duplicates_ && !sent_.add(cid.hash(), 0).is_new_hash) return {};
        append(gathered_, formats::encode_car_section_head(cid, body.size()));
        if (body.size() <= copy_size_bytes_max) {
            append(gathered_, body);
            return gathered_.size() < gather_size_bytes ? Result<void>() : flush();
        }
        const std::array<ByteView, 2> pieces = {gathered_, body};
        TRY(write_(pieces));
        gathered_.clear();
        return {};
    }
    Result<void> flush() {
        if (gathered_.empty()) return {};
        const std::array<ByteView, 1> pieces = {gathered_};
        TRY(write_(pieces));
        gathered_.clear();
        return {};
    }

private:
    const dag::WritePieces& write_;
    const bool duplicates_;
    dag::BlockSet sent_;
    Bytes gathered_;
};

// Sends what is read through it.
class SendingSource final : public blocks::Source {
public:
    SendingSource(const blocks::Source& source, SectionWriter& writer)
        : source_(source), writer_(writer) {}

    Result<std::optional<SharedBytes>> find(const Cid& cid) const override {
        auto found = TRY(source_.find(cid));
        if (found) TRY(writer_.add(cid, found->view()));
        return found;
    }
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override {
        return source_.find_size(cid);
    }
    void want_soon(std::span<const Cid> cids) const override { source_.want_soon(cids); }

private:
    const blocks::Source& source_;
    SectionWriter& writer_;
};

// Every block below, as often as a link leads to it.
Result<void> send_repeatedly(const SendingSource& source, const Cid& root,
                             const std::atomic<bool>& cancel) {
    std::vector<Cid> stack = {root};
    while (!stack.empty()) {
        if (cancel.load(std::memory_order_relaxed)) {
            return fail(Code::cancelled, "the walk was stopped before its end");
        }
        const Cid cid = std::move(stack.back());
        stack.pop_back();
        const SharedBytes body = TRY(source.get(cid));
        std::vector<Cid> links = TRY(formats::links_of(cid.codec(), body.view()));
        std::ranges::reverse(links);
        std::ranges::move(links, std::back_inserter(stack));
    }
    return {};
}

Result<void> send_all(const blocks::Source& store, const Cid& root, SectionWriter& writer,
                      const std::atomic<bool>& cancel) {
    const dag::WalkOptions how = {.read_leaves = true, .ahead_threads = 1, .cancel = &cancel};
    return dag::walk(store, std::span(&root, 1), how, [&](const dag::Visit& block) -> Result<bool> {
        TRY(writer.add(block.cid, block.body->view()));
        return true;
    });
}

// The bytes of a range, read and dropped: what is read is sent.
Result<void> send_file(const SendingSource& source, const Cid& cid, FsNode node,
                       const WebCar::ByteRange& range) {
    const uint64_t size = TRY(unixfs::content_size(node, cid));
    const auto position = [size](int64_t from) {
        if (from >= 0) return static_cast<uint64_t>(from);
        const uint64_t back = uint64_t{0} - static_cast<uint64_t>(from);
        return size > back ? size - back : 0;
    };
    const uint64_t from = position(range.from);
    uint64_t length = UINT64_MAX;
    if (range.to) {
        const bool before_start =
            *range.to < 0 && uint64_t{0} - static_cast<uint64_t>(*range.to) > size;
        const uint64_t to = position(*range.to);
        if (before_start || to + 1 < from) {
            return fail(Code::invalid_argument, "tried to read less than zero bytes");
        }
        length = to + 1 - from;
    }
    if (length == 0) return {};
    auto walk = TRY(unixfs::FileWalk::open(source, cid, std::move(node), from, length));
    for (;;) {
        const auto piece = TRY(walk.next());
        if (!piece) return {};
    }
}

Result<void> send_entity(const SendingSource& source, const Cid& cid,
                         const std::vector<std::string>& remainder,
                         const std::optional<WebCar::ByteRange>& range) {
    SharedBytes block = TRY(source.get(cid));
    if (!cid.is(formats::Codec::dag_pb) || !remainder.empty()) return {};
    auto node = unixfs::parse_node(cid, std::move(block));
    if (!node) return {};  // Without a file-system node the block is the entity.
    if (node->data.type == NodeType::hamt_shard) {
        return unixfs::visit_entries(source, cid, *std::move(node),
                                     [](const unixfs::Entry&) -> Result<bool> { return true; });
    }
    if (node->data.type != NodeType::file) return {};
    return send_file(source, cid, *std::move(node), range.value_or(WebCar::ByteRange()));
}

}  // namespace

Result<void> Node::write_web_car(const WebCar& car, const dag::WritePieces& write) const {
    SectionWriter writer(write, car.duplicates);
    const Reading given =
        reading({.uses_recent = false, .follows_links = car.scope != WebCar::Scope::block});
    const SendingSource source(given, writer);
    const auto send = [&]() -> Result<void> {
        const dag::Resolved end = TRY(dag::resolve_path(
            source, {.root = car.root, .name = {}, .segments = car.segments}, parts_->entries));
        switch (car.scope) {
            case WebCar::Scope::block:
                TRY(source.get(end.cid));
                return {};
            case WebCar::Scope::entity:
                return send_entity(source, end.cid, end.remainder, car.range);
            case WebCar::Scope::all:
                break;
        }
        if (car.duplicates) return send_repeatedly(source, end.cid, cancel());
        return send_all(given, end.cid, writer, cancel());
    };
    Result<void> outcome = send();
    TRY(writer.flush());  // What came before a failure is sent.
    return outcome;
}

}  // namespace kit::node
