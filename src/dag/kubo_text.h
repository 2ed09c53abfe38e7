// The sentences of Kubo that clients compare, where more than one file of this room says them.
#pragma once

#include "base/result.h"
#include "formats/cid.h"

namespace kit::dag {

// The error of a block that is not here, as blocks::Source::get() gives it too.
std::unexpected<Error> missing_block(const formats::Cid& cid);

}  // namespace kit::dag
