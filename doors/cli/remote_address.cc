#include "doors/cli/remote_address.h"

#include "base/ascii.h"
#include "formats/multiaddr.h"

namespace kit::cli {
namespace {

using formats::Protocol;

constexpr uint64_t api_file_size_bytes_max = 2047;  // As Kubo: repo/fsrepo/fsrepo.go, APIAddr.

}  // namespace

Result<RemoteAddress> remote_address(std::string_view text) {
    text = trimmed(text, blanks_and_newlines);
    if (text.starts_with("http://") || text.starts_with("https://")) {
        while (text.ends_with('/')) text.remove_suffix(1);
        return RemoteAddress{.origin = std::string(text)};
    }
    const auto parsed = formats::Multiaddr::from_text(text);
    if (!parsed) {
        return fail_because(parsed.error(), "the API's address \"{}\" is no multiaddr", text);
    }
    std::string host;
    std::string port;
    bool is_tls = false;
    for (const formats::MultiaddrPart& part : parsed->parts()) {
        switch (part.protocol) {
            case Protocol::ip6:
                host = "[" + part.value_text() + "]";
                break;
            case Protocol::ip4:
            case Protocol::dns:
            case Protocol::dns4:
            case Protocol::dns6:
                host = part.value_text();
                break;
            case Protocol::tcp:
                port = part.value_text();
                break;
            case Protocol::tls:
            case Protocol::https:
                is_tls = true;
                break;
            case Protocol::unix_socket:
                return RemoteAddress{.origin = "http://unix", .unix_path = part.value_text()};
            default:
                break;
        }
    }
    if (host.empty() || port.empty()) {
        return fail(Code::invalid_argument, "unsupported API address: {}", text);
    }
    return RemoteAddress{.origin = (is_tls ? "https://" : "http://") + host + ":" + port};
}

Result<std::optional<std::string>> find_api_file(Disk& disk, const Path& repo) {
    const Path path = join(repo, "api");
    const auto content = read_file(disk, path, api_file_size_bytes_max);
    if (!content && content.error().code == Code::not_found) return std::nullopt;
    if (!content && content.error().code == Code::too_large) {
        return fail(Code::too_large, "API file too large, must be <2048 bytes long: {}", path);
    }
    if (!content) return std::unexpected(content.error());
    return std::string(as_text(*content));
}

}  // namespace kit::cli
