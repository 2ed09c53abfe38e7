#include "doors/rpc/file_parts.h"

#include <charconv>

#include "base/limits.h"
#include "http/url.h"

namespace kit::rpc {
namespace {

template <typename Number>
std::optional<Number> number_of(std::string_view text, int base) {
    Number value = 0;
    const auto [rest, status] =
        std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || rest != text.data() + text.size() || status != std::errc()) {
        return std::nullopt;
    }
    return value;
}

// "file?mode=0644&mtime=1700000000&mtime-nsecs=5". What cannot be read is left out, as boxo does.
// The mode has Go's bits, as clients send them: what they mean is the importer's matter.
void read_stat(std::string_view field_name, commands::FileInput& file) {
    const size_t mark = field_name.find('?');
    if (mark == std::string_view::npos) return;
    const auto pairs = http::parse_query(field_name.substr(mark + 1));
    if (!pairs) return;
    std::optional<int64_t> seconds;
    uint32_t nanoseconds = 0;
    for (const auto& [name, value] : *pairs) {
        if (name == "mode") file.mode = number_of<uint32_t>(value, 8);
        if (name == "mtime") seconds = number_of<int64_t>(value, 10);
        if (name == "mtime-nsecs") nanoseconds = number_of<uint32_t>(value, 10).value_or(0);
    }
    if (seconds) file.mtime = unixfs::Mtime{*seconds, nanoseconds};
}

Result<std::string> read_link(http::MultipartReader& parts) {
    std::string target;
    uint8_t piece[4096];
    for (;;) {
        const size_t count = TRY(parts.read(piece));
        if (count == 0) return target;
        target += as_text(ByteView(piece).first(count));
        if (target.size() > limits::path_size_bytes_max) {
            return fail(Code::too_large, "a symbolic link's target has over {} bytes",
                        limits::path_size_bytes_max);
        }
    }
}

}  // namespace

std::string path_of_filename(std::string_view filename) {
    const auto decoded = http::decode_query(filename);
    std::string_view rest = decoded ? std::string_view(*decoded) : filename;
    std::vector<std::string_view> segments;
    while (!rest.empty()) {
        const size_t slash = std::min(rest.find('/'), rest.size());
        const std::string_view segment = rest.substr(0, slash);
        rest.remove_prefix(std::min(slash + 1, rest.size()));
        if (segment.empty() || segment == ".") continue;
        if (segment != "..") {
            segments.push_back(segment);
        } else if (!segments.empty()) {
            segments.pop_back();
        }
    }
    std::string path;
    for (const std::string_view segment : segments) {
        if (!path.empty()) path += '/';
        path += segment;
    }
    return path;
}

Result<std::optional<commands::FileInput>> next_file(http::MultipartReader& parts) {
    const auto headers = TRY(parts.next_part());
    if (!headers) return std::nullopt;
    commands::FileInput file;
    file.read = [&parts](std::span<uint8_t> out) { return parts.read(out); };
    const auto disposition =
        http::parse_field_value(headers->find("Content-Disposition").value_or(""));
    if (disposition) {
        file.name = path_of_filename(disposition->find("filename").value_or(""));
        read_stat(disposition->find("name").value_or(""), file);
    }
    const std::string_view type_text = headers->find("Content-Type").value_or("");
    const auto type = TRY(http::parse_field_value(type_text));
    if (type.value == "application/x-directory" || type.value == "multipart/form-data") {
        file.type = FileType::directory;
    } else if (type.value == "application/symlink") {
        file.type = FileType::symlink;
        file.target = TRY(read_link(parts));
    }
    if (const auto encoded = headers->find("Abspath-Encoded"); encoded && !encoded->empty()) {
        file.original_path = TRY(http::decode_query(*encoded));
    } else {
        file.original_path = headers->find("Abspath").value_or("");
    }
    return file;
}

}  // namespace kit::rpc
