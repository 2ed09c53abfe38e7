#include "doors/gateway/pages.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "doors/gateway/call.h"
#include "doors/gateway/page_parts.h"
#include "formats/multibase.h"
#include "http/message.h"
#include "http/url.h"

namespace kit::gateway {
namespace {

using formats::Ipld;

// A preview shows at most so much; the block itself is one link away.
constexpr size_t preview_size_bytes_max = 512 * KiB;

std::string page_head(std::string_view title, std::string_view description) {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<meta name=\"description\" content=\"{}\">\n<link rel=\"icon\" href=\"{}\">\n"
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main id=\"main\">\n",
        description, page_icon, escape_html(title), page_style);
}

std::string_view explain(int status) {
    switch (status) {
        case 400:
            return "The request cannot be understood. What is wrong with it stands below.";
        case 404:
            return "Nothing is found at this address: the path leads nowhere, or a block of it is "
                   "not here.";
        case 406:
            return "This gateway does not give this content in the form that was asked for.";
        case 410:
            return "This gateway refuses to serve this content.";
        case 412:
            return "What the request demands before it wants an answer is not so.";
        case 429:
            return "There are too many requests at this moment. Wait a little and try again.";
        case 451:
            return "This content is not served for legal reasons.";
        case 500:
            return "Something went wrong while the content was read. What it was stands below.";
        case 501:
            return "This gateway does not do what was asked for.";
        case 502:
        case 503:
            return "The gateway cannot reach what it needs to answer.";
        case 504:
            return "The content did not arrive in time. Those who have it may be offline.";
        default:
            return "The request could not be served.";
    }
}

std::string_view icon_of(const ListingRow& row) {
    const size_t dot = row.name.rfind('.');
    const bool has_extension = dot != std::string_view::npos && dot > 0;
    if (row.may_be_directory && !has_extension) return "d";
    return "f";
}

// What a value looks like, one line for each entry of a map or list.
class ValueWriter final {
public:
    std::string take() && { return std::move(out_); }

    void write(const Ipld& value, int depth) {
        if (out_.size() > preview_size_bytes_max) return cut();
        if (const auto* map = std::get_if<Ipld::Map>(&value.value)) return write_map(*map, depth);
        if (const auto* list = std::get_if<Ipld::List>(&value.value)) {
            return write_list(*list, depth);
        }
        out_ += scalar(value);
    }

private:
    void cut() {
        if (is_cut_) return;
        is_cut_ = true;
        out_ += "<i>… more than can be shown here</i>";
    }

    void write_map(const Ipld::Map& map, int depth) {
        if (map.empty()) {
            out_ += "<i>empty map</i>";
            return;
        }
        out_ += depth > 2 ? "<details><summary>map</summary><dl>" : "<dl>";
        for (const auto& [key, inner] : map) {
            if (is_cut_) break;
            out_ += "<div><dt>" + escape_html(key) + "</dt><dd>";
            write(inner, depth + 1);
            out_ += "</dd></div>";
        }
        out_ += depth > 2 ? "</dl></details>" : "</dl>";
    }

    void write_list(const Ipld::List& list, int depth) {
        if (list.empty()) {
            out_ += "<i>empty list</i>";
            return;
        }
        out_ += depth > 2 ? "<details><summary>list</summary><ol start=\"0\">" : "<ol start=\"0\">";
        for (const Ipld& inner : list) {
            if (is_cut_) break;
            out_ += "<li>";
            write(inner, depth + 1);
            out_ += "</li>";
        }
        out_ += depth > 2 ? "</ol></details>" : "</ol>";
    }

    static std::string scalar(const Ipld& value) {
        if (const auto* link = std::get_if<Cid>(&value.value)) {
            const std::string cid = link->to_text();
            return fmt::format("<a class=\"cid\" href=\"/ipfs/{}\">{}</a>", cid, cid);
        }
        if (const auto* text = std::get_if<std::string>(&value.value)) return escape_html(*text);
        if (const auto* bytes = std::get_if<Bytes>(&value.value)) {
            return fmt::format("<code>{} bytes: {}{}</code>", bytes->size(),
                               to_hex(ByteView(*bytes).first(std::min<size_t>(bytes->size(), 64))),
                               bytes->size() > 64 ? "…" : "");
        }
        if (const auto* flag = std::get_if<bool>(&value.value)) return *flag ? "true" : "false";
        if (const auto* number = std::get_if<double>(&value.value)) {
            return fmt::format("{}", *number);
        }
        if (const auto* integer = std::get_if<formats::IpldInteger>(&value.value)) {
            if (!integer->negative) return fmt::format("{}", integer->magnitude);
            return integer->magnitude == UINT64_MAX ? "-18446744073709551616"
                                                    : fmt::format("-{}", integer->magnitude + 1);
        }
        return "<i>null</i>";
    }

    std::string out_;
    bool is_cut_ = false;
};

}  // namespace

std::string_view pages_version() {
    return "kit1";
}

std::string human_size(uint64_t size_bytes) {
    static constexpr std::array<std::string_view, 7> units = {"B",  "kB", "MB", "GB",
                                                              "TB", "PB", "EB"};
    if (size_bytes < 10) return fmt::format("{} B", size_bytes);
    const auto exponent = static_cast<size_t>(
        std::floor(std::log(static_cast<double>(size_bytes)) / std::log(1000.0)));
    const double scaled =
        std::floor(static_cast<double>(size_bytes) / std::pow(1000, exponent) * 10 + 0.5) / 10;
    if (scaled < 10) return fmt::format("{:.1f} {}", scaled, units[exponent]);
    return fmt::format("{:.0f} {}", scaled, units[exponent]);
}

std::string link_path(std::string_view path) {
    return http::encode_path(path);
}

std::string escape_path_segment(std::string_view text) {
    std::string out;
    for (const char letter : http::encode_path(text)) {
        switch (letter) {
            case '/':
                out += "%2F";
                break;
            case ',':
                out += "%2C";
                break;
            case ';':
                out += "%3B";
                break;
            default:
                out.push_back(letter);
        }
    }
    return out;
}

std::string error_page(int status, std::string_view sentence) {
    const std::string title = fmt::format("{} {}", status, http::status_text(status));
    return page_head(title, "An error of an IPFS gateway.") +
           fmt::format(
               "<header><h1>{}</h1></header>\n<section class=\"text\">\n<p>{}</p>\n"
               "<pre>{}</pre>\n<p>What helps: look for a slip in the address; try again later, as "
               "those who keep the content may come back; or fetch it with a node of your own, "
               "which verifies every byte.</p>\n</section>\n</main>\n</body>\n</html>\n",
               escape_html(title), explain(status), escape_html(sentence));
}

std::string listing_head(const ListingHead& head) {
    std::string page =
        page_head(head.path, "A directory of content-addressed files hosted on IPFS.");
    page += "<header>\n<h1>Index of ";
    for (const Crumb& crumb : head.crumbs) {
        page += "/";
        if (crumb.link.empty()) {
            page += escape_html(crumb.name);
        } else {
            page += fmt::format("<a href=\"{}\">{}</a>", escape_html(crumb.link),
                                escape_html(crumb.name));
        }
    }
    page += fmt::format(
        "</h1>\n<p class=\"facts\"><span class=\"ipfs-hash\" translate=\"no\">{}</span>"
        "<strong title=\"Cumulative size of IPFS DAG (data + metadata)\">{}</strong></p>\n"
        "</header>\n{}<table id=\"list\">\n<thead><tr><th></th><th aria-sort=\"none\">"
        "<button>Name</button></th><th>CID</th><th aria-sort=\"none\"><button>Size</button></th>"
        "</tr></thead>\n<tbody>\n",
        head.cid, human_size(head.size_bytes), page_symbols);
    if (!head.back_link.empty()) {
        page += fmt::format(
            "<tr class=\"up\"><td><svg><use href=\"#u\"/></svg></td><td><a href=\"{}\">..</a></td>"
            "<td></td><td></td></tr>\n",
            escape_html(head.back_link));
    }
    return page;
}

std::string listing_row(const ListingRow& row) {
    const std::string short_cid =
        row.cid.size() <= 8 ? row.cid
                            : row.cid.substr(0, 4) + "…" + row.cid.substr(row.cid.size() - 4);
    return fmt::format(
        "<tr><td><svg><use href=\"#{}\"/></svg></td><td><a href=\"{}\">{}</a></td>"
        "<td><a class=\"ipfs-hash\" translate=\"no\" href={}>{}</a></td>"
        "<td data-size=\"{}\" title=\"Cumulative size of IPFS DAG (data + metadata)\">{}</td>"
        "</tr>\n",
        icon_of(row), escape_html(row.link), escape_html(row.name),
        "\"" + escape_html(row.cid_link) + "\"" +
            (row.cid_is_elsewhere ? " target=\"_blank\" rel=\"noreferrer noopener\"" : ""),
        short_cid, row.size_bytes, human_size(row.size_bytes));
}

std::string_view listing_tail() {
    return listing_end;
}

std::string preview_page(const Preview& preview) {
    const std::string cid = preview.cid.to_text();
    std::string page = page_head(preview.path, "A content-addressed value hosted on IPFS.");
    page += fmt::format(
        "<header>\n<h1>{}</h1>\n<p class=\"facts\"><span class=\"ipfs-hash\" translate=\"no\">{}"
        "</span><strong>{}</strong></p>\n</header>\n<section class=\"text\">\n<p>Download: "
        "<a href=\"?format=raw\">raw block</a>, <a href=\"?format={}\">{}</a></p>\n",
        escape_html(preview.path), cid, preview.codec_name, preview.codec_name, preview.codec_name);
    if (preview.value == nullptr) {
        page += "<p>This block cannot be shown: it is not what its codec says.</p>\n";
    } else {
        ValueWriter writer;
        writer.write(*preview.value, 0);
        page += "<div class=\"value\">" + std::move(writer).take() + "</div>\n";
    }
    return page + "</section>\n</main>\n</body>\n</html>\n";
}

}  // namespace kit::gateway
