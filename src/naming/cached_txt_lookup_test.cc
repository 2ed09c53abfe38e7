#include "base/simulated_env.h"
#include "naming/dnslink.h"
#include "naming/limits.h"
#include "naming/test_names.h"

namespace kit::naming {
namespace {

using namespace testing;

// Counts what it is asked; "gone" is offline, "absent" has no records.
class CountingTexts final : public TxtLookup {
public:
    explicit CountingTexts(size_t& count) : count_(count) {}
    Result<TxtAnswer> find_texts(std::string_view domain) const override {
        ++count_;
        if (domain == "gone") return fail(Code::offline, "no network");
        if (domain == "absent") return TxtAnswer{};
        return TxtAnswer{.texts = {std::string(domain)}, .ttl_s = 100};
    }

private:
    size_t& count_;
};

class CachedTxtLookupTest : public ::testing::Test {
protected:
    uint64_t ttl_s(std::string_view domain) { return cached_->find_texts(domain).value().ttl_s; }

    SimulatedClock clock_;
    size_t count_ = 0;
    std::unique_ptr<TxtLookup> cached_ =
        cached_txt_lookup(clock_, std::make_unique<CountingTexts>(count_));
};

TEST_F(CachedTxtLookupTest, AnAnswerIsKeptForItsTime) {
    EXPECT_EQ(ttl_s("a"), 100U);
    clock_.advance(std::chrono::seconds(40));
    EXPECT_EQ(ttl_s("a"), 60U);
    EXPECT_EQ(count_, 1U);
    clock_.advance(std::chrono::seconds(60));
    EXPECT_EQ(ttl_s("a"), 100U);
    EXPECT_EQ(count_, 2U);
}

TEST_F(CachedTxtLookupTest, AbsenceIsKeptAndFailureForAMoment) {
    EXPECT_TRUE(cached_->find_texts("absent").value().texts.empty());
    EXPECT_TRUE(cached_->find_texts("absent").value().texts.empty());
    EXPECT_EQ(count_, 1U);
    EXPECT_FALSE(cached_->find_texts("gone"));
    EXPECT_FALSE(cached_->find_texts("gone"));
    EXPECT_EQ(count_, 2U);
    clock_.advance(std::chrono::seconds(limits::failed_domain_keep_s));
    EXPECT_FALSE(cached_->find_texts("gone"));
    EXPECT_EQ(count_, 3U);
}

TEST_F(CachedTxtLookupTest, HoldsNoMoreThanItsBound) {
    for (size_t i = 0; i <= limits::kept_domain_count_max; ++i) ttl_s(std::to_string(i));
    const size_t asked = count_;
    ttl_s("0");
    EXPECT_EQ(count_, asked + 1);
}

}  // namespace
}  // namespace kit::naming
