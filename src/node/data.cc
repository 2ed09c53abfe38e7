// Blocks and DAGs as data: put, get, CARs in and out.
#include <algorithm>
#include <iterator>

#include "base/limits.h"
#include "formats/ipld.h"
#include "node/parts.h"
#include "node/reading.h"

namespace kit::node {
namespace {

Result<void> check_size(uint64_t size_bytes, bool allow_big_block) {
    if (size_bytes <= limits::block_size_bytes_soft_max || allow_big_block) return {};
    return fail(Code::too_large,
                "produced block is over 2MiB: big blocks can't be exchanged with other peers. "
                "consider using UnixFS for automatic chunking of bigger files, or pass "
                "--allow-big-block to override");
}

Result<Cid> make_cid(int version, uint64_t codec, const formats::Multihash& hash) {
    if (version == 1) return Cid::v1(codec, hash);
    const bool can_be_v0 = codec == static_cast<uint64_t>(formats::Codec::dag_pb) &&
                           hash.code() == static_cast<uint64_t>(formats::HashCode::sha2_256) &&
                           hash.digest().size() == 32;
    if (version != 0 || !can_be_v0) {
        return fail(Code::invalid_argument,
                    "CID version {} cannot name this block: version 0 is for dag-pb with a whole "
                    "sha2-256 alone",
                    version);
    }
    return Cid::v0(hash);
}

}  // namespace

Result<SharedBytes> Node::get_block(const Cid& cid) const {
    return reading({.follows_links = false}).get(cid);
}

Result<uint64_t> Node::block_size(const Cid& cid) const {
    const Reading source = reading({.uses_recent = false, .follows_links = false});
    const auto size = TRY(source.find_size(cid));
    if (size) return *size;
    const SharedBytes body = TRY(source.get(cid));  // Fails in the words for absence.
    return body.size();
}

Result<Cid> Node::put_block(ByteView body, const PutBlockOptions& options) {
    TRY(check_size(body.size(), options.allow_big_block));
    std::optional<size_t> digest_size;
    if (options.digest_size >= 0) digest_size = static_cast<size_t>(options.digest_size);
    const formats::Multihash hash = TRY(formats::hash(options.hash_code, body, digest_size));
    Cid cid = TRY(make_cid(options.cid_version, options.codec, hash));
    if (parts_->denylists) TRY(parts_->denylists->check(cid));
    const auto lease = parts_->store->lease();
    const blocks::NewBlock block{.cid = cid, .head = {}, .body = body, .tail = {}};
    TRY(parts_->store->put(*lease, std::span(&block, 1)));
    if (parts_->network) parts_->network->exchange().on_added(std::span(&cid, 1));
    if (options.pin) TRY(pin(std::span(&cid, 1), {}, {}));
    return cid;
}

Result<bool> Node::remove_block(const Cid& cid, bool force) {
    const auto pinned = find_pin(cid, PinFilter::all, cid.to_text());
    if (pinned) {
        if (pinned->kind == PinType::indirect) {
            return fail(Code::invalid_argument, "pinned via {}", pinned->through->to_text());
        }
        return fail(Code::invalid_argument, "pinned: {}",
                    pinned->kind == PinType::recursive ? "recursive" : "direct");
    }
    if (pinned.error().code != Code::not_found) return std::unexpected(pinned.error());
    const bool removed = TRY(parts_->store->remove(cid));
    parts_->recent.forget_all();
    if (!removed && !force) {
        return fail(Code::not_found, "ipld: could not find {}", cid.to_text());
    }
    return removed;
}

Result<Cid> Node::put_dag(ByteView input, const PutDagOptions& options) {
    const formats::Ipld value = TRY(formats::decode_ipld(options.input_codec, input));
    const Bytes body = TRY(formats::encode_ipld(options.store_codec, value));
    return put_block(body, {.codec = options.store_codec,
                            .hash_code = options.hash_code,
                            .pin = options.pin,
                            .allow_big_block = options.allow_big_block});
}

Result<Bytes> Node::get_dag(std::string_view path, uint64_t output_codec) const {
    const dag::Resolved resolved = TRY(resolve(path));
    const SharedBytes body = TRY(reading({.follows_links = false}).get(resolved.cid));
    if (resolved.remainder.empty() && resolved.cid.codec() == output_codec) {
        return to_bytes(body.view());
    }
    const formats::Ipld value = TRY(formats::decode_ipld(resolved.cid.codec(), body.view()));
    const formats::Ipld* inner = TRY(dag::find_in_value(value, resolved.remainder));
    return formats::encode_ipld(output_codec, *inner);
}

Result<Node::ImportCarReport> Node::import_cars(const NextCar& next_car,
                                                const ImportCarOptions& options,
                                                const std::function<void(uint64_t)>& on_progress) {
    const auto lease = parts_->store->lease();
    ImportCarReport report;
    std::vector<Cid> roots;
    std::vector<Cid> whole_roots;
    uint64_t before_bytes = 0;
    for (;;) {
        const std::optional<ReadBytes> car = TRY(next_car());
        if (!car) break;
        uint64_t this_bytes = 0;
        dag::ImportReport imported =
            TRY(dag::import_car(*parts_->store, *lease, *car,
                                {.allow_big_block = options.allow_big_block, .cancel = &cancel()},
                                [&](uint64_t bytes_done) {
                                    this_bytes = bytes_done;
                                    if (on_progress) on_progress(before_bytes + bytes_done);
                                }));
        before_bytes += this_bytes;
        report.block_count += imported.block_count;
        report.block_bytes += imported.block_bytes;
        std::ranges::copy(imported.whole_roots, std::back_inserter(whole_roots));
        for (Cid& root : imported.roots) {
            if (std::ranges::find(roots, root) == roots.end()) roots.push_back(std::move(root));
        }
    }
    if (parts_->network) parts_->network->exchange().on_added(roots);
    if (!options.pin_roots) return report;
    for (const Cid& root : roots) {
        if (std::ranges::find(whole_roots, root) != whole_roots.end()) {
            // The import has met everything below it, under the lease.
            TRY(parts_->pins.add({.cid = root}));
            report.roots.push_back({root, {}});
            continue;
        }
        // A root whose DAG is not whole is told of, and the others are pinned all the same.
        const auto outcome = pin(std::span(&root, 1), {}, {});
        report.roots.push_back({root, outcome ? std::string() : outcome.error().to_text()});
    }
    return report;
}

Result<void> Node::export_car(const Cid& root, bool local_only, const dag::WritePieces& write,
                              const std::function<void(uint64_t)>& on_progress) const {
    Reach reach = reach_;
    reach.is_offline = local_only || reach.is_offline;
    const Reading source(*parts_, reach, cancel(), {.uses_recent = false});
    return dag::export_car(source, root, {.skip_missing = local_only, .cancel = &cancel()}, write,
                           on_progress);
}

Result<dag::DagStatSummary> Node::dag_stat(
    std::span<const Cid> roots,
    const std::function<void(const dag::DagStatSummary&)>& on_progress) const {
    return dag::dag_stat(reading({.is_given = false, .uses_recent = false}), roots, on_progress,
                         cancel());
}

}  // namespace kit::node
