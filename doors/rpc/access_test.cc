#include "doors/rpc/access.h"

#include <gtest/gtest.h>

namespace kit::rpc {
namespace {

Access access_with(std::string_view api) {
    auto config = node::Config::from_text("{\"API\": " + std::string(api) + "}");
    EXPECT_TRUE(config) << config.error().message;
    return Access(*config, 5001);
}

http::RequestHead request(std::string method,
                          const std::vector<std::pair<std::string, std::string>>& fields = {},
                          std::string target = "/api/v0/id") {
    http::RequestHead head;
    head.method = std::move(method);
    head.target = std::move(target);
    for (const auto& [name, value] : fields) head.headers.add(name, value);
    return head;
}

int refused(const Access& access, const http::RequestHead& head) {
    const auto refusal = access.check_origin(head);
    return refusal ? refusal->status : 0;
}

TEST(AccessTest, OnlyPostIsTaken) {
    const Access access = access_with("{}");
    EXPECT_EQ(refused(access, request("POST")), 0);
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "TRACE"}) {
        EXPECT_EQ(refused(access, request(method)), 405) << method;
    }
}

TEST(AccessTest, PagesOfOtherSitesAreRefused) {
    const Access access = access_with("{}");
    EXPECT_EQ(refused(access, request("POST", {{"Origin", "http://evil.example"}})), 403);
    EXPECT_EQ(refused(access, request("POST", {{"Origin", "null"}})), 403);
    EXPECT_EQ(refused(access, request("POST", {{"Origin", "http://localhost:5002"}})), 403);
    EXPECT_EQ(refused(access, request("POST", {{"Origin", "http://localhost:5001"}})), 0);
    EXPECT_EQ(refused(access, request("POST", {{"Origin", "https://127.0.0.1:5001"}})), 0);
    EXPECT_EQ(refused(access, request("POST", {{"Referer", "http://evil.example/x"}})), 403);
    EXPECT_EQ(refused(access, request("POST", {{"Referer", "no url"}})), 403);
    EXPECT_EQ(refused(access, request("POST", {{"Referer", "http://[::1]:5001/webui"}})), 0);
    EXPECT_EQ(refused(access, request("POST", {{"Origin", "http://localhost:5001"},
                                               {"Referer", "http://evil.example/"}})),
              403);
}

TEST(AccessTest, ABrowserThatHidesWhereItComesFromIsRefused) {
    const Access access = access_with("{}");
    EXPECT_EQ(refused(access, request("POST", {{"User-Agent", "Mozilla/5.0 (X11)"}})), 403);
    EXPECT_EQ(refused(access, request("POST", {{"User-Agent", "Mozilla/5.0 Electron/9"}})), 0);
    EXPECT_EQ(refused(access, request("POST", {{"User-Agent", "curl/8.0"}})), 0);
}

TEST(AccessTest, TheConfigAllowsMore) {
    const Access access = access_with(
        R"({"HTTPHeaders": {"Access-Control-Allow-Origin": ["https://a.example"],
            "access-control-allow-credentials": ["TRUE"], "x-own": ["1", "2"]}})");
    const auto head = request("POST", {{"Origin", "https://a.example"}});
    EXPECT_EQ(refused(access, head), 0);
    http::Headers headers;
    access.add_headers(head, headers);
    EXPECT_EQ(headers.find("Access-Control-Allow-Origin"), "https://a.example");
    EXPECT_EQ(headers.find("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(headers.find_all("X-Own").size(), 2U);
    const Access all = access_with(R"({"HTTPHeaders": {"Access-Control-Allow-Origin": ["*"]}})");
    EXPECT_EQ(refused(all, request("POST", {{"Origin", "http://any.example"}})), 0);
}

TEST(AccessTest, APreflightIsAnsweredForThoseWhoMayCome) {
    const Access access = access_with("{}");
    EXPECT_FALSE(access.preflight(request("OPTIONS")));
    const auto asked = [](const char* origin, const char* method) {
        return request("OPTIONS", {{"Origin", origin}, {"Access-Control-Request-Method", method}});
    };
    const auto yes = access.preflight(asked("http://localhost:5001", "POST"));
    ASSERT_TRUE(yes);
    EXPECT_EQ(yes->status, 204);
    EXPECT_EQ(yes->headers.find("Access-Control-Allow-Methods"), "POST");
    for (const auto& head :
         {asked("http://evil.example", "POST"), asked("http://localhost:5001", "DELETE")}) {
        const auto no = access.preflight(head);
        ASSERT_TRUE(no);
        EXPECT_FALSE(no->headers.has("Access-Control-Allow-Origin"));
        EXPECT_FALSE(no->headers.has("Access-Control-Allow-Methods"));
    }
}

TEST(AccessTest, SecretsOpenThePathsThatTheyAreFor) {
    EXPECT_EQ(authorization_field("secret"), "Bearer secret");
    EXPECT_EQ(authorization_field("bearer:a:b"), "Bearer a:b");
    EXPECT_EQ(authorization_field("basic:user:pass"), "Basic dXNlcjpwYXNz");
    EXPECT_EQ(authorization_field("basic:dXNlcjpwYXNz"), "Basic dXNlcjpwYXNz");
    EXPECT_EQ(authorization_field("other:x"), "");
    const Access access = access_with(
        R"({"Authorizations": {"a": {"AuthSecret": "bearer:k", "AllowedPaths": ["/api/v0/pin"]},
            "b": {"AuthSecret": "other:x", "AllowedPaths": ["/api/v0"]}}})");
    const auto with = [&](const char* field, const char* target) {
        return !access.check_secret(request("POST", {{"Authorization", field}}, target));
    };
    EXPECT_TRUE(with("Bearer k", "/api/v0/pin/ls"));
    EXPECT_TRUE(with("Bearer k", "/api/v0/version"));
    EXPECT_FALSE(with("Bearer k", "/api/v0/add"));
    EXPECT_TRUE(with("Bearer k", "/api/v1/pin/ls"));
    EXPECT_TRUE(with("Bearer k", "/api/v1/version"));
    EXPECT_FALSE(with("Bearer k", "/api/v1/add"));
    EXPECT_FALSE(with("Bearer k", "/api/v10/pin/ls"));
    EXPECT_FALSE(with("Bearer x", "/api/v0/pin/ls"));
    EXPECT_FALSE(with("", "/api/v0/pin/ls"));
    EXPECT_FALSE(access.check_secret(request("POST", {}, "/api/v0/version")) == std::nullopt);
}

}  // namespace
}  // namespace kit::rpc
