// get: files and folders onto the disk, or as an archive.
#include <fmt/format.h>

#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

// 0: not compressed.
Result<int> compression_level(const Request& request) {
    if (!request.flag("compress")) return 0;
    if (!request.given("compression-level")) return 6;
    const int64_t level = request.integer("compression-level");
    if (level < 1 || level > 9) {
        return fail(Code::invalid_argument, "compression level must be between 1 and 9");
    }
    return static_cast<int>(level);
}

std::string last_part(std::string path) {
    while (!path.empty() && path.back() == '/') path.pop_back();
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

// A file that is compressed and no archive is its bytes; everything else travels as tar.
Result<void> write_archive(Context& context, const Request& request, const formats::Cid& root,
                           int level, const node::WriteBytes& write,
                           const unixfs::OnProgress& on_progress) {
    const unixfs::NodeInfo info = TRY(context.node->info(root));
    const bool plain_file =
        level > 0 && !request.flag("archive") && info.type == unixfs::EntryType::file;
    const auto produce = [&](const node::WriteBytes& sink_of_bytes) -> Result<void> {
        if (plain_file) return context.node->read(root, {}, sink_of_bytes);
        return context.node->get_tar(root, last_part(request.arguments.at(0)), sink_of_bytes,
                                     on_progress);
    };
    if (level == 0) return produce(write);
    node::GzipWriter gzip(write, level);
    TRY(produce([&](ByteView bytes) { return gzip.write(bytes); }));
    return gzip.finish();
}

Result<void> run(Context& context, const Request& request, Sink& sink) {
    const int level = TRY(compression_level(request));
    const formats::Cid root = TRY(context.node->resolve_to_cid(request.arguments.at(0)));
    // What Kubo tells is the content's size, not the archive's.
    const unixfs::NodeInfo info = TRY(context.node->info(root));
    sink.expect_bytes(info.type == unixfs::EntryType::directory ? info.total_size_bytes
                                                                : info.file_size_bytes);
    return write_archive(context, request, root, level,
                         [&](ByteView bytes) { return sink.bytes(bytes); }, {});
}

std::string archive_path(std::string path, bool archive, bool compressed) {
    if (archive && !path.ends_with(".tar") && !path.ends_with(".tar.gz")) path += ".tar";
    if (compressed && !path.ends_with(".gz")) path += ".gz";
    return path;
}

Result<void> save_archive(Context& context, const Request& request, const formats::Cid& root,
                          int level, const Path& path, const unixfs::OnProgress& on_progress) {
    Disk& disk = context.env.disk;
    // Under another name until it is whole, so that a broken one is never taken for an archive.
    const Path beside = path + ".partial";
    TRY(disk.remove(beside));
    const auto written = [&]() -> Result<void> {
        const auto file = TRY(disk.open(beside, OpenMode::create_new));
        uint64_t offset_bytes = 0;
        return write_archive(
            context, request, root, level,
            [&](ByteView bytes) -> Result<void> {
                TRY(file->write_at(offset_bytes, std::span(&bytes, 1)));
                offset_bytes += bytes.size();
                return {};
            },
            on_progress);
    }();
    if (!written) {
        TRY(disk.remove(beside));
        return written;
    }
    return disk.rename(beside, path);
}

Result<void> run_in_place(Context& context, const Request& request, Sink& sink) {
    const int level = TRY(compression_level(request));
    const std::string& argument = request.arguments.at(0);
    const formats::Cid root = TRY(context.node->resolve_to_cid(argument));
    const unixfs::NodeInfo info = TRY(context.node->info(root));
    std::string name = request.text("output");
    if (name.empty()) name = last_part(argument);
    const bool archive = request.flag("archive");
    if (archive || level > 0) name = archive_path(name, archive, level > 0);
    const Path path = name.starts_with('/') ? name : join(context.working_directory, name);
    const std::string saying =
        fmt::format("Saving {} to {}\n", archive || level > 0 ? "archive" : "file(s)", name);
    TRY(sink.bytes(as_bytes(saying)));
    const unixfs::OnProgress on_progress = [&](uint64_t done_bytes) {
        sink.progress(done_bytes, info.total_size_bytes);
    };
    if (archive || level > 0) {
        return save_archive(context, request, root, level, path, on_progress);
    }
    return context.node->get_to_disk(root, last_part(argument), path, on_progress);
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
