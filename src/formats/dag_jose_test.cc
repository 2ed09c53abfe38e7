// What the vectors of tests/vectors/ipld/dag-jose do not say: the values that no block can hold.
#include "formats/dag_jose.h"

#include <gtest/gtest.h>

#include "formats/codec_test_support.h"
#include "formats/dag_json.h"

namespace kit::formats {
namespace {

using test::problem;

std::string refusal(std::string_view json) {
    return problem(encode_dag_jose(decode_dag_json(as_bytes(json)).value()));
}

constexpr std::string_view payload = "AXESIIlVZPHgqRWLYvqXjFKtIiyI8QqDgYtgZ8Zvn6ryStCB";

std::string jws(std::string_view more) {
    return fmt::format(R"({{"payload":"{}",{}}})", payload, more);
}

TEST(DagJose, WhatIsNeitherSignedNorEncryptedIsRefused) {
    EXPECT_EQ(refusal("{}"), "unsupported: invalid JOSE object");
    EXPECT_EQ(refusal(R"("text")"), "unsupported: invalid JOSE object");
    EXPECT_EQ(refusal(R"({"ciphertext":1})"),
              "unsupported: invalid JOSE object: \"ciphertext\" is no text");
    EXPECT_EQ(refusal(R"({"ciphertext":"A"})"),
              "unsupported: invalid JOSE object: \"ciphertext\" is no base64url");
}

TEST(DagJose, TheTwoFormsCannotBeMixed) {
    EXPECT_EQ(refusal(jws(R"("signatures":[{"signature":"AQ"}],"signature":"AQ")")),
              "unsupported: invalid JWS serialization");
    EXPECT_EQ(refusal(R"({"ciphertext":"AQ","recipients":[{}],"header":{}})"),
              "unsupported: invalid JWE serialization");
}

TEST(DagJose, ASignatureAndAPayloadAreNeeded) {
    EXPECT_EQ(refusal(jws(R"("header":{})")),
              "unsupported: invalid JOSE object: missing required fields: signature");
    EXPECT_TRUE(refusal(R"({"payload":"AQ","signature":"AQ"})")
                    .starts_with("unsupported: payload is not a valid CID: "));
}

TEST(DagJose, HeadersHoldNoNullNorTruth) {
    for (const char* value : {"null", "true", R"({"a":[null]})", R"({"/":"bafkqaaa"})"}) {
        EXPECT_EQ(refusal(jws(fmt::format(R"("signature":"AQ","header":{{"a":{}}})", value))),
                  "unsupported: invalid JOSE object: a header with what JOSE does not have");
    }
}

TEST(DagJose, AJweNeedsARecipientWhereThereIsAList) {
    EXPECT_EQ(refusal(R"({"ciphertext":"AQ","recipients":[]})"),
              "unsupported: invalid JOSE object: no recipients");
}

}  // namespace
}  // namespace kit::formats
