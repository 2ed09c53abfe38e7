// DNS over HTTPS against a server of this test, over plain HTTP on loopback.
#include <gtest/gtest.h>

#include <mutex>

#include "base/env.h"
#include "http/server.h"
#include "naming/dns_message.h"
#include "naming/test_names.h"

namespace kit::naming::testing {
namespace {

// One TXT record of 40 seconds, for whatever was asked.
std::string answer_to(const std::string& question, std::string_view text) {
    std::string message = question;
    message[2] = static_cast<char>(0x81);
    message[3] = static_cast<char>(0x80);
    message[7] = 1;
    message += std::string("\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x28\x00", 11);
    message += static_cast<char>(text.size() + 1);
    message += static_cast<char>(text.size());
    return message + std::string(text);
}

class DohTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto started = http::Server::start(
            real_env(),
            {{.address = {.host = "127.0.0.1", .port = 0, .unix_path = {}},
              .handler = [this](http::Exchange& exchange) { serve(exchange); }}},
            {});
        ASSERT_TRUE(started) << started.error().message;
        server_ = *std::move(started);
        url_ = "http://" + server_->addresses()[0].to_text() + "/dns-query";
    }
    void serve(http::Exchange& exchange) {
        std::string body;
        std::array<uint8_t, 4096> buffer{};
        for (;;) {
            const auto count = exchange.read_body(buffer);
            if (!count || *count == 0) break;
            body += as_text(ByteView(buffer).first(*count));
        }
        const std::scoped_lock lock(mutex_);
        const http::RequestHead& head = exchange.request();
        asked_ = head.method + " " + head.target + " " +
                 std::string(head.headers.find("Content-Type").value_or(""));
        exchange.answer(status_, type_, body_.empty() ? answer_to(body, "by DoH") : body_);
    }
    static std::string looked_up(const TxtLookup& lookup, std::string_view domain) {
        const auto answer = lookup.find_texts(domain);
        if (!answer) return std::string(code_name(answer.error().code));
        return answer->texts.empty() ? "none" : answer->texts.front();
    }

    std::mutex mutex_;
    std::string asked_;
    int status_ = 200;
    std::string type_ = "application/dns-message";
    std::string body_;
    std::unique_ptr<http::Server> server_;
    std::string url_;
};

TEST_F(DohTest, AServerIsAskedByHttp) {
    const auto lookup = doh_txt_lookup(url_).value();
    const auto answer = lookup->find_texts("_dnslink.example.eth");
    ASSERT_TRUE(answer.has_value()) << answer.error().to_text();
    EXPECT_EQ(answer->texts, std::vector<std::string>{"by DoH"});
    EXPECT_EQ(answer->ttl_s, 40U);
    EXPECT_EQ(asked_, "POST /dns-query application/dns-message");
}

TEST_F(DohTest, WhatIsNoAnswerIsNoAbsence) {
    const auto lookup = doh_txt_lookup(url_).value();
    status_ = 500;
    EXPECT_EQ(looked_up(*lookup, "a.eth"), "offline");
    status_ = 200;
    type_ = "text/html";
    EXPECT_EQ(looked_up(*lookup, "a.eth"), "offline");
    type_ = "application/dns-message";
    body_ = "nonsense that is long enough";
    EXPECT_EQ(looked_up(*lookup, "a.eth"), "corrupt");
    body_ = std::string(100'000, 'x');
    EXPECT_EQ(looked_up(*lookup, "a.eth"), "offline");
    server_ = nullptr;
    EXPECT_EQ(looked_up(*lookup, "a.eth"), "offline");
}

TEST_F(DohTest, WhoIsAskedIsDecidedByTheLongestDomain) {
    auto preset = std::make_unique<TestTexts>();
    for (const char* domain : {"a.example", "eth", "ether", "x.own.eth", "own.eth"}) {
        preset->answers[domain] = {.texts = {"preset"}, .ttl_s = 1};
    }
    const auto lookup =
        configured_txt_lookup({{"eth.", url_}, {"own.ETH.", ""}, {"x.eth.", "auto"}},
                              std::move(preset))
            .value();
    EXPECT_EQ(looked_up(*lookup, "a.example"), "preset");
    EXPECT_EQ(looked_up(*lookup, "ether"), "preset");
    EXPECT_EQ(looked_up(*lookup, "eth"), "by DoH");
    EXPECT_EQ(looked_up(*lookup, "_dnslink.b.ETH."), "by DoH");
    EXPECT_EQ(looked_up(*lookup, "own.eth"), "preset");
    EXPECT_EQ(looked_up(*lookup, "x.own.eth"), "preset");
    EXPECT_EQ(looked_up(*lookup, "x.eth"), "none");
}

TEST_F(DohTest, ADotStandsForAllDomains) {
    const auto lookup = configured_txt_lookup({{".", url_}}, std::make_unique<TestTexts>()).value();
    EXPECT_EQ(looked_up(*lookup, "a.example"), "by DoH");
}

TEST_F(DohTest, AConfigThatMakesNoSenseIsRefused) {
    const auto why = [](const std::map<std::string, std::string>& resolvers) {
        return error_of(configured_txt_lookup(resolvers, std::make_unique<TestTexts>()));
    };
    EXPECT_EQ(why({{"eth", "https://a.example"}}), "invalid domain eth; must be FQDN");
    EXPECT_EQ(why({{"eth.", "ftp://a.example"}}),
              "bad resolver for eth.: invalid DoH resolver URL: ftp://a.example");
}

}  // namespace
}  // namespace kit::naming::testing
