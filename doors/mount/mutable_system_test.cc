// The mutable tree's mount without a kernel: its calls on a node with a repository of its own.
#include "doors/mount/mutable_system.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace kit::mount {
namespace {

// Keeps the names that it was told.
class Names final : public DirectoryPage {
public:
    bool with_nodes() const override { return true; }
    bool has_room(std::string_view) const override { return names.size() < 3; }
    bool add(const DirectoryItem& item, uint64_t next) override {
        names.emplace(item.name);
        offset = next;
        return true;
    }
    std::set<std::string> names;
    uint64_t offset = 0;
};

class MutableSystemTest : public testing::Test {
protected:
    MutableSystemTest() {
        std::string pattern = testing::TempDir() + "mutable-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        const Path repo = folder_ + "/repo";
        node::InitOptions options;
        options.repo = repo;
        options.empty = true;
        options.profiles = {"test"};
        EXPECT_TRUE(node::Node::init(real_env(), options, [](std::string_view) {}));
        node_ = node::Node::open(real_env(), {.repo = repo}).value();
        files_.emplace(node_->files().value());
        EXPECT_TRUE(files_->tree().root());
        system_.emplace(*node_, *files_, Stored{});
    }
    ~MutableSystemTest() override {
        system_.reset();
        files_.reset();
        node_ = nullptr;
        EXPECT_TRUE(real_env().disk.remove_all(folder_));
    }
    FileSystem::Created create(std::string_view name, NodeId parent = root_id) {
        return system_->create(parent, name, O_RDWR).value();
    }
    void write(HandleId handle, uint64_t offset, std::string_view text) {
        EXPECT_EQ(system_->write(handle, offset, as_bytes(text)), text.size());
    }
    std::string read(HandleId handle) {
        std::string text;
        const auto pieces = system_->read(handle, 0, 1 << 20).value();
        for (const SharedBytes& piece : pieces) {
            text += as_text(piece.view());
        }
        return text;
    }
    std::string in_tree(std::string_view path) {
        std::string text;
        const auto done = files_->read(
            path, {}, [](uint64_t) {},
            [&](ByteView bytes) -> Result<void> {
                text += as_text(bytes);
                return {};
            });
        return done ? text : done.error().to_text();
    }

    std::string folder_;
    std::unique_ptr<node::Node> node_;
    std::optional<node::Files> files_;
    std::optional<MutableSystem> system_;
};

TEST_F(MutableSystemTest, TheTreeHasWhatIsFlushedAndEverybodyWhatIsWritten) {
    const auto made = create("f");
    write(made.opened.handle, 0, "written");
    EXPECT_EQ(in_tree("/f"), "");
    EXPECT_EQ(system_->attributes(made.node.id)->size_bytes, 7U);
    const Opened other = system_->open(made.node.id, O_RDONLY).value();
    EXPECT_EQ(read(other.handle), "written");
    ASSERT_TRUE(system_->flush(made.opened.handle));
    EXPECT_EQ(in_tree("/f"), "written");
    EXPECT_EQ(system_->write(other.handle, 0, as_bytes("x")).error(), Refusal{EBADF});
}

TEST_F(MutableSystemTest, AHoleIsBounded) {
    const auto made = create("f");
    const uint64_t far = limits::hole_size_bytes_max + 1;
    const AttributeChange by_handle = {.handle = made.opened.handle, .size_bytes = far};
    EXPECT_EQ(system_->change(made.node.id, by_handle).error(), Refusal{EFBIG});
    EXPECT_EQ(system_->change(made.node.id, {.size_bytes = uint64_t{INT64_MAX}}).error(),
              Refusal{EFBIG});
    EXPECT_EQ(system_->write(made.opened.handle, far, as_bytes("x")).error(), Refusal{EFBIG});
    EXPECT_TRUE(system_->change(made.node.id, {.size_bytes = 4096}));
}

TEST_F(MutableSystemTest, NewNamesAreBoundedAsElsewhere) {
    const std::string longest(255, 'n');
    EXPECT_TRUE(system_->create(root_id, longest, O_RDWR));
    const std::string longer = longest + "n";
    EXPECT_EQ(system_->create(root_id, longer, O_RDWR).error(), Refusal{ENAMETOOLONG});
    EXPECT_EQ(system_->make_directory(root_id, longer).error(), Refusal{ENAMETOOLONG});
    EXPECT_EQ(system_->rename({root_id, longest}, {root_id, longer}, true).error(),
              Refusal{ENAMETOOLONG});
}

TEST_F(MutableSystemTest, WhatIsOpenAtTheEndIsKept) {
    const auto made = create("f");
    write(made.opened.handle, 3, "late");
    ASSERT_TRUE(system_->finish());
    EXPECT_EQ(in_tree("/f"), std::string("\0\0\0late", 7));
}

TEST_F(MutableSystemTest, AWriteToWhatFilesRemovedIsRefusedWhenItIsFlushed) {
    const auto made = create("f");
    ASSERT_TRUE(files_->tree().remove("/f", false, false));
    write(made.opened.handle, 0, "lost");
    EXPECT_EQ(system_->flush(made.opened.handle).error(), Refusal{ENOENT});
    EXPECT_EQ(read(made.opened.handle), "lost");
}

TEST_F(MutableSystemTest, ARemovedFileIsThereForWhoHasItOpen) {
    const auto made = create("f");
    write(made.opened.handle, 0, "here");
    ASSERT_TRUE(system_->unlink(root_id, "f"));
    EXPECT_EQ(read(made.opened.handle), "here");
    ASSERT_TRUE(system_->flush(made.opened.handle));
    EXPECT_EQ(system_->look_up(root_id, "f").error(), Refusal{ENOENT});
    system_->release(made.opened.handle);
    EXPECT_FALSE(system_->attributes(made.node.id));
}

TEST_F(MutableSystemTest, TheKernelKeepsWhatItReadWhileNobodyWrites) {
    const auto made = create("f");
    const auto keeps = [&] {
        const Opened opened = system_->open(made.node.id, O_RDONLY).value();
        system_->release(opened.handle);
        return opened.keeps_cache;
    };
    write(made.opened.handle, 0, "one");
    EXPECT_FALSE(keeps());
    EXPECT_FALSE(keeps());
    system_->release(made.opened.handle);
    EXPECT_FALSE(keeps());
    EXPECT_TRUE(keeps());
    ASSERT_TRUE(system_->change(made.node.id, {.size_bytes = 1}));
    ASSERT_TRUE(system_->change(made.node.id, {.size_bytes = 3}));
    EXPECT_FALSE(keeps());
}

TEST_F(MutableSystemTest, AListingPassesOverWhatHasGone) {
    for (const char* name : {"a", "b", "c", "d"}) create(name);
    const Opened opened = system_->open_directory(root_id).value();
    Names first;
    ASSERT_TRUE(system_->read_directory(opened.handle, 0, first));
    EXPECT_EQ(first.names, (std::set<std::string>{".", "..", "a"}));
    ASSERT_TRUE(system_->unlink(root_id, "b"));
    Names second;
    ASSERT_TRUE(system_->read_directory(opened.handle, first.offset, second));
    EXPECT_EQ(second.names, (std::set<std::string>{"c", "d"}));
}

TEST_F(MutableSystemTest, FoldersThatHoldSomethingStay) {
    const Node folder = system_->make_directory(root_id, "d").value();
    create("f", folder.id);
    EXPECT_EQ(system_->remove_directory(root_id, "d").error(), Refusal{ENOTEMPTY});
    ASSERT_TRUE(system_->make_directory(root_id, "e"));
    const auto replaced = system_->rename({root_id, "e"}, {root_id, "d"}, true);
    EXPECT_EQ(replaced.error(), Refusal{ENOTEMPTY});
    EXPECT_EQ(system_->rename({root_id, "d"}, {root_id, "e"}, false).error(), Refusal{EEXIST});
}

TEST_F(MutableSystemTest, ManyChangeItAtOnce) {
    const auto work = [&](int number) {
        const std::string name = "f" + std::to_string(number);
        for (int round = 0; round < 10; ++round) {
            const auto made = create(name);
            write(made.opened.handle, 0, name);
            ASSERT_TRUE(system_->rename({root_id, name}, {root_id, name + "r"}, true));
            ASSERT_TRUE(system_->flush(made.opened.handle));
            EXPECT_EQ(in_tree("/" + name + "r"), name);
            system_->release(made.opened.handle);
        }
    };
    constexpr int thread_count = 4;
    std::vector<std::jthread> threads;
    threads.reserve(thread_count);
    for (int number = 0; number < thread_count; ++number) threads.emplace_back(work, number);
}

}  // namespace
}  // namespace kit::mount
