#include "routing/sweep_state.h"

#include <gtest/gtest.h>

#include "base/simulated_env.h"

namespace kit::routing {
namespace {

TEST(SweepStateTest, WhatIsSavedIsLoaded) {
    SimulatedDisk disk(1);
    EXPECT_EQ(load_sweep_state(disk, "/sweep"), std::nullopt);
    SweepState state{.cycle_start_unix_ns = 1'700'000'000'123'456'789, .strategy = "pinned+mfs"};
    for (size_t i = 0; i < state.position.size(); ++i) {
        state.position[i] = static_cast<uint8_t>(9 * i);
    }
    ASSERT_TRUE(save_sweep_state(disk, "/sweep", state).has_value());
    disk.crash(SimulatedDisk::Survival::nothing);
    EXPECT_EQ(load_sweep_state(disk, "/sweep"), state);
}

TEST(SweepStateTest, WhatCannotBeReadIsNothing) {
    SimulatedDisk disk(1);
    const std::string place(64, '0');
    const std::string good = "ipfs-kit sweep 1\n5\n" + place + "\nall\n";
    const auto is_loaded = [&](const std::string& text) {
        EXPECT_TRUE(replace_file(disk, "/sweep", as_bytes(text)).has_value());
        return load_sweep_state(disk, "/sweep").has_value();
    };
    EXPECT_TRUE(is_loaded(good));
    for (const std::string& bad : std::vector<std::string>{
             std::string(), good + "x", good.substr(0, good.size() - 1), "x" + good,
             "ipfs-kit sweep 1\nx\n" + place + "\nall\n", "ipfs-kit sweep 1\n5\n0\nall\n",
             "ipfs-kit sweep 1\n5\n" + std::string(64, 'g') + "\nall\n", std::string(2000, 'x')}) {
        EXPECT_FALSE(is_loaded(bad)) << bad;
    }
}

}  // namespace
}  // namespace kit::routing
