#include "routing/provide_strategy.h"

#include <gtest/gtest.h>

namespace kit::routing {
namespace {

ProvideStrategy parsed(std::string_view text) {
    return parse_provide_strategy(text).value();
}
std::string refused(std::string_view text) {
    const auto strategy = parse_provide_strategy(text);
    return strategy ? "" : strategy.error().message;
}

TEST(ProvideStrategyTest, StrategiesAreRead) {
    EXPECT_EQ(parsed(""), ProvideStrategy{.all = true});
    EXPECT_EQ(parsed("flat"), ProvideStrategy{.all = true});
    EXPECT_EQ(parsed("roots"), ProvideStrategy{.roots = true});
    EXPECT_EQ(parsed("pinned+mfs"), (ProvideStrategy{.pinned = true, .mfs = true}));
    EXPECT_EQ(parsed("mfs+unique"), (ProvideStrategy{.mfs = true, .unique = true}));
    EXPECT_EQ(parsed("pinned+entities"),
              (ProvideStrategy{.pinned = true, .unique = true, .entities = true}));
}

// kubo:config/provide_test.go
TEST(ProvideStrategyTest, WhatMakesNoSenseIsRefusedInKubosWords) {
    EXPECT_EQ(refused("pinned+"), "invalid provide strategy: empty token in \"pinned+\"");
    EXPECT_EQ(refused("+"), "invalid provide strategy: empty token in \"+\"");
    EXPECT_EQ(refused("pined"), "unknown provide strategy token: \"pined\" in \"pined\"");
    EXPECT_EQ(refused("all+mfs"),
              "\"all\" strategy cannot be combined with other strategies in \"all+mfs\"");
    EXPECT_EQ(refused("unique"),
              "+unique/+entities must combine with pinned and/or mfs in \"unique\"");
    EXPECT_EQ(refused("roots+entities"),
              "+unique/+entities must combine with pinned and/or mfs in \"roots+entities\"");
    EXPECT_EQ(refused("roots+mfs+unique"),
              "+unique/+entities is incompatible with roots in \"roots+mfs+unique\"");
}

TEST(ProvideStrategyTest, NewContentIsAnnouncedWhenItIsOfTheKind) {
    EXPECT_TRUE(parsed("all").wants(false, false, false));
    EXPECT_TRUE(parsed("pinned+mfs").wants(false, false, true));
    EXPECT_FALSE(parsed("roots").wants(true, false, true));
}

}  // namespace
}  // namespace kit::routing
