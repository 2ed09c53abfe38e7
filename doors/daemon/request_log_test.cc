#include "doors/daemon/request_log.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/simulated_env.h"

namespace kit::daemon {
namespace {

constexpr const char* trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";

class RequestLogTest : public testing::Test {
protected:
    void serve(http::Served served) {
        served.began_unix_ns = 1'700'000'000'123'456'789;
        served.duration_ns = 1'500'000;
        log_.tell(served);
    }
    // The members of the last line of the file.
    nlohmann::json last_span() {
        const auto text = read_file(env_.disk, "/traces.json");
        if (!text) return {};
        const std::string_view lines = as_text(*text);
        if (lines.empty()) return {};
        const size_t end = lines.rfind('\n', lines.size() - 2);
        return nlohmann::json::parse(lines.substr(end == std::string_view::npos ? 0 : end + 1));
    }

    SimulatedEnv env_{1};
    std::string lines_;
    Log base_{env_.clock, {.levels = "debug"}, [this](std::string_view line) { lines_ = line; }};
    RequestLog log_{base_, *SpanFile::open(env_.env, "/traces.json")};
    http::RequestHead request_{.method = "GET", .target = "/ipfs/x?a=b", .headers = {}};
};

TEST_F(RequestLogTest, TheClientsTraceIsInTheLineAndInTheSpan) {
    request_.headers.add("traceparent", fmt::format("00-{}-00f067aa0ba902b7-01", trace_id));
    serve({.request = request_, .peer = "127.0.0.1:9", .status = 200});
    EXPECT_NE(lines_.find(fmt::format("\"trace_id\": \"{}\"", trace_id)), std::string::npos);
    EXPECT_NE(lines_.find("DEBUG\thttp\t"), std::string::npos) << lines_;
    EXPECT_NE(lines_.find("\"ms\": \"1.500\""), std::string::npos) << lines_;
    const auto span = last_span();
    EXPECT_EQ(span["SpanContext"]["TraceID"], trace_id);
    EXPECT_EQ(span["Parent"]["SpanID"], "00f067aa0ba902b7");
    EXPECT_EQ(span["StartTime"], "2023-11-14T22:13:20.123456789Z");
    EXPECT_EQ(span["EndTime"], "2023-11-14T22:13:20.124956789Z");
    EXPECT_EQ(span["Status"]["Code"], "Unset");
}

TEST_F(RequestLogTest, ARequestWithoutATraceBeginsOne) {
    request_.headers.add("traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01");
    serve({.request = request_, .peer = "unix", .status = 200});
    const std::string first = last_span()["SpanContext"]["TraceID"];
    EXPECT_EQ(first.size(), 32);
    EXPECT_EQ(last_span()["Parent"]["SpanID"], "0000000000000000");
    serve({.request = request_, .peer = "unix", .status = 200});
    EXPECT_NE(last_span()["SpanContext"]["TraceID"], first);
}

TEST_F(RequestLogTest, WhatTheServerCouldNotDoIsAWarning) {
    serve({.request = request_, .peer = "unix", .status = 500});
    EXPECT_NE(lines_.find("WARN\thttp\t"), std::string::npos) << lines_;
    EXPECT_EQ(last_span()["Status"]["Code"], "Error");
}

TEST_F(RequestLogTest, WhatIsNoHttpIsToldWithItsReason) {
    const http::RequestHead nobody;
    serve({.request = nobody, .peer = "unix", .status = 400, .refusal = "no method"});
    EXPECT_NE(lines_.find("INFO\thttp\t"), std::string::npos) << lines_;
    EXPECT_NE(lines_.find("\"reason\": \"no method\""), std::string::npos) << lines_;
    EXPECT_TRUE(last_span().is_null()) << "a span for what is no request";
}

TEST_F(RequestLogTest, AClientThatStalledIsNamed) {
    serve({.request = request_, .peer = "10.0.0.9:1", .status = 200, .has_stalled = true});
    EXPECT_NE(lines_.find("slow client\t"), std::string::npos) << lines_;
    EXPECT_NE(lines_.find("10.0.0.9:1"), std::string::npos) << lines_;
}

}  // namespace
}  // namespace kit::daemon
