#include "node/denylists.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/simulated_env.h"
#include "formats/multihash.h"

namespace kit::node {
namespace {

using formats::Cid;

class DenylistsTest : public testing::Test {
protected:
    void SetUp() override {
        for (const char* folder : {"/etc/lists", "/repo/denylists/more"}) {
            ASSERT_TRUE(world_.disk.make_directories(folder).has_value());
        }
    }
    void write(const Path& path, const std::string& text) {
        ASSERT_TRUE(replace_file(world_.disk, path, as_bytes(text)).has_value());
    }
    void append_to(const Path& path, const std::string& text) {
        const auto file = world_.disk.open(path, OpenMode::write).value();
        const ByteView piece = as_bytes(text);
        ASSERT_TRUE(file->write_at(file->size_bytes().value(), std::span(&piece, 1)).has_value());
    }
    std::string open() {
        auto lists = Denylists::open(env_, {"/etc/lists", "/nowhere", "/repo/denylists"},
                                     [this](const std::string& said) { told_ += said + "\n"; });
        if (!lists) return lists.error().to_text();
        lists_ = *std::move(lists);
        return "ok";
    }
    // "given", or why not.
    std::string ask(const std::string& path) {
        const auto asked = lists_->check(dag::ContentPath::from_text(path).value());
        return asked ? "given" : asked.error().to_text();
    }
    void wait() { world_.clock.advance(std::chrono::nanoseconds(Denylists::look_interval_ns)); }

    SimulatedEnv world_{1};
    Env& env_ = world_.env;
    std::string told_;
    std::unique_ptr<Denylists> lists_;
};

constexpr const char* a_blocked = "/ipns/a.example is blocked and cannot be provided";

TEST_F(DenylistsTest, WithoutAListEverythingIsGiven) {
    ASSERT_EQ(open(), "ok");
    EXPECT_EQ(ask("/ipns/a.example"), "given");
    EXPECT_EQ(told_, "");
}

TEST_F(DenylistsTest, ALaterListDecides) {
    write("/etc/lists/a.deny", "/ipns/a.example\n/ipns/b.example\n");
    write("/repo/denylists/more/b.deny", "!/ipns/b.example\n/ipns/c.example\n");
    write("/repo/denylists/more/b.denied", "/ipns/d.example\n");
    ASSERT_EQ(open(), "ok");
    EXPECT_EQ(ask("/ipns/a.example/"), a_blocked);
    EXPECT_EQ(ask("/ipns/b.example"), "given");
    EXPECT_EQ(ask("/ipns/c.example"), "/ipns/c.example is blocked and cannot be provided");
    EXPECT_EQ(ask("/ipns/d.example"), "given");
}

TEST_F(DenylistsTest, WhatIsAppendedCountsWhenSomebodyLooksAgain) {
    write("/etc/lists/a.deny", "/ipns/b.exam");
    ASSERT_EQ(open(), "ok");
    append_to("/etc/lists/a.deny", "ple\n/ipns/a.example\nword\n");
    EXPECT_EQ(ask("/ipns/a.example"), "given");
    wait();
    EXPECT_EQ(ask("/ipns/a.example"), a_blocked);
    EXPECT_NE(ask("/ipns/b.example"), "given");
    EXPECT_EQ(told_,
              "/etc/lists/a.deny:3: \"word\" is no rule: one begins with /ipfs/, /ipns/, // or "
              "another /, after '!' when it allows; the line is passed over\n");
}

TEST_F(DenylistsTest, AListMayComeGoAndChange) {
    ASSERT_EQ(open(), "ok");
    write("/etc/lists/a.deny", "/ipns/a.example\n");
    wait();
    EXPECT_EQ(ask("/ipns/a.example"), a_blocked);
    write("/etc/lists/a.deny", "/ipns/b.example\n/ipns/c.example\n");
    wait();
    EXPECT_EQ(ask("/ipns/a.example"), "given");
    EXPECT_NE(ask("/ipns/c.example"), "given");
    ASSERT_TRUE(world_.disk.remove("/etc/lists/a.deny").has_value());
    wait();
    EXPECT_EQ(ask("/ipns/c.example"), "given");
}

TEST_F(DenylistsTest, AListThatCannotBeFollowedIsToldOnce) {
    write("/etc/lists/a.deny", "version: 2\n---\n/ipns/a.example\n");
    const std::string why =
        "the denylist /etc/lists/a.deny cannot be followed: its version is \"2\", and only version "
        "1 is known";
    EXPECT_EQ(open(), why);
    told_.clear();
    write("/etc/lists/b.deny", "/ipns/b.example\n");
    ASSERT_EQ(open(), "ok");
    EXPECT_NE(ask("/ipns/b.example"), "given");
    wait();
    EXPECT_EQ(ask("/ipns/a.example"), "given");
    EXPECT_EQ(told_, why + "\n");
}

TEST_F(DenylistsTest, ABlockedBlockIsNotGivenInAnyPart) {
    class Everything final : public blocks::Source {
    public:
        Result<std::optional<SharedBytes>> find(const Cid&) const override {
            return SharedBytes::from(to_bytes(as_bytes("body")));
        }
        Result<std::optional<uint64_t>> find_size(const Cid&) const override { return 4; }
    } everything;
    const Cid cid = Cid::v1(formats::Codec::raw, formats::hash(0x12, as_bytes("body")).value());
    const GivenBlocks unbound(everything, nullptr);
    EXPECT_TRUE(unbound.find(cid).has_value());
    write("/etc/lists/a.deny", "/ipfs/" + cid.to_text() + "\n");
    ASSERT_EQ(open(), "ok");
    const GivenBlocks given(everything, lists_.get());
    const std::string why = cid.to_text() + " is blocked and cannot be provided";
    EXPECT_EQ(given.find(cid).error().message, why);
    EXPECT_EQ(given.find_size(cid).error().message, why);
    EXPECT_EQ(given.find_head(cid, 1).error().message, why);
    EXPECT_EQ(given.find_prefix(cid, 1).error().message, why);
    EXPECT_EQ(given.get(cid).error().code, Code::permission_denied);
}

}  // namespace
}  // namespace kit::node
