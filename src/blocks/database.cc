#include "blocks/database.h"

#include <algorithm>

namespace kit::blocks {

Result<void> Database::scan(
    Table table, std::string_view prefix, std::string_view from,
    const std::function<Result<bool>(std::string_view, std::string_view)>& visit) const {
    const auto at = TRY(cursor(table, std::max(prefix, from)));
    for (; at->valid() && at->key().starts_with(prefix); at->next()) {
        const bool more = TRY(visit(at->key(), at->value()));
        if (!more) return {};
    }
    return at->status();
}

}  // namespace kit::blocks
