#include "blocks/segment_format.h"
#include "blocks/store_fixture.h"

namespace kit::blocks {
namespace {

class VerifyTest : public StoreFixture {
protected:
    // "checked/corrupt", and the blocks that were reported.
    std::string verify() {
        std::string bad;
        const auto report = store_->verify(
            [&](const formats::Cid& cid, const Error&) { bad += " " + names_[cid.to_text()]; },
            [&](uint64_t done_count, uint64_t all_count) { EXPECT_LE(done_count, all_count); },
            cancel_);
        if (!report) return std::string(code_name(report.error().code));
        return std::to_string(report->checked_count) + "/" + std::to_string(report->corrupt_count) +
               bad;
    }
    void put_named(std::initializer_list<std::string_view> texts) {
        for (const std::string_view text : texts) {
            put(text);
            names_[cid_of(text).to_text()] = text;
        }
    }
    void damage(std::string_view text, std::string_view with, int64_t shift = 0) {
        ASSERT_TRUE(store_->sync());
        const Path path = join(folder_, "blocks/seg-000001.car");
        const Bytes content = *read_file(disk_, path);
        const size_t at = as_text(content).find(text);
        const ByteView piece = as_bytes(with);
        auto file = disk_.open(path, OpenMode::write);
        const auto offset = static_cast<uint64_t>(static_cast<int64_t>(at) + shift);
        ASSERT_TRUE((*file)->write_at(offset, std::span(&piece, 1)));
    }

    std::map<std::string, std::string> names_;
    std::atomic<bool> cancel_ = false;
};

TEST_F(VerifyTest, ASoundStoreHasNothingToReport) {
    open();
    put_named({"one", "two", "three"});
    EXPECT_EQ(verify(), "3/0");
}

TEST_F(VerifyTest, AChangedByteIsFound) {
    open();
    put_named({"first", "second", "third"});
    damage("second", "sec0nd");
    EXPECT_EQ(verify(), "3/1 second");
}

TEST_F(VerifyTest, GarbageIsPassedOver) {
    open();
    put_named({"first", "second"});
    ASSERT_TRUE(store_->remove(cid_of("second")));
    damage("second", "sec0nd");
    EXPECT_EQ(verify(), "1/0");
}

TEST_F(VerifyTest, DamagedFramingHidesNoSoundBlock) {
    open();
    put_named({"first", "second", "third"});
    damage("second", std::string_view("\xff\xff\xff\xff", 4), -37);
    EXPECT_EQ(verify(), "3/0");
    damage("third", "th1rd");
    EXPECT_EQ(verify(), "3/1 third");
}

TEST_F(VerifyTest, AMissingSegmentMakesItsBlocksBad) {
    open();
    put_named({"first"});
    ASSERT_TRUE(store_->sync());
    ASSERT_TRUE(disk_.remove(join(folder_, "blocks/seg-000001.car")));
    EXPECT_EQ(verify(), "1/1 first");
}

TEST_F(VerifyTest, CancellingIsSaid) {
    open();
    put_named({"first"});
    cancel_ = true;
    EXPECT_EQ(verify(), "cancelled");
}

}  // namespace
}  // namespace kit::blocks
