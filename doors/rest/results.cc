#include "doors/rest/results.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/result.h"

namespace kit::rest {
namespace {

using commands::Json;

// An example of the shape: "text", "number", "flag", a list of one, an object. A member that may be
// absent ends with '?', a list that may be null has "null" as its second item.
struct Shape {
    std::string_view command_path;
    std::string_view shape;
};

constexpr Shape shapes[] = {
    {"add", R"({"Name": "text", "Hash?": "text", "Size?": "text", "Bytes?": "number",
                "Mode?": "text", "Mtime?": "number", "MtimeNsecs?": "number"})"},
    {"block/put", R"({"Key": "text", "Size": "number"})"},
    {"block/stat", R"({"Key": "text", "Size": "number"})"},
    {"dag/put", R"({"Cid": {"/": "text"}})"},
    {"dag/resolve", R"({"Cid": {"/": "text"}, "RemPath": "text"})"},
    {"dag/stat", R"({"UniqueBlocks?": "number", "TotalSize?": "number", "SharedSize?": "number",
                     "Ratio?": "number", "DagStats?": [{"Cid": "text", "Size?": "number",
                                                        "NumBlocks?": "number"}]})"},
    {"files/ls", R"({"Entries": [{"Name": "text", "Type": "number", "Size": "number",
                                  "Hash": "text", "Mode?": "text", "Mtime?": "number",
                                  "MtimeNsecs?": "number"}]})"},
    {"files/stat", R"({"Hash": "text", "Size": "number", "CumulativeSize": "number",
                       "Blocks": "number", "Type": "text", "WithLocality?": "flag",
                       "Local?": "flag", "SizeLocal?": "number", "Mode?": "text",
                       "Mtime?": "number", "MtimeNsecs?": "number"})"},
    {"id",
     R"({"ID": "text", "PublicKey": "text", "Addresses": ["text", "null"], "AgentVersion": "text",
               "Protocols": ["text", "null"]})"},
    {"key/gen", R"({"Name": "text", "Id": "text"})"},
    {"key/ls", R"({"Keys": [{"Name": "text", "Id": "text"}]})"},
    {"ls", R"({"Objects": [{"Hash": "text", "Links": [
               {"Name": "text", "Hash": "text", "Size": "number", "Type": "number",
                "Target": "text", "Mode?": "number", "ModTime?": "text"}]}]})"},
    {"name/publish", R"({"Name": "text", "Value": "text"})"},
    {"name/resolve", R"({"Path": "text"})"},
    {"pin/add", R"({"Pins?": ["text"], "Progress?": "number", "Bytes?": "number"})"},
    {"pin/remote/add", R"({"Status": "text", "Cid": "text", "Name": "text"})"},
    {"pin/remote/ls", R"({"Status": "text", "Cid": "text", "Name": "text"})"},
    {"pin/remote/service/ls",
     R"({"RemoteServices": [{"Service": "text", "ApiEndpoint": "text", "Stat?": {
         "Status": "text", "PinCount?": {"Queued": "number", "Pinning": "number",
                                         "Pinned": "number", "Failed": "number"}}}]})"},
    {"pin/rm", R"({"Pins": ["text"]})"},
    {"refs", R"({"Ref": "text", "Err": "text"})"},
    {"refs/local", R"({"Ref": "text", "Err": "text"})"},
    {"repo/gc", R"({"Key?": {"/": "text"}, "Error?": "text"})"},
    {"repo/stat", R"({"RepoSize": "number", "StorageMax": "number", "NumObjects": "number",
                      "RepoPath": "text", "Version": "text"})"},
    {"repo/verify", R"({"Msg": "text", "Progress": "number"})"},
    {"resolve", R"({"Path": "text"})"},
    {"version", R"({"Version": "text", "Commit": "text", "Repo": "text", "System": "text",
                    "Golang": "text"})"},
};

Json schema_of(const Json& shape) {
    if (shape.is_string()) {
        const std::string_view word = shape.get_ref<const std::string&>();
        ASSERT(word == "text" || word == "number" || word == "flag");
        return {{"type", word == "text" ? "string" : word == "flag" ? "boolean" : "number"}};
    }
    if (shape.is_array()) {
        const bool may_be_null = shape.size() == 2 && shape[1] == "null";
        ASSERT(shape.size() == 1 || may_be_null);
        const Json type = may_be_null ? Json::array({"array", "null"}) : Json("array");
        return {{"type", type}, {"items", schema_of(shape[0])}};
    }
    ASSERT(shape.is_object());
    Json properties = Json::object();
    Json required = Json::array();
    for (const auto& [key, value] : shape.items()) {
        const bool is_optional = key.ends_with('?');
        const std::string name = is_optional ? key.substr(0, key.size() - 1) : key;
        properties[name] = schema_of(value);
        if (!is_optional) required.push_back(name);
    }
    Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
}

}  // namespace

std::optional<Json> result_schema(std::string_view command_path) {
    const auto* const found = std::ranges::find(shapes, command_path, &Shape::command_path);
    if (found == std::end(shapes)) return std::nullopt;
    return schema_of(Json::parse(found->shape));
}

}  // namespace kit::rest
