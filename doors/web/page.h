// The page at /webui. It is the same for everybody and holds nothing of the node: what it shows it
// asks of the RPC, which decides who may know. So it may be read without a secret.
#pragma once

#include "base/bytes.h"
#include "doors/web/page_files.h"
#include "http/exchange.h"
#include "http/message.h"

namespace kit::web {

struct PageAnswer {
    http::ResponseHead head;
    ByteView body;  // Lives as long as the program.
};

// Whether the request is for /webui or below.
bool is_page(const http::RequestHead& request);
// 200, 304 for a client that has the file, 404, or 405 for other methods than GET and HEAD.
PageAnswer page_answer(const http::RequestHead& request);
// The same of one file that the program holds, under whatever path it was asked for.
PageAnswer file_answer(const http::RequestHead& request, const PageFile& file);
void send(http::Exchange& exchange, PageAnswer answer);
// Answers when is_page(); else touches nothing and returns false. Any thread.
bool serve_page(http::Exchange& exchange);

}  // namespace kit::web
