// Rows of the table `undo`: what a record was before a change that reached the database ahead of
// the blocks it may name. docs/formats/index.md.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "blocks/database.h"
#include "blocks/segment_format.h"

namespace kit::blocks {

struct UndoRow {
    // How far segments must have reached the disk for the change to hold, one place in each.
    std::vector<Position> needs;
    Table table = Table::pins;
    std::string key;
    std::optional<std::string> before;  // Absent: there was no record.
};

// Rows sort by their age. What one needs, each later one needs too, or it was synced between them.
std::string undo_key(uint64_t number);
std::string encode_undo(const UndoRow& row);
// Fails with corrupt.
Result<UndoRow> decode_undo(std::string_view value);

// Takes back the first change that needs a place of which `is_there` is false, and every later one,
// and forgets their rows; on disk when it returns. For an opening store.
Result<void> undo_unmet(Database& database, const std::function<bool(Position)>& is_there);

}  // namespace kit::blocks
