#include "doors/rest/documents.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "doors/rest/docs_page.h"
#include "doors/rest/document.h"
#include "doors/rest/page_files.h"
#include "formats/hash_functions.h"
#include "node/go_json.h"

namespace kit::rest {
namespace {

std::string etag_of(std::string_view text) {
    std::array<uint8_t, 32> digest = {};
    const ByteView bytes = as_bytes(text);
    formats::sha2_256_digest({&bytes, 1}, digest.data());
    return fmt::format("\"{}\"", to_hex(ByteView(digest).first(16)));
}

}  // namespace

void Documents::make(rpc::Verbs& verbs) {
    const commands::Json document = openapi_document(verbs);
    documents_.push_back({"/openapi.json", node::go_json(document) + "\n", {}, {}});
    documents_.push_back({"/docs", docs_page(document), {}, {}});
    for (const web::PageFile& file : page_files()) {
        documents_.push_back(
            {fmt::format("/docs/{}", file.name), std::string(as_text(file.content)), {}, {}});
    }
    for (Document& each : documents_) {
        each.etag = etag_of(each.text);
        const std::string_view name =
            each.path == "/docs" ? "docs.html" : std::string_view(each.path);
        each.file = {.name = name, .etag = each.etag, .content = as_bytes(each.text)};
    }
}

const web::PageFile* Documents::find(rpc::Verbs& verbs, std::string_view path) {
    if (!path.starts_with("/docs") && path != "/openapi.json") return nullptr;
    std::call_once(made_, [&] { make(verbs); });
    const auto found = std::ranges::find(documents_, path, &Document::path);
    return found == documents_.end() ? nullptr : &found->file;
}

}  // namespace kit::rest
