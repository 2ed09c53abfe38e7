// A directory that can be changed: one node while it is small, a trie of shards when it is not,
// turning from one into the other when boxo's does. boxo:ipld/unixfs/io/directory.go
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "unixfs/directory_builder.h"
#include "unixfs/mfs_shard.h"

namespace kit::unixfs {

// One thread. `shape` and `source` must outlive it.
class EditableDirectory final {
public:
    // Empty.
    EditableDirectory(const blocks::Source& source, const DirectoryShape& shape, CidForm form,
                      const Stat& stat);
    // Fails with corrupt, and with invalid_argument when the node is no directory.
    static Result<EditableDirectory> load(const blocks::Source& source, const DirectoryShape& shape,
                                          const formats::Cid& cid, FsNode node);

    Result<std::optional<DirectoryEntryLink>> find(std::string_view name);
    // Adds the name or makes it lead elsewhere.
    Result<void> put(std::string_view name, const DirectoryEntryLink& link);
    // False when there is no such name.
    Result<bool> remove(std::string_view name);
    Result<FileLink> save(const PutBlock& put);
    bool is_empty() const { return shard_ ? shard_->slot_count() == 0 : links_.empty(); }

    CidForm form() const { return form_; }
    // Of the directory's own node; shards below keep theirs until they change places.
    void set_form(CidForm form);
    const Stat& stat() const { return stat_; }
    void set_stat(const Stat& stat);

private:
    uint64_t link_size(std::string_view name, const DirectoryEntryLink& link) const;
    uint64_t base_size() const;
    std::vector<formats::PbLink>::iterator plain_entry(std::string_view name);
    Result<void> put_plain(std::string_view name, const DirectoryEntryLink& link);
    Result<void> remove_plain(std::string_view name);
    bool needs_shards(std::string_view name, const DirectoryEntryLink& link);
    Result<bool> needs_no_shards(std::string_view name, const DirectoryEntryLink* link);
    Result<bool> fits_plain(int64_t change);
    Result<void> make_sharded();
    Result<void> make_plain();

    const blocks::Source* source_;
    const DirectoryShape* shape_;
    CidForm form_;
    Stat stat_;
    // Plain: sorted by name; a foreign directory may have a name twice.
    std::vector<formats::PbLink> links_;
    uint64_t estimate_ = 0;  // What decides about shards.
    // Sharded.
    std::unique_ptr<EditableShard> shard_;
    int64_t size_change_ = 0;   // By names and CIDs, since it was loaded or sharded.
    uint64_t total_links_ = 0;  // As boxo counts: of a loaded one, the links of the root alone.
};

}  // namespace kit::unixfs
