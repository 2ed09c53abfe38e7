// What the door answers the same to everybody: the OpenAPI document, the page that shows it, and
// the page's style and script. It holds nothing of the node, so it may be read without a secret.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "doors/rpc/verbs.h"
#include "doors/web/page_files.h"

namespace kit::rest {

// Made from the command table when somebody first asks. Any thread.
class Documents final {
public:
    // By the path after "/api/v1"; nullptr when there is none. Lives as long as this does.
    const web::PageFile* find(rpc::Verbs& verbs, std::string_view path);

private:
    struct Document {
        std::string path;
        std::string text;
        std::string etag;
        web::PageFile file;  // Views of the others.
    };
    void make(rpc::Verbs& verbs);

    std::once_flag made_;
    std::vector<Document> documents_;
};

}  // namespace kit::rest
