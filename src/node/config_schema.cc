#include "node/config_schema.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/go_text.h"
#include "node/go_json.h"
#include "node/units.h"

namespace kit::node {
namespace {

enum class Kind : uint8_t {
    section,
    map,
    anything,
    text,
    texts,
    text_or_texts,
    boolean,
    integer,
    integer64,
    flag,  // null, true or false.
    priority,
    service_mode,
    optional_text,
    optional_integer,
    optional_duration,
    optional_size
};

struct Setting {
    std::string_view path;
    Kind kind;
    std::string_view holder;
};

constexpr auto settings = std::to_array<Setting>({
#define SETTING(path, kind, holder) {path, Kind::kind, holder},
#include "node/settings.def"
#undef SETTING
});

const Setting* find_setting(std::string_view path) {
    const auto* found = std::ranges::lower_bound(settings, path, {}, &Setting::path);
    return found != settings.end() && found->path == path ? found : nullptr;
}

std::string below(std::string_view path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::unexpected<Error> refused(std::string message) {
    return std::unexpected(Error{Code::invalid_argument, std::move(message)});
}

std::string json_type(const Json& value) {
    switch (value.type()) {
        case Json::value_t::boolean:
            return "bool";
        case Json::value_t::string:
            return "string";
        case Json::value_t::object:
            return "object";
        case Json::value_t::array:
            return "array";
        case Json::value_t::number_float:
            return "number " + go_json(value);
        default:
            return "number";
    }
}

// The name of a field in Go's errors does not say the keys of maps.
std::string field_name(const Setting& setting) {
    std::string name(setting.path);
    for (size_t star; (star = name.find(".*")) != std::string::npos;) name.erase(star, 2);
    return fmt::format("{}.{}", setting.holder, name);
}

std::unexpected<Error> wrong_type(const Setting& setting, const Json& value,
                                  std::string_view wanted) {
    return refused(fmt::format("json: cannot unmarshal {} into Go struct field {} of type {}",
                               json_type(value), field_name(setting), wanted));
}

Result<void> check_texts(const Setting& setting, const Json& value) {
    if (!value.is_array()) return wrong_type(setting, value, "[]string");
    for (const Json& item : value) {
        if (!item.is_string() && !item.is_null()) return wrong_type(setting, item, "string");
    }
    return {};
}

Result<void> check_flag(const Json& value) {
    if (value.is_boolean()) return {};
    return refused(
        fmt::format("failed to unmarshal {} into a flag: must be null/undefined, true, or false",
                    go_quote(go_json(value))));
}

Result<void> check_priority(const Setting& setting, const Json& value) {
    if (value.is_boolean()) {
        if (!value.get<bool>()) return {};
        return refused("'true' is not a valid priority");
    }
    if (!value.is_number_integer()) return wrong_type(setting, value, "int64");
    if (value.get<int64_t>() > 0) return {};
    return refused(fmt::format("priority must be positive: {} <= 0", value.get<int64_t>()));
}

Result<void> check_service_mode(const Setting& setting, const Json& value) {
    if (!value.is_string()) return wrong_type(setting, value, "config.AutoNATServiceMode");
    const auto& mode = value.get_ref<const std::string&>();
    if (mode.empty() || mode == "enabled" || mode == "disabled" || mode == "legacy-v1") return {};
    return refused("unknown autonat mode: " + mode);
}

Result<void> check_duration(const Setting& setting, const Json& value) {
    if (!value.is_string()) return wrong_type(setting, value, "string");
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() || text == "null" || text == "default") return {};
    TRY(parse_duration_ns(text));
    return {};
}

Result<void> check_size(const Setting& setting, const Json& value) {
    if (value.is_number()) return {};
    if (!value.is_string()) return wrong_type(setting, value, "string");
    TRY(parse_size_bytes(value.get_ref<const std::string&>()));
    return {};
}

Result<void> check_scalar(const Setting& setting, const Json& value) {
    // Go's decoder leaves a field alone for null.
    if (value.is_null()) return {};
    switch (setting.kind) {
        case Kind::text:
        case Kind::optional_text:
            if (value.is_string()) return {};
            return wrong_type(setting, value, "string");
        case Kind::boolean:
            if (value.is_boolean()) return {};
            return wrong_type(setting, value, "bool");
        case Kind::integer:
            if (value.is_number_integer()) return {};
            return wrong_type(setting, value, "int");
        case Kind::integer64:
        case Kind::optional_integer:
            if (value.is_number_integer()) return {};
            return wrong_type(setting, value, "int64");
        case Kind::texts:
            return check_texts(setting, value);
        case Kind::text_or_texts:
            if (value.is_string()) return {};
            return check_texts(setting, value);
        case Kind::flag:
            return check_flag(value);
        case Kind::priority:
            return check_priority(setting, value);
        case Kind::service_mode:
            return check_service_mode(setting, value);
        case Kind::optional_duration:
            return check_duration(setting, value);
        case Kind::optional_size:
            return check_size(setting, value);
        default:
            return {};
    }
}

Result<void> check_members(std::string_view path, const Json& object, bool is_map) {
    for (auto item = object.begin(); item != object.end(); ++item) {
        const std::string name = below(path, is_map ? std::string_view("*") : item.key());
        const Setting* setting = find_setting(name);
        if (setting == nullptr) continue;
        const bool has_members = setting->kind == Kind::section || setting->kind == Kind::map;
        if (!has_members) {
            TRY(check_scalar(*setting, *item));
        } else if (item->is_object()) {
            TRY(check_members(name, *item, setting->kind == Kind::map));
        } else if (!item->is_null()) {
            return wrong_type(*setting, *item, setting->kind == Kind::map ? "map" : "struct");
        }
    }
    return {};
}

}  // namespace

Result<void> check_setting_name(std::string_view key) {
    std::string path;         // In the schema.
    std::string_view so_far;  // As given.
    Kind kind = Kind::section;
    for (size_t begin = 0; begin <= key.size();) {
        const size_t end = std::min(key.find('.', begin), key.size());
        if (kind == Kind::anything) return {};
        const bool has_members = kind == Kind::section || kind == Kind::map ||
                                 kind == Kind::optional_text || kind == Kind::optional_integer ||
                                 kind == Kind::optional_duration || kind == Kind::optional_size;
        if (!has_members) return refused(fmt::format("{} key is not a map", so_far));
        so_far = key.substr(0, end);
        const Setting* setting = find_setting(
            kind == Kind::map ? below(path, "*") : below(path, key.substr(begin, end - begin)));
        if (setting == nullptr) return refused(fmt::format("{} not found", so_far));
        path = setting->path;
        kind = setting->kind;
        begin = end + 1;
    }
    return {};
}

Result<void> check_setting_types(const Json& config) {
    if (!config.is_object()) {
        return refused(fmt::format("json: cannot unmarshal {} into Go value of type config.Config",
                                   json_type(config)));
    }
    return check_members("", config, false);
}

}  // namespace kit::node
