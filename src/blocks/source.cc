#include "blocks/source.h"

namespace kit::blocks {

Result<SharedBytes> Source::get(const formats::Cid& cid) const {
    auto found = TRY(find(cid));
    if (!found) {
        return fail(Code::not_found,
                    "block was not found locally (offline): ipld: could not find {}",
                    cid.to_text());
    }
    return *std::move(found);
}

Result<bool> Source::has(const formats::Cid& cid) const {
    const std::optional<uint64_t> size = TRY(find_size(cid));
    return size.has_value();
}

}  // namespace kit::blocks
