// What a command line becomes on the wire, and what becomes of the answers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "doors/cli/remote_address.h"
#include "doors/cli/remote_answer.h"
#include "doors/cli/remote_records.h"
#include "doors/cli/remote_request.h"

namespace kit::cli {
namespace {

using commands::Json;

TEST(RemoteAddressTest, AddressesOfKubosConfigAreOrigins) {
    const std::pair<const char*, const char*> cases[] = {
        {"/ip4/127.0.0.1/tcp/5001", "http://127.0.0.1:5001"},
        {" /ip4/127.0.0.1/tcp/5001/http\n", "http://127.0.0.1:5001"},
        {"/ip6/::1/tcp/1", "http://[::1]:1"},
        {"/dns4/example.net/tcp/443/https", "https://example.net:443"},
        {"/dns/example.net/tcp/444/tls/http", "https://example.net:444"},
        {"http://127.0.0.1:5001/", "http://127.0.0.1:5001"}};
    for (const auto& [text, origin] : cases) {
        const auto address = remote_address(text);
        ASSERT_TRUE(address) << text << ": " << address.error().to_text();
        EXPECT_EQ(address->origin, origin) << text;
        EXPECT_EQ(address->unix_path, "");
    }
    EXPECT_EQ(remote_address("/unix/run/kit.sock")->unix_path, "/run/kit.sock");
}

TEST(RemoteAddressTest, WhatIsNoAddressIsRefused) {
    for (const char* text : {"", "x", "/ip4/127.0.0.1", "/ip4/127.0.0.1/udp/1", "/tcp/1"}) {
        EXPECT_FALSE(remote_address(text)) << text;
    }
}

CommandLine line_of(const std::vector<std::string>& words) {
    CommandLine line;
    EXPECT_TRUE(parse_command_line(words, line));
    line.request.arguments = line.words;
    return line;
}

TEST(RemoteRequestTest, OnlyWhatTheUserGaveIsSent) {
    const CommandLine line =
        line_of({"pin", "add", "--recursive=false", "--name=a b", "--api=/ip4/1.1.1.1/tcp/1",
                 "--enc=text", "--api-auth=secret", "/ipfs/x&y"});
    EXPECT_EQ(remote_target(line, {{"progress", "true"}}).path_and_query,
              "/api/v0/pin/add?recursive=false&name=a+b&progress=true&encoding=json&"
              "stream-channels=true&arg=%2Fipfs%2Fx%26y");
}

TEST(RemoteRequestTest, OptionsOfEveryTypeHaveGosText) {
    const CommandLine line = line_of({"add", "--ignore=a", "--ignore=b", "--mode=0644",
                                      "--cid-version=1", "--mtime=-5", "-w", "--chunker=size-1"});
    const std::string query = remote_target(line, {}).path_and_query;
    for (const char* part : {"ignore=a&ignore=b", "mode=420", "cid-version=1", "mtime=-5",
                             "wrap-with-directory=true", "chunker=size-1"}) {
        EXPECT_NE(query.find(part), std::string::npos) << part << " in " << query;
    }
}

TEST(RemoteRequestTest, ArgumentsTooManyForAQueryGoIntoTheBody) {
    CommandLine line = line_of({"pin", "add", "first"});
    for (int i = 0; i < 2000; ++i)
        line.request.arguments.push_back("argument-" + std::to_string(i));
    const RemoteTarget target = remote_target(line, {});
    EXPECT_LT(target.path_and_query.size(), query_size_bytes_max + 1000);
    EXPECT_NE(target.path_and_query.find("arg=first&arg=argument-0&"), std::string::npos);
    ASSERT_TRUE(target.argument_lines);
    EXPECT_TRUE(target.argument_lines->ends_with("argument-1998\nargument-1999\n"));
}

// Keep everything as lines.
class KeptAnswer final : public RemoteTaker {
public:
    Result<void> begin(uint64_t size_bytes) override {
        text_ += "begin " + std::to_string(size_bytes) + "\n";
        return {};
    }
    Result<void> record(Json record) override {
        text_ += record.dump() + "\n";
        return {};
    }
    Result<void> bytes(ByteView bytes) override {
        text_ += as_text(bytes);
        return {};
    }
    Result<void> finish(bool) override { return {}; }
    std::string text_;
};

class KeptResults final : public commands::Sink {
public:
    Result<void> record(const Json& record) override {
        text_ += record.dump() + "\n";
        return {};
    }
    Result<void> bytes(ByteView) override { return {}; }
    void expect_bytes(uint64_t) override {}
    void progress(uint64_t done_bytes, uint64_t all_bytes) override {
        text_ += fmt::format("progress {} of {}\n", done_bytes, all_bytes);
    }
    void note(std::string_view) override {}

    std::string text_;
};

class RemoteAnswerTest : public testing::Test {
protected:
    // The body comes in pieces of three bytes. The outcome is "" or the error's message.
    std::string answer(int status, const std::string& type, std::string_view body,
                       const std::string& trailer = "") {
        kept_.text_.clear();
        RemoteAnswer answer(kept_);
        http::ResponseHead head = {.status = status, .headers = {}};
        head.headers.add("Content-Type", type);
        head.headers.add("X-Content-Length", "7");
        http::Headers trailers;
        if (!trailer.empty()) trailers.add("X-Stream-Error", trailer);
        Result<void> outcome = answer.begin(head);
        for (size_t at = 0; outcome && at < body.size(); at += 3) {
            outcome = answer.bytes(as_bytes(body.substr(at, 3)));
        }
        if (outcome) outcome = answer.end(trailers);
        return outcome ? "" : outcome.error().message;
    }
    KeptAnswer kept_;
};

TEST_F(RemoteAnswerTest, LinesOfJsonAreRecords) {
    EXPECT_EQ(answer(200, "application/json", "{\"a\":1}\n{\"b\":\"\\u003c\"}\n\n{\"c\":[]}"), "");
    EXPECT_EQ(kept_.text_, "begin 7\n{\"a\":1}\n{\"b\":\"<\"}\n{\"c\":[]}\n");
}

TEST_F(RemoteAnswerTest, EverythingElseIsBytes) {
    EXPECT_EQ(answer(200, "text/plain", "{\"a\":1}\n"), "");
    EXPECT_EQ(kept_.text_, "begin 7\n{\"a\":1}\n");
}

TEST_F(RemoteAnswerTest, ErrorsComeInFourForms) {
    EXPECT_EQ(answer(500, "application/json", R"({"Message":"it broke","Code":0,"Type":"error"})"),
              "it broke");
    EXPECT_EQ(answer(400, "text/plain; charset=utf-8", "argument \"x\" is required\n"),
              "argument \"x\" is required");
    EXPECT_EQ(answer(404, "text/plain", "404 page not found\n"), "Command not found.");
    EXPECT_EQ(answer(502, "text/html", ""), "the API answers with status 502");
    EXPECT_EQ(answer(200, "application/json", "{\"a\":1}\n", "it broke late"), "it broke late");
    EXPECT_EQ(kept_.text_, "begin 7\n{\"a\":1}\n");
    EXPECT_EQ(answer(200, "application/json", R"({"Message":"m","Code":0,"Type":"error"})"), "m");
    EXPECT_EQ(answer(302, "text/html", "over there"),
              "the API answers with a redirection (status 302)");
}

TEST_F(RemoteAnswerTest, WhatIsNoJsonIsAnError) {
    EXPECT_TRUE(answer(200, "application/json", "{\"a\":\n").starts_with("the API sends what is"));
}

class RemoteRecordsTest : public testing::Test {
protected:
    // What reaches the sink of that command line.
    std::string records(const std::vector<std::string>& words, const std::vector<Json>& records) {
        const CommandLine line = line_of(words);
        KeptResults kept;
        RemoteRecords taker(line.command(), line.request, kept);
        taker.expect_upload(100);
        Result<void> outcome;
        for (const Json& record : records) {
            if (outcome) outcome = taker.take(record);
        }
        if (outcome) outcome = taker.finish();
        return outcome ? kept.text_ : kept.text_ + "failed: " + outcome.error().message;
    }
};

TEST_F(RemoteRecordsTest, ProgressOfAddCountsOverAllFiles) {
    const std::vector<Json> told = {{{"Name", "a"}, {"Bytes", 10}},
                                    {{"Name", "a"}, {"Bytes", 30}},
                                    {{"Name", "a"}, {"Hash", "Qa"}},
                                    {{"Name", "b"}, {"Bytes", 5}},
                                    {{"Name", "b"}, {"Hash", "Qb"}}};
    EXPECT_EQ(records({"add"}, told),
              "progress 10 of 100\nprogress 30 of 100\n{\"Name\":\"a\",\"Hash\":\"Qa\"}\n"
              "progress 35 of 100\n{\"Name\":\"b\",\"Hash\":\"Qb\"}\n");
    EXPECT_TRUE(records({"add", "-Q"}, told)
                    .ends_with("progress 35 of 100\n{\"Name\":\"b\",\"Hash\":\"Qb\"}\n"));
    EXPECT_EQ(records({"add", "-Q"}, told).find("Qa"), std::string::npos);
}

TEST_F(RemoteRecordsTest, ProgressOfPinsIsNoResult) {
    EXPECT_EQ(
        records({"pin", "add"}, {{{"Progress", 3}, {"Bytes", 9}}, {{"Pins", Json::array({"Q"})}}}),
        "progress 9 of 0\n{\"Pins\":[\"Q\"]}\n");
}

TEST_F(RemoteRecordsTest, AStreamedListingGetsItsHeadings) {
    const Json entry = {
        {"Objects", Json::array({{{"Hash", "y"}, {"Links", Json::array({{{"Name", "n"}}})}}})}};
    EXPECT_EQ(records({"ls", "--stream", "x", "y", "z"}, {entry, entry}),
              "{\"Objects\":[{\"Hash\":\"x\",\"Links\":[]}]}\n"
              "{\"Objects\":[{\"Hash\":\"y\",\"Links\":[]}]}\n" +
                  entry.dump() + "\n" + entry.dump() + "\n" +
                  "{\"Objects\":[{\"Hash\":\"z\",\"Links\":[]}]}\n");
}

TEST_F(RemoteRecordsTest, ARootThatCouldNotBePinnedFailsTheImport) {
    const Json good = {{"Root", {{"Cid", {{"/", "Qa"}}}, {"PinErrorMsg", ""}}}};
    const Json bad = {{"Root", {{"Cid", {{"/", "Qb"}}}, {"PinErrorMsg", "is not here"}}}};
    EXPECT_EQ(
        records({"dag", "import"}, {good, bad, good}),
        good.dump() + "\n" + bad.dump() + "\nfailed: pinning root \"Qb\" FAILED: is not here");
}

TEST_F(RemoteRecordsTest, ASilentImportTellsOfFailuresAlone) {
    const Json good = {{"Root", {{"Cid", {{"/", "Qa"}}}, {"PinErrorMsg", ""}}}};
    EXPECT_EQ(records({"dag", "import", "--silent"}, {good}), "");
}

TEST_F(RemoteRecordsTest, BlocksThatStayFailTheRemoval) {
    const Json bad = {{"Hash", "Qa"}, {"Error", "pinned: recursive"}};
    const Json good = {{"Hash", "Qb"}};
    EXPECT_EQ(records({"block", "rm"}, {bad, good}),
              bad.dump() + "\n" + good.dump() + "\nfailed: some blocks not removed");
    EXPECT_EQ(records({"block", "rm"}, {good}), good.dump() + "\n");
}

TEST_F(RemoteRecordsTest, OnlyTheLastStatIsTheResult) {
    EXPECT_EQ(records({"dag", "stat"}, {{{"TotalSize", 1}}, {{"TotalSize", 2}}}),
              "{\"TotalSize\":2}\n");
}

}  // namespace
}  // namespace kit::cli
