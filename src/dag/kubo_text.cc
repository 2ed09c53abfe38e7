#include "dag/kubo_text.h"

namespace kit::dag {

std::unexpected<Error> missing_block(const formats::Cid& cid) {
    return fail(Code::not_found, "block was not found locally (offline): ipld: could not find {}",
                cid.to_text());
}

}  // namespace kit::dag
