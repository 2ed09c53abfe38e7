#include "node/units.h"

#include <gtest/gtest.h>

namespace kit::node {
namespace {

std::string duration(std::string_view text) {
    const auto parsed = parse_duration_ns(text);
    return parsed ? duration_text(*parsed) : parsed.error().message;
}

std::string size(std::string_view text) {
    const auto parsed = parse_size_bytes(text);
    return parsed ? std::to_string(*parsed) : parsed.error().message;
}

TEST(Units, DurationsReadAndWriteAsGo) {
    EXPECT_EQ(duration("0"), "0s");
    EXPECT_EQ(duration("1h"), "1h0m0s");
    EXPECT_EQ(duration("22h"), "22h0m0s");
    EXPECT_EQ(duration("1h15m30.918s"), "1h15m30.918s");
    EXPECT_EQ(duration("-.5s"), "-500ms");
    EXPECT_EQ(duration("1.5us"), "1.5µs");
    EXPECT_EQ(duration("100ns"), "100ns");
    EXPECT_EQ(duration("9223372036854775807ns"), "2562047h47m16.854775807s");
}

TEST(Units, DurationsAreRefusedInGosWords) {
    EXPECT_EQ(duration("1x"), "time: unknown unit \"x\" in duration \"1x\"");
    EXPECT_EQ(duration("3"), "time: missing unit in duration \"3\"");
    for (const char* text : {"", "-", "s", ".s", "9223372036854775808ns"}) {
        EXPECT_EQ(duration(text), "time: invalid duration \"" + std::string(text) + "\"");
    }
}

TEST(Units, SizesReadAsHumanize) {
    EXPECT_EQ(size("10GB"), "10000000000");
    EXPECT_EQ(size("256KiB"), "262144");
    EXPECT_EQ(size("1.5 mb"), "1500000");
    EXPECT_EQ(size("42"), "42");
    EXPECT_EQ(size("2k"), "2000");
    EXPECT_EQ(size("3Ti"), "3298534883328");
    EXPECT_EQ(size("1EB"), "1000000000000000000");
    for (const char* text : {"1i", "1ib", "1kbb", "1kiib", "1x"}) {
        EXPECT_EQ(size(text), std::string("unhandled size name: ") + (text + 1));
    }
    EXPECT_EQ(size("1,000 B"), "1000");
    EXPECT_EQ(size("10 quux"), "unhandled size name: quux");
    EXPECT_EQ(size(""), "strconv.ParseFloat: parsing \"\": invalid syntax");
    EXPECT_EQ(size("99EiB"), "too large: 99EiB");
}

TEST(Units, SizesWriteAsHumanize) {
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(82), "82 B");
    EXPECT_EQ(size_text(1000), "1.0 kB");
    EXPECT_EQ(size_text(82854982), "83 MB");
    EXPECT_EQ(size_text(1500000000), "1.5 GB");
}

}  // namespace
}  // namespace kit::node
