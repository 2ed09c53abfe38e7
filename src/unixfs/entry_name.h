// Names of entries come from whoever made a DAG. Here is what becomes of them on the way out.
#pragma once

#include <string_view>

#include "base/result.h"
#include "formats/cid.h"

namespace kit::unixfs {

// Whether a name is one step down: not empty, ".", "..", and without slash and zero byte. Fails
// with permission_denied, naming the directory.
Result<void> check_entry_name(std::string_view name, const formats::Cid& directory);

}  // namespace kit::unixfs
