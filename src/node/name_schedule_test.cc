#include "node/name_schedule.h"

#include <gtest/gtest.h>

#include "base/simulated_env.h"
#include "node/config.h"

namespace kit::node {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Config config_with(const std::string& period) {
    return Config::from_text(R"({"Ipns":{"RepublishPeriod":")" + period + R"("}})").value();
}

TEST(NameSchedule, TheFirstIsDueAfterAMinuteAndTheNextAfterThePeriod) {
    SimulatedClock clock;
    NameSchedule schedule(clock, config_with("2h"));
    EXPECT_FALSE(schedule.is_due());
    clock.advance(minutes(1));
    EXPECT_TRUE(schedule.is_due());
    schedule.finish(true);
    clock.advance(hours(2) - seconds(1));
    EXPECT_FALSE(schedule.is_due());
    clock.advance(seconds(1));
    EXPECT_TRUE(schedule.is_due());
}

TEST(NameSchedule, AfterAFailureItIsDueSooner) {
    SimulatedClock clock;
    NameSchedule schedule(clock, config_with("2h"));
    clock.advance(minutes(1));
    schedule.finish(false);
    clock.advance(minutes(4));
    EXPECT_FALSE(schedule.is_due());
    clock.advance(minutes(1));
    EXPECT_TRUE(schedule.is_due());
}

TEST(NameSchedule, ThePeriodHasADefaultAndBounds) {
    const SimulatedClock clock;
    const auto period = [&](const char* text) {
        return NameSchedule(clock, config_with(text)).period_ns() / 1'000'000'000;
    };
    EXPECT_EQ(period(""), 4 * 3600);
    EXPECT_EQ(period("1s"), 60);
    EXPECT_EQ(period("48h"), 24 * 3600);
    EXPECT_EQ(period("90m"), 90 * 60);
}

}  // namespace
}  // namespace kit::node
