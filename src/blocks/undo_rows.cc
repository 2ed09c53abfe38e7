#include "blocks/undo_rows.h"

#include <algorithm>
#include <array>
#include <ranges>

#include "formats/varint.h"

namespace kit::blocks {
namespace {

// A row has one need for each segment that was begun since the last sync.
constexpr uint64_t need_count_max = 4096;

void append_varint(std::string& out, uint64_t number) {
    std::array<uint8_t, formats::varint_size_bytes_max> bytes;
    const size_t n = formats::write_varint(bytes.data(), number);
    out += as_text(ByteView(bytes).first(n));
}

std::optional<uint64_t> take_varint(std::string_view& in) {
    const auto number = formats::find_varint(as_bytes(in));
    if (!number) return std::nullopt;
    in.remove_prefix(number->size_bytes);
    return number->value;
}

std::unexpected<Error> bad_row() {
    return fail(Code::corrupt, "the index holds a row of its undo table that cannot be read");
}

}  // namespace

std::string undo_key(uint64_t number) {
    std::string key;
    for (int shift = 56; shift >= 0; shift -= 8) {
        key.push_back(static_cast<char>((number >> shift) & 0xff));
    }
    return key;
}

std::string encode_undo(const UndoRow& row) {
    std::string out;
    out.push_back(static_cast<char>(row.table));
    out.push_back(row.before ? 1 : 0);
    append_varint(out, row.needs.size());
    for (const Position& need : row.needs) {
        append_varint(out, need.segment);
        append_varint(out, need.offset_bytes);
    }
    append_varint(out, row.key.size());
    out += row.key;
    if (row.before) out += *row.before;
    return out;
}

Result<UndoRow> decode_undo(std::string_view value) {
    if (value.size() < 2 || static_cast<uint8_t>(value[0]) >= table_count) return bad_row();
    UndoRow row{.needs = {}, .table = static_cast<Table>(value[0]), .key = {}, .before = {}};
    const bool had_value = value[1] == 1;
    value.remove_prefix(2);
    const auto need_count = take_varint(value);
    if (!need_count || *need_count > need_count_max) return bad_row();
    for (uint64_t i = 0; i < *need_count; ++i) {
        const auto segment = take_varint(value);
        const auto offset = take_varint(value);
        if (!segment || !offset || *segment > UINT32_MAX) return bad_row();
        row.needs.push_back({static_cast<uint32_t>(*segment), *offset});
    }
    const auto key_size = take_varint(value);
    if (!key_size || *key_size > value.size()) return bad_row();
    row.key = value.substr(0, *key_size);
    if (had_value) row.before = value.substr(*key_size);
    return row;
}

Result<void> undo_unmet(Database& database, const std::function<bool(Position)>& is_there) {
    WriteBatch batch;
    std::vector<UndoRow> lost;
    TRY(database.scan(Table::undo, {}, {},
                      [&](std::string_view key, std::string_view value) -> Result<bool> {
                          UndoRow row = TRY(decode_undo(value));
                          if (lost.empty() && std::ranges::all_of(row.needs, is_there)) return true;
                          lost.push_back(std::move(row));
                          batch.remove(Table::undo, key);
                          return true;
                      }));
    if (batch.empty()) return {};
    // The last change first: a record changed twice becomes what it was before both.
    for (const UndoRow& row : std::views::reverse(lost)) {
        if (row.before) {
            batch.put(row.table, row.key, *row.before);
        } else {
            batch.remove(row.table, row.key);
        }
    }
    // On disk before the log grows again: with it grown, the rows would undo nothing.
    return database.write(batch, Durability::operation);
}

}  // namespace kit::blocks
