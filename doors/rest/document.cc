#include "doors/rest/document.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

#include "doors/rest/correlation.h"
#include "doors/rest/parameters.h"
#include "doors/rest/record_sink.h"
#include "doors/rest/results.h"
#include "doors/rest/schemas.h"
#include "node/node.h"

namespace kit::rest {
namespace {

using commands::Argument;
using commands::ArgumentKind;
using commands::Command;
using commands::Gives;
using commands::Json;
using commands::Option;
using commands::OptionType;
using commands::Status;

// The tag of commands that belong to no group, such as add and cat.
constexpr std::string_view core_tag = "core";

constexpr std::string_view about =
    "Every command of the node as an operation: `POST /api/v1/<command>`, the parameters by name "
    "in the query, files as parts of a `multipart/form-data` body.\n\n"
    "- Commands without files take the parameters also as members of a JSON object "
    "(`Content-Type: application/json`), for lists that are too long for a URL.\n"
    "- Every answer but bytes is a record: `success`, `operation`, `correlation_id`, and `result` "
    "or `error`. A list that fails after much of it was sent has status 200, and `success` is "
    "false.\n"
    "- With `Accept: application/x-ndjson` each result is a record on a line of its own, sent as "
    "soon as it is there; the last line has `end` or `error`.\n"
    "- Bytes that fail after they began are broken off: the connection ends without an end of the "
    "body.\n"
    "- `X-Correlation-Id`, or the trace of `traceparent`, comes back in the answer.";

Json type_schema(OptionType type) {
    switch (type) {
        case OptionType::flag:
            return {{"type", "boolean"}};
        case OptionType::integer:
            return {{"type", "integer"}, {"format", "int32"}};
        case OptionType::integer64:
            return {{"type", "integer"}, {"format", "int64"}};
        case OptionType::unsigned_integer:
            return {{"type", "integer"}, {"minimum", 0}, {"maximum", UINT32_MAX}};
        case OptionType::unsigned_integer64:
            return {{"type", "integer"}, {"minimum", 0}};
        case OptionType::real:
            return {{"type", "number"}, {"format", "double"}};
        case OptionType::text:
            return {{"type", "string"}};
        case OptionType::texts:
            return {{"type", "array"}, {"items", {{"type", "string"}}}};
    }
    return Json::object();
}

// As clients that were made by a generator take texts: one line.
std::string sentence(std::string_view text) {
    std::string out(text);
    std::ranges::replace(out, '\n', ' ');
    if (!out.empty() && !out.ends_with('.')) out += '.';
    return out;
}

Json argument_parameter(const Argument& argument) {
    Json schema = {{"type", "string"}};
    if (argument.variadic) {
        schema = {{"type", "array"}, {"items", {{"type", "string"}}}};
        if (argument.required) schema["minItems"] = 1;
    }
    return {{"name", argument.name},
            {"in", "query"},
            {"description", sentence(argument.help)},
            {"required", argument.required},
            {"schema", std::move(schema)}};
}

Json option_parameter(const Option& option) {
    Json schema = type_schema(option.type);
    if (!option.choices.empty()) {
        (option.type == OptionType::texts ? schema["items"] : schema)["enum"] = option.choices;
    }
    if (option.preset) {
        std::visit([&](const auto& value) { schema["default"] = value; }, *option.preset);
    }
    std::string help = sentence(option.help);
    if (option.separator != '\0') {
        help += fmt::format(" One text may hold several, parted by '{}'.", option.separator);
    }
    return {{"name", option.names.front()},
            {"in", "query"},
            {"description", std::move(help)},
            {"required", false},
            {"schema", std::move(schema)}};
}

Json parameters(const rpc::Verb& verb) {
    Json all = Json::array();
    for (const Argument& argument : verb.command.arguments) {
        if (argument.kind == ArgumentKind::text) all.push_back(argument_parameter(argument));
    }
    for (const Option* option : offered_options(verb)) all.push_back(option_parameter(*option));
    all.push_back({{"$ref", "#/components/parameters/CorrelationId"}});
    return all;
}

Json request_body(const Argument& argument) {
    Json content = {{"type", "string"}, {"format", "binary"}};
    std::string help = sentence(argument.help);
    if (argument.variadic) {
        content = {{"type", "array"}, {"items", std::move(content)}, {"minItems", 1}};
    }
    if (argument.recursive) help += " A part's file name may have folders: photos/a.jpg.";
    content["description"] = help;
    Json schema = {{"type", "object"}, {"properties", {{argument.name, std::move(content)}}}};
    if (argument.required) schema["required"] = Json::array({argument.name});
    return {{"required", argument.required},
            {"content", {{"multipart/form-data", {{"schema", std::move(schema)}}}}}};
}

// The record that a command's answer is, whatever its results are.
std::string general_answer(const Command& command) {
    if (command.gives == Gives::nothing) return "Done";
    if (command.gives == Gives::records) return "RecordsAnswer";
    return may_give_several(command) ? "RecordOrRecordsAnswer" : "RecordAnswer";
}

// "PinRemoteAdd" for pin/remote/add.
std::string schema_name(const Command& command) {
    std::string name;
    bool is_first = true;
    for (const char c : command.path) {
        const bool is_letter = c >= 'a' && c <= 'z';
        if (is_letter) name += is_first ? static_cast<char>(c - 'a' + 'A') : c;
        is_first = !is_letter;
    }
    return name;
}

// The same, or the one of this command alone where its results are described.
std::string answer_schema(const Command& command) {
    return result_schema(command.path) ? schema_name(command) + "Answer" : general_answer(command);
}

// Adds the schemas of a command whose results are described.
void describe_results(const Command& command, Json& schemas) {
    auto result = result_schema(command.path);
    if (!result) return;
    const std::string name = schema_name(command);
    const Json one = reference("schemas", name + "Result");
    const Json list = {{"type", "array"}, {"items", one}};
    Json answer = schemas[general_answer(command)];
    Json& described = answer["properties"]["result"];
    if (command.gives == Gives::records) {
        described = list;
    } else {
        described = may_give_several(command) ? Json{{"oneOf", Json::array({one, list})}} : one;
    }
    schemas[name + "Result"] = *std::move(result);
    schemas[name + "Answer"] = std::move(answer);
}

Json answer(const Command& command) {
    Json content;
    std::string_view what = "The results, or how far they came: see `success`.";
    if (command.gives == Gives::bytes) {
        what = "The bytes.";
        const Json bytes = {{"schema", {{"type", "string"}, {"format", "binary"}}}};
        content["application/octet-stream"] = bytes;
        if (!command.content_type.empty()) content[command.content_type] = bytes;
    } else {
        const std::string name = general_answer(command);
        content["application/json"] = {{"schema", reference("schemas", answer_schema(command))}};
        content["application/x-ndjson"] = {{"schema", reference("schemas", "Line")}};
        if (name == "Done") what = "It is done.";
        if (name == "RecordAnswer") what = "The result.";
    }
    return {{"description", what},
            {"headers", {{correlation_field, reference("headers", "CorrelationId")}}},
            {"content", std::move(content)}};
}

std::string description(const Command& command) {
    std::string text = command.description.empty() ? command.tagline : command.description;
    if (command.status == Status::experimental) text += "\n\nExperimental: it may change.";
    if (command.status == Status::removed) text += "\n\nRemoved: it answers with an error.";
    return text;
}

std::string tag_of(std::string_view path) {
    const std::string_view noun = path.substr(0, path.find('/'));
    return std::string(commands::subcommands_of(noun).empty() ? core_tag : noun);
}

Json operation(const rpc::Verb& verb) {
    const Command& command = verb.command;
    Json described = {{"operationId", operation_id(command.path)},
                      {"tags", Json::array({tag_of(command.path)})},
                      {"summary", command.tagline},
                      {"description", description(command)}};
    if (command.status == Status::deprecated || command.status == Status::removed) {
        described["deprecated"] = true;
    }
    described["parameters"] = parameters(verb);
    if (const Argument* file = file_argument(command)) {
        described["requestBody"] = request_body(*file);
    }
    described["responses"] = {{"200", answer(command)},
                              {"4XX", reference("responses", "Refused")},
                              {"5XX", reference("responses", "Failed")}};
    return described;
}

// The nouns in use, the core first.
Json tags(const std::map<std::string, bool>& used) {
    Json all = Json::array();
    all.push_back({{"name", core_tag}, {"description", "Commands that stand for themselves."}});
    for (const auto& [name, is_used] : used) {
        const auto* group = commands::find_command(name);
        if (group == nullptr) continue;
        all.push_back({{"name", name}, {"description", sentence(group->make().tagline)}});
    }
    return all;
}

}  // namespace

std::string operation_id(std::string_view command_path) {
    std::string id(command_path);
    std::ranges::replace(id, '/', '_');
    std::ranges::replace(id, '-', '_');
    return id;
}

Json openapi_document(rpc::Verbs& verbs) {
    Json paths = Json::object();
    Json shared = components();
    std::map<std::string, bool> used;
    for (const commands::CommandEntry& entry : commands::command_table()) {
        const auto found = verbs.find(entry.path);
        if (!found || found->has_argument) continue;
        paths[fmt::format("/{}", entry.path)] = {{"post", operation(*found->verb)}};
        describe_results(found->verb->command, shared["schemas"]);
        used[tag_of(entry.path)] = true;
    }
    return {
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "ipfs-kit"},
          {"version", node::kit_version_text},
          {"description", about},
          {"license", {{"name", "MIT OR Apache-2.0"}, {"identifier", "MIT OR Apache-2.0"}}}}},
        {"servers", Json::array({{{"url", "/api/v1"}}})},
        {"security",
         Json::array({Json::object(), {{"bearer", Json::array()}}, {{"basic", Json::array()}}})},
        {"tags", tags(used)},
        {"paths", std::move(paths)},
        {"components", std::move(shared)}};
}

}  // namespace kit::rest
