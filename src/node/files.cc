#include "node/files.h"

#include <map>

#include "base/limits.h"
#include "dag/path.h"
#include "formats/ipld.h"
#include "node/parts.h"
#include "node/reading.h"

namespace kit::node {
namespace {

using unixfs::FoundInTree;
using unixfs::FsNode;
using unixfs::NodeType;

constexpr uint64_t sha2_256_code = static_cast<uint64_t>(formats::HashCode::sha2_256);

// As boxo's FSNode.FileSize: directories have none.
uint64_t size_of(const FsNode& node) {
    if (node.is_raw) return node.block.size();
    if (node.data.type == NodeType::symlink) return node.data.data_or_empty().size();
    return node.is_file() ? node.data.file_size.value_or(0) : 0;
}

constexpr std::string_view cp_invalid_text =
    "cp: source must be a valid UnixFS (dag-pb or raw codec)";

class LocalWalk final {
public:
    explicit LocalWalk(const blocks::Source& source, const std::atomic<bool>& cancel)
        : source_(source), cancel_(cancel) {}

    Result<Files::Local> walk(const Cid& cid, uint32_t depth) {
        const auto known = known_.find(cid);
        if (known != known_.end()) return known->second;
        if (cancel_.load(std::memory_order_relaxed)) {
            return fail(Code::cancelled, "measuring {} was cancelled", cid.to_text());
        }
        if (depth > limits::dag_depth_max) {
            return fail(Code::too_large, "the DAG is more than {} blocks deep",
                        limits::dag_depth_max);
        }
        const Files::Local local = TRY(look(cid, depth));
        known_.emplace(cid, local);
        return local;
    }

private:
    Result<Files::Local> look(const Cid& cid, uint32_t depth) {
        if (cid.is(formats::Codec::raw)) {
            const auto size = TRY(source_.find_size(cid));
            return Files::Local{.is_whole = size.has_value(), .size_bytes = size.value_or(0)};
        }
        const auto block = TRY(source_.find(cid));
        if (!block) return Files::Local{.is_whole = false, .size_bytes = 0};
        Files::Local local{.is_whole = true, .size_bytes = block->size()};
        const std::vector<Cid> links = TRY(formats::links_of(cid.codec(), block->view()));
        for (const Cid& link : links) {
            const Files::Local below = TRY(walk(link, depth + 1));
            local.is_whole = local.is_whole && below.is_whole;
            local.size_bytes += below.size_bytes;
        }
        return local;
    }

    const blocks::Source& source_;
    const std::atomic<bool>& cancel_;
    std::map<Cid, Files::Local> known_;  // A block that several link to counts for each.
};

}  // namespace

Result<Files> Node::files() {
    const std::scoped_lock lock(parts_->files_mutex);
    if (!parts_->files) {
        const unixfs::DagShape shape = TRY(this->shape({}));
        const unixfs::HamtShape hamt = TRY(unixfs::HamtShape::create(shape.hamt_fanout));
        unixfs::MfsOptions options{
            .shape = {.hamt = hamt,
                      .links_max = shape.directory_links_max,
                      .hamt_threshold_bytes = shape.hamt_threshold_bytes,
                      .size_estimate = shape.size_estimate},
            .form = {.version = shape.cid_version, .hash_code = shape.hash_code},
            .chunker = shape.chunker,
            .is_data_first = shape.data_first};
        const auto count_max = config().find_number("Internal.MFSNoFlushLimit");
        if (count_max) options.unflushed_count_max = *count_max;
        options.is_writable = parts_->options.access == Access::write;
        options.on_notice = parts_->options.on_notice;
        if (Network* const network = parts_->network.get()) {
            options.fetching = [network](const blocks::Source& local) {
                return fetch_each(network->exchange(), local);
            };
        }
        parts_->files = TRY(unixfs::Mfs::open(parts_->env, *parts_->store, std::move(options)));
    }
    return Files(*this, *parts_->files, *parts_->store, parts_->pinning, cancel());
}

std::optional<std::string> content_path_of(std::string_view text) {
    const bool may_be = text.starts_with("/ipfs/") || text.starts_with("/ipns/") ||
                        text.starts_with("/ipld/") || text.find("://") != std::string_view::npos;
    if (!may_be) return std::nullopt;
    const auto path = dag::ContentPath::from_text(text);
    if (!path) return std::nullopt;
    return path->to_text();
}

Result<std::string> check_content_or_mfs_path(std::string_view path) {
    auto content = content_path_of(path);
    if (content) return *std::move(content);
    return unixfs::check_mfs_path(path);
}

// kubo:core/commands/files.go, getPrefix
Result<unixfs::CidForm> Files::form(std::optional<int> cid_version,
                                    const std::optional<std::string>& hash) const {
    const Config& config = node_.config();
    const bool is_chosen = cid_version || hash;
    const std::string name = is_chosen
                                 ? hash.value_or("sha2-256")
                                 : config.find_text("Import.HashFunction").value_or("sha2-256");
    int64_t version =
        is_chosen ? cid_version.value_or(0) : config.find_number("Import.CidVersion").value_or(0);
    const bool is_other_hash = is_chosen ? hash.has_value() : name != "sha2-256";
    if (is_other_hash && version == 0) version = 1;
    if (version != 0 && version != 1) {
        return fail(Code::invalid_argument, "unknown CID version: {}", version);
    }
    const uint64_t hash_code = TRY(hash_code_named(name));
    ASSERT(version == 1 || hash_code == sha2_256_code);
    const unixfs::CidForm form{.version = static_cast<int>(version), .hash_code = hash_code};
    // A function without an implementation is refused here, and not when the tree is saved.
    TRY(unixfs::cid_in_form(form, formats::Codec::dag_pb, {}));
    return form;
}

Result<FoundInTree> Files::find(std::string_view path) {
    if (content_path_of(path)) {
        Cid cid = TRY(node_.resolve_to_cid(path));
        FsNode node = TRY(unixfs::load_node(tree_.source(), cid));
        return FoundInTree{.cid = std::move(cid), .node = std::move(node)};
    }
    const Cid root = TRY(tree_.root());
    return unixfs::find_in_tree(tree_.source(), root, path);
}

Result<FilesStat> Files::stat(std::string_view path) {
    const FoundInTree found = TRY(find(path));
    const FsNode& node = found.node;
    return FilesStat{.cid = found.cid,
                     .size_bytes = size_of(node),
                     .total_size_bytes = node.total_size_bytes(),
                     .link_count = node.pb.links.size(),
                     .type = node.data.type,
                     .mode = node.data.mode,
                     .mtime = node.data.mtime};
}

Result<Files::Local> Files::measure_local(const Cid& cid) const {
    LocalWalk walk(tree_.local(), cancel_);
    return walk.walk(cid, 0);
}

Result<void> Files::list(std::string_view path, bool is_long,
                         const std::function<Result<void>(const FilesEntry&)>& visit) {
    const Cid root = TRY(tree_.root());
    const blocks::Source& source = tree_.source();
    const FoundInTree found = TRY(unixfs::find_in_tree(source, root, path));
    if (!found.node.is_directory()) {
        FilesEntry entry{.name = std::string(unixfs::split_mfs_path(path).name)};
        if (is_long) {
            entry.cid = found.cid;
            entry.size_bytes = size_of(found.node);
        }
        return visit(entry);
    }
    return unixfs::each_entry(source, found.cid, [&](const unixfs::Entry& link) -> Result<bool> {
        FilesEntry entry{.name = link.name};
        if (is_long) {
            const FsNode node = TRY(unixfs::load_tree_node(source, link.cid));
            entry.cid = link.cid;
            entry.is_directory = node.is_directory();
            entry.size_bytes = size_of(node);
        }
        TRY(visit(entry));
        return true;
    });
}

Result<void> Files::read(std::string_view path, const Range& range,
                         const std::function<void(uint64_t)>& expect, const WriteBytes& write) {
    const Cid root = TRY(tree_.root());
    const auto found = unixfs::find_in_tree(tree_.source(), root, path);
    if (!found) return fail(found.error().code, "{}: {}", path, found.error().to_text());
    if (found->node.is_directory()) {
        return fail(Code::invalid_argument, "{} was not a file", path);
    }
    if (found->node.data.type == NodeType::symlink) {
        return fail(Code::invalid_argument, "symlinks not yet supported");
    }
    if (range.offset_bytes < 0) {
        return fail(Code::invalid_argument, "cannot specify negative offset");
    }
    const uint64_t size = size_of(found->node);
    const auto offset = static_cast<uint64_t>(range.offset_bytes);
    if (offset > size) {
        return fail(Code::invalid_argument, "offset was past end of file ({} > {})", offset, size);
    }
    if (range.count_max.value_or(0) < 0) {
        return fail(Code::invalid_argument, "cannot specify negative 'count'");
    }
    const uint64_t count =
        std::min(size - offset, static_cast<uint64_t>(range.count_max.value_or(INT64_MAX)));
    expect(count);
    if (count == 0) return {};
    return unixfs::read_file(
        tree_.source(), found->cid,
        {.offset_bytes = offset, .length_bytes_max = count, .cancel = &cancel_}, write);
}

Result<void> Files::copy(std::string_view source, std::string_view destination,
                         const unixfs::Mfs::Copy& options) {
    std::string from = TRY(check_content_or_mfs_path(source));
    while (from.ends_with('/')) from.pop_back();
    std::string to = TRY(unixfs::check_mfs_path(destination));
    if (to.ends_with('/')) to += unixfs::name_of_mfs_path(from);

    std::optional<unixfs::Mfs::Hold> hold;
    FoundInTree node;
    {
        // No collection between finding a DAG and keeping it.
        const std::shared_lock lock(pinning_);
        auto found = find(from);
        if (!found && found.error().code != Code::not_found &&
            found.error().code != Code::invalid_argument &&
            found.error().code != Code::permission_denied && content_path_of(from)) {
            return fail(Code::invalid_argument, "{}", cp_invalid_text);
        }
        if (!found) {
            return fail(found.error().code, "cp: cannot get node from path {}: {}", from,
                        found.error().to_text());
        }
        node = *std::move(found);
        hold.emplace(tree_, node.cid);
    }
    return tree_.copy(to, node, options);
}

// kubo:core/commands/add.go, after each argument was added.
Result<void> Files::put_added(std::span<const Added> added, std::string_view destination) {
    bool is_put = false;
    for (const Added& entry : added) {
        if (entry.name.empty()) {
            return fail(Code::invalid_argument, "to-files: cannot add unnamed files to MFS");
        }
        auto checked = unixfs::check_mfs_path(destination.empty() ? "/" : destination);
        if (!checked) {
            return fail(checked.error().code, "to-files: {}", checked.error().to_text());
        }
        std::string path = *std::move(checked);
        const bool is_folder = path.ends_with('/');
        if (is_folder) {
            const auto folder = find(path);
            if (!folder) {
                return fail(folder.error().code,
                            "to-files: MFS destination directory \"{}\" does not exist: {}", path,
                            folder.error().to_text());
            }
            if (!folder->node.is_directory()) {
                return fail(Code::invalid_argument,
                            "to-files: MFS destination \"{}\" is not a directory", path);
            }
            path += unixfs::name_of_mfs_path(entry.name);
        }
        if (is_put && !is_folder) {
            return fail(Code::invalid_argument,
                        "to-files: MFS destination is a file: only one entry can be copied to "
                        "\"{}\"",
                        path);
        }
        const std::string folder = unixfs::folder_of_mfs_path(path);
        const auto parent = find(folder);
        if (!parent) {
            return fail(parent.error().code,
                        "to-files: MFS destination parent \"{}\" \"{}\" does not exist: {}", path,
                        folder, parent.error().to_text());
        }
        const FsNode node = TRY(unixfs::load_node(store_, entry.cid));
        const auto done = tree_.put(path, {.cid = entry.cid, .node = node});
        if (!done) {
            return fail(done.error().code, "to-files: cannot put node in path \"{}\": {}", path,
                        done.error().to_text());
        }
        is_put = true;
    }
    return {};
}

Result<void> Files::write(std::string_view path, unixfs::Mfs::Write options,
                          const ReadBytes& read) {
    if (!options.raw_leaves) {
        options.raw_leaves = node_.config().find_flag("Import.UnixFSRawLeaves");
    }
    return tree_.write(path, options, read, cancel_);
}

Result<Files::Replaced> Files::replace_root(const std::optional<Cid>& root) {
    const std::shared_lock lock(pinning_);
    auto before = unixfs::recorded_mfs_root(store_);
    const Cid empty = Cid::from_text("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn").value();
    const Cid wanted = root.value_or(empty);
    const bool is_here = TRY(store_.has(wanted));
    if (!is_here && wanted != empty) {
        return fail(Code::not_found,
                    "new root {} does not exist locally; fetch it first with 'ipfs block get'",
                    wanted.to_text());
    }
    if (is_here) {
        if (!wanted.is(formats::Codec::dag_pb)) {
            return fail(Code::invalid_argument, "new root is not a valid dag-pb node");
        }
        const FsNode node = TRY(unixfs::load_node(store_, wanted));
        if (!node.is_directory()) {
            return fail(Code::invalid_argument, "new root must be a directory, got {}",
                        node.data.type == NodeType::symlink ? "Symlink"
                        : node.data.type == NodeType::raw   ? "Raw"
                                                            : "File");
        }
    }
    TRY(tree_.replace_root(wanted));
    Replaced replaced{.before = std::nullopt, .after = wanted};
    if (before) replaced.before = *std::move(before);
    return replaced;
}

}  // namespace kit::node
