#include "doors/mount/names_system.h"

#include <array>
#include <cerrno>
#include <functional>

#include "doors/mount/directory_page.h"
#include "node/config.h"

namespace kit::mount {
namespace {

constexpr std::string_view own_alias = "local";
constexpr std::string_view content_prefix = "/ipfs/";

}  // namespace

NamesSystem::NamesSystem(node::Node& node, Path content_path)
    : node_(node),
      content_path_(std::move(content_path)),
      own_name_(node.config().find_text("Identity.PeerID").value_or("")) {}

// Where the name leads now, as what a link says.
Answer<std::string> NamesSystem::target_of(const std::string& name) const {
    if (name == own_alias) return own_name_;
    const auto path = node_.immutable_path("/ipns/" + name);
    if (!path && name == own_name_) return join(content_path_, TRY_ANSWER(empty_directory()));
    // Kubo's answer too, whatever the reason: there is nothing by that name.
    if (!path) return refuse(ENOENT);
    const std::string text = path->to_text();
    if (!text.starts_with(content_prefix)) return refuse(ENOENT);
    return join(content_path_, std::string_view(text).substr(content_prefix.size()));
}

// What a name shows that nothing was published under.
Answer<std::string> NamesSystem::empty_directory() const {
    static constexpr uint8_t block[] = {0x0a, 0x02, 0x08, 0x01};
    node::Node::PutBlockOptions options;
    options.codec = static_cast<uint64_t>(formats::Codec::dag_pb);
    options.cid_version = 0;
    return TRY_ANSWER(node_.put_block(block, options)).to_text();
}

Attributes NamesSystem::link_attributes(std::string_view name, size_t target_size) {
    const uint64_t inode = (std::hash<std::string_view>()(name) & INT64_MAX) | 2;
    return {.inode = inode, .mode = S_IFLNK | 0777, .size_bytes = target_size};
}

Answer<Node> NamesSystem::look_up(NodeId parent, std::string_view name) {
    if (parent != root_id) return refuse(ENOTDIR);
    const std::string asked(name);
    const std::string target = TRY_ANSWER(target_of(asked));
    const NodeId id =
        TRY_ANSWER(nodes_.look_up(asked, std::make_shared<const Known>(Known{asked})));
    return Node{id, link_attributes(name, target.size())};
}

Answer<Attributes> NamesSystem::attributes(NodeId node) {
    if (node == root_id) return Attributes{.inode = root_id, .mode = S_IFDIR | 0111};
    const auto known = TRY_ANSWER(nodes_.get(node));
    return link_attributes(known->name, TRY_ANSWER(target_of(known->name)).size());
}

Answer<std::string> NamesSystem::read_link(NodeId node) {
    return target_of(TRY_ANSWER(nodes_.get(node))->name);
}

Answer<Opened> NamesSystem::open_directory(NodeId node) {
    if (node != root_id) return refuse(ENOTDIR);
    return Opened{};
}

// The node's own name, as in Kubo: of names there is no end.
Answer<void> NamesSystem::read_directory(HandleId, uint64_t offset, DirectoryPage& page) {
    const std::array<std::string_view, 4> names{".", "..", own_name_, own_alias};
    for (; offset < names.size(); ++offset) {
        const std::string_view name = names.at(offset);
        const bool is_link = offset >= 2;
        const DirectoryItem item{.name = name,
                                 .inode = is_link ? link_attributes(name, 0).inode : root_id,
                                 .mode = is_link ? uint32_t{S_IFLNK} : uint32_t{S_IFDIR}};
        if (!page.add(item, offset + 1)) return {};
    }
    return {};
}

Answer<struct statvfs> NamesSystem::space() {
    struct statvfs found = {};
    if (::statvfs(node_.repo().c_str(), &found) != 0) return refuse(errno);
    return found;
}

}  // namespace kit::mount
