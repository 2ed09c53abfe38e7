#include "doors/cli/terminal_sink.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "doors/cli/fake_process.h"

namespace kit::cli {
namespace {

class TerminalSinkTest : public testing::Test {
protected:
    std::unique_ptr<TerminalSink> make(Encoding encoding) {
        return std::make_unique<TerminalSink>(command_, request_, encoding, clock_, out_, err_);
    }
    commands::Command command_{
        .path = "x",
        .tagline = "X.",
        .description = "X.",
        .print = [](const commands::Json& record, const commands::Request&,
                    std::string& out) { out += record.at("n").dump() + "\n"; },
        .print_begin = [](const commands::Request&, std::string& out) { out += "begin\n"; },
        .print_end = [](const commands::Request&, std::string& out) { out += "end\n"; },
    };
    commands::Request request_;
    FakeClock clock_;
    FakeOutput out_;
    FakeOutput err_;
};

TEST_F(TerminalSinkTest, TextIsFramedAndGathered) {
    const auto sink = make(Encoding::text);
    ASSERT_TRUE(sink->record({{"n", 1}}));
    ASSERT_TRUE(sink->record({{"n", 2}}));
    EXPECT_EQ(out_.write_count_, 0);
    ASSERT_TRUE(sink->finish());
    EXPECT_EQ(out_.text_, "begin\n1\n2\nend\n");
    EXPECT_EQ(out_.write_count_, 1);
}

TEST_F(TerminalSinkTest, JsonIsOneLineARecord) {
    const auto sink = make(Encoding::json);
    ASSERT_TRUE(sink->record({{"n", 1}, {"t", "<>"}}));
    ASSERT_TRUE(sink->finish());
    EXPECT_EQ(out_.text_, "{\"n\":1,\"t\":\"\\u003c\\u003e\"}\n");
}

TEST_F(TerminalSinkTest, WhatWaitsATenthOfASecondGoesOut) {
    const auto sink = make(Encoding::json);
    ASSERT_TRUE(sink->record({{"n", 1}}));
    clock_.now_ns_ += 100'000'000;
    ASSERT_TRUE(sink->record({{"n", 2}}));
    EXPECT_EQ(out_.write_count_, 1);
}

TEST_F(TerminalSinkTest, LargeBytesGoOutByThemselvesAfterSmallOnes) {
    const auto sink = make(Encoding::text);
    const Bytes large(100 * KiB, 'x');
    ASSERT_TRUE(sink->bytes(as_bytes("a")));
    ASSERT_TRUE(sink->bytes(large));
    EXPECT_EQ(out_.write_count_, 2);
    EXPECT_EQ(out_.text_.size(), large.size() + 1);
}

TEST_F(TerminalSinkTest, PiecesGoOutTogetherAfterWhatWaits) {
    const auto sink = make(Encoding::text);
    const std::vector<ByteView> pieces = {as_bytes("b"), as_bytes("cd")};
    ASSERT_TRUE(sink->bytes(as_bytes("a")));
    ASSERT_TRUE(sink->pieces(pieces));
    EXPECT_EQ(out_.write_count_, 2);
    EXPECT_EQ(out_.text_, "abcd");
}

TEST_F(TerminalSinkTest, AFailedCommandKeepsWhatItPrinted) {
    const auto sink = make(Encoding::json);
    ASSERT_TRUE(sink->record({{"n", 1}}));
    sink->abandon();
    EXPECT_EQ(out_.text_, "{\"n\":1}\n");
}

TEST_F(TerminalSinkTest, ProgressIsForTerminalsAndNotForTheQuiet) {
    EXPECT_FALSE(make(Encoding::text)->wants_progress());
    err_.is_terminal_ = true;
    EXPECT_TRUE(make(Encoding::text)->wants_progress());
    request_.set("quiet", true, true);
    EXPECT_FALSE(make(Encoding::text)->wants_progress());
    request_.set("progress", true, true);
    EXPECT_TRUE(make(Encoding::text)->wants_progress());
}

}  // namespace
}  // namespace kit::cli
