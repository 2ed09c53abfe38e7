// The mutable tree as a mount changes it.
#include <gtest/gtest.h>

#include "dag/collect_garbage.h"
#include "dag/test_store.h"
#include "unixfs/mfs_draft.h"
#include "unixfs/reader.h"

namespace kit::unixfs {
namespace {

using formats::Cid;
using Replace = Mfs::Replace;

class MfsPosixTest : public testing::Test {
protected:
    MfsPosixTest() {
        auto opened = Mfs::open(env_.env, store_,
                                {.shape = {.hamt = HamtShape::create(256).value(),
                                           .links_max = 0,
                                           .hamt_threshold_bytes = 262144,
                                           .size_estimate = SizeEstimate::links},
                                 .form = {},
                                 .chunker = "size-262144"});
        mfs_ = *std::move(opened);
    }
    static Code code_of(const Result<void>& result) {
        return result ? Code::internal : result.error().code;
    }
    std::string at(std::string_view path) {
        const auto found = find_in_tree(mfs_->source(), mfs_->root().value(), path);
        return found ? found->cid.to_text() : found.error().to_text();
    }
    std::string content(const Cid& cid) {
        std::string text;
        const auto done = read_file(mfs_->source(), cid, {}, [&](ByteView bytes) {
            text += as_text(bytes);
            return Result<void>();
        });
        return done ? text : done.error().to_text();
    }
    std::unique_ptr<Mfs::Draft> draft(std::string_view path) {
        return Mfs::Draft::open(*mfs_, Cid::from_text(at(path)).value()).value();
    }
    void write(std::string_view path, std::string_view bytes) {
        const auto file = draft(path);
        ASSERT_TRUE(file->write(0, as_bytes(bytes)));
        ASSERT_TRUE(mfs_->put_file(path, file->save().value()).value());
    }

    dag::testing::TestEnv env_;
    dag::testing::TestStore store_;
    dag::Pins pins_{env_.env, store_};
    const std::atomic<bool> never_ = false;
    std::unique_ptr<Mfs> mfs_;
};

TEST_F(MfsPosixTest, WhatIsMadeHasKubosNames) {
    ASSERT_TRUE(mfs_->make_folder("/d"));
    EXPECT_EQ(at("/"), "QmQrs9EYPsazSTecFWugp7rstJaAskb67MZqWAcHnBHpTm");
    ASSERT_TRUE(mfs_->make_file("/d/f"));
    EXPECT_EQ(at("/d/f"), "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH");
    ASSERT_TRUE(mfs_->make_symlink("/d/l", "f"));
    EXPECT_EQ(code_of(mfs_->make_file("/d/l")), Code::already_exists);
    EXPECT_EQ(code_of(mfs_->make_folder("/d/f")), Code::already_exists);
    EXPECT_EQ(code_of(mfs_->make_file("/none/f")), Code::not_found);
}

TEST_F(MfsPosixTest, RenamingReplacesAFileAndNeverAFolderThatHoldsSomething) {
    ASSERT_TRUE(mfs_->make_folder("/a"));
    ASSERT_TRUE(mfs_->make_file("/a/f"));
    ASSERT_TRUE(mfs_->make_file("/a/g"));
    ASSERT_TRUE(mfs_->make_folder("/b"));
    write("/a/f", "one");
    const std::string file = at("/a/f");
    EXPECT_EQ(code_of(mfs_->rename("/a/f", "/a/g", Replace::no)), Code::already_exists);
    ASSERT_TRUE(mfs_->rename("/a/f", "/a/g", Replace::yes));
    EXPECT_EQ(at("/a/f"), "file does not exist");
    EXPECT_EQ(at("/a/g"), file);
    EXPECT_EQ(code_of(mfs_->rename("/b", "/a", Replace::yes)), Code::busy);
    EXPECT_EQ(code_of(mfs_->rename("/a", "/a/b", Replace::yes)), Code::invalid_argument);
    ASSERT_TRUE(mfs_->rename("/a", "/b", Replace::yes));
    EXPECT_EQ(at("/b/g"), file);
    EXPECT_EQ(at("/a"), "file does not exist");
}

TEST_F(MfsPosixTest, AFileKeepsItsNameInAFolderOfTheSameName) {
    ASSERT_TRUE(mfs_->make_folder("/p"));
    ASSERT_TRUE(mfs_->make_folder("/p/x"));
    ASSERT_TRUE(mfs_->make_folder("/q"));
    ASSERT_TRUE(mfs_->make_folder("/q/x"));
    ASSERT_TRUE(mfs_->make_file("/p/x/f"));
    ASSERT_TRUE(mfs_->rename("/p/x/f", "/q/x/f", Replace::yes));
    EXPECT_EQ(at("/p/x/f"), "file does not exist");  // `files mv` keeps both, as Kubo does.
}

TEST_F(MfsPosixTest, AFolderGoesWhenItIsEmpty) {
    ASSERT_TRUE(mfs_->make_folder("/a"));
    ASSERT_TRUE(mfs_->make_file("/a/f"));
    EXPECT_EQ(code_of(mfs_->remove_folder("/a")), Code::busy);
    EXPECT_EQ(code_of(mfs_->remove_file("/a")), Code::invalid_argument);
    ASSERT_TRUE(mfs_->remove_file("/a/f"));
    EXPECT_EQ(code_of(mfs_->remove_file("/a/f")), Code::not_found);
    ASSERT_TRUE(mfs_->remove_folder("/a"));
}

TEST_F(MfsPosixTest, ADraftIsReadAndChangedAnyNumberOfTimes) {
    ASSERT_TRUE(mfs_->make_file("/f"));
    const auto file = draft("/f");
    std::string expected(700000, 'a');
    ASSERT_TRUE(file->write(0, as_bytes(expected)));
    EXPECT_EQ(file->size_bytes(), expected.size());
    EXPECT_EQ(content(file->save()->cid), expected);
    ASSERT_TRUE(file->write(300000, as_bytes("other")));
    ASSERT_TRUE(file->write(700010, as_bytes("end")));
    expected.replace(300000, 5, "other");
    expected += std::string(10, '\0') + "end";
    EXPECT_EQ(content(file->save()->cid), expected);
    ASSERT_TRUE(file->truncate(4));
    ASSERT_TRUE(file->write(4, as_bytes("b")));
    EXPECT_EQ(file->size_bytes(), 5U);
    EXPECT_EQ(content(file->save()->cid), "aaaab");
}

TEST_F(MfsPosixTest, ADraftIsKeptFromCollectionsAndPutWhereAFileIs) {
    ASSERT_TRUE(mfs_->make_file("/f"));
    const auto file = draft("/f");
    ASSERT_TRUE(file->write(0, as_bytes(std::string(600000, 'x'))));
    const FileLink saved = file->save().value();
    ASSERT_TRUE(mfs_->remove_file("/f"));
    ASSERT_TRUE(dag::collect_garbage(store_, pins_, [this] { return mfs_->kept(); }, {}, never_));
    EXPECT_EQ(content(saved.cid).size(), 600000U);
    EXPECT_FALSE(mfs_->put_file("/f", saved).value());
    ASSERT_TRUE(mfs_->make_file("/g"));
    EXPECT_TRUE(mfs_->put_file("/g", saved).value());
    EXPECT_EQ(at("/g"), saved.cid.to_text());
}

}  // namespace
}  // namespace kit::unixfs
