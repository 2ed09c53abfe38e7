#include "routing/router_set.h"

#include <gtest/gtest.h>

#include "routing/composed_router.h"
#include "routing/test_network.h"

namespace kit::routing::testing {
namespace {

class RouterSetTest : public ::testing::Test {
protected:
    // What the set consists of, in words.
    std::string made(const RouterPlan& plan, bool has_dht = true) {
        const auto set = RouterSet::open(clock_, plan, has_dht ? &dht_ : nullptr);
        if (!set) return set.error().to_text();
        const bool is_dht = &(*set)->root() == &dht_;
        return fmt::format("{} {} {}", is_dht ? "dht" : "set", (*set)->delegated_count(),
                           (*set)->notices().size());
    }
    const Clock& clock_ = real_env().clock;
    MethodRouter dht_{{}};
};

TEST_F(RouterSetTest, TheTypeSaysWhoIsAsked) {
    const std::vector<std::string> servers{"https://a.example", "https://b.example/routing/v1"};
    for (const char* type : {"dht", "dhtclient", "dhtserver"}) {
        EXPECT_EQ(made({.type = type, .delegated_routers = servers}), "dht 0 0") << type;
    }
    for (const char* type : {"auto", "autoclient", "delegated"}) {
        EXPECT_EQ(made({.type = type, .delegated_routers = servers}), "set 2 0") << type;
    }
    EXPECT_EQ(made({.type = "none", .delegated_routers = servers}), "set 0 0");
    EXPECT_EQ(made({.type = "auto"}), "dht 0 0");
    EXPECT_EQ(made({.type = "auto"}, false), "set 0 0");
}

TEST_F(RouterSetTest, NobodyIsAskedWhoIsNotNamed) {
    EXPECT_EQ(made({.delegated_routers = {"auto"}, .delegated_publishers = {"auto"}}), "dht 0 0");
    EXPECT_EQ(made({.type = "delegated", .delegated_routers = {"auto"}}),
              "no delegated routers or publishers configured for 'delegated' routing mode");
}

TEST_F(RouterSetTest, AddressesOfOneServerMakeOneRouter) {
    EXPECT_EQ(made({.delegated_routers = {"https://a.example/routing/v1/providers",
                                          "https://a.example/routing/v1/ipns"},
                    .delegated_publishers = {"https://a.example/routing/v1/ipns"}}),
              "set 1 0");
    EXPECT_EQ(made({.delegated_routers = {"https://a.example/else", "https://b.example"}}),
              "set 1 1");
}

RouterPlan custom() {
    RouterPlan plan{.type = "custom"};
    plan.routers["dht"] = {.type = RouterType::dht};
    plan.routers["http"] = {.type = RouterType::http, .endpoint = "http://a.example"};
    plan.routers["both"] = {.type = RouterType::parallel,
                            .parts = {{.router = "dht"}, {.router = "http"}}};
    for (const char* method : {"provide", "find-peers", "find-providers", "get-ipns", "put-ipns"}) {
        plan.methods[method] = "both";
    }
    return plan;
}

TEST_F(RouterSetTest, ACustomPlanIsFollowed) {
    EXPECT_EQ(made(custom()), "set 1 0");
}

TEST_F(RouterSetTest, ACustomPlanThatMakesNoSenseIsRefused) {
    RouterPlan plan = custom();
    plan.methods.erase("get-ipns");
    EXPECT_EQ(made(plan), "method name \"get-ipns\" is missing from Routing.Methods config param");
    plan = custom();
    plan.methods["else"] = "both";
    EXPECT_EQ(made(plan),
              "method name \"else\" is not a supported method on Routing.Methods config param");
    plan = custom();
    plan.methods["provide"] = "absent";
    EXPECT_EQ(made(plan), "config for router with name \"absent\" not found");
    plan = custom();
    plan.routers["both"].parts[0].router = "both";
    EXPECT_EQ(made(plan), "dependency loop creating router with name \"both\"");
    plan = custom();
    plan.routers["http"].endpoint = "nowhere";
    EXPECT_NE(made(plan).find("is no delegated router"), std::string::npos);
}

}  // namespace
}  // namespace kit::routing::testing
