#include "dag/car_chunks.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "formats/varint.h"

namespace kit::dag {
namespace {

constexpr size_t chunk_size_bytes = 1 * MiB;
// A section that would make a chunk larger is left to the reader, which keeps it in pieces.
constexpr size_t buffer_size_bytes_max = 6 * MiB;

// CARv2: an 11-byte pragma, 16 bytes of characteristics, then where the CARv1 inside starts.
constexpr size_t v2_data_offset_at = 27;
constexpr uint8_t v2_pragma[] = {0x0a, 0xa1, 0x67, 'v', 'e', 'r', 's', 'i', 'o', 'n', 0x02};

std::optional<uint64_t> find_v2_data_offset(ByteView start) {
    if (start.size() < v2_data_offset_at + 8) return std::nullopt;
    if (!equal(start.first(sizeof v2_pragma), v2_pragma)) return std::nullopt;
    uint64_t offset = 0;
    for (size_t i = 8; i-- > 0;) offset = offset << 8 | start[v2_data_offset_at + i];
    return offset;
}

}  // namespace

void CarChunk::clear() {
    sections.clear();
    moved.clear();
    previous.reset();
}

Result<size_t> CarChunks::read_to(Bytes& buffer, size_t have, size_t want) {
    if (buffer.size() < want) buffer.resize(want);
    while (have < want && !at_end_) {
        const size_t count = TRY(read_(std::span(buffer).subspan(have, want - have)));
        ASSERT(count <= want - have);
        at_end_ = count == 0;
        have += count;
    }
    return have;
}

// Reads until the buffer ends where a section does, as far as lengths can be trusted for that: a
// wrong guess costs a copy inside the reader and nothing else. Returns how much is to be fed.
Result<size_t> CarChunks::fill(Bytes& buffer) {
    if (buffer.size() < carry_.size()) buffer.resize(carry_.size());
    std::copy(carry_.begin(), carry_.end(), buffer.begin());
    size_t have = TRY(read_to(buffer, carry_.size(), chunk_size_bytes));
    carry_.clear();
    if (offset_bytes_ == 0) {
        boundary_bytes_ = find_v2_data_offset(ByteView(buffer).first(have)).value_or(0);
    }
    while (boundary_bytes_ < offset_bytes_ + have) {
        const size_t start = static_cast<size_t>(boundary_bytes_ - offset_bytes_);
        const ByteView rest = ByteView(buffer).subspan(start, have - start);
        const auto length = formats::read_varint(rest);
        if (!length) {
            if (at_end_ || rest.size() >= formats::varint_size_bytes_max) return have;
            carry_ = to_bytes(rest);
            return start;
        }
        const uint64_t size_bytes = length->size_bytes + length->value;
        if (length->value > limits::car_section_size_bytes_max) return have;
        boundary_bytes_ += size_bytes;
        if (size_bytes <= rest.size()) continue;
        if (start + size_bytes > buffer_size_bytes_max) return have;
        have = TRY(read_to(buffer, have, static_cast<size_t>(start + size_bytes)));
        return have;
    }
    return have;
}

Result<void> CarChunks::take_sections(CarChunk& chunk, ByteView fed) {
    reader_.feed(fed);
    for (;;) {
        const auto section = TRY(reader_.next());
        if (!section) return {};
        ByteView body = section->body;
        const bool is_ours = body.data() >= fed.data() && body.data() <= fed.data() + fed.size();
        if (!is_ours) body = chunk.moved.emplace_back(to_bytes(body));
        last_ = section->cid;
        chunk.sections.push_back({section->cid, body});
    }
}

Result<bool> CarChunks::next(CarChunk& chunk) {
    chunk.clear();
    if (error_) return std::unexpected(*error_);
    if (at_end_) return false;
    chunk.number = chunk_count_++;
    chunk.previous = last_;
    Result<size_t> filled = fill(chunk.buffer);
    if (!filled) return std::unexpected(*(error_ = std::move(filled).error()));
    Result<void> taken = take_sections(chunk, ByteView(chunk.buffer).first(*filled));
    offset_bytes_ += *filled;
    if (taken && at_end_) {
        taken = reader_.finish();
        if (!taken) taken = fail_because(std::move(taken).error(), "unexpected EOF");
    }
    if (!taken) {
        error_ = std::move(taken).error();
        if (chunk.sections.empty()) return std::unexpected(*error_);
    }
    return true;
}

}  // namespace kit::dag
