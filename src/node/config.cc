#include "node/config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/split.h"
#include "node/config_schema.h"
#include "node/go_json.h"
#include "node/limits.h"
#include "node/units.h"

namespace kit::node {
namespace {

std::string first_parts(const std::vector<std::string_view>& parts, size_t count) {
    return fmt::format(
        "{}", fmt::join(parts.begin(), parts.begin() + static_cast<ptrdiff_t>(count), "."));
}

// The member of that name; else the one that Go's decoder would take for it, whatever its case.
const Json* find_member(const Json& object, std::string_view name) {
    if (!object.is_object()) return nullptr;
    const auto exact = object.find(name);
    if (exact != object.end()) return &*exact;
    for (auto item = object.begin(); item != object.end(); ++item) {
        if (equal_ignoring_case(item.key(), name)) return &*item;
    }
    return nullptr;
}

bool is_secret(std::string_view key) {
    return equal_ignoring_case(key, "identity") || equal_ignoring_case(key, "identity.privkey");
}

// Without what lies at `path`; "*" stands for every name. An object there stays as an empty one.
Json without(const Json& value, std::span<const std::string_view> path) {
    if (!value.is_object()) return nullptr;
    Json kept = Json::object();
    if (path.empty()) return kept;
    for (auto item = value.begin(); item != value.end(); ++item) {
        if (path.front() != "*" && !equal_ignoring_case(item.key(), path.front())) {
            kept[item.key()] = *item;
            continue;
        }
        Json rest = without(*item, path.subspan(1));
        if (!rest.is_null()) kept[item.key()] = std::move(rest);
    }
    return kept;
}

}  // namespace

Config::Config(Json json) : json_(std::make_unique<Json>(std::move(json))) {}
Config::Config(const Config& other) : json_(std::make_unique<Json>(*other.json_)) {}
Config::Config(Config&& other) noexcept = default;
Config& Config::operator=(const Config& other) {
    if (this != &other) json_ = std::make_unique<Json>(*other.json_);
    return *this;
}
Config& Config::operator=(Config&& other) noexcept = default;
Config::~Config() = default;

Result<Config> Config::from_text(std::string_view text) {
    Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) {
        return fail(Code::invalid_argument, "failure to decode config: it is not valid JSON");
    }
    const auto checked = check_setting_types(json);
    if (!checked) {
        return fail(Code::invalid_argument, "failure to decode config: {}",
                    checked.error().message);
    }
    return Config(std::move(json));
}

Result<Config> Config::load(Disk& disk, const Path& repo) {
    const Path path = join(repo, "config");
    const auto info = TRY(disk.find_info(path));
    if (!info) {
        return fail(Code::not_found, "no IPFS repo found in {}.\nplease run: 'ipfs init'", repo);
    }
    const Bytes text = TRY(read_file(disk, path, limits::config_size_bytes_max));
    auto config = from_text(as_text(text));
    if (!config) return fail_because(std::move(config).error(), "cannot read {}", path);
    return config;
}

Result<void> Config::save(Disk& disk, const Path& repo) const {
    return replace_file(disk, join(repo, "config"), as_bytes(go_json_indented(*json_, "  ")), 0600);
}

const Json* Config::find(std::string_view key) const {
    const Json* cursor = json_.get();
    for (const std::string_view part : split(key, '.')) {
        cursor = find_member(*cursor, part);
        if (cursor == nullptr) return nullptr;
    }
    return cursor;
}

std::optional<std::string> Config::find_text(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return value->get<std::string>();
}

std::optional<int64_t> Config::find_number(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr || !value->is_number_integer()) return std::nullopt;
    return value->get<int64_t>();
}

std::optional<bool> Config::find_flag(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr || !value->is_boolean()) return std::nullopt;
    return value->get<bool>();
}

std::optional<int64_t> Config::find_duration_ns(std::string_view key) const {
    const auto text = find_text(key);
    if (!text) return std::nullopt;
    const auto duration = parse_duration_ns(*text);
    return duration ? std::optional(*duration) : std::nullopt;
}

Result<std::optional<uint64_t>> Config::find_size_bytes(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (value->is_number_unsigned()) return value->get<uint64_t>();
    if (!value->is_string()) {
        return fail(Code::invalid_argument, "{} in the config is no size such as \"10GB\"", key);
    }
    const auto& text = value->get_ref<const std::string&>();
    if (text.empty()) return std::nullopt;
    const auto size = parse_size_bytes(text);
    if (!size) {
        return fail(Code::invalid_argument, "{} in the config is no size such as \"10GB\": {}", key,
                    size.error().message);
    }
    return *size;
}

Result<Json> Config::get(std::string_view key) const {
    const Json* cursor = json_.get();
    const auto parts = split(key, '.');
    for (size_t index = 0; index < parts.size(); ++index) {
        if (!cursor->is_object()) {
            return fail(Code::not_found, "{} key is not a map", first_parts(parts, index));
        }
        const auto member = cursor->find(parts[index]);
        if (member == cursor->end()) {
            return fail(Code::not_found, "{} not found", first_parts(parts, index + 1));
        }
        cursor = &*member;
    }
    return *cursor;
}

Result<void> Config::set(std::string_view key, const Json& value) {
    if (is_secret(key)) {
        return fail(Code::permission_denied, "cannot show or change private key through API");
    }
    TRY(check_setting_name(key));
    Config changed(*this);
    Json* cursor = changed.json_.get();
    const auto parts = split(key, '.');
    for (size_t index = 0; index < parts.size(); ++index) {
        if (!cursor->is_object()) {
            return fail(Code::invalid_argument, "{} key is not a map", first_parts(parts, index));
        }
        Json& member = (*cursor)[std::string(parts[index])];
        if (index + 1 == parts.size()) {
            member = value;
        } else if (member.is_null()) {
            member = Json::object();
        }
        cursor = &member;
    }
    const auto checked = check_setting_types(*changed.json_);
    if (!checked) {
        return fail(Code::invalid_argument, "failure to decode config: {}",
                    checked.error().message);
    }
    *this = std::move(changed);
    return {};
}

Result<void> Config::remove(std::string_view key) {
    if (is_secret(key)) {
        return fail(Code::permission_denied, "cannot show or change private key through API");
    }
    TRY(get(key));
    const auto parts = split(key, '.');
    Json* cursor = json_.get();
    for (size_t index = 0; index + 1 < parts.size(); ++index) {
        cursor = &(*cursor)[std::string(parts[index])];
    }
    cursor->erase(std::string(parts.back()));
    return {};
}

void Config::set_private_key(const Identity& identity) {
    Json& section = (*json_)["Identity"];
    section["PeerID"] = identity.peer_id;
    section["PrivKey"] = identity.private_key;
}

const Json& Config::json() const {
    return *json_;
}

// kubo:core/commands/config.go: what a remote caller may not see.
Json Config::scrubbed() const {
    static constexpr std::array<std::string_view, 2> private_key = {"Identity", "PrivKey"};
    static constexpr std::array<std::string_view, 2> authorizations = {"API", "Authorizations"};
    static constexpr std::array<std::string_view, 5> services = {"Pinning", "RemoteServices", "*",
                                                                 "API", "Key"};
    Json scrubbed = without(*json_, private_key);
    scrubbed = without(scrubbed, authorizations);
    return without(scrubbed, services);
}

}  // namespace kit::node
