#include "naming/denylist.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "naming/limits.h"

namespace kit::naming {
namespace {

using formats::Cid;

constexpr std::string_view root = "QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK";

class DenylistTest : public testing::Test {
protected:
    std::string read(std::string_view text, bool is_end = true) {
        const auto done = list_.read(text, is_end, [this](uint64_t line, const std::string& why) {
            bad_lines_ += std::to_string(line) + ": " + why + "\n";
        });
        return done ? "ok" : done.error().to_text();
    }
    void read_rules(const std::vector<std::string>& rules) {
        std::string text;
        for (const std::string& rule : rules) text += rule + "\n";
        ASSERT_EQ(read(text), "ok");
        ASSERT_EQ(bad_lines_, "");
    }
    void read_reference() {
        std::ifstream file(KIT_SOURCE_DIR "/tests/vectors/denylist/reference.deny",
                           std::ios::binary);
        ASSERT_EQ(read(std::string(std::istreambuf_iterator<char>(file), {})), "ok");
        ASSERT_EQ(list_.rule_count(), 21U);
        // Its last rules are those that are never followed.
        ASSERT_NE(bad_lines_.find("bafkqaaa is an empty block"), std::string::npos);
        bad_lines_.clear();
    }
    bool blocks(const std::string& path) {
        const auto parsed = dag::ContentPath::from_text(path);
        EXPECT_TRUE(parsed.has_value()) << path;
        return parsed && list_.judge(*parsed) == Denylist::Verdict::blocked;
    }
    bool blocks_cid(const std::string& text) {
        return list_.judge(Cid::from_text(text).value()) == Denylist::Verdict::blocked;
    }
    void expect_blocked(const std::vector<std::string>& paths) {
        for (const std::string& path : paths) EXPECT_TRUE(blocks(path)) << path;
    }
    void expect_left(const std::vector<std::string>& paths) {
        for (const std::string& path : paths) EXPECT_FALSE(blocks(path)) << path;
    }
    // "<root>/<path>" below the one root that these tests use.
    std::string below(const std::string& path) { return "/ipfs/" + std::string(root) + path; }

    Denylist list_;
    std::string bad_lines_;
};

TEST_F(DenylistTest, ACidIsBlockedByItsMultihash) {
    read_reference();
    for (const char* cid : {"bafybeihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq",
                            "bafkreihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq",
                            "QmesfgDQ3q6prBy2Kg2gKbW4MAGuWiRP2DVuGA5MZSERLo"}) {
        EXPECT_TRUE(blocks_cid(cid)) << cid;
        expect_blocked({std::string("/ipfs/") + cid, std::string("/ipld/") + cid});
        expect_left({std::string("/ipfs/") + cid + "/sub"});
    }
}

TEST_F(DenylistTest, EmptyBlocksAndDirectoriesAreNeverBlocked) {
    read_reference();
    for (const char* cid : {"QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", "bafyaabakaieac",
                            "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
                            "bafkqaaa", "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH",
                            "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua",
                            "baguqeeraiqjw7i2vwntyuekgvulpp2det2kpwt6cd7tx5ayqybqpmhfk76fa"}) {
        EXPECT_FALSE(blocks_cid(cid)) << cid;
    }
}

TEST_F(DenylistTest, PathsAreBlockedByPrefix) {
    read_reference();
    const std::string two = "/ipfs/QmdWFA9FL52hx3j9EJZPQP1ZUH8Ygi5tLCX2cRDs6knSf8";
    expect_blocked({two, two + "/a/b", two + "/z/", two + "/z"});
    const std::string three = "/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2";
    expect_blocked({three + "/test", three + "/test2", three + "/test/one"});
    expect_left({three + "/tes", three, three + "/one/test"});
    const std::string four = "/ipfs/QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC";
    expect_blocked({four + "/test", four + "/test2", four + "/test/one"});
    expect_left({four + "/tes", four, four + "/one/test"});
}

TEST_F(DenylistTest, TheLastRuleThatFitsDecides) {
    read_reference();
    expect_blocked({below("/blocked"), below("/blocked2")});
    expect_left({below("/blockednot"), below("/blocked/not"), below("/blocked/exceptions"),
                 below("/blocked/exceptions2"), below("/blocked/exceptions/one")});
    read_rules({"!/ipns/domain.example"});
    expect_left({"/ipns/domain.example"});
    read_rules({"/ipns/domain.example"});
    expect_blocked({"/ipns/domain.example"});
}

TEST_F(DenylistTest, NamesAreBlockedAsKeysAndAsDomains) {
    read_reference();
    expect_blocked({"/ipns/domain.example", "/ipns/domain-example", "/ipns/Domain.EXAMPLE."});
    expect_left({"/ipns/domainaefa.example", "/ipns/domain.example/path", "/ipns/domain--example"});
    expect_blocked({"/ipns/domain2.example/path"});
    expect_left({"/ipns/domain2.example", "/ipns/domain2.example/path2"});
    expect_blocked({"/ipns/k51qzi5uqu5dhmzyv3zac033i7rl9hkgczxyl81lwoukda2htteop7d3x0y1mf",
                    "/ipns/bafzaajaiaejcaotjfs57kieazxny5japcmy5p2pgv2cic77tu6ogghttvurnrufx",
                    "/ipns/12D3KooWDkNqEJNmreF3NYYFK1ws7Ra2fuW6cHBTu567SPV3LdYA"});
    expect_left({"/ipns/12D3KooWDkNqEJNmreF3NYYFK1ws7Ra2fuW6cHBTu567SPV3LdYA/path"});
}

TEST_F(DenylistTest, HashesOfTheOldFormBlockOneCid) {
    read_reference();
    const std::string cid = "bafybeiefwqslmf6zyyrxodaxx4vwqircuxpza5ri45ws3y5a62ypxti42e";
    EXPECT_TRUE(blocks_cid(cid));
    expect_blocked({"/ipfs/" + cid + "/", "/ipfs/" + cid, "/ipfs/" + cid + "/path"});
    expect_left({"/ipfs/" + cid + "/path2"});
    expect_blocked({"/ipns/k51qzi5uqu5dixwsch9wpd9rolqby1m0uqj5hhxwtxal0dwltastfmh01dlniq",
                    "/ipns/bafzaajaiaejca3vrvdzmu4qntwa2pn6apsd4ug5k63ckdyhnd3g6vdvgvujdw62s",
                    "/ipns/very-bad-example.eth", "/ipns/very-bad-example.eth/"});
}

TEST_F(DenylistTest, HashesBlockAMultihashByAnyFunction) {
    read_reference();
    EXPECT_TRUE(blocks_cid("bafybeidjwik6im54nrpfg7osdvmx7zojl5oaxqel5cmsz46iuelwf5acja"));
    EXPECT_TRUE(blocks_cid("QmVTF1yEejXd9iMgoRTFDxBv7HAz9kuZcQNBzHrceuK9HR"));
    for (const std::string cid :
         {"bafyb4ieqht3b2rssdmc7sjv2cy2gfdilxkfh7623nvndziyqnawkmo266a",
          "f01701e20903cf61d46521b05f926ba1634628d0bba8a7ffb5b6d5a3ca310682ca63b5ef0"}) {
        expect_blocked({"/ipfs/" + cid + "/path"});
        expect_left({"/ipfs/" + cid + "/", "/ipfs/" + cid + "/path2"});
    }
    expect_blocked(
        {"/ipns/my.domain.com", "/ipns/my.domain2.com/path",
         "/ipns/k51qzi5uqu5dixwsch9wpd9rolqby1m0uqj5hhxwtxal0dwltastfmh01dabcd",
         "/ipns/k51qzi5uqu5dixwsch9wpd9rolqby1m0uqj5hhxwtxal0dwltastfmh01d1234/mypath",
         "/ipns/bafzaajaiaejca3vrvdzmu4qntwa2pn6apsd4ug5k63ckdyhnd3g6vdvgvujczuoq/mypath"});
    expect_left({"/ipns/my.domain2.com/path2",
                 "/ipns/k51qzi5uqu5dixwsch9wpd9rolqby1m0uqj5hhxwtxal0dwltastfmh01d1234/mypath2"});
}

TEST_F(DenylistTest, PathsOfRulesAreDecodedAndHintsPassedOver) {
    read_rules({below("/a%20b%2A reason=secret"), below("/c+d/* status:410"), "/x/y", "/z*"});
    expect_blocked({below("/a b*"), below("/c+d"), below("/c+d/e"), below("/x/y"), below("/zoo")});
    expect_left({below("/a bc"), below("/c d"), below("/x"), below("/x/y/1"), below("")});
}

TEST_F(DenylistTest, ALineThatIsNoRuleIsToldAndPassedOver) {
    EXPECT_EQ(read("name: x\n---\n# comment\n\n   \nword\n/ipfs/Qm1\n//00ff\n/ipfs/" +
                   std::string(root) + "/%2\n/ipns/\n/ipns/a.example\r\n"),
              "ok");
    EXPECT_EQ(bad_lines_,
              "6: \"word\" is no rule: one begins with /ipfs/, /ipns/, // or another /, after '!' "
              "when it allows\n"
              "7: 'Qm1' is not a CID: no base has the prefix byte 0x51\n"
              "8: \"//00ff\" is neither a multihash in base58 nor a sha2-256 in hexadecimal\n"
              "9: \"%2\" is no byte in hexadecimal\n"
              "10: there is no name behind /ipns/\n");
    EXPECT_EQ(list_.rule_count(), 1U);
    expect_blocked({"/ipns/a.example"});
}

TEST_F(DenylistTest, ALineCountsWhenItIsWhole) {
    EXPECT_EQ(read("/ipns/a.exam"), "ok");
    expect_left({"/ipns/a.exam"});
    EXPECT_EQ(read("ple\n/ipns/b"), "ok");
    expect_blocked({"/ipns/a.example"});
    EXPECT_EQ(read(".example\n"), "ok");
    expect_blocked({"/ipns/b.example"});
}

TEST_F(DenylistTest, AHeaderMayBeAbsentEmptyOrInPieces) {
    EXPECT_EQ(read("version", false), "ok");
    EXPECT_EQ(read(": 1 # of the format\nhints:\n  a: b\n--", false), "ok");
    EXPECT_EQ(read("-\n/ipns/a.example\n"), "ok");
    EXPECT_EQ(bad_lines_, "");
    EXPECT_EQ(list_.rule_count(), 1U);
    list_ = {};
    read_rules({"---", "/ipns/a.example"});
    list_ = {};
    read_rules({"/ipns/a.example"});
}

TEST_F(DenylistTest, AHeaderThatCannotBeFollowedRefusesTheList) {
    EXPECT_EQ(read("version: 2\n---\n/ipns/a.example\n"),
              "its version is \"2\", and only version 1 is known");
    EXPECT_EQ(read("/ipns/b.example\n"), "its version is \"2\", and only version 1 is known");
    EXPECT_EQ(list_.rule_count(), 0U);
    list_ = {};
    EXPECT_EQ(read("/ipns/a.example\n---\n/ipns/b.example\n"),
              "the header before '---' is no YAML map: \"/ipns/a.example\" has no 'key: value'");
}

TEST_F(DenylistTest, ALineOverTheBoundEndsTheList) {
    const std::string line(limits::denylist_line_size_bytes_max - 1, '#');
    EXPECT_EQ(read(line + "\n/ipns/a.example\n"), "ok");
    EXPECT_EQ(read("#" + line + "\n/ipns/b.example\n"), "line 3 has more than 2097152 bytes");
    expect_blocked({"/ipns/a.example"});
    expect_left({"/ipns/b.example"});
}

}  // namespace
}  // namespace kit::naming
