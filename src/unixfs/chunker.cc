#include "unixfs/chunker.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/split.h"
#include "unixfs/rolling_hash.h"

namespace kit::unixfs {
namespace {

constexpr int64_t default_chunk_size = 256 * KiB;
constexpr auto chunk_size_max = static_cast<int64_t>(limits::chunk_size_bytes_max);

class SizeChunker final : public Chunker {
public:
    explicit SizeChunker(uint64_t size_bytes) : size_bytes_(size_bytes) {}
    uint64_t size_bytes_max() const override { return size_bytes_; }
    bool is_fixed() const override { return true; }
    size_t cut(ByteView bytes) const override { return std::min(bytes.size(), size_bytes_); }

private:
    const uint64_t size_bytes_;
};

class RabinChunker final : public Chunker {
public:
    RabinChunker(uint64_t min, uint64_t average, uint64_t max)
        : min_(min), max_(max), mask_(average == 0 ? UINT64_MAX : std::bit_floor(average) - 1) {}

    // boxo passes over min - 16 bytes before it looks; for a smaller minimum that wraps around to
    // nearly 2^64, and no file is that long.
    bool never_cuts() const { return min_ < RabinHash::window_size; }
    uint64_t size_bytes_max() const override { return never_cuts() ? UINT64_MAX : max_; }

    size_t cut(ByteView bytes) const override {
        if (never_cuts() || bytes.size() <= min_) return bytes.size();
        const size_t end = std::min(bytes.size(), max_);
        return hash_.find_cut(bytes.first(end), min_, mask_);
    }

private:
    const uint64_t min_;
    const uint64_t max_;
    const uint64_t mask_;
    const RabinHash hash_;
};

class BuzhashChunker final : public Chunker {
public:
    uint64_t size_bytes_max() const override { return max; }
    size_t cut(ByteView bytes) const override {
        if (bytes.size() <= min) return bytes.size();
        return find_buzhash_cut(bytes.first(std::min(bytes.size(), max)), min, mask);
    }

private:
    static constexpr size_t min = 128 * KiB;
    static constexpr size_t max = 512 * KiB;
    static constexpr uint32_t mask = (1U << 17) - 1;
};

// Go's strconv.Atoi, with its words.
Result<int64_t> parse_number(std::string_view text) {
    std::string_view digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const bool is_number =
        !digits.empty() && !(digits.size() < text.size() && digits.starts_with('-'));
    int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
    if (error == std::errc::result_out_of_range && end == digits.end()) {
        return fail(Code::invalid_argument, "strconv.Atoi: parsing \"{}\": value out of range",
                    text);
    }
    if (!is_number || error != std::errc() || end != digits.end()) {
        return fail(Code::invalid_argument, "strconv.Atoi: parsing \"{}\": invalid syntax", text);
    }
    return value;
}

std::unexpected<Error> too_large() {
    return fail(Code::invalid_argument,
                "chunker parameters may not exceed the maximum chunk size of {}", chunk_size_max);
}

Result<std::unique_ptr<Chunker>> parse_size(std::string_view options) {
    const auto parts = split(options, '-');
    if (parts.size() != 2) {
        return fail(Code::invalid_argument,
                    "incorrect chunker string format (expected size-{{size}})");
    }
    const int64_t size = TRY(parse_number(parts[1]));
    if (size <= 0) return fail(Code::invalid_argument, "chunker size must be greater than 0");
    if (size > chunk_size_max) return too_large();
    return std::make_unique<SizeChunker>(static_cast<uint64_t>(size));
}

std::unique_ptr<Chunker> rabin_around(uint64_t average) {
    return std::make_unique<RabinChunker>(average / 3, average, average + average / 2);
}

// One of the three bounds, which may have a label before it: "min:20".
Result<int64_t> parse_bound(std::string_view part, std::string_view label,
                            std::string_view complaint) {
    const auto words = split(part, ':');
    if (words.size() > 1 && words[0] != label) {
        return fail(Code::invalid_argument, "{}", complaint);
    }
    return parse_number(words.back());
}

Result<std::unique_ptr<Chunker>> parse_rabin(std::string_view options) {
    const auto parts = split(options, '-');
    if (parts.size() == 1) return rabin_around(default_chunk_size);
    if (parts.size() == 2) {
        const int64_t average = TRY(parse_number(parts[1]));
        // As boxo computes it, with a float's 24 bits; the bound keeps the conversion defined.
        const float max = static_cast<float>(average) * 1.5F;
        if (max >= 9e18F || static_cast<int64_t>(max) > chunk_size_max) return too_large();
        return rabin_around(static_cast<uint64_t>(average));
    }
    if (parts.size() != 4) {
        return fail(Code::invalid_argument,
                    "incorrect format (expected 'rabin' 'rabin-[avg]' or "
                    "'rabin-[min]-[avg]-[max]'");
    }
    const int64_t min = TRY(parse_bound(parts[1], "min", "first label must be min"));
    if (min < 16) return fail(Code::invalid_argument, "rabin min must be greater than 16");
    const int64_t average = TRY(parse_bound(parts[2], "avg", "second label must be avg"));
    const int64_t max = TRY(parse_bound(parts[3], "max", "final label must be max"));
    if (min >= average) {
        return fail(Code::invalid_argument,
                    "incorrect format: rabin-min must be smaller than rabin-avg");
    }
    if (average >= max) {
        return fail(Code::invalid_argument,
                    "incorrect format: rabin-avg must be smaller than rabin-max");
    }
    if (max > chunk_size_max) return too_large();
    return std::make_unique<RabinChunker>(
        static_cast<uint64_t>(min), static_cast<uint64_t>(average), static_cast<uint64_t>(max));
}

}  // namespace

Result<std::unique_ptr<Chunker>> Chunker::create(std::string_view options) {
    if (options.empty() || options == "default") {
        return std::make_unique<SizeChunker>(default_chunk_size);
    }
    const std::string_view name = options.substr(0, options.find('-'));
    if (name == "size") return parse_size(options);
    if (name == "rabin") return parse_rabin(options);
    if (name == "buzhash") return std::make_unique<BuzhashChunker>();
    return fail(Code::invalid_argument, "unrecognized chunker option: {}", options);
}

}  // namespace kit::unixfs
