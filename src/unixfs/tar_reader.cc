#include "unixfs/tar_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/limits.h"
#include "unixfs/tar_fields.h"

namespace kit::unixfs {
namespace {

using namespace tar;

constexpr std::string_view ustar_magic("ustar\00000", 8);
constexpr std::string_view gnu_magic("ustar  \0", 8);

constexpr char type_old_file = '\0';
constexpr char type_pax = 'x';
constexpr char type_pax_global = 'g';
constexpr char type_gnu_name = 'L';
constexpr char type_gnu_link = 'K';

std::string_view text_of(ByteView block, Field field) {
    return as_text(block.subspan(field.offset, field.size));
}

// Up to the first zero.
std::string_view string_of(ByteView block, Field field) {
    const std::string_view text = text_of(block, field);
    return text.substr(0, text.find('\0'));
}

// Octal digits between spaces and zeros, or GNU's base 256: big-endian, the first bit set.
Result<int64_t> number_of(ByteView block, Field field) {
    const ByteView bytes = block.subspan(field.offset, field.size);
    if ((bytes[0] & 0x80) != 0) {
        const bool is_negative = (bytes[0] & 0x40) != 0;
        uint64_t value = is_negative ? UINT64_MAX : 0;
        for (size_t i = 0; i < bytes.size(); ++i) {
            const uint8_t byte = i > 0 ? bytes[i] : is_negative ? bytes[0] : bytes[0] & 0x7f;
            const uint8_t lost = static_cast<uint8_t>(value >> 56);
            if (lost != (is_negative ? 0xff : 0)) {
                return fail(Code::corrupt, "tar: a number in a header is out of range");
            }
            value = value << 8 | byte;
        }
        if ((static_cast<int64_t>(value) < 0) != is_negative) {
            return fail(Code::corrupt, "tar: a number in a header is out of range");
        }
        return static_cast<int64_t>(value);
    }
    std::string_view text = text_of(block, field);
    const auto is_space = [](char c) { return c == ' ' || c == '\0'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    int64_t value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
    if (!text.empty() && (status != std::errc() || end != text.data() + text.size() || value < 0)) {
        return fail(Code::corrupt, "tar: a header has what is no number");
    }
    return value;
}

Result<void> check_sum(ByteView block) {
    const int64_t said = TRY(number_of(block, checksum_field));
    int64_t sum = 0;
    for (size_t i = 0; i < block.size(); ++i) {
        const bool is_own = i >= checksum_field.offset && i < checksum_field.offset + 8;
        sum += is_own ? ' ' : block[i];
    }
    if (sum == said) return {};
    return fail(Code::corrupt, "tar: the checksum of a header is wrong");
}

// "1700000000.000000005", as PAX writes times.
Result<Mtime> time_of(std::string_view text) {
    Mtime time;
    const size_t point = std::min(text.find('.'), text.size());
    const bool is_negative = text.starts_with('-');
    const std::string_view whole = text.substr(0, point);
    const auto [end, status] =
        std::from_chars(whole.data(), whole.data() + whole.size(), time.seconds);
    std::string digits(text.substr(std::min(point + 1, text.size())).substr(0, 9));
    const bool all_digits =
        std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (status != std::errc() || end != whole.data() + whole.size() || !all_digits) {
        return fail(Code::corrupt, "tar: \"{}\" is no time", text.substr(0, 40));
    }
    digits.resize(9, '0');
    uint32_t nanoseconds = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), nanoseconds);
    if (is_negative && nanoseconds != 0) {
        if (time.seconds == INT64_MIN) return fail(Code::corrupt, "tar: a time is out of range");
        --time.seconds;
        nanoseconds = 1'000'000'000 - nanoseconds;
    }
    if (nanoseconds != 0) time.nanoseconds = nanoseconds;
    return time;
}

Result<uint64_t> size_of(std::string_view text) {
    int64_t size = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (status != std::errc() || end != text.data() + text.size() || size < 0) {
        return fail(Code::corrupt, "tar: \"{}\" is no size", text.substr(0, 40));
    }
    return static_cast<uint64_t>(size);
}

// A type that is read, or unsupported.
Result<TarType> type_of(char type) {
    switch (type) {
        case type_old_file:
        case '0':
            return TarType::file;
        case '2':
            return TarType::symlink;
        case '5':
            return TarType::directory;
        default:
            return fail(Code::unsupported, "unrecognized tar header type: {}",
                        static_cast<int>(static_cast<uint8_t>(type)));
    }
}

std::string name_of(ByteView block) {
    std::string name(string_of(block, name_field));
    if (text_of(block, magic_field) == ustar_magic) {
        const std::string_view prefix = string_of(block, prefix_field);
        if (!prefix.empty()) name = std::string(prefix) + "/" + name;
    }
    return name;
}

}  // namespace

Result<void> TarReader::write(ByteView bytes) {
    while (!bytes.empty()) {
        const size_t room = state_ == State::header || state_ == State::end
                                ? block_.size() - block_size_
                                : std::min<uint64_t>(left_bytes_, SIZE_MAX);
        const ByteView piece = bytes.first(std::min(room, bytes.size()));
        bytes = bytes.subspan(piece.size());
        switch (state_) {
            case State::header:
                std::ranges::copy(piece, block_.begin() + static_cast<ptrdiff_t>(block_size_));
                block_size_ += piece.size();
                if (block_size_ == block_.size()) TRY(take_header());
                break;
            case State::meta:
                meta_ += as_text(piece);
                left_bytes_ -= piece.size();
                if (left_bytes_ == 0) TRY(take_meta());
                break;
            case State::content:
                TRY(visitor_.bytes(piece));
                left_bytes_ -= piece.size();
                if (left_bytes_ == 0) TRY(end_content());
                break;
            case State::padding:
                left_bytes_ -= piece.size();
                if (left_bytes_ == 0) state_ = State::header;
                break;
            case State::end:
                return {};  // What follows the end means nothing.
        }
    }
    return {};
}

Result<void> TarReader::take_header() {
    block_size_ = 0;
    const ByteView block = block_;
    if (std::ranges::all_of(block, [](uint8_t byte) { return byte == 0; })) {
        if (++zero_block_count_ == 2) state_ = State::end;
        return {};
    }
    if (zero_block_count_ > 0) return fail(Code::corrupt, "tar: a header follows half an end");
    TRY(check_sum(block));
    const std::string_view magic = text_of(block, magic_field);
    if (magic != ustar_magic && magic != gnu_magic) {
        return fail(Code::corrupt, "tar: a header is neither USTAR nor GNU");
    }
    const auto size_bytes = static_cast<uint64_t>(TRY(number_of(block, size_field)));
    if (size_bytes > INT64_MAX) return fail(Code::corrupt, "tar: a size is below zero");
    const char type = static_cast<char>(block[type_offset]);
    if (type == type_pax || type == type_pax_global || type == type_gnu_name ||
        type == type_gnu_link) {
        if (size_bytes > limits::tar_meta_size_bytes_max) {
            return fail(Code::too_large, "tar: an entry's name or records have over {} MiB",
                        limits::tar_meta_size_bytes_max / MiB);
        }
        meta_type_ = type;
        meta_.clear();
        left_bytes_ = size_bytes;
        padding_bytes_ = tar_padding(size_bytes);
        state_ = State::meta;
        return size_bytes == 0 ? take_meta() : Result<void>();
    }
    TarEntry entry{.type = TRY(type_of(type)), .name = name_of(block)};
    entry.link_target = string_of(block, link_field);
    entry.mode = static_cast<uint32_t>(TRY(number_of(block, mode_field)) & 07777);
    entry.mtime.seconds = TRY(number_of(block, mtime_field));
    entry.size_bytes = size_bytes;
    return begin_entry(std::move(entry));
}

// "<length> <key>=<value>\n", the length counting itself; or a long name of GNU's.
Result<void> TarReader::take_meta() {
    left_bytes_ = padding_bytes_;
    state_ = left_bytes_ > 0 ? State::padding : State::header;
    if (meta_type_ == type_pax_global) return {};  // About the archive, and of no use here.
    if (meta_type_ != type_pax) {
        std::string_view text = meta_;
        text = text.substr(0, text.find('\0'));
        return take_record(meta_type_ == type_gnu_name ? "path" : "linkpath", text);
    }
    std::string_view rest = meta_;
    while (!rest.empty()) {
        size_t size = 0;
        const auto [end, status] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
        const auto digits = static_cast<size_t>(end - rest.data());
        const bool is_whole = status == std::errc() && size > digits + 1 && size <= rest.size() &&
                              rest[digits] == ' ' && rest[size - 1] == '\n';
        const std::string_view record =
            is_whole ? rest.substr(digits + 1, size - digits - 2) : std::string_view();
        const size_t equals = record.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            return fail(Code::corrupt, "tar: a PAX record is malformed");
        }
        TRY(take_record(record.substr(0, equals), record.substr(equals + 1)));
        rest.remove_prefix(size);
    }
    return {};
}

Result<void> TarReader::take_record(std::string_view key, std::string_view value) {
    if (key.starts_with("GNU.sparse.")) {
        return fail(Code::unsupported, "tar: sparse files are not read");
    }
    if (key != "path" && key != "linkpath" && key != "size" && key != "mtime") return {};
    if (value.find('\0') != std::string_view::npos) {
        return fail(Code::corrupt, "tar: the record \"{}\" has a zero byte", key);
    }
    said_.insert_or_assign(std::string(key), std::string(value));
    return {};
}

Result<void> TarReader::begin_entry(TarEntry entry) {
    // An empty value takes back what was said, so the header's own counts.
    const auto said = [&](std::string_view key) -> std::optional<std::string> {
        const auto found = said_.find(key);
        if (found == said_.end() || found->second.empty()) return std::nullopt;
        return found->second;
    };
    if (auto path = said("path")) entry.name = *std::move(path);
    if (auto target = said("linkpath")) entry.link_target = *std::move(target);
    if (const auto size = said("size")) entry.size_bytes = TRY(size_of(*size));
    if (const auto mtime = said("mtime")) entry.mtime = TRY(time_of(*mtime));
    said_.clear();
    if (entry.type == TarType::directory) {
        while (entry.name.ends_with('/')) entry.name.pop_back();
    }
    if (entry.type != TarType::file) entry.size_bytes = 0;
    TRY(visitor_.begin_entry(entry));
    left_bytes_ = entry.size_bytes;
    padding_bytes_ = tar_padding(entry.size_bytes);
    state_ = State::content;
    return left_bytes_ == 0 ? end_content() : Result<void>();
}

Result<void> TarReader::end_content() {
    TRY(visitor_.end_entry());
    left_bytes_ = padding_bytes_;
    state_ = left_bytes_ > 0 ? State::padding : State::header;
    return {};
}

Result<void> TarReader::finish() {
    if (zero_block_count_ == 0 || block_size_ != 0) {
        return fail(Code::corrupt, "tar: unexpected EOF: the archive ends early");
    }
    return {};
}

}  // namespace kit::unixfs
