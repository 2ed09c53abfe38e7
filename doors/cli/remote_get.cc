#include "doors/cli/remote_get.h"

#include <nlohmann/json.hpp>

namespace kit::cli {

Result<void> RemoteGet::begin(uint64_t size_bytes) {
    all_bytes_ = size_bytes;
    TRY(sink_.bytes(as_bytes(target_.saying)));
    if (target_.is_archive) {
        archive_ = TRY(commands::ArchiveFile::create(context_.env.disk, target_.path));
        return {};
    }
    extraction_ = std::make_unique<node::TarExtraction>(
        context_.env, target_.path,
        [this](uint64_t done_bytes) { sink_.progress(done_bytes, all_bytes_); });
    return {};
}

Result<void> RemoteGet::record(commands::Json) {
    return fail(Code::corrupt, "the API answers `get` with JSON, and an archive is wanted");
}

Result<void> RemoteGet::bytes(ByteView bytes) {
    if (extraction_) return extraction_->write(bytes);
    done_bytes_ += bytes.size();
    sink_.progress(done_bytes_, all_bytes_);
    return archive_->write(bytes);
}

Result<void> RemoteGet::finish(bool is_whole) {
    // Folders get their modes even when what should be in them is missing.
    if (extraction_) return extraction_->finish();
    return archive_ && is_whole ? archive_->keep() : Result<void>();
}

}  // namespace kit::cli
