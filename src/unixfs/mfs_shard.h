// A sharded directory that can be changed: blocks are read on the way to a name alone, and those
// that changed are written anew. boxo:ipld/unixfs/hamt/hamt.go
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "unixfs/hamt.h"
#include "unixfs/mfs_node.h"
#include "unixfs/shard.h"

namespace kit::unixfs {

// What a name leads to.
struct DirectoryEntryLink {
    formats::Cid cid;
    uint64_t total_size = 0;
};

// One block of the trie and what is loaded below it. One thread.
class EditableShard final {
public:
    using Visit = std::function<Result<bool>(std::string_view name, const DirectoryEntryLink&)>;

    EditableShard(CidForm form, HamtShape shape) : form_(form), shape_(shape) {}
    // Fails with corrupt. The root's path is empty.
    static Result<std::unique_ptr<EditableShard>> load(const formats::Cid& cid, FsNode node,
                                                       ShardPath path);

    Result<std::optional<DirectoryEntryLink>> find(const blocks::Source& source,
                                                   std::string_view name);
    // Returns what the name led to before.
    Result<std::optional<DirectoryEntryLink>> put(const blocks::Source& source,
                                                  std::string_view name,
                                                  const DirectoryEntryLink& link);
    // nullopt when there was no such name.
    Result<std::optional<DirectoryEntryLink>> remove(const blocks::Source& source,
                                                     std::string_view name);
    // In the order of the trie, until `visit` returns false.
    Result<bool> each(const blocks::Source& source, const Visit& visit);
    // Saves what changed below it and itself.
    Result<FileLink> save(const Stat& stat, const PutBlock& put);

    CidForm form() const { return form_; }
    void set_form(CidForm form) { form_ = form; }
    const HamtShape& shape() const { return shape_; }
    size_t slot_count() const { return slots_.size(); }

private:
    struct Value {
        std::string name;
        DirectoryEntryLink link;
    };
    struct Slot {
        uint32_t index = 0;
        std::variant<Value, DirectoryEntryLink, std::unique_ptr<EditableShard>> content;
        ShardPath path = {};  // Of a shard that is not loaded.
    };
    using Name = struct {
        std::string_view text;
        uint64_t hash;
    };

    Slot* find_slot(uint32_t index);
    Result<uint32_t> index_of(const Name& name, uint32_t level) const;
    Result<EditableShard*> open(const blocks::Source& source, Slot& slot);
    Result<std::optional<DirectoryEntryLink>> put_at(const blocks::Source& source, const Name& name,
                                                     uint32_t level,
                                                     const DirectoryEntryLink& link);
    Result<std::optional<DirectoryEntryLink>> remove_at(const blocks::Source& source,
                                                        const Name& name, uint32_t level);

    CidForm form_;
    HamtShape shape_;
    std::vector<Slot> slots_;  // By index.
    bool is_changed_ = true;   // Since it was loaded.
    FileLink saved_;           // When it is not.
};

}  // namespace kit::unixfs
