#include "naming/dns_message.h"

#include <gtest/gtest.h>

#include <string>

namespace kit::naming {
namespace {

// "\x07example\x03com\x00": a name as RFC 1035, 3.1 writes it.
const std::string example(
    "\x07"
    "example"
    "\x03"
    "com"
    "\x00",
    13);
// RFC 1035, 4.1.4: where the question's name begins, just behind the header.
const std::string pointer("\xc0\x0c", 2);

std::string u16(unsigned number) {
    return {static_cast<char>(number >> 8), static_cast<char>(number)};
}
// Header: number 0, flags, and the counts of its four sections (4.1.1).
std::string header(unsigned flags, unsigned answer_count) {
    return u16(0) + u16(flags) + u16(1) + u16(answer_count) + u16(0) + u16(0);
}
const std::string question = example + u16(16) + u16(1);
// Name, type, class, a TTL of 32 bits, the size of the data, the data (4.1.3).
std::string record(const std::string& data, unsigned ttl_s = 300, unsigned type = 16,
                   const std::string& name = pointer) {
    return name + u16(type) + u16(1) + u16(0) + u16(ttl_s) +
           u16(static_cast<unsigned>(data.size())) + data;
}
// Strings of at most 255 bytes, each after its size (3.3.14).
std::string text(std::string_view string) {
    return std::string(1, static_cast<char>(string.size())) + std::string(string);
}
constexpr unsigned good = 0x8180;  // An answer, recursion wanted and available.

// "a|b ttl", or the error's code.
std::string decode(const std::string& message) {
    const auto answer = decode_txt_answer(as_bytes(message), "example.com");
    if (!answer) return std::string(code_name(answer.error().code));
    std::string texts;
    for (const std::string& each : answer->texts) texts += each + "|";
    return texts + " " + std::to_string(answer->ttl_s);
}

TEST(DnsMessageTest, AQuestionIsWrittenAsTheSpecificationSays) {
    const auto message = encode_txt_question("example.com");
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(as_text(*message),
              u16(0) + u16(0x0100) + u16(1) + u16(0) + u16(0) + u16(0) + question);
    EXPECT_EQ(encode_txt_question("example.com.").value(), *message);
}

TEST(DnsMessageTest, WhatIsNoDomainIsNotAskedFor) {
    for (const std::string& domain : {std::string(), std::string("a..b"), std::string(64, 'a')}) {
        EXPECT_EQ(encode_txt_question(domain).error().code, Code::invalid_argument);
    }
}

TEST(DnsMessageTest, TextsAreReadWithTheShortestTime) {
    EXPECT_EQ(decode(header(good, 1) + question + record(text("dnslink=/ipfs/a"))),
              "dnslink=/ipfs/a| 300");
    EXPECT_EQ(decode(header(good, 2) + question + record(text("a"), 60) + record(text("b"), 20)),
              "a|b| 20");
    EXPECT_EQ(decode(header(good, 1) + question + record(text("a") + text("") + text("b"))),
              "ab| 300");
    EXPECT_EQ(decode(header(good, 1) + question + record("")), "| 300");
}

TEST(DnsMessageTest, OtherRecordsAndWhatStandsBehindArePassedOver) {
    EXPECT_EQ(decode(header(good, 2) + question + record(pointer, 5, 5) +
                     record(text("a"), 60, 16, example) + "behind"),
              "a| 60");
    EXPECT_EQ(decode(header(good, 1) + question + record("1234", 5, 1)), " 0");
}

TEST(DnsMessageTest, NoSuchDomainIsAnAnswerAndAFailureIsNone) {
    EXPECT_EQ(decode(header(good | 3, 0) + question), " 0");
    EXPECT_EQ(decode(header(good | 2, 0) + question), "offline");
    EXPECT_EQ(decode(header(good | 5, 0) + question), "offline");
}

TEST(DnsMessageTest, WhatIsCutShortOrCrookedIsRefused) {
    const std::string whole = header(good, 1) + question + record(text("abc"));
    for (size_t size = 0; size < whole.size(); ++size) {
        EXPECT_EQ(decode(whole.substr(0, size)), "corrupt") << size;
    }
    EXPECT_EQ(decode(header(0x0100, 1) + question + record(text("a"))), "corrupt");
    EXPECT_EQ(decode(header(good | 0x0200, 1) + question + record(text("a"))), "corrupt");
    EXPECT_EQ(decode(header(good | 0x0800, 1) + question + record(text("a"))), "corrupt");
    EXPECT_EQ(decode(header(good, 1) + question +
                     record("\x05"
                            "abc")),
              "corrupt");
    EXPECT_EQ(decode(header(good, 1) + question +
                     record(text("a"), 1, 16,
                            "\x80"
                            "a")),
              "corrupt");
}

}  // namespace
}  // namespace kit::naming
