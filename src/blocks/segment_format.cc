#include "blocks/segment_format.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "formats/varint.h"

namespace kit::blocks {
namespace {

constexpr uint64_t window_size_bytes = 1 * MiB;
constexpr uint64_t window_size_bytes_heads = 4 * KiB;
// The longest thing before a body: a varint and a CID.
constexpr uint64_t head_size_bytes_max =
    formats::varint_size_bytes_max + limits::cid_size_bytes_max;

}  // namespace

std::string segment_name(uint32_t segment) {
    return fmt::format("seg-{:06}.car", segment);
}

std::optional<uint32_t> parse_segment_name(std::string_view name) {
    if (!name.starts_with("seg-") || !name.ends_with(".car")) return std::nullopt;
    const std::string_view digits = name.substr(4, name.size() - 8);
    uint32_t number = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (parsed.ec != std::errc() || segment_name(number) != name) return std::nullopt;
    return number;
}

SegmentScanner::SegmentScanner(const File& file, uint32_t segment, uint64_t from, uint64_t end,
                               Bodies bodies)
    : file_(file), segment_(segment), end_(end), bodies_(bodies), offset_(from) {}

std::nullopt_t SegmentScanner::stop(std::string why) {
    torn_ = std::move(why);
    return std::nullopt;
}

// Makes the window hold `size_bytes` from offset_, or as many as there are before end_.
Result<void> SegmentScanner::fill(uint64_t size_bytes) {
    const uint64_t wanted = std::min(size_bytes, end_ - offset_);
    const bool held =
        offset_ >= window_offset_ && offset_ + wanted <= window_offset_ + window_size_;
    if (held) return {};
    const uint64_t usual = bodies_ == Bodies::read ? window_size_bytes : window_size_bytes_heads;
    const uint64_t count = std::min(std::max(wanted, usual), end_ - offset_);
    if (window_.size() < count) window_.resize(count);
    window_offset_ = offset_;
    window_size_ = TRY(file_.read_at(offset_, std::span(window_).first(count)));
    return {};
}

Result<std::optional<Section>> SegmentScanner::next() {
    if (!torn_.empty() || offset_ >= end_) return std::nullopt;
    if (offset_ == 0) {
        TRY(fill(segment_header.size()));
        if (window_size_ < segment_header.size() ||
            !equal(ByteView(window_).first(segment_header.size()), segment_header)) {
            return stop("it does not start as a segment does");
        }
        offset_ = segment_header.size();
        if (offset_ == end_) return std::nullopt;
    }
    TRY(fill(head_size_bytes_max));
    const auto view = [&] {
        const uint64_t skip = offset_ - window_offset_;
        return ByteView(window_).subspan(skip, window_size_ > skip ? window_size_ - skip : 0);
    };
    const auto length = formats::read_varint(view());
    if (!length) return stop("no length stands there");
    if (length->value == 0 || length->value > limits::car_section_size_bytes_max) {
        return stop(fmt::format("a length of {} stands there", length->value));
    }
    const uint64_t section_size = length->size_bytes + length->value;
    if (section_size > end_ - offset_) return stop("the section is cut off");
    const auto cid = formats::Cid::from_prefix(view().subspan(length->size_bytes));
    if (!cid || cid->size_bytes > length->value) return stop("no CID stands there");

    Section section{cid->cid, {}, {}};
    const uint64_t head_size = length->size_bytes + cid->size_bytes;
    section.location = {segment_, static_cast<uint32_t>(head_size), offset_ + head_size,
                        length->value - cid->size_bytes};
    if (bodies_ == Bodies::read) {
        TRY(fill(section_size));
        if (view().size() < section_size) return stop("the section is cut off");
        section.body = view().subspan(head_size, section.location.size_bytes);
    }
    offset_ += section_size;
    return section;
}

}  // namespace kit::blocks
