// Where a daemon's RPC is: the text of $IPFS_PATH/api and of --api, a multiaddr as Kubo's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/result.h"

namespace kit::cli {

struct RemoteAddress {
    std::string origin;   // "http://127.0.0.1:5001", without a slash at its end.
    Path unix_path = {};  // Where to connect instead, with an origin that only names the host.
};

// "/ip4/127.0.0.1/tcp/5001", "/dns4/example.net/tcp/443/tls/http", "/unix/run/x.sock", and also
// "http://127.0.0.1:5001". Fails with invalid_argument.
Result<RemoteAddress> remote_address(std::string_view text);

// What the daemon of a repository wrote into its file `api`; nullopt without the file.
Result<std::optional<std::string>> find_api_file(Disk& disk, const Path& repo);

}  // namespace kit::cli
