#include "base/log.h"

#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "base/simulated_env.h"

namespace kit {
namespace {

class LogTest : public testing::Test {
protected:
    void open(const LogSettings& settings = {}) {
        log_ = std::make_unique<Log>(env_.clock, settings,
                                     [this](std::string_view line) { written_ += line; });
    }
    void say(std::string_view subsystem, LogLevel level, std::string_view event,
             LogFields fields = {}) {
        log_->logger(subsystem).write(level, event, fields);
    }
    std::string level_of(std::string_view name) {
        const auto level = log_->level_of(name);
        return level ? std::string(log_level_text(*level)) : level.error().message;
    }
    // What was written since the last call, without time and place.
    std::string events() {
        std::string out;
        std::istringstream lines(std::exchange(written_, {}));
        for (std::string line; std::getline(lines, line);) {
            std::vector<std::string> columns;
            std::istringstream parts(line);
            for (std::string part; std::getline(parts, part, '\t');) columns.push_back(part);
            if (columns.size() < 5) return line;
            out += columns[1] + " " + columns[2] + " " + columns[4];
            if (columns.size() > 5) out += " " + columns[5];
            out += "\n";
        }
        return out;
    }

    SimulatedEnv env_{1};
    std::string written_;
    std::unique_ptr<Log> log_;
};

TEST_F(LogTest, OnlyErrorsAreWrittenUnlessAskedFor) {
    open();
    say("http", LogLevel::warn, "slow client");
    say("http", LogLevel::error, "broken", {{"why", "a \"disk\""}});
    EXPECT_EQ(events(), "ERROR http broken {\"why\": \"a \\\"disk\\\"\"}\n");
}

TEST_F(LogTest, ALineIsAsKubosLoggerWritesIt) {
    open({.levels = "info"});
    env_.clock.advance(std::chrono::nanoseconds(1'700'000'000'123'000'000 - env_.clock.unix_ns()));
    say("node", LogLevel::info, "opened");
    EXPECT_TRUE(written_.starts_with("2023-11-14T22:13:20.123Z\tINFO\tnode\tbase/log_test.cc:"))
        << written_;
    EXPECT_TRUE(written_.ends_with("\topened\n")) << written_;
}

TEST_F(LogTest, JsonHasOneObjectALine) {
    open({.levels = "info", .format = "json"});
    say("node", LogLevel::info, "opened", {{"path", "a\tb"}});
    EXPECT_TRUE(written_.starts_with("{\"level\":\"info\",\"ts\":\"")) << written_;
    EXPECT_TRUE(written_.ends_with(",\"msg\":\"opened\",\"path\":\"a\\tb\"}\n")) << written_;
}

TEST_F(LogTest, ColorsAreForTerminals) {
    open({.levels = "info", .is_terminal = true});
    say("node", LogLevel::info, "opened");
    EXPECT_NE(written_.find("\x1b[34mINFO\x1b[0m"), std::string::npos) << written_;
}

TEST_F(LogTest, TheEnvironmentSetsLevelsOfAllAndOfSome) {
    open({.levels = "warn,http=debug,nonsense=loud,info=error"});
    EXPECT_EQ(written_,
              "error setting log level \"nonsense=loud\": unrecognized level: \"loud\"\n");
    EXPECT_EQ(level_of("http"), "debug");
    EXPECT_EQ(log_->default_level(), LogLevel::warn);
    log_->logger("node");
    EXPECT_EQ(level_of("node"), "warn");
}

TEST_F(LogTest, LevelsChangeAtRunTime) {
    open();
    Logger& http = log_->logger("http");
    EXPECT_FALSE(http.is_on(LogLevel::debug));
    ASSERT_TRUE(log_->set_level("http", "DEBUG"));
    EXPECT_TRUE(http.is_on(LogLevel::debug));
    EXPECT_EQ(log_->default_level(), LogLevel::error);
    ASSERT_TRUE(log_->set_level("*", "warning"));
    EXPECT_EQ(level_of("http"), "warn");
    EXPECT_EQ(log_->default_level(), LogLevel::warn);
}

TEST_F(LogTest, UnknownNamesAndLevelsAreKubosErrors) {
    open();
    EXPECT_EQ(level_of("nosuch"), "error: No such logger");
    EXPECT_EQ(log_->set_level("http", "nolevel").error().message,
              "unrecognized level: \"nolevel\"");
    ASSERT_TRUE(log_->set_level("later", "info"));
    EXPECT_EQ(level_of("later"), "info");
    EXPECT_TRUE(log_->subsystems().empty());
    log_->logger("later");
    EXPECT_EQ(log_->subsystems(), std::vector<std::string>{"later"});
}

TEST_F(LogTest, ATailSeesWhatIsWrittenFromItsLevelOn) {
    open({.levels = "debug"});
    say("node", LogLevel::error, "before");
    LogTail tail(*log_, LogLevel::info);
    say("node", LogLevel::debug, "too little");
    say("node", LogLevel::info, "enough");
    const auto line = tail.next(0);
    ASSERT_TRUE(line);
    EXPECT_NE(line->find("\"msg\":\"enough\""), std::string::npos) << *line;
    EXPECT_FALSE(tail.next(0));
}

TEST_F(LogTest, ATailThatNobodyReadsDropsAndSaysSo) {
    open({.levels = "info"});
    LogTail tail(*log_, LogLevel::debug);
    for (size_t i = 0; i < LogTail::line_count_max + 5; ++i) say("a", LogLevel::info, "x");
    ASSERT_TRUE(tail.next(0));
    say("a", LogLevel::info, "after");
    std::string all;
    while (auto line = tail.next(0)) all += *line;
    EXPECT_NE(all.find("\"msg\":\"lines were dropped\",\"count\":\"5\""), std::string::npos);
}

TEST_F(LogTest, ThreadsWriteWholeLines) {
    open({.levels = "info"});
    Logger& logger = log_->logger("many");
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 100; ++i) logger.write(LogLevel::info, "line");
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::string expected;
    for (int i = 0; i < 400; ++i) expected += "INFO many line\n";
    EXPECT_EQ(events(), expected);
}

}  // namespace
}  // namespace kit
