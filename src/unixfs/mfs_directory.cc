#include "unixfs/mfs_directory.h"

#include <algorithm>

namespace kit::unixfs {

using blocks::Source;
using formats::Cid;
using formats::PbLink;
using Found = std::optional<DirectoryEntryLink>;

namespace {

int64_t name_and_cid_size(std::string_view name, const DirectoryEntryLink& link) {
    return static_cast<int64_t>(name.size() + link.cid.bytes().size());
}

DirectoryEntryLink entry_of(const PbLink& link) {
    return {.cid = link.cid, .total_size = link.total_size};
}

}  // namespace

EditableDirectory::EditableDirectory(const Source& source, const DirectoryShape& shape,
                                     CidForm form, const Stat& stat)
    : source_(&source), shape_(&shape), form_(form), stat_(stat), estimate_(base_size()) {}

Result<EditableDirectory> EditableDirectory::load(const Source& source, const DirectoryShape& shape,
                                                  const Cid& cid, FsNode node) {
    EditableDirectory directory(source, shape, CidForm::of(cid),
                                {.mode = node.data.mode, .mtime = node.data.mtime});
    if (node.data.type == NodeType::hamt_shard) {
        directory.total_links_ = node.pb.links.size();
        directory.shard_ = TRY(EditableShard::load(cid, std::move(node), {}));
        return directory;
    }
    if (node.is_raw || node.data.type != NodeType::directory) {
        return fail(Code::invalid_argument, "merkledag node was not a directory or shard: {}",
                    cid.to_text());
    }
    directory.links_.reserve(node.pb.links.size());
    for (const formats::PbLinkView& link : node.pb.links) {
        directory.links_.push_back({.cid = TRY(cid_of_link(link, cid)),
                                    .name = std::string(link.name),
                                    .total_size = link.total_size});
        const PbLink& added = directory.links_.back();
        directory.estimate_ += directory.link_size(added.name, entry_of(added));
    }
    std::ranges::stable_sort(directory.links_, {}, &PbLink::name);
    return directory;
}

void EditableDirectory::set_form(CidForm form) {
    form_ = form;
    if (shard_) shard_->set_form(form);
}

void EditableDirectory::set_stat(const Stat& stat) {
    estimate_ -= base_size();
    stat_ = stat;
    estimate_ += base_size();
}

uint64_t EditableDirectory::link_size(std::string_view name, const DirectoryEntryLink& link) const {
    switch (shape_->size_estimate) {
        case SizeEstimate::block:
            return formats::encoded_link_size(link.cid.bytes().size(), name.size(),
                                              link.total_size);
        case SizeEstimate::links:
        case SizeEstimate::disabled:
            return name.size() + link.cid.bytes().size();
    }
    return 0;
}

// What a directory without entries counts.
uint64_t EditableDirectory::base_size() const {
    if (shape_->size_estimate != SizeEstimate::block) return 0;
    Bytes data;
    append_pb_data(
        data,
        encode_unixfs({.type = NodeType::directory, .mode = stat_.mode, .mtime = stat_.mtime}));
    return data.size();
}

std::vector<PbLink>::iterator EditableDirectory::plain_entry(std::string_view name) {
    const auto found = std::ranges::lower_bound(links_, name, {}, &PbLink::name);
    return found != links_.end() && found->name == name ? found : links_.end();
}

Result<Found> EditableDirectory::find(std::string_view name) {
    if (shard_) return shard_->find(*source_, name);
    const auto found = plain_entry(name);
    if (found == links_.end()) return std::nullopt;
    return entry_of(*found);
}

Result<void> EditableDirectory::put(std::string_view name, const DirectoryEntryLink& link) {
    if (!shard_) {
        if (!needs_shards(name, link)) return put_plain(name, link);
        TRY(make_sharded());
    } else {
        const bool shrinks = TRY(needs_no_shards(name, &link));
        if (shrinks) {
            TRY(make_plain());
            return put_plain(name, link);
        }
    }
    const Found old = TRY(shard_->put(*source_, name, link));
    if (old) {
        size_change_ -= name_and_cid_size(name, *old);
    } else {
        ++total_links_;
    }
    size_change_ += name_and_cid_size(name, link);
    return {};
}

Result<bool> EditableDirectory::remove(std::string_view name) {
    if (shard_) {
        const bool shrinks = TRY(needs_no_shards(name, nullptr));
        if (!shrinks) {
            const Found old = TRY(shard_->remove(*source_, name));
            if (!old) return false;
            size_change_ -= name_and_cid_size(name, *old);
            --total_links_;
            return true;
        }
        TRY(make_plain());
    }
    if (plain_entry(name) == links_.end()) return false;
    TRY(remove_plain(name));
    return true;
}

Result<void> EditableDirectory::put_plain(std::string_view name, const DirectoryEntryLink& link) {
    const bool is_new = plain_entry(name) == links_.end();
    if (is_new && shape_->links_max > 0 && links_.size() + 1 > shape_->links_max) {
        return fail(Code::invalid_argument, "BasicDirectory: cannot add child: maxLinks reached");
    }
    if (!is_new) TRY(remove_plain(name));
    const auto place = std::ranges::upper_bound(links_, name, {}, &PbLink::name);
    links_.insert(place,
                  {.cid = link.cid, .name = std::string(name), .total_size = link.total_size});
    estimate_ += link_size(name, link);
    return {};
}

Result<void> EditableDirectory::remove_plain(std::string_view name) {
    const auto [first, last] = std::ranges::equal_range(links_, name, {}, &PbLink::name);
    for (auto link = first; link != last; ++link) estimate_ -= link_size(name, entry_of(*link));
    links_.erase(first, last);
    return {};
}

// To shards above the threshold, not at it.
bool EditableDirectory::needs_shards(std::string_view name, const DirectoryEntryLink& link) {
    if (shape_->hamt_threshold_bytes == 0) return false;
    const auto old = plain_entry(name);
    const bool is_new = old == links_.end();
    if (is_new && shape_->links_max > 0 && links_.size() + 1 > shape_->links_max) return true;
    if (shape_->size_estimate == SizeEstimate::disabled) return false;
    uint64_t size = estimate_ + link_size(name, link);
    if (!is_new) size -= link_size(name, entry_of(*old));
    return size > shape_->hamt_threshold_bytes;
}

// Back to one node only when the operation makes the directory smaller and all of it fits. `link`
// is what is put under the name, null when the name goes.
Result<bool> EditableDirectory::needs_no_shards(std::string_view name,
                                                const DirectoryEntryLink* link) {
    if (shape_->hamt_threshold_bytes == 0) return false;
    const Found old = TRY(shard_->find(*source_, name));
    const uint64_t total_links = total_links_ + (link != nullptr ? 1 : 0) - (old ? 1 : 0);
    const bool links_fit = shape_->links_max == 0 || total_links <= shape_->links_max;
    if (shape_->size_estimate == SizeEstimate::disabled) {
        return links_fit && shape_->links_max > 0;
    }
    int64_t change = 0;
    if (old) change -= static_cast<int64_t>(link_size(name, *old));
    if (link != nullptr) change += static_cast<int64_t>(link_size(name, *link));
    if (size_change_ + change >= 0) return false;
    const bool size_fits = TRY(fits_plain(change));
    return size_fits && links_fit;
}

Result<bool> EditableDirectory::fits_plain(int64_t change) {
    auto size = static_cast<int64_t>(base_size());
    const auto bound = static_cast<int64_t>(shape_->hamt_threshold_bytes);
    return shard_->each(*source_, [&](std::string_view name, const DirectoryEntryLink& link) {
        size += static_cast<int64_t>(link_size(name, link));
        return Result<bool>(size + change <= bound);
    });
}

Result<void> EditableDirectory::make_sharded() {
    auto shard = std::make_unique<EditableShard>(form_, shape_->hamt);
    for (const PbLink& link : links_) {
        TRY(shard->put(*source_, link.name, entry_of(link)));
    }
    total_links_ = links_.size();
    size_change_ = 0;
    links_.clear();
    shard_ = std::move(shard);
    return {};
}

Result<void> EditableDirectory::make_plain() {
    std::vector<PbLink> links;
    TRY(shard_->each(*source_, [&](std::string_view name, const DirectoryEntryLink& link) {
        links.push_back(
            {.cid = link.cid, .name = std::string(name), .total_size = link.total_size});
        return Result<bool>(true);
    }));
    // Removing: one more than the bound is there, and goes at once.
    if (shape_->links_max > 0 && links.size() > uint64_t{shape_->links_max} + 1) {
        return fail(Code::invalid_argument, "BasicDirectory: cannot add child: maxLinks reached");
    }
    std::ranges::sort(links, {}, &PbLink::name);
    links_ = std::move(links);
    estimate_ = base_size();
    for (const PbLink& link : links_) estimate_ += link_size(link.name, entry_of(link));
    shard_ = nullptr;
    return {};
}

Result<FileLink> EditableDirectory::save(const PutBlock& put) {
    if (shard_) return shard_->save(stat_, put);
    const PbFsNode node{
        .data = {.type = NodeType::directory, .mode = stat_.mode, .mtime = stat_.mtime},
        .links = links_,
        .form = form_};
    return node.save(put);
}

}  // namespace kit::unixfs
