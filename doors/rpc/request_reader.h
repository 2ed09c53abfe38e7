// From an HTTP request to a command's request, by the rules of go-ipfs-cmds http/parse.go: unknown
// options are ignored, known ones checked, arguments come from the query, the path and the body.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "commands/command.h"
#include "doors/rpc/verbs.h"
#include "http/exchange.h"
#include "http/multipart.h"
#include "http/url.h"

namespace kit::rpc {

// What was said, before the command's definitions are applied to it.
struct Words {
    const Verb* verb = nullptr;
    std::vector<std::string> arguments;  // Texts alone, in order.
    http::QueryPairs options;
};

struct RpcRequest {
    const Verb* verb = nullptr;
    commands::Request request;
    std::unique_ptr<http::MultipartReader> parts;  // The body, when it has files.
    int64_t deadline_ns = 0;                       // Monotonic; 0: none.
};

// `path` is what follows "/api/v0/". The exchange must outlive the result, which reads its body.
// Fails with not_found when no command has the path, else with invalid_argument in Kubo's words.
Result<RpcRequest> read_request(Verbs& verbs, std::string_view path, http::Exchange& exchange);
// The same from words that were found otherwise; the files come from the exchange's body.
Result<RpcRequest> read_request(Words words, http::Exchange& exchange);

// The body's lines as arguments, at most this much of them.
inline constexpr uint64_t body_arguments_size_bytes_max = 64 * MiB;

}  // namespace kit::rpc
