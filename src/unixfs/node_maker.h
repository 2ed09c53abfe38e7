// Turns bytes into CIDs by the options of an import, and gathers the blocks for the store. What
// is hashed here is what is stored: nobody hashes a block again.
#pragma once

#include <atomic>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "blocks/store.h"
#include "formats/cid.h"
#include "unixfs/data.h"
#include "unixfs/import_options.h"

namespace kit::unixfs {

// A part of a file, or all of it, as its parent links to it.
struct FileLink {
    formats::Cid cid;
    uint64_t file_size = 0;   // Bytes of content.
    uint64_t total_size = 0;  // The block and, once for each link, all below it: Tsize.
};

// A pure function of the options. Any thread.
class NodeMaker final {
public:
    // Fails with invalid_argument in Kubo's words.
    static Result<NodeMaker> create(const DagShape& shape);

    // Small blocks have an identity CID when the options ask for it.
    Result<formats::Cid> cid_of(formats::Codec codec, std::span<const ByteView> pieces) const;
    // A dag-pb block of encoded links and what they say of themselves, in the order of the options.
    Bytes pb_node(Bytes links, ByteView data) const;

private:
    NodeMaker() = default;
    int cid_version_ = 0;
    uint64_t hash_code_ = 0;
    bool is_inline_ = false;
    uint64_t inline_size_bytes_max_ = 0;
    bool is_data_first_ = false;
};

// One link as dag-pb has it, tag and length included.
void append_pb_link(Bytes& out, ByteView cid, std::string_view name_prefix, std::string_view name,
                    uint64_t total_size);
// dag-pb's Data.
void append_pb_data(Bytes& out, ByteView data);

// Where an import puts blocks, shared by its threads.
struct BlockTarget {
    blocks::Store* store = nullptr;  // Null: blocks are hashed and dropped.
    blocks::Lease* lease = nullptr;
    std::atomic<uint64_t> bytes_stored = 0;
};

// Blocks on their way to the store, put in batches. One thread. What was not put when it is
// destroyed is dropped.
class BlockBatch final {
public:
    explicit BlockBatch(BlockTarget& target) : target_(target) {}
    BlockBatch(const BlockBatch&) = delete;
    BlockBatch& operator=(const BlockBatch&) = delete;

    // The views must live until the next put().
    Result<void> add(const blocks::NewBlock& block);
    Result<void> add(const formats::Cid& cid, Bytes body);
    // Returns when everything added is stored.
    Result<void> put();
    // Whether put() would have nothing to do; no view is held then.
    bool empty() const { return blocks_.empty(); }

private:
    BlockTarget& target_;
    std::vector<blocks::NewBlock> blocks_;
    std::deque<Bytes> bodies_;
    uint64_t size_bytes_ = 0;
};

}  // namespace kit::unixfs
