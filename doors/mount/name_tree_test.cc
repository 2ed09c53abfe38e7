#include "doors/mount/name_tree.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace kit::mount {
namespace {

class NameTreeTest : public testing::Test {
protected:
    NodeId folder(NodeId parent, std::string_view name) {
        return tree_.look_up(parent, name, S_IFDIR).value();
    }
    NodeId file(NodeId parent, std::string_view name) {
        return tree_.look_up(parent, name, S_IFREG).value();
    }
    NameTree tree_{8};
};

TEST_F(NameTreeTest, ANodeHasThePathOfItsNames) {
    const NodeId a = folder(root_id, "a");
    const NodeId f = file(a, "f");
    EXPECT_EQ(tree_.path(root_id), "/");
    EXPECT_EQ(tree_.path(f), "/a/f");
    EXPECT_EQ(tree_.path(root_id, "new"), "/new");
    EXPECT_EQ(tree_.path(a, "new"), "/a/new");
    EXPECT_EQ(file(a, "f"), f);
    EXPECT_EQ(tree_.path(99).error(), Refusal{ESTALE});
    EXPECT_EQ(tree_.path(a, "..").error(), Refusal{EINVAL});
}

TEST_F(NameTreeTest, ARenamedFolderTakesWhatIsBelowItAlong) {
    const NodeId a = folder(root_id, "a");
    const NodeId b = folder(root_id, "b");
    const NodeId f = file(a, "f");
    tree_.move({root_id, "a"}, {b, "c"});
    EXPECT_EQ(tree_.path(f), "/b/c/f");
    EXPECT_EQ(tree_.look_up(b, "c", S_IFDIR), a);
}

TEST_F(NameTreeTest, WhatIsReplacedOrRemovedHasNoName) {
    const NodeId f = file(root_id, "f");
    const NodeId g = file(root_id, "g");
    tree_.move({root_id, "f"}, {root_id, "g"});
    EXPECT_EQ(tree_.path(f), "/g");
    EXPECT_EQ(tree_.path(g).error(), Refusal{ENOENT});
    tree_.remove({root_id, "g"});
    EXPECT_EQ(tree_.path(f).error(), Refusal{ENOENT});
    EXPECT_NE(file(root_id, "g"), f);
}

TEST_F(NameTreeTest, ANameOfAnotherTypeIsAnotherNode) {
    const NodeId f = file(root_id, "x");
    EXPECT_NE(folder(root_id, "x"), f);
    EXPECT_EQ(tree_.path(f).error(), Refusal{ENOENT});
}

TEST_F(NameTreeTest, AFolderIsKeptWhileSomethingBelowItIsKnown) {
    const NodeId a = folder(root_id, "a");
    const NodeId f = file(a, "f");
    tree_.forget(a, 1);
    EXPECT_EQ(tree_.path(f), "/a/f");
    tree_.forget(f, 1);
    EXPECT_EQ(tree_.count(), 1U);
    EXPECT_EQ(tree_.path(a).error(), Refusal{ESTALE});
}

TEST_F(NameTreeTest, ContentIsTheSameOnlyWhenItWasSeenBefore) {
    const NodeId f = file(root_id, "f");
    EXPECT_FALSE(tree_.see(f, "one"));
    EXPECT_TRUE(tree_.see(f, "one"));
    EXPECT_FALSE(tree_.see(f, "two"));
    EXPECT_FALSE(tree_.see(f, ""));
    EXPECT_FALSE(tree_.see(f, ""));
    EXPECT_FALSE(tree_.see(f, "two"));
}

TEST_F(NameTreeTest, APathOfTooManyNamesIsRefused) {
    NameTree tree;
    NodeId node = root_id;
    for (uint32_t i = 1; i < kit::limits::directory_depth_max; ++i) {
        node = tree.look_up(node, "a", S_IFDIR).value();
    }
    EXPECT_TRUE(tree.path(node, "a"));
    node = tree.look_up(node, "a", S_IFDIR).value();
    EXPECT_TRUE(tree.path(node));
    EXPECT_EQ(tree.path(node, "a").error(), Refusal{ENAMETOOLONG});
}

TEST_F(NameTreeTest, AFullTableRefusesNewNodes) {
    for (int i = 0; i < 7; ++i) file(root_id, std::to_string(i));
    EXPECT_EQ(tree_.look_up(root_id, "x", S_IFREG).error(), Refusal{ENFILE});
    EXPECT_TRUE(tree_.look_up(root_id, "3", S_IFREG));
}

}  // namespace
}  // namespace kit::mount
