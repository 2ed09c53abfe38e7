// Files as the body of a request, exactly as Kubo's clients lay it out (boxo:files/
// multifilereader.go): a part for each file, directory and symbolic link, a directory before what
// it holds, modes and times in the name of the form field.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "node/upload.h"

namespace kit::cli {

// One thread.
class UploadBody final {
public:
    // `upload` must outlive it; `on_bytes` is told how much of the files was read in all.
    UploadBody(Env& env, node::Upload& upload, std::function<void(uint64_t)> on_bytes);

    // "multipart/form-data; boundary=...".
    std::string content_type() const;
    // The body's next bytes, as many as there are without waiting for a stream; 0 at the end.
    Result<size_t> read(std::span<uint8_t> out);

private:
    Result<void> begin_part();
    size_t give(std::span<uint8_t> out);

    node::Upload& upload_;
    const std::function<void(uint64_t)> on_bytes_;
    std::string boundary_;
    std::string text_;  // What stands between the files' bytes, not yet given.
    size_t text_at_ = 0;
    std::optional<node::UploadEntry> entry_;
    uint64_t file_bytes_ = 0;
    bool is_first_ = true;
    bool has_ended_ = false;
};

}  // namespace kit::cli
