#include "doors/rest/correlation.h"

#include <gtest/gtest.h>

#include "base/simulated_env.h"

namespace kit::rest {
namespace {

class CorrelationTest : public testing::Test {
protected:
    std::string id_with(const char* name, std::string value) {
        http::RequestHead request;
        request.headers.add(name, std::move(value));
        return correlation_id(request, env_.env.random);
    }
    static bool is_made(std::string_view id) {
        return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == id.npos;
    }

    SimulatedEnv env_{1};
};

TEST_F(CorrelationTest, AWellFormedIdIsTheClients) {
    EXPECT_EQ(id_with("X-Correlation-Id", "Job-7_a.b:c"), "Job-7_a.b:c");
    EXPECT_EQ(id_with("x-correlation-id", std::string(128, 'a')), std::string(128, 'a'));
}

TEST_F(CorrelationTest, AnIllFormedIdIsReplaced) {
    for (const std::string& bad : {std::string(), std::string(129, 'a'), std::string("a b"),
                                   std::string("<a>"), std::string("\xc3\xa4")}) {
        EXPECT_TRUE(is_made(id_with("X-Correlation-Id", bad))) << bad;
    }
    EXPECT_NE(id_with("X-Correlation-Id", ""), id_with("X-Correlation-Id", ""));
}

TEST_F(CorrelationTest, ATraceIsTheIdOfItsRequests) {
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    EXPECT_EQ(id_with("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"), trace);
    EXPECT_EQ(id_with("traceparent", "cc-" + trace + "-00f067aa0ba902b7-01-later"), trace);
    for (const std::string& bad :
         {"00-" + trace + "-00f067aa0ba902b7", "00-" + trace + "-00f067aa0ba902b7-01-later",
          "ff-" + trace + "-00f067aa0ba902b7-01",
          "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01"}) {
        const std::string id = id_with("traceparent", bad);
        EXPECT_TRUE(is_made(id) && id != trace) << bad;
    }
}

TEST_F(CorrelationTest, TheClientsOwnIdGoesBeforeTheTrace) {
    http::RequestHead request;
    request.headers.add("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    request.headers.add("X-Correlation-Id", "mine");
    EXPECT_EQ(correlation_id(request, env_.env.random), "mine");
}

}  // namespace
}  // namespace kit::rest
