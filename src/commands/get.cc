// get: files and folders onto the disk, or as an archive.
#include <fmt/format.h>

#include "commands/get_target.h"
#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

// A file that is compressed and no archive is its bytes; everything else travels as tar.
Result<void> write_archive(Context& context, const Request& request, const formats::Cid& root,
                           int level, const node::WriteBytes& write,
                           const unixfs::OnProgress& on_progress) {
    const unixfs::NodeInfo info = TRY(context.node->info(root));
    const bool plain_file =
        level > 0 && !request.flag("archive") && info.type == unixfs::EntryType::file;
    const auto produce = [&](const node::WriteBytes& sink_of_bytes) -> Result<void> {
        if (plain_file) return context.node->read(root, {}, sink_of_bytes);
        // What only travels as tar keeps its nanoseconds.
        const auto times =
            request.flag("archive") ? unixfs::TarTimes::rounded : unixfs::TarTimes::exact;
        return context.node->get_tar(root, last_name(request.arguments.at(0)), times, sink_of_bytes,
                                     on_progress);
    };
    if (level == 0) return produce(write);
    node::GzipWriter gzip(write, level);
    TRY(produce([&](ByteView bytes) { return gzip.write(bytes); }));
    return gzip.finish();
}

Result<void> run(Context& context, const Request& request, Sink& sink) {
    const int level = TRY(get_compression_level(request));
    const formats::Cid root = TRY(context.node->resolve_to_cid(request.arguments.at(0)));
    // What Kubo tells is the content's size, not the archive's.
    const unixfs::NodeInfo info = TRY(context.node->info(root));
    sink.expect_bytes(info.type == unixfs::EntryType::directory ? info.total_size_bytes
                                                                : info.file_size_bytes);
    return write_archive(context, request, root, level,
                         [&](ByteView bytes) { return sink.bytes(bytes); }, {});
}

Result<void> save_archive(Context& context, const Request& request, const formats::Cid& root,
                          int level, const Path& path, const unixfs::OnProgress& on_progress) {
    const auto file = TRY(ArchiveFile::create(context.env.disk, path));
    TRY(write_archive(
        context, request, root, level, [&](ByteView bytes) { return file->write(bytes); },
        on_progress));
    return file->keep();
}

Result<void> run_in_place(Context& context, const Request& request, Sink& sink) {
    const GetTarget target = TRY(get_target(context, request));
    const int level = TRY(get_compression_level(request));
    const formats::Cid root = TRY(context.node->resolve_to_cid(request.arguments.at(0)));
    const unixfs::NodeInfo info = TRY(context.node->info(root));
    TRY(sink.bytes(as_bytes(target.saying)));
    const unixfs::OnProgress on_progress = [&](uint64_t done_bytes) {
        sink.progress(done_bytes, info.total_size_bytes);
    };
    if (target.is_archive) {
        return save_archive(context, request, root, level, target.path, on_progress);
    }
    return context.node->get_to_disk(root, target.name, target.path, on_progress);
}

}  // namespace

Command get_command() {
    return {
        .path = "get",
        .tagline = "Write files and folders to the disk, or into an archive.",
        .description =
            "Without --output the name is the last part of the path. Modes and times "
            "that were recorded are restored.",
        .examples = {{"get CID -o photos", "A folder, as ./photos."},
                     {"get -a -C CID", "As a compressed tar archive."}},
        .arguments = {{.name = "ipfs-path", .stdin_allowed = true, .help = "What to get."}},
        .options = {{{"output", "o"}, OptionType::text, {}, "Where to put it."},
                    {{"archive", "a"}, OptionType::flag, std::nullopt, "As a tar archive."},
                    {{"compress", "C"}, OptionType::flag, std::nullopt, "Compressed with gzip."},
                    {{"compression-level", "l"}, OptionType::integer, {}, "From 1 to 9."},
                    progress_option()},
        .needs = Needs::read_store,
        .gives = Gives::bytes,
        .content_type = "application/x-tar",
        .run = run,
        .run_in_place = run_in_place};
}

}  // namespace kit::commands
