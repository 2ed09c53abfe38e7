#include "unixfs/tar_header.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>

#include "unixfs/tar_fields.h"

namespace kit::unixfs {
namespace {

using namespace tar;
using Records = std::map<std::string, std::string>;

bool is_ascii_character(char c) {
    return c != 0 && static_cast<unsigned char>(c) < 0x80;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, is_ascii_character);
}

std::string to_ascii(std::string_view text) {
    std::string ascii;
    std::ranges::copy_if(text, std::back_inserter(ascii), is_ascii_character);
    return ascii;
}

bool fits_octal(Field field, int64_t number) {
    return number >= 0 && number < int64_t{1} << ((field.size - 1) * 3);
}

class HeaderBlock final {
public:
    void put_text(Field field, std::string_view text) {
        const std::string_view kept = text.substr(0, field.size);
        std::ranges::copy(kept, bytes_.begin() + static_cast<ptrdiff_t>(field.offset));
        if (text.size() <= field.size || kept.back() != '/') return;
        // Some readers take a name that was cut off at a slash for a directory's.
        const size_t end = kept.find_last_not_of('/', field.size - 2) + 1;
        bytes_[field.offset + end] = 0;
    }
    // What does not fit is zero here: a record before the header says it.
    void put_octal(Field field, int64_t number) {
        if (!fits_octal(field, number)) number = 0;
        put_text(field, fmt::format("{:0{}o}", number, field.size - 1));
    }
    void set_type(char type) { bytes_[type_offset] = static_cast<uint8_t>(type); }

    void finish(Bytes& out) {
        put_text(magic_field, std::string_view("ustar\00000", 8));
        put_text(checksum_field, "        ");
        int64_t sum = 0;
        for (const uint8_t byte : bytes_) sum += byte;
        put_text(checksum_field, std::string_view(fmt::format("{:06o}", sum) + '\0'));
        append(out, bytes_);
    }

private:
    std::array<uint8_t, tar_block_size_bytes> bytes_ = {};
};

struct SplitName {
    std::string_view prefix;
    std::string_view name;
};

// USTAR has 155 bytes for the folders of a long name and 100 for the rest.
std::optional<SplitName> split_name(std::string_view name) {
    if (name.size() <= name_field.size || !is_ascii(name)) return std::nullopt;
    size_t searched = name.size();
    if (searched > prefix_field.size + 1) {
        searched = prefix_field.size + 1;
    } else if (name.back() == '/') {
        --searched;
    }
    const size_t slash = name.substr(0, searched).find_last_of('/');
    if (slash == std::string_view::npos || slash == 0) return std::nullopt;
    const size_t rest = name.size() - slash - 1;
    if (rest > name_field.size || rest == 0 || slash > prefix_field.size) return std::nullopt;
    return SplitName{name.substr(0, slash), name.substr(slash + 1)};
}

int64_t seconds_of(const Mtime& mtime, TarTimes times) {
    if (times == TarTimes::exact) return mtime.seconds;
    const bool is_up = mtime.nanoseconds.value_or(0) >= 500'000'000;
    return mtime.seconds == INT64_MAX || !is_up ? mtime.seconds : mtime.seconds + 1;
}

// "1700000000.25": below zero, the fraction leads further away from zero.
std::string exact_time(const Mtime& mtime) {
    uint32_t nanoseconds = mtime.nanoseconds.value_or(0);
    if (nanoseconds == 0) return std::to_string(mtime.seconds);
    const bool is_negative = mtime.seconds < 0;
    if (is_negative) nanoseconds = 1'000'000'000 - nanoseconds;
    std::string text = fmt::format("{}{}.{:09d}", is_negative ? "-" : "",
                                   is_negative ? -(mtime.seconds + 1) : mtime.seconds, nanoseconds);
    text.resize(text.find_last_not_of('0') + 1);
    return text;
}

Records records_of(const TarEntry& entry, int64_t mtime_s) {
    Records records;
    const bool is_exact = entry.times == TarTimes::exact;
    const bool is_long = entry.name.size() > name_field.size;
    if ((is_long || !is_ascii(entry.name)) && (is_exact || !split_name(entry.name))) {
        records["path"] = entry.name;
    }
    if (entry.link_target.size() > link_field.size || !is_ascii(entry.link_target)) {
        records["linkpath"] = entry.link_target;
    }
    const auto size = static_cast<int64_t>(entry.size_bytes);
    if (!fits_octal(size_field, size)) records["size"] = std::to_string(size);
    const bool has_fraction = is_exact && entry.mtime.nanoseconds.value_or(0) != 0;
    if (has_fraction || !fits_octal(mtime_field, mtime_s)) {
        records["mtime"] = is_exact ? exact_time(entry.mtime) : std::to_string(mtime_s);
    }
    // Go notes the whole name once PAX is needed for another reason.
    if (!records.empty() && (is_long || !is_ascii(entry.name))) records["path"] = entry.name;
    return records;
}

// "<length> <key>=<value>\n", the length counting itself.
std::string record_line(const std::string& key, const std::string& value) {
    const size_t rest = key.size() + value.size() + 3;
    size_t size = rest + std::to_string(rest).size();
    size = rest + std::to_string(size).size();
    return fmt::format("{} {}={}\n", size, key, value);
}

void put_records(Bytes& out, const std::string& name, const Records& records) {
    std::string lines;
    for (const auto& [key, value] : records) lines += record_line(key, value);
    const size_t slash = name.find_last_of('/');
    const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash + 1);
    const std::string file = slash == std::string::npos ? name : name.substr(slash + 1);
    std::string header_name = to_ascii(folder + "PaxHeaders.0/" + file);
    header_name.resize(std::min(header_name.size(), name_field.size));
    while (header_name.ends_with('/')) header_name.pop_back();

    HeaderBlock block;
    block.set_type('x');
    block.put_text(name_field, header_name);
    for (const Field field : {mode_field, user_field, group_field, mtime_field}) {
        block.put_octal(field, 0);
    }
    block.put_octal(size_field, static_cast<int64_t>(lines.size()));
    block.finish(out);
    append(out, as_bytes(lines));
    out.resize(out.size() + tar_padding(lines.size()));
}

}  // namespace

Result<Bytes> tar_header(const TarEntry& entry) {
    for (const std::string* text : {&entry.name, &entry.link_target}) {
        if (text->find('\0') == std::string::npos) continue;
        return fail(Code::invalid_argument,
                    "archive/tar: cannot encode header: a zero byte stands in a name below {}",
                    entry.name.substr(0, entry.name.find('\0')));
    }
    const int64_t mtime_s = seconds_of(entry.mtime, entry.times);
    const Records records = records_of(entry, mtime_s);
    Bytes out;
    if (!records.empty()) put_records(out, entry.name, records);

    HeaderBlock block;
    const bool may_split = records.empty() && entry.times == TarTimes::rounded;
    const auto split = may_split ? split_name(entry.name) : std::nullopt;
    if (split) block.put_text(prefix_field, split->prefix);
    block.put_text(name_field, split ? std::string(split->name) : to_ascii(entry.name));
    block.put_text(link_field, to_ascii(entry.link_target));
    block.set_type(static_cast<char>(entry.type));
    block.put_octal(mode_field, entry.mode);
    for (const Field field : {user_field, group_field, device_major_field, device_minor_field}) {
        block.put_octal(field, 0);
    }
    block.put_octal(size_field, static_cast<int64_t>(entry.size_bytes));
    block.put_octal(mtime_field, mtime_s);
    block.finish(out);
    return out;
}

}  // namespace kit::unixfs
