// Who may call the RPC: no web page but those that the config allows (Origin, Referer, and the
// browser that hides both), and with API.Authorizations nobody without a secret. The order and the
// words are Kubo's (go-ipfs-cmds http/config.go, rs/cors, core/corehttp/commands.go).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"
#include "node/config.h"

namespace kit::rpc {

struct Refusal {
    int status;
    std::string text;
};

// Made once for each listener; any thread.
class Access final {
public:
    // `port` is the listener's own: pages that it serves itself may call it. 0: a Unix socket.
    Access(const node::Config& config, uint16_t port);

    // An answer to a preflight of CORS; nullopt when the request is none.
    std::optional<http::ResponseHead> preflight(const http::RequestHead& request) const;
    // What every answer carries: CORS, the config's own fields, Server.
    void add_headers(const http::RequestHead& request, http::Headers& headers) const;
    // API.Authorizations: 403 without a valid secret for this path. A path at /api/v1 is allowed by
    // its own name and by that of the same command at /api/v0.
    std::optional<Refusal> check_secret(const http::RequestHead& request) const;
    // 405 for methods, 403 for what may be a page of another site.
    std::optional<Refusal> check_origin(const http::RequestHead& request) const;

private:
    struct Secret {
        std::string header;  // What the Authorization field must be.
        std::vector<std::string> prefixes;
    };

    bool is_allowed(std::string_view origin) const;
    void add_cors(const http::RequestHead& request, http::Headers& headers) const;

    std::vector<std::string> origins_;
    bool all_origins_ = false;
    std::vector<std::string> methods_;
    bool credentials_ = false;
    std::vector<std::pair<std::string, std::string>> fields_;
    std::optional<std::vector<Secret>> secrets_;  // Absent: nobody is asked for one.
};

// "bearer:x", "basic:user:pass" or "basic:dXNlcjpwYXNz" as the Authorization field that it stands
// for; a bare text is a bearer's.
std::string authorization_field(std::string_view secret);

}  // namespace kit::rpc
