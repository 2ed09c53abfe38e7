#include "commands/get_target.h"

#include <fmt/format.h>

namespace kit::commands {
namespace {

std::string archive_path(std::string path, bool archive, bool compressed) {
    if (archive && !path.ends_with(".tar") && !path.ends_with(".tar.gz")) path += ".tar";
    if (compressed && !path.ends_with(".gz")) path += ".gz";
    return path;
}

}  // namespace

std::string last_name(std::string path) {
    while (!path.empty() && path.back() == '/') path.pop_back();
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

Result<int> get_compression_level(const Request& request) {
    if (!request.flag("compress")) return 0;
    if (!request.given("compression-level")) return 6;
    const int64_t level = request.integer("compression-level");
    if (level < 1 || level > 9) {
        return fail(Code::invalid_argument, "compression level must be between 1 and 9");
    }
    return static_cast<int>(level);
}

Result<GetTarget> get_target(const Context& context, const Request& request) {
    const bool compressed = TRY(get_compression_level(request)) > 0;
    const bool archive = request.flag("archive");
    GetTarget target;
    target.is_archive = archive || compressed;
    target.name = last_name(request.arguments.at(0));
    std::string name = request.text("output");
    if (name.empty()) name = target.name;
    if (target.is_archive) name = archive_path(name, archive, compressed);
    target.path = name.starts_with('/') ? name : join(context.working_directory, name);
    target.saying =
        fmt::format("Saving {} to {}\n", target.is_archive ? "archive" : "file(s)", name);
    return target;
}

Result<std::unique_ptr<ArchiveFile>> ArchiveFile::create(Disk& disk, Path path) {
    Path beside = path + ".partial";
    TRY(disk.remove(beside));
    auto file = TRY(disk.open(beside, OpenMode::create_new));
    return std::unique_ptr<ArchiveFile>(
        new ArchiveFile(disk, std::move(path), std::move(beside), std::move(file)));
}

ArchiveFile::~ArchiveFile() {
    if (file_) (void)disk_.remove(beside_);  // Why it is not kept has been told already.
}

Result<void> ArchiveFile::write(ByteView bytes) {
    TRY(file_->write_at(size_bytes_, std::span(&bytes, 1)));
    size_bytes_ += bytes.size();
    return {};
}

Result<void> ArchiveFile::keep() {
    TRY(disk_.rename(beside_, path_));
    file_.reset();
    return {};
}

}  // namespace kit::commands
