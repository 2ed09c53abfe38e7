#include "pinning/endpoint.h"

#include <gtest/gtest.h>

namespace kit::pinning {
namespace {

std::string normalized(std::string_view text) {
    const auto endpoint = normalized_endpoint(text);
    return endpoint ? *endpoint : endpoint.error().message;
}

TEST(EndpointTest, SlashesAreTidiedUp) {
    EXPECT_EQ(normalized("https://pins.example"), "https://pins.example");
    EXPECT_EQ(normalized("HTTPS://pins.example/"), "https://pins.example");
    EXPECT_EQ(normalized("http://127.0.0.1:8080//api/./v1//"), "http://127.0.0.1:8080/api/v1");
    EXPECT_EQ(normalized("https://pins.example/pinsets"), "https://pins.example/pinsets");
}

TEST(EndpointTest, WhatIsNoAddressIsRefused) {
    const std::string words = "service endpoint must be a valid HTTP URL";
    for (const char* text : {"", "nonsense", "/pins", "ftp://pins.example", "pins.example:80",
                             "https://pins.example/a b", "https://pins.example/\r\nX: y"}) {
        EXPECT_EQ(normalized(text), words) << text;
    }
}

TEST(EndpointTest, AQueryAndTheSuffixPinsAreRefused) {
    EXPECT_EQ(normalized("https://pins.example/?a=b"),
              "service endpoint should be provided without any query parameters");
    EXPECT_EQ(normalized("https://pins.example/api/pins/"),
              "service endpoint should be provided without the /pins suffix");
}

}  // namespace
}  // namespace kit::pinning
