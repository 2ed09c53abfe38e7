#include "formats/ipld.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "formats/codec_test_support.h"
#include "formats/dag_cbor.h"
#include "formats/dag_json.h"

namespace kit::formats {
namespace {

using test::from_hex;
using test::problem;
using test::small_cid;

constexpr auto raw_code = static_cast<uint64_t>(Codec::raw);
constexpr auto json_code = static_cast<uint64_t>(Codec::json);
constexpr auto cbor_code = static_cast<uint64_t>(Codec::cbor);
constexpr auto dag_json_code = static_cast<uint64_t>(Codec::dag_json);
constexpr auto dag_cbor_code = static_cast<uint64_t>(Codec::dag_cbor);
constexpr auto dag_pb_code = static_cast<uint64_t>(Codec::dag_pb);

// The dag-json of `text` in another codec, or what is wrong with it.
std::string convert(std::string_view text, uint64_t codec) {
    const Ipld value = decode_ipld(dag_json_code, as_bytes(text)).value();
    const auto block = encode_ipld(codec, value);
    return block ? std::string(as_text(*block)) : problem(block);
}

std::string random_text(std::mt19937_64& random) {
    std::string text;
    for (uint64_t size = random() % 12; size > 0; --size) {
        constexpr std::string_view pieces[] = {
            "a", "\"", "\\", "\n", "\x01", "\u00e9", "\u2028", "\U0001F600", "/", "bytes", "\x7f"};
        text += pieces[random() % std::size(pieces)];
    }
    return text;
}

// A value that every DAG codec can say, and that dag-json reads back the same: no whole floats.
Ipld random_value(std::mt19937_64& random, int depth) {
    switch (random() % (depth > 3 ? 7 : 9)) {
        case 0:
            return {IpldNull{}};
        case 1:
            return {random() % 2 == 0};
        case 2:
            return {IpldInteger{random() % 2 == 0, random() >> (random() % 64)}};
        case 3: {
            const auto digits = static_cast<double>(random() % 100000);
            return {(digits + 0.5) * std::pow(10.0, -static_cast<double>(random() % 10))};
        }
        case 4:
            return {random_text(random)};
        case 5:
            return {Bytes(random() % 9, static_cast<uint8_t>(random()))};
        case 6:
            return {small_cid(random_text(random))};
        case 7: {
            Ipld::List list;
            for (uint64_t size = random() % 5; size > 0; --size) {
                list.push_back(random_value(random, depth + 1));
            }
            return {list};
        }
        default: {
            Ipld::Map map;
            for (uint64_t size = random() % 5; size > 0; --size) {
                // "/" alone as a key would be read as a link or bytes.
                map.emplace_back(random_text(random) + std::to_string(size),
                                 random_value(random, depth + 1));
            }
            return {map};
        }
    }
}

TEST(IpldTest, RandomValuesComeBackFromBothDagCodecs) {
    for (uint64_t seed = 0; seed < 2000; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        const Ipld value = random_value(random, 0);
        const Bytes cbor = encode_dag_cbor(value).value();
        const Bytes json = encode_dag_json(value).value();
        const Ipld from_cbor = decode_dag_cbor(cbor).value();
        const Ipld from_json = decode_dag_json(json).value();
        EXPECT_EQ(encode_dag_cbor(from_cbor).value(), cbor);
        EXPECT_EQ(encode_dag_json(from_cbor).value(), json);
        EXPECT_EQ(encode_dag_cbor(from_json).value(), cbor) << as_text(json);
        EXPECT_EQ(encode_dag_json(from_json).value(), json);
        EXPECT_EQ(links_of(dag_cbor_code, cbor).value().size(),
                  links_of(dag_json_code, json).value().size());
    }
}

TEST(IpldTest, FloatsAreWrittenAsGoWritesThem) {
    const auto text = [](double value) {
        return std::string(as_text(encode_dag_json({value}).value()));
    };
    EXPECT_EQ(text(1), "1");
    EXPECT_EQ(text(-0.0), "-0");
    EXPECT_EQ(text(0.1), "0.1");
    EXPECT_EQ(text(-1234.5), "-1234.5");
    EXPECT_EQ(text(0.000001), "0.000001");
    EXPECT_EQ(text(0.00000123), "0.00000123");
    EXPECT_EQ(text(1e-7), "1e-7");
    EXPECT_EQ(text(1.5e-10), "1.5e-10");
    EXPECT_EQ(text(123456789012345680000.0), "123456789012345680000");
    EXPECT_EQ(text(73786976294838206464.0), "73786976294838210000");
    EXPECT_EQ(text(1e21), "1e+21");
    EXPECT_EQ(text(1.7976931348623157e308), "1.7976931348623157e+308");
    EXPECT_EQ(text(5e-324), "5e-324");
}

TEST(IpldTest, NumbersOfEveryShapeAreRead) {
    const auto number = [](std::string_view text) {
        return decode_dag_json(as_bytes(text)).value();
    };
    EXPECT_EQ(number("18446744073709551615"), Ipld({IpldInteger{false, UINT64_MAX}}));
    EXPECT_EQ(number("-18446744073709551616"), Ipld({IpldInteger{true, UINT64_MAX}}));
    EXPECT_EQ(number("-0"), Ipld::integer(0));
    EXPECT_EQ(number("-9223372036854775808"), Ipld::integer(INT64_MIN));
    EXPECT_EQ(number("1e-400"), Ipld({0.0}));
    EXPECT_EQ(number("0.0000000001e-320"), Ipld({0.0}));
    EXPECT_EQ(number("2.5e1"), Ipld({25.0}));
    EXPECT_EQ(problem(decode_dag_json(as_bytes("1e400"))),
              "corrupt: dag-json: a number above what a float can be, at byte 0 of 5");
}

TEST(IpldTest, NoCodecSaysNotANumber) {
    for (const uint64_t codec : {dag_cbor_code, cbor_code, dag_json_code, json_code}) {
        for (const double value : {std::nan(""), std::numeric_limits<double>::infinity()}) {
            EXPECT_EQ(encode_ipld(codec, {value}).error().code, Code::unsupported);
        }
    }
}

TEST(IpldTest, JsonIsIndentedAsKuboIndentsIt) {
    EXPECT_EQ(convert(R"({"a":[],"b":{},"c":[1,{"x":null}]})", json_code),
              "{\n\t\"a\": [],\n\t\"b\": {},\n\t\"c\": [\n\t\t1,\n\t\t{\n\t\t\t\"x\": null\n\t\t}"
              "\n\t]\n}\n");
    EXPECT_EQ(convert("[]", json_code), "[]\n");
    EXPECT_EQ(convert("3", json_code), "3");
}

TEST(IpldTest, PlainCodecsKeepTheOrderOfKeysAndHaveNoLinks) {
    EXPECT_EQ(convert(R"({"b":1,"a":2})", cbor_code), as_text(from_hex("a2 6162 01 6161 02")));
    EXPECT_EQ(convert(R"({"/":"bafkqaaa"})", cbor_code), "unsupported: cbor has no links");
    EXPECT_EQ(convert(R"({"/":"bafkqaaa"})", json_code),
              "unsupported: cannot marshal IPLD links to json");
    EXPECT_EQ(convert(R"({"/":{"bytes":"AA"}})", json_code),
              "unsupported: cannot marshal IPLD bytes to json");
    const Ipld map = decode_ipld(json_code, as_bytes(R"({"/":"bafkqaaa"})")).value();
    EXPECT_NE(map.find("/"), nullptr);
    EXPECT_EQ(problem(decode_ipld(cbor_code, from_hex("d82a450001550000"))),
              "corrupt: cbor: unhandled cbor tag 42 at byte 2");
}

TEST(IpldTest, RawIsBytesAndNothingElse) {
    EXPECT_EQ(decode_ipld(raw_code, from_hex("0102")).value(), Ipld({from_hex("0102")}));
    EXPECT_EQ(convert(R"({"/":{"bytes":"AQI"}})", raw_code), "\x01\x02");
    EXPECT_EQ(convert("1", raw_code), "unsupported: raw can say bytes only");
}

TEST(IpldTest, DagPbLinksAreSortedByNameAndEqualNamesKeepTheirOrder) {
    EXPECT_EQ(convert(R"({"Links":[{"Hash":{"/":"bafkqaaa"},"Name":"b","Tsize":1},)"
                      R"({"Hash":{"/":"bafkqaaa"},"Name":"a"}],"Data":{"/":{"bytes":"AA"}}})",
                      dag_pb_code),
              as_text(from_hex("1209 0a0401550000 120161 120b 0a0401550000 120162 1801 0a0100")));
}

TEST(IpldTest, UnknownCodecsAreUnsupported) {
    for (const uint64_t codec : {uint64_t{0x90}, uint64_t{0x72}, uint64_t{0x300078}}) {
        EXPECT_EQ(decode_ipld(codec, {}).error().code, Code::unsupported);
        EXPECT_EQ(encode_ipld(codec, {}).error().code, Code::unsupported);
        EXPECT_EQ(links_of(codec, {}).error().code, Code::unsupported);
    }
}

TEST(IpldTest, PlainCodecsHaveNoLinksToFollow) {
    for (const uint64_t codec : {raw_code, json_code, cbor_code}) {
        EXPECT_TRUE(links_of(codec, as_bytes(R"({"/":"bafkqaaa"})")).value().empty());
    }
}

TEST(IpldTest, AKeyTwiceIsRefusedByEveryEncoder) {
    const Ipld value{Ipld::Map{{"a", Ipld::integer(1)}, {"b", {}}, {"a", {}}}};
    for (const uint64_t codec : {dag_cbor_code, cbor_code, dag_json_code, json_code}) {
        EXPECT_NE(problem(encode_ipld(codec, value)).find("cannot repeat map key \"a\""),
                  std::string::npos);
    }
}

TEST(IpldTest, NestingIsBoundedBothWays) {
    Ipld deep;
    for (int depth = 0; depth < 1024; ++depth) deep = {Ipld::List{std::move(deep)}};
    for (const uint64_t codec : {dag_cbor_code, dag_json_code, json_code}) {
        const Bytes block = encode_ipld(codec, deep).value();
        EXPECT_EQ(decode_ipld(codec, block).value(), deep);
    }
    const Ipld deeper{Ipld::List{deep}};
    for (const uint64_t codec : {dag_cbor_code, dag_json_code, json_code}) {
        EXPECT_EQ(encode_ipld(codec, deeper).error().code, Code::unsupported);
    }
}

TEST(IpldTest, ABlockMayNotUnfoldToMoreThanItsBudget) {
    // A list of 3 million zeros has 3 MB and would unfold to 300.
    Bytes cbor = from_hex("9a 002dc6c0");
    cbor.resize(cbor.size() + 3'000'000);
    EXPECT_EQ(decode_ipld(dag_cbor_code, cbor).error().code, Code::too_large);
    EXPECT_TRUE(links_of(dag_cbor_code, cbor).has_value());
    std::string json = "[0";
    for (int count = 0; count < 3'000'000; ++count) json += ",0";
    EXPECT_EQ(decode_ipld(dag_json_code, as_bytes(json + "]")).error().code, Code::too_large);
}

TEST(IpldTest, AMapWithMoreThanTheSlashIsAMap) {
    const auto links_count = [](std::string_view text) {
        return links_of(dag_json_code, as_bytes(text)).value().size();
    };
    EXPECT_EQ(links_count(R"({"/":"bafkqaaa"})"), 1U);
    EXPECT_EQ(links_count(R"({"/":"bafkqaaa","z":1})"), 0U);
    EXPECT_EQ(links_count(R"({"a":1,"/":"x"})"), 0U);
    EXPECT_EQ(links_count(R"({"/":{"/":"bafkqaaa"}})"), 1U);
    EXPECT_EQ(links_count(R"({"/":{"bytes":"AA"}})"), 0U);
    EXPECT_EQ(convert(R"({"/":{"bytes":"AQ"},"z":1})", dag_json_code),
              R"({"/":{"bytes":"AQ"},"z":1})");
    EXPECT_EQ(convert(R"({"/":{"bytes":1}})", dag_json_code), R"({"/":{"bytes":1}})");
    EXPECT_EQ(convert(R"({"/":1})", dag_json_code), R"({"/":1})");
}

}  // namespace
}  // namespace kit::formats
