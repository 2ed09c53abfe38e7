// Recovery of a segment's tail: whatever stands in the file, the scanner ends, stays inside it and
// its sections tile what it accepts.
#include <algorithm>

#include "base/env.h"
#include "blocks/segment_format.h"

namespace kit::blocks {
namespace {

class MemoryFile final : public File {
public:
    explicit MemoryFile(ByteView content) : content_(content) {}
    Result<size_t> read_at(uint64_t offset, std::span<uint8_t> out) const override {
        if (offset >= content_.size()) return 0;
        const ByteView rest = content_.subspan(offset);
        const size_t count = std::min(rest.size(), out.size());
        std::copy_n(rest.begin(), count, out.begin());
        return count;
    }
    Result<void> write_at(uint64_t, std::span<const ByteView>) override { return read_only(); }
    Result<void> sync() override { return {}; }
    Result<void> truncate(uint64_t) override { return read_only(); }
    Result<uint64_t> size_bytes() const override { return content_.size(); }
    Result<size_t> read(std::span<uint8_t>) override { return 0; }

private:
    static std::unexpected<Error> read_only() { return fail(Code::unsupported, "read only"); }
    const ByteView content_;
};

void scan(ByteView content, uint64_t from) {
    const MemoryFile file(content);
    SegmentScanner with_bodies(file, 1, from, content.size(), Bodies::read);
    SegmentScanner heads_only(file, 1, from, content.size(), Bodies::skip);
    uint64_t end = from == 0 ? segment_header.size() : from;
    for (;;) {
        const auto section = with_bodies.next();
        const auto head = heads_only.next();
        ASSERT(section.has_value() && head.has_value());
        ASSERT(section->has_value() == head->has_value());
        if (!*section) break;
        const Location& at = (*section)->location;
        ASSERT(at == (*head)->location && at.position().offset_bytes == end);
        end += at.section_size_bytes();
        ASSERT(end <= content.size() && with_bodies.offset_bytes() == end);
        ASSERT(equal((*section)->body, content.subspan(at.offset_bytes, at.size_bytes)));
    }
    ASSERT(with_bodies.torn() == heads_only.torn());
    ASSERT(with_bodies.offset_bytes() <= content.size());
}

}  // namespace
}  // namespace kit::blocks

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const kit::ByteView content(data, size);
    kit::blocks::scan(content, 0);
    if (size > 0) kit::blocks::scan(content, 1 + data[0] % size);
    return 0;
}
