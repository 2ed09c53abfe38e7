// Content: files and directories in and out, paths and links.
#include "base/path_text.h"
#include "dag/refs.h"
#include "node/parts.h"
#include "node/reading.h"
#include "unixfs/source_path.h"

namespace kit::node {
namespace {

Result<dag::Pin> pin_of(Env& env, const Cid& cid, const AddOptions& options) {
    const int64_t now_s = env.clock.unix_ns() / 1'000'000'000;
    dag::Pin pin{.cid = cid,
                 .mode = dag::PinMode::recursive,
                 .name = options.pin_name,
                 .created_s = now_s,
                 .expires_s = std::nullopt};
    if (options.expires_in_s) pin.expires_s = now_s + *options.expires_in_s;
    return pin;
}

// Where files must lie that --nocopy leaves in their place: beside the repository, as in Kubo
// (boxo:filestore/fsrefstore.go).
Result<Path> filestore_root(Env& env, const Path& repo) {
    const Path absolute = TRY(unixfs::absolute_path(env.disk, clean_path(repo)));
    return folder_of(absolute);
}

}  // namespace

Result<uint64_t> Node::measure(const std::vector<unixfs::ImportSource>& sources,
                               const AddOptions& options) const {
    const auto importer =
        TRY(unixfs::Importer::create(parts_->env, parts_->store.get(), options.import));
    return importer->measure(sources);
}

Result<unixfs::ImportResult> Node::add(
    const std::vector<unixfs::ImportSource>& sources, const AddOptions& options,
    const std::function<Result<void>(const unixfs::ImportEvent&)>& on_event) {
    return import_with(options, [&](unixfs::Importer& importer, blocks::Lease* lease) {
        return importer.run(sources, lease, on_event, cancel());
    });
}

Result<unixfs::ImportResult> Node::add(
    const unixfs::EntryStream& entries, const AddOptions& options,
    const std::function<Result<void>(const unixfs::ImportEvent&)>& on_event) {
    return import_with(options, [&](unixfs::Importer& importer, blocks::Lease* lease) {
        return importer.run(entries, lease, on_event, cancel());
    });
}

Result<unixfs::ImportResult> Node::import_with(
    const AddOptions& options,
    const std::function<Result<unixfs::ImportResult>(unixfs::Importer&, blocks::Lease*)>& work) {
    unixfs::ImportOptions import = options.import;
    if (import.nocopy && !import.only_hash) {
        import.nocopy_root = TRY(filestore_root(parts_->env, parts_->options.repo));
    }
    const auto importer =
        TRY(unixfs::Importer::create(parts_->env, parts_->store.get(), std::move(import)));
    if (options.import.only_hash) return work(*importer, nullptr);
    // The lease keeps the blocks from a collection until the pins do.
    const auto lease = parts_->store->lease();
    unixfs::ImportResult result = TRY(work(*importer, lease.get()));
    if (options.pin) {
        std::vector<dag::Pin> pins;
        pins.reserve(result.roots.size());
        for (const Cid& root : result.roots) {
            pins.push_back(TRY(pin_of(parts_->env, root, options)));
        }
        TRY(parts_->pins.add_all(pins));
    }
    if (parts_->network) {
        parts_->network->exchange().on_added(result.roots);
        parts_->network->announce(result.roots, options.pin);
    }
    if (options.on_stored) TRY(options.on_stored(result));
    return result;
}

Result<dag::Resolved> Node::resolve(std::string_view path) const {
    const dag::ContentPath immutable = TRY(immutable_path(path));
    TRY(parts_->check(immutable));
    return dag::resolve_path(reading({.follows_links = false}), immutable, parts_->entries);
}

Result<Cid> Node::resolve_to_cid(std::string_view path) const {
    dag::Resolved resolved = TRY(resolve(path));
    return std::move(resolved.cid);
}

Result<std::string> Node::resolve_text(
    std::string_view path, bool recursive,
    const std::function<std::string(const Cid&)>& cid_text) const {
    const dag::ContentPath parsed = TRY(dag::ContentPath::from_text(path));
    if (parsed.is_mutable() && !recursive) {
        TRY(parts_->check(parsed));
        const naming::ResolvedPath step = TRY(resolver().resolve(parsed, 1, name_search()));
        return step.path.as_written();
    }
    const dag::ContentPath immutable = TRY(immutable_path(path));
    TRY(parts_->check(immutable));
    const dag::Resolved resolved = TRY(dag::resolve_path(
        reading({.uses_recent = false, .follows_links = false}), immutable, parts_->entries));
    const bool is_data = immutable.space == dag::ContentPath::Space::ipld;
    std::string text = (is_data ? "/ipld/" : "/ipfs/") + cid_text(resolved.cid);
    for (const std::string& segment : resolved.remainder) text += "/" + segment;
    return text;
}

Result<unixfs::NodeInfo> Node::info_of_file(const Cid& cid) const {
    unixfs::NodeInfo info = TRY(unixfs::read_info(reading({.follows_links = false}), cid));
    if (info.type == unixfs::EntryType::directory) {
        return fail(Code::invalid_argument, "this dag node is a directory");
    }
    // A link reads as the path it leads to.
    if (info.type == unixfs::EntryType::symlink) info.file_size_bytes = info.symlink_target.size();
    return info;
}

Result<unixfs::NodeInfo> Node::info(const Cid& cid) const {
    return unixfs::read_info(reading({.follows_links = false}), cid);
}

Result<void> Node::read(const Cid& file, unixfs::ReadOptions options,
                        const WriteBytes& write) const {
    options.cancel = &cancel();
    return unixfs::read_file(reading({}), file, options, write);
}

Result<void> Node::list(
    const Cid& directory, unixfs::ReadChildren read_children,
    const std::function<Result<bool>(const unixfs::ListedEntry&)>& visit) const {
    return unixfs::each_listed(reading({.is_given = false, .follows_links = false}), directory,
                               read_children, visit);
}

Result<void> Node::get_to_disk(const Cid& root, const std::string& name, const Path& destination,
                               const unixfs::OnProgress& on_progress) const {
    return unixfs::export_to_disk(parts_->env, reading({.uses_recent = false}), root, destination,
                                  {.name = name, .thread_count = 0, .cancel = &cancel()},
                                  on_progress);
}

Result<void> Node::get_tar(const Cid& root, const std::string& name, unixfs::TarTimes times,
                           const WriteBytes& write, const unixfs::OnProgress& on_progress) const {
    return unixfs::export_tar(parts_->env, reading({.uses_recent = false}), root, name, times,
                              write, on_progress, cancel());
}

Result<void> Node::refs(std::span<const Cid> roots, const RefsOptions& options,
                        const std::function<Result<bool>(const Ref&)>& visit) const {
    return dag::each_ref(reading({.is_given = false, .uses_recent = false}), roots,
                         {.unique = options.unique, .depth_max = options.depth_max}, visit);
}

Result<void> Node::each_block(
    const std::function<Result<bool>(const Cid&, uint64_t size_bytes)>& visit) const {
    return parts_->store->each(visit);
}

}  // namespace kit::node
