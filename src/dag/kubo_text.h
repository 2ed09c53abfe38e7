// The sentences of Kubo that clients compare, where more than one file of this room says them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "formats/cid.h"

namespace kit::dag {

// The error of a block that is not here, as blocks::Source::get() gives it too.
std::unexpected<Error> missing_block(const formats::Cid& cid);

// Text in double quotes as Go's %q writes it; Kubo's errors name paths and links that way.
// Quotes, backslashes and control characters are escaped, and bytes that are no UTF-8 become \xNN.
// https://pkg.go.dev/strconv#Quote
std::string quote(std::string_view text);

}  // namespace kit::dag
