// A real store in a folder of its own, for tests where threads and the disk matter.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <memory>
#include <string>

#include "blocks/store.h"

namespace kit::dag::testing {

class RealStore final {
public:
    explicit RealStore(Env& env = real_env()) : env_(env) {
        std::string pattern = ::testing::TempDir() + "kit-dag-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        auto opened = blocks::Store::open(env_, folder_, {});
        EXPECT_TRUE(opened.has_value()) << opened.error().to_text();
        if (opened) store_ = *std::move(opened);
    }
    ~RealStore() {
        store_ = nullptr;
        EXPECT_TRUE(env_.disk.remove_all(folder_).has_value());
    }
    blocks::Store& operator*() { return *store_; }

private:
    Env& env_;
    std::string folder_;
    std::unique_ptr<blocks::Store> store_;
};

}  // namespace kit::dag::testing
