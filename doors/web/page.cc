#include "doors/web/page.h"

#include <algorithm>
#include <string>
#include <utility>

#include "doors/web/page_files.h"

namespace kit::web {
namespace {

constexpr std::string_view place = "/webui";
// No script, style, font or picture from elsewhere, none written into the document, and no other
// site may show the page in a frame. blob: is for what the page itself has fetched.
constexpr std::string_view policy =
    "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'";

std::string_view content_type(std::string_view name) {
    if (name.ends_with(".html")) return "text/html; charset=utf-8";
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    if (name.ends_with(".svg")) return "image/svg+xml";
    if (name.ends_with(".json")) return "application/json";
    return "text/javascript; charset=utf-8";
}

// The file for what follows "/webui"; nullptr when there is none.
const PageFile* find_file(std::string_view rest) {
    const auto files = page_files();
    const std::string_view name = rest.size() <= 1 ? "index.html" : rest.substr(1);
    const auto found = std::ranges::find(files, name, &PageFile::name);
    return found == files.end() ? nullptr : &*found;
}

PageAnswer words(int status, std::string_view text) {
    PageAnswer answer = {.head = {.status = status, .headers = {}, .size_bytes = text.size()},
                         .body = as_bytes(text)};
    answer.head.headers.add("Content-Type", "text/plain; charset=utf-8");
    answer.head.headers.add("X-Content-Type-Options", "nosniff");
    return answer;
}

// "W/" before a tag may stand: a weak comparison, as RFC 9110, 13.1.2, wants of If-None-Match.
bool has_it(const http::RequestHead& request, std::string_view etag) {
    const auto is_here = [&](std::string_view tag) {
        return request.headers.lists("If-None-Match", tag);
    };
    return is_here(etag) || is_here("*") || is_here("W/" + std::string(etag));
}

}  // namespace

bool is_page(const http::RequestHead& request) {
    const std::string_view path = request.path();
    return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}

PageAnswer file_answer(const http::RequestHead& request, const PageFile& file) {
    if (request.method != "GET" && request.method != "HEAD") {
        PageAnswer refusal = words(405, "405 - Method Not Allowed\n");
        refusal.head.headers.add("Allow", "GET, HEAD");
        return refusal;
    }
    http::ResponseHead head = {.status = 200, .headers = {}, .size_bytes = file.content.size()};
    head.headers.add("ETag", std::string(file.etag));
    // Asked for each time, so that a new program shows its new page; mostly that costs a 304.
    head.headers.add("Cache-Control", "no-cache");
    if (has_it(request, file.etag)) {
        head.status = 304;
        head.size_bytes.reset();
        return {.head = std::move(head), .body = {}};
    }
    head.headers.add("Content-Security-Policy", std::string(policy));
    head.headers.add("Content-Type", std::string(content_type(file.name)));
    head.headers.add("Referrer-Policy", "same-origin");
    head.headers.add("X-Content-Type-Options", "nosniff");
    return {.head = std::move(head), .body = file.content};
}

PageAnswer page_answer(const http::RequestHead& request) {
    const PageFile* file = find_file(request.path().substr(place.size()));
    if (file == nullptr) return words(404, "404 page not found\n");
    return file_answer(request, *file);
}

bool serve_page(http::Exchange& exchange) {
    if (!is_page(exchange.request())) return false;
    send(exchange, page_answer(exchange.request()));
    return true;
}

void send(http::Exchange& exchange, PageAnswer answer) {
    exchange.begin(std::move(answer.head));
    // A client that has gone misses nothing.
    if (exchange.write(answer.body)) (void)exchange.end();
}

}  // namespace kit::web
