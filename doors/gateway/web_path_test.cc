#include "doors/gateway/web_path.h"

#include <gtest/gtest.h>

#include "doors/gateway/content_type.h"
#include "doors/gateway/hostname.h"
#include "doors/gateway/pages.h"
#include "doors/gateway/xxhash.h"

namespace kit::gateway {
namespace {

constexpr const char* cid = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn";

TEST(WebPathTest, APathIsCleanedAndKeepsItsSlash) {
    const auto path = WebPath::from_text(std::string("/ipfs/") + cid + "//a/./x/../b/");
    ASSERT_TRUE(path.has_value());
    EXPECT_EQ(path->text, std::string("/ipfs/") + cid + "/a/b/");
    EXPECT_EQ(path->segments, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(path->file_name(), "b");
    EXPECT_EQ(clean_mux_path("/a//b/../c/"), "/a/c/");
    EXPECT_EQ(clean_mux_path("/../.."), "/");
}

TEST(WebPathTest, ARootMustBeThere) {
    EXPECT_FALSE(WebPath::from_text("/ipfs/").has_value());
    EXPECT_FALSE(WebPath::from_text("/ipfs/nonsense").has_value());
    EXPECT_FALSE(WebPath::from_text(std::string("/other/") + cid).has_value());
    EXPECT_TRUE(WebPath::from_text("/ipns/en.example.net")->is_mutable);
}

TEST(WebPathTest, TheUriOfAPathIsCanonical) {
    EXPECT_EQ(ipfs_uri(*WebPath::from_text(std::string("/ipfs/") + cid + "/a b&/")),
              "ipfs://bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354/a%20b%26/");
    EXPECT_EQ(ipfs_uri(*WebPath::from_text("/ipns/En.Example.net.")), "ipns://en.example.net");
    EXPECT_EQ(ipfs_uri(*WebPath::from_text("/ipns/single")), std::nullopt);
}

TEST(WebPathTest, ADomainIsOneLabelAndBack) {
    EXPECT_EQ(*inline_dnslink("my.v-long.example.com"), "my-v--long-example-com");
    EXPECT_EQ(uninline_dnslink("my-v--long-example-com"), "my.v-long.example.com");
    EXPECT_FALSE(inline_dnslink(std::string(64, 'a')).has_value());
}

TEST(ContentTypeTest, NamesComeBeforeBytes) {
    EXPECT_EQ(type_by_name("a/b.HTML"), "text/html; charset=utf-8");
    EXPECT_EQ(type_by_name("README"), "");
    const auto sniffed = [](std::string_view text) { return sniff_type(as_bytes(text), true); };
    EXPECT_EQ(sniffed("\x89PNG\r\n\x1a\n"), "image/png");
    EXPECT_EQ(sniffed(" <!doctype html><p>"), "text/html; charset=utf-8");
    EXPECT_EQ(sniffed("{\"a\": [1]}"), "application/json");
    EXPECT_EQ(sniffed("{\"a\": [1}"), "text/plain; charset=utf-8");
    EXPECT_EQ(sniffed("caf\xe9"), "text/plain; charset=iso-8859-1");
    EXPECT_EQ(sniffed(std::string_view("a\0b", 3)), "application/octet-stream");
    EXPECT_EQ(sniffed(""), "text/plain");
}

TEST(PagesTest, WhatComesFromOutsideIsEscaped) {
    const std::string bad = "<script>alert('x')</script>\"&";
    const std::string row = listing_row({.name = bad, .link = bad, .cid = "c", .cid_link = bad});
    const std::string head = listing_head({.path = bad,
                                           .crumbs = {{.name = bad, .link = bad}},
                                           .cid = "c",
                                           .size_bytes = 1,
                                           .back_link = bad});
    for (const std::string& page : {row, head, error_page(404, bad)}) {
        EXPECT_EQ(page.find("<script>alert"), std::string::npos);
        EXPECT_NE(page.find("&lt;script&gt;alert(&#39;x&#39;)"), std::string::npos);
    }
}

TEST(PagesTest, SizesReadAsKubosDo) {
    EXPECT_EQ(human_size(0), "0 B");
    EXPECT_EQ(human_size(999), "999 B");
    EXPECT_EQ(human_size(1500), "1.5 kB");
    EXPECT_EQ(human_size(82854982), "83 MB");
}

// The vectors of https://github.com/Cyan4973/xxHash.
TEST(XxhashTest, HashesAsItsSpecification) {
    EXPECT_EQ(xxhash64({}), 0xef46db3751d8e999);
    EXPECT_EQ(xxhash64(as_bytes("a")), 0xd24ec4f1a98c6e5b);
    EXPECT_EQ(xxhash64(as_bytes("Call me Ishmael. Some years ago--never mind how long "
                                "precisely-")),
              0x02a2e85470d6fd96);
    EXPECT_EQ(base32_text(1023), "vv");
}

}  // namespace
}  // namespace kit::gateway
