#include "doors/mount/inode_table.h"

#include <gtest/gtest.h>

#include <string>

namespace kit::mount {
namespace {

using Table = InodeTable<std::string, int>;

std::shared_ptr<const int> value(int number) {
    return std::make_shared<const int>(number);
}

TEST(InodeTableTest, TwoLookUpsOfAKeyFindOneNode) {
    Table table;
    const auto first = table.look_up("a", value(1));
    EXPECT_EQ(table.look_up("a", value(2)), first);
    EXPECT_EQ(**table.get(*first), 1);
    EXPECT_NE(*table.look_up("b", value(3)), *first);
    EXPECT_NE(*first, root_id);
}

TEST(InodeTableTest, ANodeGoesWhenItIsForgottenAsOftenAsItWasLookedUp) {
    Table table;
    const NodeId id = *table.look_up("a", value(1));
    ASSERT_TRUE(table.look_up("a", value(1)));
    table.forget(id, 1);
    EXPECT_TRUE(table.get(id));
    table.forget(id, 1);
    EXPECT_EQ(table.get(id).error(), Refusal{ESTALE});
    EXPECT_EQ(table.count(), 0U);
}

TEST(InodeTableTest, AForgottenNumberIsNotUsedAgain) {
    Table table;
    const NodeId before = *table.look_up("a", value(1));
    table.forget(before, 1);
    EXPECT_NE(*table.look_up("a", value(1)), before);
}

TEST(InodeTableTest, MoreForgettingThanLookingUpDoesNoHarm) {
    Table table;
    const NodeId id = *table.look_up("a", value(1));
    table.forget(id, UINT64_MAX);
    table.forget(id, 1);
    EXPECT_EQ(table.count(), 0U);
}

TEST(InodeTableTest, AFullTableRefusesNewNodesAndKnowsTheOldOnes) {
    Table table(2);
    ASSERT_TRUE(table.look_up("a", value(1)));
    const NodeId b = *table.look_up("b", value(2));
    EXPECT_EQ(table.look_up("c", value(3)).error(), Refusal{ENFILE});
    EXPECT_EQ(*table.look_up("b", value(2)), b);
    table.forget(b, 2);
    EXPECT_TRUE(table.look_up("c", value(3)));
}

}  // namespace
}  // namespace kit::mount
