#include "doors/web/page.h"

#include <gtest/gtest.h>

namespace kit::web {
namespace {

http::RequestHead request(std::string target, std::string method = "GET") {
    http::RequestHead head;
    head.method = std::move(method);
    head.target = std::move(target);
    return head;
}

std::string field(const PageAnswer& answer, std::string_view name) {
    return std::string(answer.head.headers.find(name).value_or(""));
}

TEST(Page, OnlyWebuiAndWhatLiesBelowIsThePage) {
    EXPECT_TRUE(is_page(request("/webui")));
    EXPECT_TRUE(is_page(request("/webui/app.js?x=1")));
    EXPECT_FALSE(is_page(request("/webuis")));
    EXPECT_FALSE(is_page(request("/api/v0/id")));
}

TEST(Page, EveryFileHasItsTypeAndThePolicy) {
    const std::pair<const char*, const char*> expected[] = {
        {"/webui", "text/html; charset=utf-8"},
        {"/webui/", "text/html; charset=utf-8"},
        {"/webui/style.css", "text/css; charset=utf-8"},
        {"/webui/app.js", "text/javascript; charset=utf-8"}};
    for (const auto& [target, type] : expected) {
        const PageAnswer answer = page_answer(request(target));
        EXPECT_EQ(answer.head.status, 200) << target;
        EXPECT_EQ(field(answer, "Content-Type"), type);
        EXPECT_EQ(field(answer, "X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(field(answer, "Content-Security-Policy"),
                  "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'");
        EXPECT_EQ(answer.head.size_bytes, answer.body.size());
    }
    EXPECT_TRUE(as_text(page_answer(request("/webui")).body).starts_with("<!doctype html>"));
}

TEST(Page, WhoHasTheFileIsToldSo) {
    const std::string etag = field(page_answer(request("/webui/app.js")), "ETag");
    ASSERT_EQ(etag.size(), 34U);
    for (const std::string& tags : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
        http::RequestHead again = request("/webui/app.js");
        again.headers.add("If-None-Match", tags);
        EXPECT_EQ(page_answer(again).head.status, 304) << tags;
        EXPECT_TRUE(page_answer(again).body.empty());
    }
    http::RequestHead stale = request("/webui/app.js");
    stale.headers.add("If-None-Match", "\"other\"");
    EXPECT_EQ(page_answer(stale).head.status, 200);
}

TEST(Page, WhatIsNotThereAndWhatMayNotBeAskedIsRefused) {
    EXPECT_EQ(page_answer(request("/webui/../config")).head.status, 404);
    EXPECT_EQ(page_answer(request("/webui/nothing.js")).head.status, 404);
    const PageAnswer posted = page_answer(request("/webui", "POST"));
    EXPECT_EQ(posted.head.status, 405);
    EXPECT_EQ(field(posted, "Allow"), "GET, HEAD");
}

}  // namespace
}  // namespace kit::web
