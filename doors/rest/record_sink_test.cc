#include "doors/rest/record_sink.h"

#include <gtest/gtest.h>

namespace kit::rest {
namespace {

bool several(const char* path, std::initializer_list<const char*> flags = {}) {
    commands::Request request;
    for (const char* flag : flags) request.set(flag, true, true);
    return gives_several(commands::find_command(path)->make(), request);
}

TEST(RecordSink, WhetherAResultIsAListTheCommandAndItsOptionsSay) {
    EXPECT_TRUE(several("add"));
    EXPECT_FALSE(several("version"));
    EXPECT_FALSE(several("pin/ls"));
    EXPECT_TRUE(several("pin/ls", {"stream"}));
    EXPECT_TRUE(several("pin/add", {"progress"}));
}

TEST(RecordSink, EachCodeHasItsStatus) {
    EXPECT_EQ(status_of(Code::invalid_argument), 400);
    EXPECT_EQ(status_of(Code::not_found), 404);
    EXPECT_EQ(status_of(Code::already_exists), 409);
    EXPECT_EQ(status_of(Code::offline), 503);
    EXPECT_EQ(status_of(Code::internal), 500);
    for (auto code = Code::invalid_argument; code <= Code::internal;
         code = static_cast<Code>(static_cast<uint8_t>(code) + 1)) {
        EXPECT_GE(status_of(code), 400) << code_name(code);
    }
}

}  // namespace
}  // namespace kit::rest
