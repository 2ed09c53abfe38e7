// Numbers are kept as limbs, least significant first. Writing divides: 32 bits go in at a time and
// a limb holds as many digits as fit into 32 bits, so that every division is one of 64 bits by a
// constant. Reading only multiplies, so its limbs are whole 64-bit words. Numbers up to
// stack_size_bytes are converted without allocating; CIDs and peer ids are such numbers.
#include "formats/radix.h"

#include <algorithm>
#include <memory>

#include "base/result.h"

namespace kit::formats {
namespace {

constexpr size_t stack_size_bytes = 256;

constexpr uint64_t power(uint64_t base, unsigned exponent) {
    return exponent == 0 ? 1 : base * power(base, exponent - 1);
}

// An array on the stack when it fits, on the heap otherwise.
template <typename T, size_t stack_count>
class Scratch final {
public:
    explicit Scratch(size_t count) {
        if (count > stack_count) heap_ = std::make_unique<T[]>(count);
        data_ = heap_ ? heap_.get() : stack_;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    T& operator[](size_t index) { return data_[index]; }

private:
    T stack_[stack_count];
    std::unique_ptr<T[]> heap_;
    T* data_;
};

// number = number * 2^32 + word, in limbs of `limb_max` each; returns the new count of limbs.
template <uint64_t limb_max, typename Limbs>
size_t push_word(Limbs& limbs, size_t count, uint64_t word) {
    uint64_t carry = word;
    for (size_t index = 0; index < count; ++index) {
        const uint64_t value = (static_cast<uint64_t>(limbs[index]) << 32) + carry;
        carry = value / limb_max;
        limbs[index] = static_cast<uint32_t>(value - carry * limb_max);
    }
    while (carry != 0) {
        limbs[count++] = static_cast<uint32_t>(carry % limb_max);
        carry /= limb_max;
    }
    return count;
}

template <uint64_t radix, unsigned limb_digits>
void append_radix(std::string& out, const Alphabet& alphabet, ByteView bytes) {
    constexpr uint64_t limb_max = power(radix, limb_digits);
    static_assert(limb_max <= (uint64_t{1} << 32) && limb_max > (uint64_t{1} << 28));
    const auto first = std::ranges::find_if(bytes, [](uint8_t byte) { return byte != 0; });
    const auto zeros_count = static_cast<size_t>(first - bytes.begin());
    out.append(zeros_count, alphabet.digits[0]);
    const ByteView number = bytes.subspan(zeros_count);
    if (number.empty()) return;

    Scratch<uint32_t, stack_size_bytes * 8 / 28 + 2> limbs(number.size() * 8 / 28 + 2);
    size_t limbs_count = 0;
    size_t offset = 0;
    for (size_t word_size = (number.size() - 1) % 4 + 1; offset < number.size(); word_size = 4) {
        uint64_t word = 0;
        for (size_t index = 0; index < word_size; ++index) word = word << 8 | number[offset++];
        limbs_count = push_word<limb_max>(limbs, limbs_count, word);
    }

    const size_t start = out.size();
    out.resize(start + limbs_count * limb_digits);
    char* end = out.data() + out.size();
    for (size_t limb = 0; limb < limbs_count; ++limb) {
        uint32_t value = limbs[limb];
        for (unsigned digit = 0; digit < limb_digits; ++digit) {
            *--end = alphabet.digits[value % radix];
            value /= radix;
        }
    }
    // The most significant limb is seldom full.
    const size_t padding_count = out.find_first_not_of(alphabet.digits[0], start) - start;
    ASSERT(padding_count < limb_digits);
    out.erase(start, padding_count);
}

template <uint64_t radix, unsigned limb_digits>
std::optional<Bytes> decode_radix(const Alphabet& alphabet, std::string_view text) {
    static_assert(power(radix, limb_digits - 1) < UINT64_MAX / radix);
    const size_t zeros_count = std::min(text.find_first_not_of(alphabet.digits[0]), text.size());
    const std::string_view number = text.substr(zeros_count);
    // A digit has less than 6 bits.
    Scratch<uint64_t, stack_size_bytes * 6 / 64 + 2> words(number.size() * 6 / 64 + 2);
    size_t words_count = 0;
    size_t offset = 0;
    while (offset < number.size()) {
        const size_t chunk_end = std::min(number.size(), offset + limb_digits);
        uint64_t chunk = 0;
        uint64_t scale = 1;
        for (; offset < chunk_end; ++offset) {
            const uint8_t value = alphabet.values[static_cast<uint8_t>(number[offset])];
            if (value == Alphabet::none) return std::nullopt;
            chunk = chunk * radix + value;
            scale *= radix;
        }
        for (size_t index = 0; index < words_count; ++index) {
            const auto product = static_cast<unsigned __int128>(words[index]) * scale + chunk;
            words[index] = static_cast<uint64_t>(product);
            chunk = static_cast<uint64_t>(product >> 64);
        }
        if (chunk != 0) words[words_count++] = chunk;
    }

    size_t size_bytes = 8 * words_count;
    if (words_count > 0) {
        size_bytes -= static_cast<size_t>(__builtin_clzll(words[words_count - 1])) / 8;
    }
    Bytes bytes(zeros_count + size_bytes);
    for (size_t index = 0; index < size_bytes; ++index) {
        bytes[bytes.size() - 1 - index] =
            static_cast<uint8_t>(words[index / 8] >> (8 * (index % 8)));
    }
    return bytes;
}

}  // namespace

void append_base58(std::string& out, const Alphabet& alphabet, ByteView bytes) {
    append_radix<58, 5>(out, alphabet, bytes);
}
void append_base36(std::string& out, const Alphabet& alphabet, ByteView bytes) {
    append_radix<36, 6>(out, alphabet, bytes);
}
std::optional<Bytes> decode_base58(const Alphabet& alphabet, std::string_view text) {
    return decode_radix<58, 10>(alphabet, text);
}
std::optional<Bytes> decode_base36(const Alphabet& alphabet, std::string_view text) {
    return decode_radix<36, 11>(alphabet, text);
}

}  // namespace kit::formats
