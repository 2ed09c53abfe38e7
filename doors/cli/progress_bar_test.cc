#include "doors/cli/progress_bar.h"

#include <gtest/gtest.h>

#include "doors/cli/fake_process.h"

namespace kit::cli {
namespace {

constexpr int64_t second_ns = 1'000'000'000;

TEST(ProgressBar, SaysAmountShareRateAndTimeLeft) {
    EXPECT_EQ(progress_line(250'000'000, 1'000'000'000, second_ns, 80),
              " 250 MB / 1.0 GB  [==========>                             ]   25%  250 MB/s  3s");
    EXPECT_EQ(progress_line(1'000'000, 0, second_ns, 80), " 1.0 MB  1.0 MB/s");
    EXPECT_EQ(progress_line(250'000'000, 1'000'000'000, second_ns, 40),
              " 250 MB / 1.0 GB   25%  250 MB/s  3s");
    EXPECT_EQ(progress_line(1'000'000, 1'000'000'000, second_ns, 40),
              " 1.0 MB / 1.0 GB    0%  1.0 MB/s  16m39s");
}

TEST(ProgressBar, ShowsNothingOfShortWork) {
    FakeClock clock;
    FakeOutput err;
    ProgressBar bar(clock, err, true);
    bar.show(1, 2);
    clock.now_ns_ += second_ns / 4;
    bar.show(2, 2);
    bar.clear();
    EXPECT_EQ(err.text_, "");
}

TEST(ProgressBar, IsDrawnTenTimesASecondAndWiped) {
    FakeClock clock;
    FakeOutput err;
    ProgressBar bar(clock, err, true);
    clock.now_ns_ += second_ns;
    bar.show(1, 2);
    bar.show(1, 2);
    EXPECT_EQ(err.write_count_, 1);
    clock.now_ns_ += second_ns / 10;
    bar.show(2, 2);
    EXPECT_EQ(err.write_count_, 2);
    bar.clear();
    bar.clear();
    EXPECT_EQ(err.write_count_, 3);
    EXPECT_TRUE(err.text_.ends_with("\r\x1b[K"));
}

TEST(ProgressBar, NeverReachesWhatIsNoTerminal) {
    FakeClock clock;
    FakeOutput err;
    ProgressBar bar(clock, err, false);
    clock.now_ns_ += second_ns;
    bar.show(1, 2);
    EXPECT_EQ(err.text_, "");
}

}  // namespace
}  // namespace kit::cli
