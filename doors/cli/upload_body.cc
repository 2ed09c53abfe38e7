#include "doors/cli/upload_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/url.h"

namespace kit::cli {
namespace {

constexpr size_t boundary_random_bytes = 30;  // As Go's mime/multipart.

std::string random_boundary(Env& env) {
    std::array<uint8_t, boundary_random_bytes> random;
    env.random.fill(random);
    std::string text;
    for (const uint8_t byte : random) text += fmt::format("{:02x}", byte);
    return text;
}

std::string_view type_text(FileType type) {
    if (type == FileType::directory) return "application/x-directory";
    if (type == FileType::symlink) return "application/symlink";
    return "application/octet-stream";
}

// "file?mode=0644&mtime=1700000000&mtime-nsecs=5".
std::string field_name(const node::UploadEntry& entry) {
    std::string name = "file";
    char mark = '?';
    if (entry.mode && *entry.mode != 0) {
        name += fmt::format("{}mode=0{:o}", std::exchange(mark, '&'), *entry.mode);
    }
    if (entry.mtime) {
        name += fmt::format("{}mtime={}", std::exchange(mark, '&'), entry.mtime->seconds);
        if (entry.mtime->nanoseconds) {
            name += fmt::format("&mtime-nsecs={}", *entry.mtime->nanoseconds);
        }
    }
    return name;
}

}  // namespace

UploadBody::UploadBody(Env& env, node::Upload& upload, std::function<void(uint64_t)> on_bytes)
    : upload_(upload), on_bytes_(std::move(on_bytes)), boundary_(random_boundary(env)) {}

std::string UploadBody::content_type() const {
    return "multipart/form-data; boundary=" + boundary_;
}

Result<void> UploadBody::begin_part() {
    entry_ = TRY(upload_.next());
    text_at_ = 0;
    text_ = std::exchange(is_first_, false) ? "" : "\r\n";
    if (!entry_) {
        text_ += fmt::format("--{}--\r\n", boundary_);
        has_ended_ = true;
        return {};
    }
    text_ += fmt::format("--{}\r\n", boundary_);
    // A name for the server's own machine: filestore references need it.
    if (!entry_->original_path.empty()) {
        text_ += fmt::format("Abspath-Encoded: {}\r\n", http::encode_query(entry_->original_path));
    }
    text_ += fmt::format(
        "Content-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
        field_name(*entry_), http::encode_query(entry_->path), type_text(entry_->type));
    if (entry_->type == FileType::symlink) text_ += entry_->target;
    return {};
}

size_t UploadBody::give(std::span<uint8_t> out) {
    const size_t count = std::min(out.size(), text_.size() - text_at_);
    std::copy_n(text_.begin() + static_cast<ptrdiff_t>(text_at_), count, out.begin());
    text_at_ += count;
    return count;
}

Result<size_t> UploadBody::read(std::span<uint8_t> out) {
    size_t filled = 0;
    while (filled < out.size()) {
        if (text_at_ < text_.size()) {
            filled += give(out.subspan(filled));
            continue;
        }
        if (has_ended_) break;
        if (!entry_ || !entry_->read) {
            TRY(begin_part());
            continue;
        }
        if (entry_->may_wait && filled > 0) break;
        const size_t count = TRY(entry_->read(out.subspan(filled)));
        if (count == 0) {
            TRY(begin_part());
            continue;
        }
        filled += count;
        file_bytes_ += count;
        if (on_bytes_) on_bytes_(file_bytes_);
    }
    return filled;
}

}  // namespace kit::cli
