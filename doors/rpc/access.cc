#include "doors/rpc/access.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/ascii.h"
#include "formats/multibase.h"
#include "node/node.h"

namespace kit::rpc {
namespace {

using node::Json;

constexpr std::string_view exposed = "X-Stream-Output, X-Chunked-Output, X-Content-Length";

// "x-my-header" as Go's CanonicalHeaderKey: "X-My-Header".
std::string canonical_name(std::string_view name) {
    std::string out = ascii_lower(name);
    bool starts = true;
    for (char& c : out) {
        if (starts && c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
        starts = c == '-';
    }
    return out;
}

std::vector<std::string> texts_of(const Json& value) {
    std::vector<std::string> texts;
    if (!value.is_array()) return texts;
    for (const Json& each : value) {
        if (each.is_string()) texts.push_back(each.get<std::string>());
    }
    return texts;
}

// "https://a.example:1" of "https://a.example:1/page"; "" when it is no URL.
std::string_view origin_of(std::string_view url) {
    const size_t scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return {};
    return url.substr(0, url.find_first_of("/?#", scheme_end + 3));
}

// rs/cors with the allowed fields Origin, Accept, Content-Type and X-Requested-With; the browser
// sends the names in lower case, sorted, in one list.
bool are_fields_allowed(std::string_view names) {
    static constexpr std::string_view known[] = {"accept", "content-type", "origin",
                                                 "x-requested-with"};
    while (!names.empty()) {
        const size_t comma = std::min(names.find(','), names.size());
        std::string_view name = names.substr(0, comma);
        names.remove_prefix(std::min(comma + 1, names.size()));
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
        if (!name.empty() && std::ranges::find(known, name) == std::end(known)) return false;
    }
    return true;
}

}  // namespace

std::string authorization_field(std::string_view secret) {
    const size_t colon = secret.find(':');
    if (secret.empty()) return "";
    if (colon == std::string_view::npos) return fmt::format("Bearer {}", secret);
    const std::string_view kind = secret.substr(0, colon);
    const std::string_view value = secret.substr(colon + 1);
    if (kind == "bearer") return fmt::format("Bearer {}", value);
    if (kind != "basic") return "";  // A kind that nobody knows lets nobody in.
    if (value.find(':') == std::string_view::npos) return fmt::format("Basic {}", value);
    return fmt::format("Basic {}", formats::encode_base(formats::Base::base64pad, as_bytes(value)));
}

Access::Access(const node::Config& config, uint16_t port) {
    methods_ = {"GET", "POST", "PUT"};
    if (const Json* headers = config.find("API.HTTPHeaders"); headers && headers->is_object()) {
        for (const auto& [given, value] : headers->items()) {
            const std::string name = canonical_name(given);
            const std::vector<std::string> texts = texts_of(value);
            if (name == "Access-Control-Allow-Origin") {
                origins_ = texts;
            } else if (name == "Access-Control-Allow-Methods") {
                if (!texts.empty()) methods_ = texts;
            } else if (name == "Access-Control-Allow-Credentials") {
                credentials_ = !texts.empty() && ascii_lower(texts.back()) == "true";
            } else {
                for (const std::string& text : texts) fields_.emplace_back(name, text);
            }
        }
    }
    all_origins_ = std::ranges::find(origins_, "*") != origins_.end();
    if (port != 0) {
        for (const char* host : {"127.0.0.1", "[::1]", "localhost"}) {
            origins_.push_back(fmt::format("http://{}:{}", host, port));
            origins_.push_back(fmt::format("https://{}:{}", host, port));
        }
    }
    // The browser extension ipfs-companion, and its beta.
    origins_.emplace_back("chrome-extension://nibjojkomfdiaoajekhjakgkdhaomnch");
    origins_.emplace_back("chrome-extension://hjoieblefckbooibpepigmacodalfndh");

    const Json* users = config.find("API.Authorizations");
    if (users == nullptr || !users->is_object() || users->empty()) return;
    secrets_.emplace();
    for (const auto& [user, scope] : users->items()) {
        if (!scope.is_object()) continue;
        const std::string field = authorization_field(scope.value("AuthSecret", std::string()));
        if (field.empty()) continue;
        secrets_->push_back({field, texts_of(scope.value("AllowedPaths", Json::array()))});
    }
}

bool Access::is_allowed(std::string_view origin) const {
    return all_origins_ || std::ranges::find(origins_, origin) != origins_.end();
}

void Access::add_cors(const http::RequestHead& request, http::Headers& headers) const {
    const auto origin = request.headers.find("Origin");
    if (!origin || !is_allowed(ascii_lower(*origin))) return;
    headers.set("Access-Control-Allow-Origin", all_origins_ ? "*" : std::string(*origin));
    if (credentials_) headers.set("Access-Control-Allow-Credentials", "true");
}

std::optional<http::ResponseHead> Access::preflight(const http::RequestHead& request) const {
    const auto method = request.headers.find("Access-Control-Request-Method");
    if (request.method != "OPTIONS" || !method || method->empty()) return std::nullopt;
    http::ResponseHead head = {.status = 204, .headers = {}, .size_bytes = 0};
    head.headers.add("Vary",
                     "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    const auto origin = request.headers.find("Origin");
    const auto fields = request.headers.find("Access-Control-Request-Headers");
    const bool method_is_allowed =
        *method == "OPTIONS" || std::ranges::find(methods_, *method) != methods_.end();
    if (!origin || !is_allowed(ascii_lower(*origin)) || !method_is_allowed ||
        (fields && !are_fields_allowed(*fields))) {
        return head;
    }
    add_cors(request, head.headers);
    head.headers.add("Access-Control-Allow-Methods", std::string(*method));
    if (fields && !fields->empty()) {
        head.headers.add("Access-Control-Allow-Headers", std::string(*fields));
    }
    return head;
}

void Access::add_headers(const http::RequestHead& request, http::Headers& headers) const {
    headers.add("Access-Control-Allow-Headers", std::string(exposed));
    headers.add("Access-Control-Expose-Headers", std::string(exposed));
    headers.add("Vary", "Origin");
    headers.add("Server", fmt::format("kubo/{}", node::version_text));
    add_cors(request, headers);
    for (const auto& [name, value] : fields_) {
        if (name == "Access-Control-Expose-Headers" || name == "Access-Control-Allow-Headers") {
            continue;  // The commands' own are set after the config's, in Kubo too.
        }
        headers.add(name, value);
    }
}

std::optional<Refusal> Access::check_secret(const http::RequestHead& request) const {
    if (!secrets_) return std::nullopt;
    const std::string_view given = request.headers.find("Authorization").value_or("");
    const std::string_view path = request.path();
    // The REST door has the same commands: who may ask for one here may do so there.
    const std::string rpc_path = path.starts_with("/api/v1/")
                                     ? fmt::format("/api/v0/{}", path.substr(8))
                                     : std::string(path);
    for (const Secret& secret : *secrets_) {
        if (secret.header != given) continue;
        if (rpc_path == "/api/v0/version") return std::nullopt;
        for (const std::string& prefix : secret.prefixes) {
            if (path.starts_with(prefix) || rpc_path.starts_with(prefix)) return std::nullopt;
        }
    }
    return Refusal{403,
                   "Kubo RPC Access Denied: Please provide a valid authorization token as defined "
                   "in the API.Authorizations configuration."};
}

std::optional<Refusal> Access::check_origin(const http::RequestHead& request) const {
    if (request.method != "POST") return Refusal{405, "405 - Method Not Allowed"};
    const auto origin = request.headers.find("Origin");
    const auto referer = request.headers.find("Referer");
    if (origin && !origin->empty() && !is_allowed(*origin)) return Refusal{403, "403 - Forbidden"};
    if (referer && !referer->empty() && !is_allowed(origin_of(*referer))) {
        return Refusal{403, "403 - Forbidden"};
    }
    if ((origin && !origin->empty()) || (referer && !referer->empty())) return std::nullopt;
    // A browser that hides where a request comes from; Electron's pages have neither field.
    const std::string_view agent = request.headers.find("User-Agent").value_or("");
    if (agent.starts_with("Mozilla") && agent.find("Electron") == std::string_view::npos) {
        return Refusal{403, "403 - Forbidden"};
    }
    return std::nullopt;
}

}  // namespace kit::rpc
