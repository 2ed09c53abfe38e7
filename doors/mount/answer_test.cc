#include "doors/mount/answer.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace kit::mount {
namespace {

TEST(AnswerTest, EveryCodeHasANumber) {
    for (int code = 0; code <= static_cast<int>(Code::internal); ++code) {
        EXPECT_GT(errno_of(static_cast<Code>(code)), 0) << code_name(static_cast<Code>(code));
    }
}

TEST(AnswerTest, WhatProgramsDecideUponIsTheNumberThatTheyExpect) {
    EXPECT_EQ(errno_of(Code::not_found), ENOENT);
    EXPECT_EQ(errno_of(Code::already_exists), EEXIST);
    EXPECT_EQ(errno_of(Code::storage_full), ENOSPC);
    EXPECT_EQ(errno_of(Code::corrupt), EIO);
    EXPECT_EQ(errno_of(Code::cancelled), EINTR);
}

Answer<int> doubled(Result<int> number) {
    return 2 * TRY_ANSWER(std::move(number));
}

TEST(AnswerTest, AResultIsHandedOnAsItsValueOrItsNumber) {
    EXPECT_EQ(doubled(21), 42);
    EXPECT_EQ(doubled(fail(Code::busy, "held")).error(), Refusal{EBUSY});
}

}  // namespace
}  // namespace kit::mount
