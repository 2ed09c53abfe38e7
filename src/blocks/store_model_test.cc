#include <array>

#include "blocks/store_model.h"

namespace kit::blocks {
namespace {

using Call = SimulatedDisk::Call;
using Lasting = SimulatedDisk::Lasting;
using Survival = SimulatedDisk::Survival;

constexpr uint64_t seed_count = 100;

// The same short life each time: rollover, removal, collection, reopening.
void live(StoreModel& model) {
    const auto put = [&](std::initializer_list<int> numbers) {
        if (model.is_open()) model.put(std::vector<int>(numbers));
    };
    model.reopen();
    put({1, 2, 3});
    if (model.is_open()) model.sync();
    for (int i = 4; i < 30; i += 2) put({i, i + 1, i - 3});
    if (model.is_open()) model.remove(5);
    if (model.is_open()) model.collect();
    put({5, 6});
    if (model.is_open()) model.reopen();
    put({31, 32});
    if (model.is_open()) model.sync();
    put({33});
}

TEST(StoreModelTest, TheStoreAnswersLikeAMap) {
    for (uint64_t seed = 1; seed <= seed_count; ++seed) {
        SCOPED_TRACE(seed);
        StoreModel model(seed);
        model.reopen();
        for (int i = 0; i < 60 && !testing::Test::HasFatalFailure(); ++i) model.step();
        model.expect_same();
        ASSERT_FALSE(testing::Test::HasFailure());
    }
}

TEST(StoreModelTest, ACrashAnywhereLosesNothingThatWasSynced) {
    for (const Survival survival : {Survival::nothing, Survival::a_part}) {
        for (uint64_t n = 1;; ++n) {
            SCOPED_TRACE(n);
            StoreModel model(n);
            model.disk().fail_call(Call::any_change, n, Lasting::until_crash);
            live(model);
            const bool reached = model.disk().change_count() >= n;
            model.crash(survival);
            ASSERT_TRUE(model.is_open());
            model.expect_same();
            model.put(std::array{7, 8, 9, 35});
            model.collect();
            model.expect_same();
            ASSERT_FALSE(testing::Test::HasFailure());
            if (!reached) break;
        }
    }
}

// No sync is called for between a put and its pin, and power may go at any call.
TEST(StoreModelTest, APinNeverOutlivesItsBlocks) {
    for (uint64_t seed = 1; seed <= seed_count; ++seed) {
        SCOPED_TRACE(seed);
        StoreModel model(seed);
        model.reopen();
        for (int life = 0; life < 3; ++life) {
            model.disk().fail_call(Call::any_change, 1 + model.random().below(40),
                                   Lasting::until_crash);
            for (int i = 0; i < 12; ++i) model.pin(static_cast<int>(model.random().below(40)));
            model.crash(Survival::a_part);
            ASSERT_TRUE(model.is_open());
            model.expect_pins_hold();
            model.expect_same();
            ASSERT_FALSE(testing::Test::HasFailure());
        }
    }
}

// Undoing what a loss of power took must not bring back a pin whose blocks were collected.
TEST(StoreModelTest, NoPinComesBackWithoutItsBlocks) {
    for (uint64_t seed = 1; seed <= seed_count; ++seed) {
        SCOPED_TRACE(seed);
        StoreModel model(seed);
        model.reopen();
        for (int life = 0; life < 4; ++life) {
            model.disk().fail_call(Call::any_change, 1 + model.random().below(90),
                                   Lasting::until_crash);
            for (int i = 0; i < 30; ++i) {
                const int number = static_cast<int>(model.random().below(10));
                const uint64_t what = model.random().below(10);
                if (what < 5) model.pin(number);
                if (what == 5 || what == 6) model.unpin(number);
                if (what == 7) model.sync();
                if (what == 8) model.collect_unpinned();
                if (what == 9) model.pin(number + 10);
            }
            model.crash(model.random().below(2) == 0 ? Survival::a_part : Survival::nothing);
            ASSERT_TRUE(model.is_open());
            model.expect_pins_hold();
            model.expect_same();
            ASSERT_FALSE(testing::Test::HasFailure());
        }
    }
}

TEST(StoreModelTest, OperationDurabilityKeepsWhateverWasAnswered) {
    for (uint64_t n = 1; n < 200; n += 3) {
        SCOPED_TRACE(n);
        StoreModel model(n, {.durability = Durability::operation});
        model.disk().fail_call(Call::any_change, n, Lasting::until_crash);
        live(model);
        model.crash(Survival::nothing);
        model.expect_same();
        ASSERT_FALSE(testing::Test::HasFailure());
    }
}

TEST(StoreModelTest, OneFailingCallIsSurvived) {
    for (const Call call : {Call::write, Call::sync, Call::any_change}) {
        for (uint64_t n = 1; n <= 60; ++n) {
            SCOPED_TRACE(n);
            StoreModel model(n);
            model.disk().fail_call(call, n, Lasting::once);
            live(model);
            if (model.is_open()) model.expect_same();
            model.crash(Survival::a_part);
            ASSERT_TRUE(model.is_open());
            model.expect_same();
            ASSERT_FALSE(testing::Test::HasFailure());
        }
    }
}

TEST(StoreModelTest, AFullDiskRefusesAndChangesNothing) {
    for (uint64_t capacity = 500; capacity < 40'000; capacity += 1'777) {
        SCOPED_TRACE(capacity);
        StoreModel model(capacity);
        model.reopen();
        model.disk().set_capacity(capacity);
        for (int i = 0; i < 40 && model.is_open(); ++i) model.step();
        if (model.is_open()) model.expect_same();
        model.disk().set_capacity(UINT64_MAX);
        if (model.is_open()) model.put(std::array{1, 2, 3, 36});
        model.crash(Survival::a_part);
        model.expect_same();
        ASSERT_FALSE(testing::Test::HasFailure());
    }
}

TEST(StoreModelTest, RandomLivesWithCrashes) {
    for (uint64_t seed = 1000; seed < 1000 + seed_count; ++seed) {
        SCOPED_TRACE(seed);
        StoreModel model(seed);
        model.reopen();
        for (int life = 0; life < 5; ++life) {
            model.disk().fail_call(Call::any_change, 1 + model.random().below(60),
                                   Lasting::until_crash);
            for (int i = 0; i < 20 && model.is_open(); ++i) model.step();
            model.crash(model.random().below(2) == 0 ? Survival::nothing : Survival::a_part);
            model.expect_same();
            ASSERT_FALSE(testing::Test::HasFailure());
        }
    }
}

}  // namespace
}  // namespace kit::blocks
