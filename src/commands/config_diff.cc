#include "commands/config_diff.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

#include "node/go_json.h"

namespace kit::commands {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view reset = "\x1b[0m";
constexpr std::string_view indentation = "    ";

std::string entry(std::string_view prefix, std::string_view key, const Json& value, bool last) {
    return fmt::format("{}\"{}\": {}{}", prefix, key, node::go_json(value), last ? "" : ",");
}

std::string members(const std::string& prefix, const Json& before, const Json& after);

std::string changed(const std::string& prefix, std::string_view key, const Json& before,
                    const Json& after, bool last) {
    const bool both =
        (before.is_object() && after.is_object()) || (before.is_array() && after.is_array());
    if (both) {
        return fmt::format("{}\"{}\": {}{}", prefix, key,
                           members(prefix + std::string(indentation), before, after),
                           last ? "" : ",");
    }
    return fmt::format("{}{}\n{}{}", yellow, entry(prefix + "<> ", key, before, last),
                       entry(prefix + "** ", key, after, last), reset);
}

std::string member(const std::string& prefix, std::string_view key, const Json* before,
                   const Json* after, bool last) {
    if (before == nullptr) {
        return fmt::format("{}{}{}", green, entry(prefix + "<< ", key, *after, last), reset);
    }
    if (after == nullptr) {
        return fmt::format("{}{}{}", red, entry(prefix + ">> ", key, *before, last), reset);
    }
    if (*before == *after) return entry(prefix, key, *before, last);
    return changed(prefix, key, *before, *after, last);
}

const Json* find(const Json& object, const std::string& key) {
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

std::string members(const std::string& prefix, const Json& before, const Json& after) {
    std::string out = "{";
    if (before.is_array()) {
        const size_t count = std::max(before.size(), after.size());
        for (size_t index = 0; index < count; ++index) {
            out +=
                "\n" + member(prefix, "", index < before.size() ? &before[index] : nullptr,
                              index < after.size() ? &after[index] : nullptr, index + 1 == count);
        }
    } else {
        std::set<std::string> keys;
        for (const Json* object : {&before, &after}) {
            for (auto item = object->begin(); item != object->end(); ++item) {
                keys.insert(item.key());
            }
        }
        for (const std::string& key : keys) {
            out += "\n" +
                   member(prefix, key, find(before, key), find(after, key), key == *keys.rbegin());
        }
    }
    return out + "\n" + prefix + "}";
}

}  // namespace

std::string config_difference(const Json& before, const Json& after) {
    return members("", node::sorted_by_key(before), node::sorted_by_key(after));
}

}  // namespace kit::commands
