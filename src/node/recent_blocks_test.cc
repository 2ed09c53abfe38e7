#include "node/recent_blocks.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>

namespace kit::node {
namespace {

using formats::Cid;

// Counts what it is asked for.
class CountingSource final : public blocks::Source {
public:
    Result<std::optional<SharedBytes>> find(const Cid& cid) const override {
        ++asked_count;
        if (on_find) on_find();
        const auto found = blocks.find(cid.to_text());
        if (found == blocks.end()) return std::nullopt;
        return SharedBytes::from(to_bytes(as_bytes(found->second)));
    }
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override {
        auto body = find(cid);
        if (!body || !*body) return std::nullopt;
        return (*body)->size();
    }
    std::map<std::string, std::string> blocks;
    mutable int asked_count = 0;
    std::function<void()> on_find;
};

class RecentBlocksTest : public testing::Test {
protected:
    Cid put(const std::string& body) {
        const Cid cid =
            formats::Cid::v1(uint64_t{0x55}, formats::sha2_256(std::array{as_bytes(body)}).view());
        source_.blocks[cid.to_text()] = body;
        return cid;
    }
    std::optional<std::string> text(const Cid& cid) {
        const auto body = recent_.find(cid);
        if (!body || !*body) return std::nullopt;
        return std::string(as_text((*body)->view()));
    }

    CountingSource source_;
    RecentBlocks recent_{source_};
};

TEST_F(RecentBlocksTest, ASmallBlockIsReadOnce) {
    const Cid cid = put("small");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(text(cid), "small");
    EXPECT_EQ(recent_.find_size(cid).value(), 5U);
    EXPECT_EQ(source_.asked_count, 1);
}

TEST_F(RecentBlocksTest, ALargeOneEachTime) {
    const Cid cid = put(std::string(RecentBlocks::block_size_bytes_max + 1, 'x'));
    EXPECT_TRUE(text(cid));
    EXPECT_TRUE(text(cid));
    EXPECT_EQ(source_.asked_count, 2);
}

TEST_F(RecentBlocksTest, WhatWasRemovedIsNotAnswered) {
    const Cid cid = put("gone");
    EXPECT_TRUE(text(cid));
    source_.blocks.clear();
    recent_.forget_all();
    EXPECT_FALSE(text(cid));
}

TEST_F(RecentBlocksTest, WhatWasReadBeforeARemovalIsNotHeldAfterIt) {
    const Cid cid = put("old");
    source_.on_find = [&] { recent_.forget_all(); };
    EXPECT_TRUE(text(cid));
    source_.on_find = nullptr;
    source_.blocks.clear();
    EXPECT_FALSE(text(cid));
}

TEST_F(RecentBlocksTest, MemoryIsBounded) {
    const std::string filler(RecentBlocks::block_size_bytes_max - 8, 'x');
    const Cid first = put("0" + filler);
    EXPECT_TRUE(text(first));
    const auto count = static_cast<int>(RecentBlocks::size_bytes_max / filler.size() * 4);
    for (int i = 1; i < count; ++i) EXPECT_TRUE(text(put(std::to_string(i) + filler)));
    const int before = source_.asked_count;
    EXPECT_TRUE(text(first));
    EXPECT_EQ(source_.asked_count, before + 1);
}

}  // namespace
}  // namespace kit::node
