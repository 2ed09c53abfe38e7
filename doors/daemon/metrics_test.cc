#include "doors/daemon/metrics.h"

#include <gtest/gtest.h>

#include <regex>
#include <sstream>

namespace kit::daemon {
namespace {

TEST(MetricsTest, EveryLineIsWhatPrometheusReads) {
    const std::string text = metrics_text({.connections_open = 3, .requests = 7}, {}, {}, 17);
    const std::regex comment("# (HELP|TYPE) [a-z_]+ .+");
    const std::regex sample(R"re([a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+)re");
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_TRUE(std::regex_match(line, comment) || std::regex_match(line, sample)) << line;
    }
    EXPECT_NE(text.find("\nkit_http_requests_total 7\n"), std::string::npos);
    EXPECT_NE(text.find("\nprocess_start_time_seconds 17\n"), std::string::npos);
}

TEST(MetricsTest, TheProcessKnowsWhatItUses) {
    const ProcessUse use = process_use(real_env().disk);
    EXPECT_GT(use.resident_bytes.value_or(0), 100'000U);
    EXPECT_GT(use.open_descriptors.value_or(0), 0U);
    EXPECT_GT(use.cpu_s.value_or(0), 0.0);
}

}  // namespace
}  // namespace kit::daemon
