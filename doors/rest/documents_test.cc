#include "doors/rest/documents.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "commands/command.h"

namespace kit::rest {
namespace {

class DocumentsTest : public testing::Test {
protected:
    std::string_view content(std::string_view path) {
        const web::PageFile* file = documents_.find(verbs_, path);
        return file == nullptr ? std::string_view("nothing") : as_text(file->content);
    }
    static size_t count(std::string_view text, std::string_view word) {
        size_t found = 0;
        for (size_t at = 0; (at = text.find(word, at)) != text.npos; at += word.size()) ++found;
        return found;
    }

    rpc::Verbs verbs_;
    Documents documents_;
};

TEST_F(DocumentsTest, OnlyTheFourAreThere) {
    EXPECT_TRUE(content("/openapi.json").starts_with(R"({"openapi":"3.1.0",)"));
    EXPECT_TRUE(content("/docs").starts_with("<!doctype html>"));
    EXPECT_NE(content("/docs/docs.css"), "nothing");
    EXPECT_NE(content("/docs/docs.js"), "nothing");
    for (const char* path : {"", "/", "/docs/", "/docs/../openapi.json", "/add"}) {
        EXPECT_EQ(content(path), "nothing") << path;
    }
}

TEST_F(DocumentsTest, EachHasAnETagOfItsOwn) {
    const std::string_view document = documents_.find(verbs_, "/openapi.json")->etag;
    EXPECT_EQ(document.size(), 34U);
    EXPECT_NE(document, documents_.find(verbs_, "/docs")->etag);
    Documents others;
    EXPECT_EQ(document, others.find(verbs_, "/openapi.json")->etag);
}

TEST_F(DocumentsTest, ThePageHasEachOperationAndLoadsNothingFromElsewhere) {
    const std::string_view page = content("/docs");
    EXPECT_EQ(count(page, "<details"), count(content("/openapi.json"), "\"operationId\""));
    EXPECT_EQ(count(page, "<details"), count(page, "</details>"));
    EXPECT_EQ(count(page, "src=\"http"), 0U);
    EXPECT_EQ(count(page, "href=\"http"), 0U);
    EXPECT_NE(page.find("curl -X POST -F path=@&lt;file&gt; "
                        "&quot;http://127.0.0.1:5001/api/v1/add&quot;"),
              page.npos);
    EXPECT_NE(page.find("/api/v1/pin/add?ipfs-path=&lt;ipfs-path&gt;&quot;"), page.npos);
}

}  // namespace
}  // namespace kit::rest
