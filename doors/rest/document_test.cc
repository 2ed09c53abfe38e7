#include "doors/rest/document.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

#include "doors/rest/parameters.h"

namespace kit::rest {
namespace {

using commands::Json;

class DocumentTest : public testing::Test {
protected:
    const Json& operation(const char* path) const { return document_["paths"].at(path)["post"]; }
    const Json& parameter(const char* path, std::string_view name) const {
        for (const Json& each : operation(path)["parameters"]) {
            if (each.contains("name") && each["name"] == name) return each;
        }
        static const Json none;
        return none;
    }
    const Json& content(const char* path) const {
        return operation(path)["responses"]["200"]["content"];
    }
    // Every "$ref" below.
    static void find_references(const Json& json, std::set<std::string>& found) {
        if (json.is_object() && json.contains("$ref")) {
            found.insert(json["$ref"].get<std::string>().substr(1));
        }
        if (!json.is_structured()) return;
        for (const Json& each : json) find_references(each, found);
    }

    rpc::Verbs verbs_;
    const Json document_ = openapi_document(verbs_);
};

TEST_F(DocumentTest, EveryCommandOfTheWireIsAnOperation) {
    size_t expected = 0;
    for (const commands::Command& command : commands::all_commands()) {
        const bool is_served = command.run && !command.local_only;
        EXPECT_EQ(document_["paths"].contains("/" + command.path), is_served) << command.path;
        expected += is_served ? 1 : 0;
    }
    EXPECT_EQ(document_["paths"].size(), expected);
    EXPECT_GT(expected, 140U);
}

TEST_F(DocumentTest, IdsAreUniqueAndFitForNames) {
    std::set<std::string> ids;
    for (const auto& [path, item] : document_["paths"].items()) {
        const auto id = item["post"]["operationId"].get<std::string>();
        EXPECT_TRUE(ids.insert(id).second) << id;
        EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), id.npos) << id;
    }
    EXPECT_EQ(operation_id("diag/cmds/set-time"), "diag_cmds_set_time");
}

// A parameter is called by its name alone, and an argument must not hide an option.
TEST_F(DocumentTest, NoNameIsUsedTwiceInAnOperation) {
    for (const auto& [path, item] : document_["paths"].items()) {
        std::set<std::string> names;
        const auto* found = verbs_.find(std::string_view(path).substr(1))->verb;
        for (const auto& each : found->command.arguments) {
            EXPECT_TRUE(names.insert(each.name).second) << path << " " << each.name;
        }
        for (const auto* each : offered_options(*found)) {
            for (const std::string& name : each->names) {
                EXPECT_TRUE(names.insert(name).second) << path << " " << name;
            }
        }
    }
}

TEST_F(DocumentTest, EveryReferenceLeadsSomewhereAndEveryTagIsSaid) {
    std::set<std::string> references;
    find_references(document_, references);
    EXPECT_GT(references.size(), 8U);
    for (const std::string& each : references) {
        EXPECT_TRUE(document_.contains(Json::json_pointer(each))) << each;
    }
    std::set<std::string> tags;
    for (const Json& tag : document_["tags"]) tags.insert(tag["name"].get<std::string>());
    for (const auto& [path, item] : document_["paths"].items()) {
        EXPECT_TRUE(tags.contains(item["post"]["tags"][0].get<std::string>())) << path;
    }
}

TEST_F(DocumentTest, ArgumentsAndOptionsAreTypedParameters) {
    EXPECT_EQ(document_["openapi"], "3.1.0");
    EXPECT_EQ(parameter("/pin/add", "recursive").dump(),
              R"({"name":"recursive","in":"query","description":"Keep what it links to as well.",)"
              R"("required":false,"schema":{"type":"boolean","default":true}})");
    const Json& paths = parameter("/pin/add", "ipfs-path");
    EXPECT_EQ(paths["required"], true);
    EXPECT_EQ(paths["schema"].dump(), R"({"type":"array","items":{"type":"string"},"minItems":1})");
    EXPECT_EQ(parameter("/files/write", "offset")["schema"]["format"], "int64");
    EXPECT_TRUE(parameter("/pin/add", "repo-dir").is_null());
    EXPECT_EQ(parameter("/pin/add", "timeout")["schema"]["type"], "string");
}

TEST_F(DocumentTest, FilesAreABodyOfParts) {
    const Json& schema = operation(
        "/add")["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]["path"];
    EXPECT_EQ(schema["type"], "array");
    EXPECT_EQ(schema["items"].dump(), R"({"type":"string","format":"binary"})");
    EXPECT_FALSE(operation("/pin/add").contains("requestBody"));
}

TEST_F(DocumentTest, WhatIsAnsweredComesFromWhatTheCommandGives) {
    const auto schema = [&](const char* path) {
        return content(path)["application/json"]["schema"]["$ref"].get<std::string>();
    };
    EXPECT_EQ(schema("/pin/verify"), "#/components/schemas/RecordsAnswer");
    EXPECT_EQ(schema("/version/deps"), "#/components/schemas/RecordsAnswer");
    EXPECT_EQ(schema("/diag/sys"), "#/components/schemas/RecordAnswer");
    EXPECT_EQ(schema("/pin/remote/add"), "#/components/schemas/PinRemoteAddAnswer");
    EXPECT_EQ(schema("/pin/ls"), "#/components/schemas/RecordOrRecordsAnswer");
    EXPECT_EQ(schema("/shutdown"), "#/components/schemas/Done");
    EXPECT_TRUE(content("/cat").contains("application/octet-stream"));
    EXPECT_TRUE(content("/dag/export").contains("application/vnd.ipld.car"));
    EXPECT_FALSE(content("/cat").contains("application/json"));
}

TEST_F(DocumentTest, ResultsOfTheMostUsedAreDescribed) {
    const Json& schemas = document_["components"]["schemas"];
    EXPECT_EQ(schemas["BlockPutResult"].dump(),
              R"({"type":"object","properties":{"Key":{"type":"string"},)"
              R"("Size":{"type":"number"}},"required":["Key","Size"]})");
    EXPECT_EQ(schemas["AddAnswer"]["properties"]["result"].dump(),
              R"({"type":"array","items":{"$ref":"#/components/schemas/AddResult"}})");
    EXPECT_EQ(schemas["VersionAnswer"]["properties"]["result"].dump(),
              R"({"$ref":"#/components/schemas/VersionResult"})");
    EXPECT_TRUE(schemas["LsAnswer"]["properties"]["result"].contains("oneOf"));
    EXPECT_FALSE(schemas["AddResult"]["required"].contains("Bytes"));
}

TEST_F(DocumentTest, ClosedSetsOfValuesAreEnumerated) {
    EXPECT_EQ(parameter("/pin/ls", "type")["schema"]["enum"].dump(),
              R"(["direct","indirect","recursive","all"])");
    EXPECT_EQ(parameter("/pin/remote/ls", "status")["schema"].dump(),
              R"({"type":"array","items":{"type":"string","enum":["queued","pinning","pinned",)"
              R"("failed"]},"default":["pinned"]})");
    EXPECT_FALSE(parameter("/cat", "timeout")["schema"].contains("enum"));
}

}  // namespace
}  // namespace kit::rest
