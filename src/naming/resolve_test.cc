#include "naming/resolve.h"

#include "naming/test_names.h"

namespace kit::naming {
namespace {

using namespace testing;

class ResolveTest : public ::testing::Test {
protected:
    std::string publish(const PrivateKey& key, const std::string& value,
                        const PublishOptions& options = {}) {
        EXPECT_EQ(error_of(world_.records.publish(key, value, options)), "");
        return "/ipns/" + name_of(key).to_cid_text();
    }
    // Where `text` leads, or the error; with "..." behind it when names are left.
    std::string resolve(const std::string& text, uint32_t steps_max = limits::name_depth_max) {
        const NameResolver resolver(world_.records, world_.texts,
                                    static_names_from_text(static_names_).value());
        const auto resolved =
            resolver.resolve(dag::ContentPath::from_text(text).value(), steps_max);
        if (!resolved) return resolved.error().to_text();
        ttl_ns_ = resolved->ttl_ns;
        return resolved->path.as_written() + (resolved->is_final ? "" : "...");
    }

    TestNames world_;
    std::string static_names_;
    uint64_t ttl_ns_ = 0;
};

TEST_F(ResolveTest, AKeyLeadsToWhatItSaysAndThePathGoesOn) {
    const std::string name = publish(make_key(1), std::string(path_a) + "/docs");
    EXPECT_EQ(resolve(name), std::string(path_a) + "/docs");
    EXPECT_EQ(resolve(name + "/a/b"), std::string(path_a) + "/docs/a/b");
    EXPECT_EQ(resolve(name + "/a/"), std::string(path_a) + "/docs/a/");
    EXPECT_EQ(resolve(path_b), path_b);
}

TEST_F(ResolveTest, EveryWayToWriteAKeyIsTheSameName) {
    const PeerId id = name_of(make_key(1));
    publish(make_key(1), path_a);
    EXPECT_EQ(resolve("/ipns/" + id.to_text()), path_a);
    EXPECT_EQ(resolve("/ipns/" + id.to_cid_text(formats::Base::base32)), path_a);
}

TEST_F(ResolveTest, ANameMayLeadToAName) {
    const std::string first = publish(make_key(1), path_a);
    const std::string second = publish(make_key(2), first + "/x");
    EXPECT_EQ(resolve(second + "/y"), std::string(path_a) + "/x/y");
    EXPECT_EQ(resolve(second + "/y", 1), first + "/x/y...");
}

TEST_F(ResolveTest, ACircleOfNamesEnds) {
    const std::string name = "/ipns/" + name_of(make_key(1)).to_cid_text();
    publish(make_key(1), name);
    EXPECT_EQ(resolve(name), name + "...");
}

TEST_F(ResolveTest, WhatIsUnknownOrNoNameSaysSo) {
    EXPECT_EQ(resolve("/ipns/" + name_of(make_key(1)).to_text()), "could not resolve name");
    EXPECT_EQ(resolve("/ipns/a..b"), "cannot resolve: \"/ipns/a..b\"");
    EXPECT_EQ(resolve("/ipns/nothing.example"),
              "DNSLink lookup for \"nothing.example.\" failed: could not resolve name: DNSLink "
              "lookup could not find a TXT record (https://docs.ipfs.tech/concepts/dnslink/)");
}

TEST_F(ResolveTest, ADomainLeadsByItsDnslink) {
    world_.texts.answers["_dnslink.example.org."] = {
        .texts = {"v=spf1 -all", "dnslink=" + std::string(path_a)}, .ttl_s = 60};
    EXPECT_EQ(resolve("/ipns/example.org/x"), std::string(path_a) + "/x");
    EXPECT_EQ(ttl_ns_, uint64_t{60} * second_ns);
    world_.texts.answers["_dnslink.other.org."] = {.texts = {"dnslink=/ipns/example.org"},
                                                   .ttl_s = 30};
    EXPECT_EQ(resolve("/ipns/other.org"), path_a);
    EXPECT_EQ(ttl_ns_, uint64_t{30} * second_ns);
}

TEST_F(ResolveTest, ADomainWithTwoPathsLeadsNowhere) {
    world_.texts.answers["_dnslink.example.org."] = {
        .texts = {std::string("dnslink=") + path_a, std::string("dnslink=") + path_b}};
    EXPECT_NE(resolve("/ipns/example.org").find("more than one IPFS content path"),
              std::string::npos);
}

TEST_F(ResolveTest, WhatTheEnvironmentDecidedComesFirst) {
    const std::string key = name_of(make_key(1)).to_cid_text();
    publish(make_key(1), path_a);
    static_names_ = "example.org:" + std::string(path_a) + "/s," + key + ":" + path_b;
    EXPECT_EQ(resolve("/ipns/example.org/t"), std::string(path_a) + "/s/t");
    EXPECT_EQ(resolve("/ipns/" + key), path_b);
}

TEST_F(ResolveTest, TheTtlEndsWithTheRecord) {
    const std::string name =
        publish(make_key(1), path_a, {.lifetime_ns = hour_ns, .ttl_ns = hour_ns, .sequence = {}});
    resolve(name);
    EXPECT_EQ(ttl_ns_, uint64_t{hour_ns});
    world_.clock.now_s += 3000;
    resolve(name);
    EXPECT_EQ(ttl_ns_, uint64_t{600} * second_ns);
}

TEST(StaticNames, WhatIsNoPairIsRefused) {
    EXPECT_EQ(static_names_from_text("").value().size(), 0U);
    EXPECT_FALSE(static_names_from_text("example.org"));
    EXPECT_FALSE(static_names_from_text("example.org:nonsense"));
}

TEST(DnsLinkTexts, PathsAndBareCidsOfOldAreRead) {
    TestTexts texts;
    const auto links_to = [&](std::string text) {
        texts.answers["_dnslink.d."] = {.texts = {std::move(text)}};
        const auto link = resolve_dnslink(texts, "d");
        return link ? link->path.as_written() : link.error().message.substr(0, 10);
    };
    EXPECT_EQ(links_to(path_a), path_a);
    EXPECT_EQ(links_to("dnslink=/ipns/x.org/a"), "/ipns/x.org/a");
    EXPECT_EQ(links_to("dnslink=bafkqaaa"), path_b);
    EXPECT_EQ(links_to("bafkqaaa"), path_b);
    EXPECT_EQ(links_to("dnslink=/ipld/bafkqaaa"), "DNSLink lo");
    EXPECT_EQ(links_to("dnslink="), "DNSLink lo");
    EXPECT_EQ(links_to("dnslink=bafkqaaa/x"), "DNSLink lo");
}

TEST(DomainNames, AreLabelsWithinBounds) {
    for (const char* good : {"a", "example.org", "example.org.", "a b!", "xn--bcher-kva.example"}) {
        EXPECT_TRUE(is_domain_name(good)) << good;
    }
    for (const std::string& bad : {std::string(), std::string("a..b"), std::string(".a"),
                                   std::string(64, 'a'), std::string(300, 'a')}) {
        EXPECT_FALSE(is_domain_name(bad)) << bad;
    }
}

TEST(NoNetwork, SaysThatItIsOffline) {
    const auto link = resolve_dnslink(*no_txt_lookup(), "example.org");
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error().code, Code::offline);
}

}  // namespace
}  // namespace kit::naming
