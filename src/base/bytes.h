// Bytes and views of bytes. A view is passed in and never stored; values come out.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kit {

using ByteView = std::span<const uint8_t>;
using Bytes = std::vector<uint8_t>;

inline constexpr uint64_t KiB = uint64_t{1} << 10;
inline constexpr uint64_t MiB = uint64_t{1} << 20;
inline constexpr uint64_t GiB = uint64_t{1} << 30;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView view) {
    return {view.begin(), view.end()};
}
inline bool equal(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}
inline void append(Bytes& out, ByteView more) {
    out.insert(out.end(), more.begin(), more.end());
}

// Immutable bytes that several owners share without copying, such as the body of a block.
// Copies are cheap and callable from any thread; the view lives as long as any copy.
class SharedBytes final {
public:
    SharedBytes() = default;
    SharedBytes(std::shared_ptr<const void> owner, ByteView view)
        : owner_(std::move(owner)), view_(view) {}

    static SharedBytes from(Bytes bytes) {
        auto owner = std::make_shared<const Bytes>(std::move(bytes));
        const ByteView view = *owner;
        return {std::move(owner), view};
    }

    ByteView view() const { return view_; }
    size_t size() const { return view_.size(); }
    SharedBytes slice(size_t offset, size_t length) const {
        return {owner_, view_.subspan(offset, length)};
    }

private:
    std::shared_ptr<const void> owner_;
    ByteView view_;
};

// An owned byte string that stays inside the object up to `inline_size` bytes. Multihashes and
// CIDs are such strings: nearly all of them have 34 to 38 bytes.
template <size_t inline_size>
class SmallBytes final {
    static_assert(inline_size >= sizeof(void*) && inline_size < 256);

public:
    SmallBytes() = default;
    explicit SmallBytes(ByteView bytes) : size_(static_cast<uint32_t>(bytes.size())) {
        if (bytes.size() > inline_size) heap_ = std::make_unique<uint8_t[]>(bytes.size());
        if (!bytes.empty()) std::memcpy(data(), bytes.data(), bytes.size());
    }
    SmallBytes(const SmallBytes& other) : SmallBytes(other.view()) {}
    SmallBytes(SmallBytes&& other) noexcept
        : size_(std::exchange(other.size_, 0)), heap_(std::move(other.heap_)) {
        std::memcpy(inline_, other.inline_, inline_size);
    }
    SmallBytes& operator=(const SmallBytes& other) {
        if (this != &other) *this = SmallBytes(other.view());
        return *this;
    }
    SmallBytes& operator=(SmallBytes&& other) noexcept {
        size_ = std::exchange(other.size_, 0);
        heap_ = std::move(other.heap_);
        std::memcpy(inline_, other.inline_, inline_size);
        return *this;
    }
    ~SmallBytes() = default;

    ByteView view() const { return {heap_ ? heap_.get() : inline_, size_}; }

private:
    uint8_t* data() { return heap_ ? heap_.get() : inline_; }

    uint32_t size_ = 0;
    std::unique_ptr<uint8_t[]> heap_;
    uint8_t inline_[inline_size] = {};
};

// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);

}  // namespace kit
