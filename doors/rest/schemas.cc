#include "doors/rest/schemas.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/result.h"
#include "doors/rest/correlation.h"

namespace kit::rest {
namespace {

using commands::Json;

Json text(std::string_view description) {
    return {{"type", "string"}, {"description", description}};
}

// What every record has, and what one kind has beside it.
Json record(std::string_view description, const Json& more,
            const std::vector<std::string>& required) {
    Json properties = {
        {"success", {{"type", "boolean"}, {"description", "Whether all of it went well."}}},
        {"operation", text("The operation's id; empty when there is no such operation.")},
        {"correlation_id", text("The id that joins request, answer and logs.")}};
    properties.update(more);
    Json names = {"success", "operation", "correlation_id"};
    for (const std::string& name : required) names.push_back(name);
    return {{"type", "object"},
            {"description", description},
            {"properties", std::move(properties)},
            {"required", std::move(names)}};
}

Json code_names() {
    Json names = Json::array();
    for (auto code = Code::invalid_argument; code <= Code::internal;
         code = static_cast<Code>(static_cast<uint8_t>(code) + 1)) {
        names.push_back(code_name(code));
    }
    return names;
}

Json schemas() {
    // Mostly an object; some commands give a list, a text or a number.
    const Json result = {{"description", "With the fields of the RPC at /api/v0."}};
    const Json results = {{"type", "array"}, {"items", result}};
    const Json failure = reference("schemas", "Failure");
    return {
        {"Failure",
         {{"type", "object"},
          {"properties",
           {{"code", {{"type", "string"}, {"enum", code_names()}}},
            {"message", text("What was wrong, where, and what to do.")}}},
          {"required", Json::array({"code", "message"})}}},
        {"Done", record("It is done.", Json::object(), {})},
        {"RecordAnswer", record("One result.", {{"result", result}}, {"result"})},
        {"RecordsAnswer", record("A list of results; one that failed after much of it was sent "
                                 "has `error`.",
                                 {{"result", results}, {"error", failure}}, {"result"})},
        {"RecordOrRecordsAnswer",
         record("One result, or a list of them with the option `stream` or `progress`.",
                {{"result", result}, {"error", failure}}, {"result"})},
        {"FailureAnswer", record("It failed; `result` has what was given before.",
                                 {{"error", failure}, {"result", results}}, {"error"})},
        {"Line",
         record("One line of application/x-ndjson: a result, or the end, or what was wrong.",
                {{"result", result},
                 {"end", {{"type", "boolean"}, {"description", "In the last line: all is told."}}},
                 {"count", {{"type", "integer"}, {"description", "With `end`: of the results."}}},
                 {"error", failure}},
                {})}};
}

Json failed(std::string_view description) {
    return {
        {"description", description},
        {"headers", {{correlation_field, reference("headers", "CorrelationId")}}},
        {"content", {{"application/json", {{"schema", reference("schemas", "FailureAnswer")}}}}}};
}

}  // namespace

Json reference(std::string_view kind, std::string_view name) {
    return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}};
}

Json components() {
    return {
        {"schemas", schemas()},
        {"responses",
         {{"Refused", failed("The request cannot be served as it is: 400 invalid_argument, 403 "
                             "permission_denied, 404 not_found, 405 for other methods, 409 "
                             "already_exists, 413 too_large, 422 corrupt.")},
          {"Failed", failed("The node could not do it: 500 internal and io_error, 501 unsupported, "
                            "503 busy, cancelled and offline, 504 timeout, 507 storage_full.")}}},
        {"parameters",
         {{"CorrelationId",
           {{"name", correlation_field},
            {"in", "header"},
            {"description", "An id of the client's own: 1 to 128 letters, digits and -_.:"},
            {"required", false},
            {"schema", {{"type", "string"}}}}}}},
        {"headers",
         {{"CorrelationId",
           {{"description", "The record's `correlation_id`."}, {"schema", {{"type", "string"}}}}}}},
        {"securitySchemes",
         {{"bearer",
           {{"type", "http"},
            {"scheme", "bearer"},
            {"description", "A secret of API.Authorizations, where the config has any."}}},
          {"basic", {{"type", "http"}, {"scheme", "basic"}}}}}};
}

}  // namespace kit::rest
