#include "routing/record_decoder.h"

#include <gtest/gtest.h>

#include "routing/limits.h"

namespace kit::routing {
namespace {

constexpr std::string_view peer_a = "12D3KooWM8sovaEGU1bmiWGWAzvs47DEcXKZZTuJnpQyVTkRs2Vn";
constexpr std::string_view peer_b = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

// As boxo's server writes them (routing/http/server/server_test.go): keys in order of bytes.
std::string record(std::string_view id, std::string_view rest = "") {
    return fmt::format(R"({{"Addrs":["/ip4/127.0.0.1/tcp/4001"],"ID":"{}"{},"Schema":"peer"}})", id,
                       rest);
}

class RecordDecoderTest : public ::testing::Test {
protected:
    // "id/addresses/protocols" of each record, or the error.
    std::string decode(RecordForm form, std::string_view text, size_t piece_size = SIZE_MAX) {
        std::string found;
        RecordDecoder decoder(form, [&](const PeerRecord& each) -> Result<bool> {
            found += fmt::format("{}/{}/{} ", each.peer.peer.to_text().substr(40),
                                 each.peer.addresses.size(), each.protocols.size());
            return ++count_ < count_max_;
        });
        Result<bool> more = true;
        for (size_t at = 0; more && *more && at < text.size();
             at += std::min(piece_size, text.size())) {
            more = decoder.read(as_bytes(text.substr(at, piece_size)));
        }
        if (!more) return found + std::string(code_name(more.error().code));
        const auto ended = decoder.finish();
        return ended ? found : found + std::string(code_name(ended.error().code));
    }
    size_t count_ = 0;
    size_t count_max_ = SIZE_MAX;
};

const std::string a_found = std::string(peer_a.substr(40)) + "/1/0 ";
const std::string b_found = std::string(peer_b.substr(40)) + "/1/0 ";

TEST_F(RecordDecoderTest, AListIsRead) {
    const std::string list = record(peer_a) + "," + record(peer_b);
    EXPECT_EQ(decode(RecordForm::json, R"({"Providers":[)" + list + "]}"), a_found + b_found);
    EXPECT_EQ(decode(RecordForm::json, R"({"Peers":[)" + list + "]}\n"), a_found + b_found);
    EXPECT_EQ(decode(RecordForm::json, R"({"Providers":[]})"), "");
    EXPECT_EQ(decode(RecordForm::json, R"({"Providers":null})"), "");
    EXPECT_EQ(decode(RecordForm::json, R"({})"), "");
}

TEST_F(RecordDecoderTest, LinesAreReadHoweverTheyAreCut) {
    const std::string lines = record(peer_a) + "\n\r\n" + record(peer_b);
    for (const size_t piece_size : {1U, 7U, 100U, 1000U}) {
        EXPECT_EQ(decode(RecordForm::lines, lines, piece_size), a_found + b_found);
    }
    EXPECT_EQ(decode(RecordForm::lines, ""), "");
}

TEST_F(RecordDecoderTest, EnoughIsEnough) {
    count_max_ = 1;
    EXPECT_EQ(decode(RecordForm::lines, record(peer_a) + "\n" + record(peer_b) + "\n{"), a_found);
    count_ = 0;
    EXPECT_EQ(
        decode(RecordForm::json, R"({"Peers":[)" + record(peer_a) + "," + record(peer_b) + "]}"),
        a_found);
}

TEST_F(RecordDecoderTest, RecordsThatNameNoPeerArePassedOver) {
    const std::string odd = "{}\n[]\n1\n" + record("nobody") + "\n" + R"({"Schema":"else","ID":")" +
                            std::string(peer_b) + "\"}\n" + R"({"Schema":"peer","ID":7})" + "\n" +
                            record(peer_a);
    EXPECT_EQ(decode(RecordForm::lines, odd), a_found);
}

TEST_F(RecordDecoderTest, AddressesThatNobodyKnowsAreLeftOut) {
    const std::string line = fmt::format(
        R"({{"Schema":"peer","ID":"{}","Addrs":["/nonsense/1","/ip4/1.2.3.4/udp/1/quic-v1",""],)"
        R"("Protocols":["transport-bitswap","x"]}})",
        peer_a);
    EXPECT_EQ(decode(RecordForm::lines, line), std::string(peer_a.substr(40)) + "/1/2 ");
}

TEST_F(RecordDecoderTest, TheSchemaOfOldIsRead) {
    const std::string line =
        fmt::format(R"({{"Schema":"bitswap","Protocol":"transport-bitswap","ID":"{}"}})", peer_a);
    EXPECT_EQ(decode(RecordForm::lines, line), std::string(peer_a.substr(40)) + "/0/1 ");
}

TEST_F(RecordDecoderTest, WhatIsNoJsonIsRefused) {
    EXPECT_EQ(decode(RecordForm::lines, record(peer_a) + "\n{\"ID\":\n"), a_found + "corrupt");
    EXPECT_EQ(decode(RecordForm::json, R"({"Providers":[)"), "corrupt");
    EXPECT_EQ(decode(RecordForm::json, "[]"), "corrupt");
    EXPECT_EQ(decode(RecordForm::json, ""), "corrupt");
    EXPECT_EQ(decode(RecordForm::json, "<html>"), "corrupt");
}

TEST_F(RecordDecoderTest, AnAnswerWithoutEndIsRefused) {
    const std::string blanks(limits::delegated_line_size_bytes_max + 1, ' ');
    EXPECT_EQ(decode(RecordForm::lines, blanks), "too_large");
    const std::string lines(limits::delegated_answer_size_bytes_max + 1, '\n');
    EXPECT_EQ(decode(RecordForm::lines, lines, 4096), "too_large");
    EXPECT_EQ(decode(RecordForm::json, lines, 4096), "too_large");
    EXPECT_NE(decode(RecordForm::json, std::string(100'000, '[')), "");
}

}  // namespace
}  // namespace kit::routing
