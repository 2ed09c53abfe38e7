// A DAG in memory for tests: builds files, directories and shards block by block, well-formed or
// not, and is the source they are read from.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "blocks/source.h"
#include "formats/dag_pb.h"
#include "unixfs/data.h"
#include "unixfs/hamt.h"

namespace kit::unixfs::test {

using formats::Cid;
using formats::Codec;

struct Child {
    std::string name;
    Cid cid;
};

// Building is for one thread, reading for any.
class TestDag final : public blocks::Source {
public:
    Result<std::optional<SharedBytes>> find(const Cid& cid) const override {
        read_count_.fetch_add(1);
        if (cid.hash().is_identity()) return SharedBytes::from(to_bytes(cid.hash().digest()));
        const auto found = blocks_.find(cid);
        if (found == blocks_.end()) return std::nullopt;
        return found->second;
    }
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override {
        const auto block = TRY(find(cid));
        return block ? std::optional<uint64_t>(block->size()) : std::nullopt;
    }
    size_t read_count() const { return read_count_.load(); }

    Cid put(Codec codec, Bytes block) {
        const auto hash = formats::hash(formats::HashCode::sha2_256, block).value();
        const Cid cid = Cid::v1(codec, hash);
        blocks_.insert_or_assign(cid, SharedBytes::from(std::move(block)));
        return cid;
    }
    void lose(const Cid& cid) { blocks_.erase(cid); }

    Cid raw(std::string_view text) {
        const Cid cid = put(Codec::raw, to_bytes(as_bytes(text)));
        sizes_[cid] = text.size();
        return cid;
    }
    static Cid inlined(std::string_view text) {
        return Cid::v1(Codec::raw,
                       formats::hash(formats::HashCode::identity, as_bytes(text)).value());
    }
    // Any node at all.
    Cid node(const UnixFsData& data, const std::vector<Child>& children) {
        formats::PbNode pb;
        for (const Child& child : children) {
            pb.links.push_back({child.cid, child.name, size_of(child.cid)});
        }
        pb.data = encode_unixfs(data);
        return put(Codec::dag_pb, formats::encode_dag_pb(pb));
    }
    Cid leaf(std::string_view text, NodeType type = NodeType::file, const Stat& stat = {}) {
        const Cid cid = node({.type = type,
                              .data = to_bytes(as_bytes(text)),
                              .file_size = text.size(),
                              .mode = stat.mode,
                              .mtime = stat.mtime},
                             {});
        sizes_[cid] = text.size();
        return cid;
    }
    Cid file(const std::vector<Cid>& parts) {
        UnixFsData data{.file_size = 0};
        std::vector<Child> children;
        for (const Cid& part : parts) {
            data.block_sizes.push_back(size_of(part));
            *data.file_size += size_of(part);
            children.push_back({"", part});
        }
        const Cid cid = node(data, children);
        sizes_[cid] = *data.file_size;
        return cid;
    }
    Cid symlink(std::string_view target, const Stat& stat = {}) {
        return node({.type = NodeType::symlink,
                     .data = to_bytes(as_bytes(target)),
                     .mode = stat.mode,
                     .mtime = stat.mtime},
                    {});
    }
    Cid directory(const std::vector<Child>& children, const Stat& stat = {}) {
        return node({.type = NodeType::directory, .mode = stat.mode, .mtime = stat.mtime},
                    children);
    }

    // A sharded directory as an importer lays it out; one of 8 slots a level makes it deep.
    Cid shards(const std::vector<Child>& children, uint32_t fanout = 256, uint32_t level = 0) {
        const HamtShape shape = HamtShape::create(fanout).value();
        std::map<uint32_t, std::vector<Child>> slots;
        for (const Child& child : children) {
            slots[shape.slot(hamt_hash(child.name), level).value()].push_back(child);
        }
        std::vector<Child> links;
        HamtBitfield bitfield(fanout);
        for (const auto& [slot, inside] : slots) {
            bitfield.set(slot);
            const bool is_entry = inside.size() == 1;
            links.push_back(is_entry
                                ? Child{shape.prefix(slot) + inside[0].name, inside[0].cid}
                                : Child{shape.prefix(slot), shards(inside, fanout, level + 1)});
        }
        return node({.type = NodeType::hamt_shard,
                     .data = bitfield.to_bytes(),
                     .hash_type = hamt_hash_type,
                     .fanout = fanout},
                    links);
    }

private:
    uint64_t size_of(const Cid& cid) const {
        if (cid.hash().is_identity()) return cid.hash().digest().size();
        const auto size = sizes_.find(cid);
        return size == sizes_.end() ? 0 : size->second;
    }

    std::map<Cid, SharedBytes> blocks_;
    std::map<Cid, uint64_t> sizes_;  // Of the content, for the blocks that are part of files.
    mutable std::atomic<size_t> read_count_ = 0;
};

// "" or "corrupt: why".
template <typename T>
std::string problem(const Result<T>& result) {
    if (result) return "";
    return std::string(code_name(result.error().code)) + ": " + result.error().to_text();
}

}  // namespace kit::unixfs::test
