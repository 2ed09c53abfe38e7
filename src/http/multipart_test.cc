#include "http/multipart.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace kit::http {
namespace {

// Gives `text` in pieces of at most `piece_size` bytes.
MultipartReader::Source source_of(std::string text, size_t piece_size) {
    auto at = std::make_shared<size_t>(0);
    return [text = std::move(text), at, piece_size](std::span<uint8_t> out) -> Result<size_t> {
        const size_t count = std::min({out.size(), piece_size, text.size() - *at});
        std::copy_n(text.begin() + static_cast<ptrdiff_t>(*at), count, out.begin());
        *at += count;
        return count;
    };
}

struct Part {
    std::string disposition;
    std::string body;
    bool operator==(const Part&) const = default;
};

Result<std::vector<Part>> parts_of(std::string body, size_t piece_size, size_t read_size) {
    auto reader = TRY(MultipartReader::create("multipart/form-data; boundary=\"b-1\"",
                                              source_of(std::move(body), piece_size)));
    std::vector<Part> parts;
    for (;;) {
        const auto head = TRY(reader.next_part());
        if (!head) return parts;
        Part part{std::string(head->find("content-disposition").value_or("")), ""};
        Bytes piece(read_size);
        for (;;) {
            const size_t count = TRY(reader.read(piece));
            if (count == 0) break;
            part.body += as_text(ByteView(piece).first(count));
        }
        parts.push_back(std::move(part));
    }
}

std::string written(const std::vector<Part>& parts) {
    std::string all = "preamble\r\n";
    for (const Part& part : parts) {
        all +=
            "--b-1\r\nContent-Disposition: " + part.disposition + "\r\n\r\n" + part.body + "\r\n";
    }
    return all + "--b-1--\r\nepilogue";
}

TEST(MultipartTest, PartsComeOutAsTheyWentInHoweverTheyAreCut) {
    std::mt19937 random(7);
    std::string like_boundaries = "\r\n--b-\r\n--\r\r\n--b-2\r\n";
    std::string large(200'000, 'x');
    for (char& c : large) c = "\r\n-b1"[random() % 5];
    const size_t found = large.find("\r\n--b-1");
    if (found != std::string::npos) large.resize(found);
    const std::vector<Part> parts = {{"form-data; name=a", ""},
                                     {"form-data; name=b", like_boundaries},
                                     {"form-data; name=c", large},
                                     {"form-data; name=d", "\r\n"}};
    for (const size_t piece_size : {1UL, 3UL, 7UL, 1000UL, 1'000'000UL}) {
        for (const size_t read_size : {1UL, 10UL, 20'000UL, 300'000UL}) {
            const auto got = parts_of(written(parts), piece_size, read_size);
            ASSERT_TRUE(got) << got.error().message;
            EXPECT_EQ(*got, parts) << piece_size << " " << read_size;
        }
    }
}

TEST(MultipartTest, WhatIsNotReadOfAPartIsThrownAway) {
    auto reader = MultipartReader::create("multipart/form-data; boundary=b-1",
                                          source_of(written({{"1", "one"}, {"2", "two"}}), 5));
    ASSERT_TRUE(reader);
    EXPECT_TRUE(reader->next_part().value());
    EXPECT_EQ(reader->next_part().value()->find("Content-Disposition"), "2");
    EXPECT_FALSE(reader->next_part().value());
}

TEST(MultipartTest, ABoundaryMayFollowAnEmptyPartsHeadAtOnce) {
    const std::string body =
        "--b-1\r\nContent-Disposition: 1\r\n\r\n--b-1\r\n"
        "Content-Disposition: 2\r\n\r\n--b-1--";
    for (const size_t piece_size : {1UL, 5UL, 1000UL}) {
        const auto got = parts_of(body, piece_size, 100);
        ASSERT_TRUE(got) << got.error().message;
        EXPECT_EQ(*got, (std::vector<Part>{{"1", ""}, {"2", ""}})) << piece_size;
    }
}

TEST(MultipartTest, MalformedBodiesAreRefused) {
    for (const char* body :
         {"", "no boundary at all\r\n", "--b-1\r\n", "--b-1\r\nA: b\r\n\r\nrest",
          "--b-1\r\nno colon\r\n\r\nx\r\n--b-1--", "--b-1\r\nA: b\r\n\r\nx\r\n--b-1 junk\r\n"}) {
        const auto got = parts_of(body, 100, 100);
        ASSERT_FALSE(got) << body;
        EXPECT_EQ(got.error().code, Code::invalid_argument) << body;
    }
    EXPECT_FALSE(MultipartReader::create("multipart/form-data", source_of("", 1)));
    EXPECT_FALSE(MultipartReader::create("text/plain; boundary=x", source_of("", 1)));
}

TEST(MultipartTest, FieldsHaveParametersWithAndWithoutQuotes) {
    const auto field =
        parse_field_value("Form-Data; name=\"a;\\\"b\" ; FileName=c%2Fd; x=\"C:\\path\"");
    ASSERT_TRUE(field);
    EXPECT_EQ(field->value, "form-data");
    EXPECT_EQ(field->find("name"), "a;\"b");
    EXPECT_EQ(field->find("filename"), "c%2Fd");
    EXPECT_EQ(field->find("x"), "C:\\path");
    EXPECT_FALSE(parse_field_value("a; b=\"c"));
    EXPECT_FALSE(parse_field_value("a; b"));
}

}  // namespace
}  // namespace kit::http
