// Gzip over zlib, with the header that Go's compress/gzip writes. The compressed bytes are zlib's.
// https://www.rfc-editor.org/rfc/rfc1952
#include <zlib.h>

#include <array>

#include "unixfs/exporter.h"

namespace kit::unixfs {
namespace {

constexpr int gzip_window_bits = 15 + 16;  // The largest window, wrapped as gzip.
constexpr int memory_level = 8;
constexpr int system_unknown = 255;
constexpr size_t out_size_bytes = 64 * KiB;
constexpr size_t step_size_bytes_max = 1 * GiB;  // zlib counts input in 32 bits.

}  // namespace

struct GzipWriter::Impl {
    WriteBytes write;
    z_stream stream = {};
    gz_header header = {};
    bool finished = false;
    std::array<uint8_t, out_size_bytes> out;

    Result<void> deflate_all(int flush) {
        for (;;) {
            stream.next_out = out.data();
            stream.avail_out = static_cast<uInt>(out.size());
            const int outcome = ::deflate(&stream, flush);
            ASSERT(outcome == Z_OK || outcome == Z_STREAM_END || outcome == Z_BUF_ERROR);
            const size_t size = out.size() - stream.avail_out;
            if (size > 0) TRY(write(ByteView(out).first(size)));
            if (outcome == Z_STREAM_END || stream.avail_out > 0) return {};
        }
    }
};

GzipWriter::GzipWriter(WriteBytes write, int level) : impl_(std::make_unique<Impl>()) {
    ASSERT(level >= 1 && level <= 9);
    impl_->write = std::move(write);
    impl_->header.os = system_unknown;
    ASSERT(deflateInit2(&impl_->stream, level, Z_DEFLATED, gzip_window_bits, memory_level,
                        Z_DEFAULT_STRATEGY) == Z_OK);
    ASSERT(deflateSetHeader(&impl_->stream, &impl_->header) == Z_OK);
}

GzipWriter::~GzipWriter() {
    ::deflateEnd(&impl_->stream);
}

Result<void> GzipWriter::write(ByteView bytes) {
    ASSERT(!impl_->finished);
    while (!bytes.empty()) {
        const size_t size = std::min(bytes.size(), size_t{step_size_bytes_max});
        impl_->stream.next_in = const_cast<uint8_t*>(bytes.data());
        impl_->stream.avail_in = static_cast<uInt>(size);
        TRY(impl_->deflate_all(Z_NO_FLUSH));
        bytes = bytes.subspan(size);
    }
    return {};
}

Result<void> GzipWriter::finish() {
    ASSERT(!impl_->finished);
    impl_->finished = true;
    return impl_->deflate_all(Z_FINISH);
}

}  // namespace kit::unixfs
