#include "unixfs/mfs_shard.h"

#include <algorithm>

namespace kit::unixfs {

using blocks::Source;
using formats::Cid;
using Found = std::optional<DirectoryEntryLink>;

Result<std::unique_ptr<EditableShard>> EditableShard::load(const Cid& cid, FsNode node,
                                                           ShardPath path) {
    const uint64_t fanout = node.data.fanout.value_or(0);
    const uint64_t total_size = node.total_size_bytes();
    const Shard shard = TRY(Shard::from_node(cid, std::move(node), path));
    const HamtShape shape = TRY(HamtShape::create(fanout));
    auto loaded = std::make_unique<EditableShard>(CidForm::of(cid), shape);
    TRY(shard.each_link([&](const ShardLink& link) -> Result<bool> {
        DirectoryEntryLink entry{.cid = TRY(cid_of_link(*link.link, cid)),
                                 .total_size = link.link->total_size};
        Slot slot;
        slot.index = static_cast<uint32_t>(link.path.bits & (fanout - 1));
        slot.path = link.path;
        if (link.is_shard()) {
            slot.content = std::move(entry);
        } else {
            slot.content = Value{std::string(link.key), std::move(entry)};
        }
        loaded->slots_.push_back(std::move(slot));
        return true;
    }));
    loaded->is_changed_ = false;
    loaded->saved_ = {.cid = cid, .file_size = 0, .total_size = total_size};
    return loaded;
}

EditableShard::Slot* EditableShard::find_slot(uint32_t index) {
    const auto found = std::ranges::lower_bound(slots_, index, {}, &Slot::index);
    return found != slots_.end() && found->index == index ? &*found : nullptr;
}

Result<uint32_t> EditableShard::index_of(const Name& name, uint32_t level) const {
    const auto index = shape_.slot(name.hash, level);
    if (!index) return fail(Code::unsupported, "sharded directory too deep");
    return *index;
}

Result<EditableShard*> EditableShard::open(const Source& source, Slot& slot) {
    if (auto* loaded = std::get_if<std::unique_ptr<EditableShard>>(&slot.content)) {
        return loaded->get();
    }
    const Cid cid = std::get<DirectoryEntryLink>(slot.content).cid;
    FsNode node = TRY(load_node(source, cid));
    auto shard = TRY(load(cid, std::move(node), slot.path));
    EditableShard* const opened = shard.get();
    slot.content = std::move(shard);
    return opened;
}

Result<Found> EditableShard::find(const Source& source, std::string_view name) {
    const Name wanted{name, hamt_hash(name)};
    EditableShard* shard = this;
    for (uint32_t level = 0;; ++level) {
        const uint32_t index = TRY(shard->index_of(wanted, level));
        Slot* const slot = shard->find_slot(index);
        if (slot == nullptr) return std::nullopt;
        if (const auto* value = std::get_if<Value>(&slot->content)) {
            return value->name == name ? Found(value->link) : std::nullopt;
        }
        shard = TRY(shard->open(source, *slot));
    }
}

Result<Found> EditableShard::put(const Source& source, std::string_view name,
                                 const DirectoryEntryLink& link) {
    return put_at(source, {name, hamt_hash(name)}, 0, link);
}

Result<Found> EditableShard::put_at(const Source& source, const Name& name, uint32_t level,
                                    const DirectoryEntryLink& link) {
    const uint32_t index = TRY(index_of(name, level));
    is_changed_ = true;
    Slot* const slot = find_slot(index);
    if (slot == nullptr) {
        Slot added;
        added.index = index;
        added.content = Value{std::string(name.text), link};
        slots_.insert(std::ranges::lower_bound(slots_, index, {}, &Slot::index), std::move(added));
        return std::nullopt;
    }
    auto* const value = std::get_if<Value>(&slot->content);
    if (value != nullptr && value->name == name.text) {
        return std::exchange(value->link, link);
    }
    if (value == nullptr) {
        EditableShard* const below = TRY(open(source, *slot));
        return below->put_at(source, name, level + 1, link);
    }
    // Two names in one slot: both go into a new shard below.
    auto below = std::make_unique<EditableShard>(form_, shape_);
    const Name other{value->name, hamt_hash(value->name)};
    TRY(below->put_at(source, name, level + 1, link));
    TRY(below->put_at(source, other, level + 1, value->link));
    slot->content = std::move(below);
    return std::nullopt;
}

Result<Found> EditableShard::remove(const Source& source, std::string_view name) {
    return remove_at(source, {name, hamt_hash(name)}, 0);
}

Result<Found> EditableShard::remove_at(const Source& source, const Name& name, uint32_t level) {
    const uint32_t index = TRY(index_of(name, level));
    Slot* const slot = find_slot(index);
    if (slot == nullptr) return std::nullopt;
    if (const auto* value = std::get_if<Value>(&slot->content)) {
        if (value->name != name.text) return std::nullopt;
        Found old = value->link;
        slots_.erase(slots_.begin() + (slot - slots_.data()));
        is_changed_ = true;
        return old;
    }
    EditableShard* const below = TRY(open(source, *slot));
    Found old = TRY(below->remove_at(source, name, level + 1));
    if (!old) return old;
    is_changed_ = true;
    // A shard with one name is that name, one level up.
    if (below->slots_.empty()) {
        slots_.erase(slots_.begin() + (slot - slots_.data()));
    } else if (below->slots_.size() == 1) {
        if (auto* value = std::get_if<Value>(&below->slots_[0].content)) {
            Value last = std::move(*value);
            slot->content = std::move(last);
        }
    }
    return old;
}

Result<bool> EditableShard::each(const Source& source, const Visit& visit) {
    for (Slot& slot : slots_) {
        bool goes_on = true;
        if (const auto* value = std::get_if<Value>(&slot.content)) {
            goes_on = TRY(visit(value->name, value->link));
        } else {
            EditableShard* const below = TRY(open(source, slot));
            goes_on = TRY(below->each(source, visit));
        }
        if (!goes_on) return false;
    }
    return true;
}

Result<FileLink> EditableShard::save(const Stat& stat, const PutBlock& put) {
    PbFsNode node{.data = {.type = NodeType::hamt_shard,
                           .hash_type = hamt_hash_type,
                           .fanout = shape_.fanout(),
                           .mode = stat.mode,
                           .mtime = stat.mtime},
                  .links = {},
                  .form = form_};
    HamtBitfield taken(shape_.fanout());
    for (Slot& slot : slots_) {
        taken.set(slot.index);
        formats::PbLink link{.cid = {}, .name = shape_.prefix(slot.index), .total_size = 0};
        if (const auto* value = std::get_if<Value>(&slot.content)) {
            link.name += value->name;
            link.cid = value->link.cid;
            link.total_size = value->link.total_size;
        } else if (const auto* unread = std::get_if<DirectoryEntryLink>(&slot.content)) {
            link.cid = unread->cid;
            link.total_size = unread->total_size;
        } else {
            auto& below = std::get<std::unique_ptr<EditableShard>>(slot.content);
            if (below->is_changed_) {
                below->saved_ = TRY(below->save({}, put));
                below->is_changed_ = false;
            }
            link.cid = below->saved_.cid;
            link.total_size = below->saved_.total_size;
        }
        node.links.push_back(std::move(link));
    }
    node.data.data = taken.to_bytes();
    return node.save(put);
}

}  // namespace kit::unixfs
