// A small world of names for tests: keys from a seed, records in memory, a clock that is told the
// time, and a DNS of a few lines.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/simulated_env.h"
#include "dag/test_store.h"
#include "naming/records.h"
#include "naming/resolve.h"

namespace kit::naming::testing {

using formats::IpnsForm;
using formats::IpnsRecord;
using formats::KeyType;
using formats::PeerId;
using formats::PrivateKey;

inline constexpr int64_t second_ns = 1'000'000'000;
inline constexpr int64_t hour_ns = 3600 * second_ns;

// Two paths that lead to nothing here, which nobody looks at.
inline constexpr const char* path_a = "/ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn";
inline constexpr const char* path_b = "/ipfs/bafkqaaa";

inline PrivateKey make_key(uint64_t seed, KeyType type = KeyType::ed25519) {
    SimulatedRandom random(seed);
    return PrivateKey::generate(type, random).value();
}

inline PeerId name_of(const PrivateKey& key) {
    return PeerId::of(key.public_key());
}

template <typename T>
std::string error_of(const Result<T>& result) {
    return result ? "" : result.error().to_text();
}

class TestTexts final : public TxtLookup {
public:
    Result<TxtAnswer> find_texts(std::string_view domain) const override {
        const auto found = answers.find(domain);
        if (found == answers.end()) return TxtAnswer{};
        return found->second;
    }
    std::map<std::string, TxtAnswer, std::less<>> answers;
};

struct TestNames {
    dag::testing::TestClock clock;
    dag::testing::TestRecords table;
    TestTexts texts;
    NameRecords records{clock, table, blocks::Durability::periodic};

    // The value and sequence of what is held: "/ipfs/... 3", or "none".
    std::string held(const PeerId& name) const {
        const auto record = records.find_valid(name);
        if (!record) return record.error().to_text();
        if (!*record) return "none";
        const auto content = (*record)->content().value();
        return content.value + " " + std::to_string(content.sequence);
    }
};

}  // namespace kit::naming::testing
