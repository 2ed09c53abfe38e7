#include "doors/gateway/content_type.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"
#include "base/utf8.h"

namespace kit::gateway {
namespace {

struct Named {
    std::string_view extension;
    std::string_view type;
};
// Go's own table, and what systems with the usual list of types add to it. Sorted.
constexpr auto named_types = std::to_array<Named>({
    {".3gp", "video/3gpp"},
    {".7z", "application/x-7z-compressed"},
    {".aac", "audio/aac"},
    {".ai", "application/postscript"},
    {".aiff", "audio/x-aiff"},
    {".apk", "application/vnd.android.package-archive"},
    {".apng", "image/apng"},
    {".atom", "application/atom+xml"},
    {".avi", "video/vnd.avi"},
    {".avif", "image/avif"},
    {".bib", "text/x-bibtex; charset=utf-8"},
    {".bin", "application/octet-stream"},
    {".bmp", "image/bmp"},
    {".bz2", "application/x-bzip2"},
    {".c", "text/x-csrc; charset=utf-8"},
    {".cc", "text/x-c++src; charset=utf-8"},
    {".com", "application/octet-stream"},
    {".conf", "text/plain; charset=utf-8"},
    {".cpp", "text/x-c++src; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"},
    {".deb", "application/vnd.debian.binary-package"},
    {".diff", "text/x-patch; charset=utf-8"},
    {".doc", "application/msword"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".ehtml", "text/html; charset=utf-8"},
    {".eml", "message/rfc822"},
    {".eps", "application/postscript"},
    {".epub", "application/epub+zip"},
    {".exe", "application/octet-stream"},
    {".flac", "audio/flac"},
    {".flv", "video/x-flv"},
    {".gif", "image/gif"},
    {".glb", "model/gltf-binary"},
    {".gltf", "model/gltf+json"},
    {".go", "text/x-go; charset=utf-8"},
    {".gz", "application/gzip"},
    {".h", "text/x-chdr; charset=utf-8"},
    {".heic", "image/heic"},
    {".heif", "image/heif"},
    {".htm", "text/html; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/vnd.microsoft.icon"},
    {".ics", "text/calendar; charset=utf-8"},
    {".ini", "text/plain; charset=utf-8"},
    {".iso", "application/vnd.efi.iso"},
    {".jar", "application/java-archive"},
    {".java", "text/x-java; charset=utf-8"},
    {".jfif", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".jsonld", "application/ld+json"},
    {".jxl", "image/jxl"},
    {".log", "text/x-log; charset=utf-8"},
    {".m3u8", "application/vnd.apple.mpegurl"},
    {".m4a", "audio/mp4"},
    {".m4v", "video/mp4"},
    {".map", "application/json"},
    {".markdown", "text/markdown; charset=utf-8"},
    {".md", "text/markdown; charset=utf-8"},
    {".mid", "audio/midi"},
    {".midi", "audio/midi"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".mkv", "video/x-matroska"},
    {".mov", "video/quicktime"},
    {".mp3", "audio/mpeg"},
    {".mp4", "video/mp4"},
    {".mpeg", "video/mpeg"},
    {".mpg", "video/mpeg"},
    {".ndjson", "application/x-ndjson"},
    {".obj", "model/obj"},
    {".odp", "application/vnd.oasis.opendocument.presentation"},
    {".ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {".odt", "application/vnd.oasis.opendocument.text"},
    {".oga", "audio/ogg"},
    {".ogg", "audio/ogg"},
    {".ogv", "video/ogg"},
    {".opus", "audio/ogg"},
    {".otf", "font/otf"},
    {".parquet", "application/vnd.apache.parquet"},
    {".patch", "text/x-patch; charset=utf-8"},
    {".pdf", "application/pdf"},
    {".pjp", "image/jpeg"},
    {".pjpeg", "image/jpeg"},
    {".png", "image/png"},
    {".ppt", "application/vnd.ms-powerpoint"},
    {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {".ps", "application/postscript"},
    {".psd", "image/vnd.adobe.photoshop"},
    {".py", "text/x-python; charset=utf-8"},
    {".rar", "application/vnd.rar"},
    {".rdf", "application/rdf+xml"},
    {".rpm", "application/x-rpm"},
    {".rs", "text/rust; charset=utf-8"},
    {".rss", "application/rss+xml"},
    {".rtf", "application/rtf"},
    {".sh", "application/x-shellscript"},
    {".shtml", "text/html; charset=utf-8"},
    {".sql", "application/sql"},
    {".sqlite", "application/vnd.sqlite3"},
    {".stl", "model/stl"},
    {".svg", "image/svg+xml"},
    {".svgz", "image/svg+xml-compressed"},
    {".tar", "application/x-tar"},
    {".tex", "text/x-tex; charset=utf-8"},
    {".text", "text/plain; charset=utf-8"},
    {".tgz", "application/x-compressed-tar"},
    {".tif", "image/tiff"},
    {".tiff", "image/tiff"},
    {".toml", "application/toml"},
    {".ts", "video/mp2t"},
    {".tsv", "text/tab-separated-values; charset=utf-8"},
    {".ttf", "font/ttf"},
    {".txt", "text/plain; charset=utf-8"},
    {".vtt", "text/vtt; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".wav", "audio/wav"},
    {".weba", "audio/webm"},
    {".webm", "video/webm"},
    {".webmanifest", "application/manifest+json"},
    {".webp", "image/webp"},
    {".wmv", "video/x-ms-wmv"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
    {".xbl", "text/xml; charset=utf-8"},
    {".xbm", "image/x-xbitmap"},
    {".xht", "application/xhtml+xml"},
    {".xhtml", "application/xhtml+xml"},
    {".xls", "application/vnd.ms-excel"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".xml", "text/xml; charset=utf-8"},
    {".xsl", "text/xml; charset=utf-8"},
    {".xz", "application/x-xz"},
    {".yaml", "application/yaml"},
    {".yml", "application/yaml"},
    {".zip", "application/zip"},
    {".zst", "application/zstd"},
});
static_assert(std::ranges::is_sorted(named_types, {}, &Named::extension));

struct Magic {
    size_t offset;
    std::string_view bytes;
    std::string_view type;
};
using std::operator""sv;
// The first that fits. https://mimesniff.spec.whatwg.org/ and the formats' own specifications.
constexpr auto magics = std::to_array<Magic>({
    {0, "7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"},
    {0, "PK\x03\x04"sv, "application/zip"},
    {0, "PK\x05\x06"sv, "application/zip"},
    {0, "%PDF-"sv, "application/pdf"},
    {0, "%!PS-Adobe-"sv, "application/postscript"},
    {0, "8BPS"sv, "image/vnd.adobe.photoshop"},
    {0, "OggS"sv, "application/ogg"},
    {0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    {0, "\xff\xd8\xff"sv, "image/jpeg"},
    {0, "\xff\x0a"sv, "image/jxl"},
    {0, "GIF87a"sv, "image/gif"},
    {0, "GIF89a"sv, "image/gif"},
    {8, "WEBPVP"sv, "image/webp"},
    {0, "MZ"sv, "application/vnd.microsoft.portable-executable"},
    {0, "\x7f\x45LF"sv, "application/x-elf"},
    {0, "!<arch>"sv, "application/x-archive"},
    {257, "ustar"sv, "application/x-tar"},
    {0, "BZh"sv, "application/x-bzip2"},
    {0, "II*\0"sv, "image/tiff"},
    {0, "MM\0*"sv, "image/tiff"},
    {0, "BM"sv, "image/bmp"},
    {0, "\0\0\x01\0"sv, "image/x-icon"},
    {0, "fLaC"sv, "audio/flac"},
    {0, "MThd"sv, "audio/midi"},
    {8, "WAVE"sv, "audio/wav"},
    {8, "AVI LIST"sv, "video/x-msvideo"},
    {0, "\0\0\x01\xba"sv, "video/mpeg"},
    {0, "\0\0\x01\xb3"sv, "video/mpeg"},
    {4, "ftypqt"sv, "video/quicktime"},
    {4, "ftypavif"sv, "image/avif"},
    {4, "ftypheic"sv, "image/heic"},
    {4, "ftypM4A"sv, "audio/x-m4a"},
    {4, "ftyp"sv, "video/mp4"},
    {0, "\x1a\x45\xdf\xa3"sv, "video/x-matroska"},
    {0, "FLV\x01"sv, "video/x-flv"},
    {0, "\x1f\x8b"sv, "application/gzip"},
    {0, "\0\x01\0\0\0"sv, "font/ttf"},
    {0, "wOFF"sv, "font/woff"},
    {0, "wOF2"sv, "font/woff2"},
    {0, "OTTO"sv, "font/otf"},
    {0, "\0asm"sv, "application/wasm"},
    {0, "Rar!\x1a\x07"sv, "application/x-rar-compressed"},
    {0, "SQLite format 3\0"sv, "application/vnd.sqlite3"},
    {0, "\xd9\xd9\xf7"sv, "application/cbor"},
    {0, "\x28\xb5\x2f\xfd"sv, "application/zstd"},
    {0, "\xfd\x37zXZ\0"sv, "application/x-xz"},
    {0, "glTF"sv, "model/gltf-binary"},
    {0, "PAR1"sv, "application/vnd.apache.parquet"},
    {0, "ID3"sv, "audio/mpeg"},
    {0, "\xff\xfb"sv, "audio/mpeg"},
});

// Tags that a page begins with; what follows them is a space or ">".
constexpr auto html_tags = std::to_array<std::string_view>(
    {"<!doctype html", "<html", "<head", "<script", "<iframe", "<h1", "<div", "<font", "<table",
     "<a", "<style", "<title", "<b", "<body", "<br", "<p", "<!--"});

bool starts_with_tag(std::string_view text, std::string_view tag) {
    if (text.size() <= tag.size()) return false;
    if (!starts_with_ignoring_case(text, tag)) return false;
    return text[tag.size()] == ' ' || text[tag.size()] == '>';
}

bool is_binary(std::string_view text) {
    return std::ranges::any_of(text, [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte <= 0x08 || byte == 0x0b || (byte >= 0x0e && byte <= 0x1a) ||
               (byte >= 0x1c && byte <= 0x1f);
    });
}

// Brackets that close in order, outside of strings: enough to tell JSON from what looks like it.
bool is_json(std::string_view text, bool is_whole) {
    std::string open;
    bool in_string = false;
    bool done = false;
    for (size_t i = 0; i < text.size(); ++i) {
        const char letter = text[i];
        if (in_string) {
            if (letter == '\\') {
                ++i;
            } else if (letter == '"') {
                in_string = false;
            } else if (static_cast<unsigned char>(letter) < 0x20) {
                return false;
            }
            continue;
        }
        if (std::string_view(" \t\r\n").find(letter) != std::string_view::npos) continue;
        if (done) return false;
        switch (letter) {
            case '"':
                in_string = true;
                break;
            case '{':
            case '[':
                open.push_back(letter == '{' ? '}' : ']');
                break;
            case '}':
            case ']':
                if (open.empty() || open.back() != letter) return false;
                open.pop_back();
                done = open.empty();
                break;
            default:
                if (std::string_view("-+.,:0123456789eEtrufalsn").find(letter) ==
                    std::string_view::npos) {
                    return false;
                }
        }
    }
    return !is_whole || done;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const Utf8Character next = read_utf8(text);
        if (!next.valid) return false;
        text.remove_prefix(next.size_bytes);
    }
    return true;
}

std::string_view text_type(std::string_view text, bool is_whole) {
    if (text.starts_with("\xfe\xff")) return "text/plain; charset=utf-16be";
    if (text.starts_with("\xff\xfe")) return "text/plain; charset=utf-16le";
    const bool has_mark = text.starts_with("\xef\xbb\xbf");
    std::string_view body = text;
    if (has_mark) body.remove_prefix(3);
    const size_t first = body.find_first_not_of(" \t\r\n\f");
    body.remove_prefix(std::min(first, body.size()));
    for (const std::string_view tag : html_tags) {
        if (starts_with_tag(body, tag)) return "text/html; charset=utf-8";
    }
    if (starts_with_tag(body, "<svg")) return "image/svg+xml";
    if (body.starts_with("<?xml")) {
        return body.find("<svg") == std::string_view::npos ? "text/xml; charset=utf-8"
                                                           : "image/svg+xml";
    }
    const bool may_be_json = body.starts_with('{') || body.starts_with('[');
    if (may_be_json && is_json(body, is_whole)) return "application/json";
    // A character that the end of the head cuts in two is no mistake of the file.
    std::string_view checked = text;
    for (size_t back = 1; !is_whole && back <= 4 && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (byte < 0x80) break;
        if ((byte & 0xc0) == 0xc0) {
            checked.remove_suffix(back);
            break;
        }
    }
    if (is_utf8(checked)) return "text/plain; charset=utf-8";
    const bool has_controls = std::ranges::any_of(text, [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte >= 0x80 && byte <= 0x9f;
    });
    return has_controls ? "text/plain; charset=windows-1252" : "text/plain; charset=iso-8859-1";
}

}  // namespace

std::string_view type_by_name(std::string_view file_name) {
    const size_t dot = file_name.rfind('.');
    if (dot == std::string_view::npos) return {};
    std::string extension(file_name.substr(dot));
    std::ranges::transform(extension, extension.begin(), [](char c) { return ascii_lower(c); });
    const auto found =
        std::ranges::lower_bound(named_types, std::string_view(extension), {}, &Named::extension);
    if (found == named_types.end() || found->extension != extension) return {};
    return found->type;
}

std::string_view sniff_type(ByteView head, bool is_whole) {
    std::string_view text = as_text(head);
    if (text.size() > sniff_size_bytes) {
        text = text.substr(0, sniff_size_bytes);
        is_whole = false;
    }
    if (text.empty()) return "text/plain";
    for (const Magic& magic : magics) {
        if (text.size() > magic.offset && text.substr(magic.offset).starts_with(magic.bytes)) {
            return magic.type;
        }
    }
    return is_binary(text) ? "application/octet-stream" : text_type(text, is_whole);
}

}  // namespace kit::gateway
