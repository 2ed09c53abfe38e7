#include "unixfs/importer.h"

#include <algorithm>
#include <map>

#include "base/path_text.h"
#include "unixfs/import_run.h"
#include "unixfs/source_path.h"
#include "unixfs/streamed_run.h"

namespace kit::unixfs {
namespace {

// kubo:core/coreiface/options/unixfs.go and core/commands/add.go: what does not go together.
Result<void> check(const ImportOptions& options) {
    if (options.nocopy && !options.shape.raw_leaves) {
        return fail(Code::invalid_argument,
                    "nocopy option requires '--raw-leaves' to be enabled as well");
    }
    // Kubo never ends there.
    if (options.shape.file_links_max == 1 && !options.shape.trickle) {
        return fail(Code::invalid_argument,
                    "a balanced file needs at least 2 links in each node, not 1");
    }
    return {};
}

}  // namespace

struct Importer::Impl {
    Env& env;
    blocks::Store* store;
    ImportOptions options;
    NodeMaker maker;
    DirectoryShape directory_shape;
    std::unique_ptr<Chunker> chunker;
    IgnoreRules rules;

    Result<ResolvedSource> resolve(const ImportSource& source) const;
    Result<std::vector<ResolvedSource>> resolve_all(const std::vector<ImportSource>& sources) const;
    template <typename Work>
    Result<ImportResult> with_context(blocks::Lease* lease, const std::atomic<bool>& cancel,
                                      const Work& work) const {
        ASSERT(lease != nullptr || store == nullptr);
        BlockTarget target{.store = store, .lease = lease};
        BufferPool buffers(buffer_size_for(*chunker));
        ImportContext context{.env = env,
                              .options = options,
                              .maker = maker,
                              .chunker = *chunker,
                              .cancel = cancel,
                              .target = target,
                              .buffers = buffers};
        return work(context);
    }
};

Result<std::unique_ptr<Importer>> Importer::create(Env& env, blocks::Store* store,
                                                   ImportOptions options) {
    // boxo takes 0 for its default.
    if (options.shape.file_links_max == 0) options.shape.file_links_max = 174;
    TRY(check(options));
    ASSERT(store != nullptr || options.only_hash);
    NodeMaker maker = TRY(NodeMaker::create(options.shape));
    const HamtShape hamt = TRY(HamtShape::create(options.shape.hamt_fanout));
    const DirectoryShape shape{.hamt = hamt,
                               .links_max = options.shape.directory_links_max,
                               .hamt_threshold_bytes = options.shape.hamt_threshold_bytes,
                               .size_estimate = options.shape.size_estimate};
    std::unique_ptr<Chunker> chunker = TRY(Chunker::create(options.shape.chunker));
    IgnoreRules rules =
        TRY(read_ignore_rules(env.disk, options.ignore_rules_path, options.ignore, options.hidden));
    return std::unique_ptr<Importer>(
        new Importer(std::unique_ptr<Impl>(new Impl{.env = env,
                                                    .store = options.only_hash ? nullptr : store,
                                                    .options = std::move(options),
                                                    .maker = maker,
                                                    .directory_shape = shape,
                                                    .chunker = std::move(chunker),
                                                    .rules = std::move(rules)})));
}

Importer::Importer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Importer::~Importer() = default;

// go-ipfs-cmds:cli/parse.go: the name is the last one of the cleaned path, links in which are
// followed first when the options say so.
Result<ResolvedSource> Importer::Impl::resolve(const ImportSource& source) const {
    ResolvedSource resolved{.name = source.name, .path = {}, .info = {}};
    if (const auto* stream = std::get_if<ReadBytes>(&source.content)) {
        if (resolved.name.empty()) resolved.name = options.stdin_name;
        resolved.stream = stream;
        return resolved;
    }
    Path path = clean_path(std::get<Path>(source.content));
    if (path == ".") path = TRY(absolute_path(env.disk, path));
    if (options.dereference_arguments || options.dereference_symlinks) {
        path = TRY(without_links(env.disk, path));
    }
    if (resolved.name.empty()) resolved.name = base_name(path);
    resolved.info = TRY(env.disk.find_info(path, false));
    if (!resolved.info) {
        return fail(Code::not_found, "lstat {}: no such file or directory", path);
    }
    if (resolved.info->type == FileType::directory && !options.recursive) {
        return fail(Code::invalid_argument,
                    "'{}' is a directory, use the '-r' flag to specify directories", path);
    }
    if (options.nocopy) {
        path = TRY(absolute_path(env.disk, path));
        TRY(check_reference(options, path));
    }
    resolved.path = std::move(path);
    return resolved;
}

// Arguments come in the order of their names, as Kubo's command line sorts them; streams alone
// (the parts of a request) stay as they came.
Result<std::vector<ResolvedSource>> Importer::Impl::resolve_all(
    const std::vector<ImportSource>& sources) const {
    std::vector<ResolvedSource> all;
    std::map<std::string, Path> folders;
    for (const ImportSource& source : sources) {
        ResolvedSource resolved = TRY(resolve(source));
        if (resolved.stream == nullptr) {
            const Path folder = folder_of(resolved.path);
            const auto [known, is_new] = folders.emplace(resolved.name, folder);
            if (!is_new && known->second != folder) {
                return fail(Code::invalid_argument,
                            "file name {} repeated under different import directories: {} and {}",
                            resolved.name, folder, known->second);
            }
            if (!is_new) continue;
        }
        resolved.position = all.size();
        all.push_back(std::move(resolved));
    }
    if (!folders.empty()) {
        std::ranges::sort(all, {}, [](const ResolvedSource& source) {
            return std::pair<std::string_view, size_t>(source.name, source.position);
        });
    }
    return all;
}

Result<uint64_t> Importer::measure(const std::vector<ImportSource>& sources) const {
    const std::vector<ResolvedSource> all = TRY(impl_->resolve_all(sources));
    TreeWalk walk(impl_->env.disk, impl_->rules, {});
    uint64_t size_bytes = 0;
    for (const ResolvedSource& source : all) {
        if (!source.info) continue;
        if (source.info->type == FileType::regular) size_bytes += source.info->size_bytes;
        if (source.info->type == FileType::directory) {
            size_bytes += TRY(walk.measure(source.path));
        }
    }
    return size_bytes;
}

Result<ImportResult> Importer::run(const std::vector<ImportSource>& sources, blocks::Lease* lease,
                                   const std::function<Result<void>(const ImportEvent&)>& on_event,
                                   const std::atomic<bool>& cancel) {
    const std::vector<ResolvedSource> all = TRY(impl_->resolve_all(sources));
    if (all.empty()) return fail(Code::invalid_argument, "expected a file argument");
    return impl_->with_context(lease, cancel, [&](ImportContext& context) {
        return ImportRun(context, impl_->rules, impl_->directory_shape, on_event).run(all);
    });
}

Result<ImportResult> Importer::run(const EntryStream& entries, blocks::Lease* lease,
                                   const std::function<Result<void>(const ImportEvent&)>& on_event,
                                   const std::atomic<bool>& cancel) {
    return impl_->with_context(lease, cancel, [&](ImportContext& context) {
        return StreamedRun(context, impl_->directory_shape, on_event).run(entries);
    });
}

}  // namespace kit::unixfs
