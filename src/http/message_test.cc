#include "http/message.h"

#include <gtest/gtest.h>

#include "http/limits.h"

namespace kit::http {
namespace {

Code code_of(const std::string& head) {
    const auto parsed = parse_request_head(head);
    return parsed ? Code::internal : parsed.error().code;
}

TEST(MessageTest, AHeadIsReadWithItsFraming) {
    const auto head = parse_request_head(
        "POST /api/v0/add?pin=true HTTP/1.1\r\nHost: localhost:5001\r\n"
        "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->method, "POST");
    EXPECT_EQ(head->path(), "/api/v0/add");
    EXPECT_EQ(head->query(), "pin=true");
    EXPECT_EQ(head->host(), "localhost:5001");
    EXPECT_EQ(head->framing, Framing::chunked);
    EXPECT_TRUE(head->keep_alive);
    EXPECT_TRUE(head->expects_continue);
}

TEST(MessageTest, AProxysTargetNamesItsHost) {
    const auto head =
        parse_request_head("GET http://a.example:80?x=1 HTTP/1.1\r\nHost: other\r\n\r\n");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->host(), "a.example:80");
    EXPECT_EQ(head->path(), "/");
    const auto tunnel = parse_request_head("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n");
    ASSERT_TRUE(tunnel);
    EXPECT_EQ(tunnel->host(), "b:443");
    EXPECT_EQ(tunnel->path(), "");
}

TEST(MessageTest, WhatSmugglersSendIsRefused) {
    const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
    EXPECT_EQ(code_of(start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
              Code::invalid_argument);
    EXPECT_EQ(code_of(start + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n"),
              Code::invalid_argument);
    EXPECT_EQ(code_of(start + "Content-Length: +3\r\n\r\n"), Code::invalid_argument);
    EXPECT_EQ(code_of(start + "Content-Length : 3\r\n\r\n"), Code::invalid_argument);
    EXPECT_EQ(code_of(start + "Transfer-Encoding: gzip, chunked\r\n\r\n"), Code::unsupported);
    EXPECT_EQ(code_of(start + "Host: b\r\n\r\n"), Code::invalid_argument);
    EXPECT_EQ(code_of("GET / HTTP/1.1\r\n\r\n"), Code::invalid_argument);
    EXPECT_EQ(code_of("GET / HTTP/1.1\nHost: a\n\n"), Code::invalid_argument);
    EXPECT_EQ(code_of("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), Code::invalid_argument);
}

TEST(MessageTest, HeadsHaveABound) {
    std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (uint32_t i = 0; i <= limits::header_count_max; ++i) many += "X: y\r\n";
    EXPECT_EQ(code_of(many + "\r\n"), Code::too_large);
}

TEST(MessageTest, FieldsCompareWithoutCaseAndListsAreSearched) {
    Headers headers;
    headers.add("Connection", "keep-alive, Upgrade");
    headers.add("connection", "close");
    EXPECT_TRUE(headers.lists("CONNECTION", "upgrade"));
    EXPECT_TRUE(headers.lists("Connection", "close"));
    EXPECT_FALSE(headers.lists("Connection", "up"));
    headers.set("Connection", "x");
    EXPECT_EQ(headers.fields().size(), 1U);
}

TEST(MessageTest, AnAnswersFieldsAreSortedAndCannotBeSplit) {
    ResponseHead head = {.status = 404, .headers = {}, .size_bytes = 2};
    head.headers.add("X-B", "1\r\nEvil: 2");
    head.headers.add("Content-Type", "text/plain");
    EXPECT_EQ(write_response_head(head, date_text(784111777), false),
              "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-B: 1  Evil: 2\r\n"
              "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n");
}

}  // namespace
}  // namespace kit::http
