// A small language for tests of the store on the real disk.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include "blocks/store.h"

namespace kit::blocks {

inline formats::Cid cid_of(std::string_view text) {
    const ByteView body = as_bytes(text);
    return formats::Cid::v1(formats::Codec::raw, formats::sha2_256(std::span(&body, 1)));
}

class StoreFixture : public testing::Test {
protected:
    StoreFixture() {
        char pattern[] = "/tmp/kit-store-XXXXXX";
        folder_ = ::mkdtemp(pattern);
    }
    ~StoreFixture() override {
        lease_ = nullptr;
        store_ = nullptr;
        EXPECT_TRUE(disk_.remove_all(folder_));
    }

    void open(StoreOptions options = {}) {
        lease_ = nullptr;
        store_ = nullptr;
        auto opened = Store::open(real_env(), folder_, std::move(options));
        ASSERT_TRUE(opened) << opened.error().to_text();
        store_ = std::move(*opened);
        lease_ = store_->lease();
    }
    // "12 new", or the code of the error.
    std::string put(std::string_view text) { return put_many({text}); }
    std::string put_many(std::initializer_list<std::string_view> texts) {
        std::vector<NewBlock> blocks;
        for (const std::string_view text : texts) {
            blocks.push_back({.cid = cid_of(text), .head = {}, .body = as_bytes(text), .tail = {}});
        }
        const auto outcome = store_->put(*lease_, blocks);
        if (!outcome) return std::string(code_name(outcome.error().code));
        return std::to_string(*outcome) + " new";
    }
    // The block, "absent", or the code of the error.
    std::string find(std::string_view text) const { return find_in(*store_, text); }
    static std::string find_in(const Store& store, std::string_view text) {
        const auto found = store.find(cid_of(text));
        if (!found) return std::string(code_name(found.error().code));
        return *found ? std::string(as_text((*found)->view())) : "absent";
    }
    uint64_t block_count() const { return store_->stat()->block_count; }
    std::vector<formats::Cid> walk() const {
        std::vector<formats::Cid> cids;
        EXPECT_TRUE(store_->each([&](const formats::Cid& cid, uint64_t) -> Result<bool> {
            cids.push_back(cid);
            return true;
        }));
        return cids;
    }

    Disk& disk_ = real_env().disk;
    Path folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Lease> lease_;
};

}  // namespace kit::blocks
