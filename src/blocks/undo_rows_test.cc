#include "blocks/undo_rows.h"

#include <gtest/gtest.h>

namespace kit::blocks {
namespace {

TEST(UndoRowsTest, RowsComeBackAsTheyWere) {
    for (const auto& before : {std::optional<std::string>(), std::optional<std::string>(""),
                               std::optional<std::string>(std::string("a\0b", 3))}) {
        const UndoRow row{.needs = {{1, 300}, {2, uint64_t{1} << 40}},
                          .table = Table::files,
                          .key = std::string(300, 'k'),
                          .before = before};
        const auto decoded = decode_undo(encode_undo(row));
        ASSERT_TRUE(decoded) << decoded.error().message;
        EXPECT_EQ(decoded->needs, row.needs);
        EXPECT_EQ(decoded->table, row.table);
        EXPECT_EQ(decoded->key, row.key);
        EXPECT_EQ(decoded->before, row.before);
    }
}

TEST(UndoRowsTest, KeysSortByAge) {
    EXPECT_LT(undo_key(255), undo_key(256));
    EXPECT_LT(undo_key(0xffffff), undo_key(UINT64_MAX));
}

TEST(UndoRowsTest, DamagedRowsAreRefused) {
    const std::string whole = encode_undo(
        {.needs = {{1, 300}}, .table = Table::pins, .key = "key", .before = std::nullopt});
    for (size_t size = 0; size < whole.size(); ++size) {
        const auto decoded = decode_undo(std::string_view(whole).substr(0, size));
        ASSERT_FALSE(decoded) << size;
        EXPECT_EQ(decoded.error().code, Code::corrupt);
    }
    EXPECT_FALSE(decode_undo("\x09" + whole.substr(1)));
}

}  // namespace
}  // namespace kit::blocks
