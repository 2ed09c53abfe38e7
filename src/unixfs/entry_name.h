// Names of entries come from whoever made a DAG. Here is what becomes of them on the way out.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "formats/cid.h"

namespace kit::unixfs {

// A path without empty, "." and removable ".." segments and without a slash at its end, as Go's
// path.Clean; "." for nothing.
std::string clean_path(std::string_view path);

// Whether a name is one step down: not empty, ".", "..", and without slash and zero byte. Fails
// with permission_denied, naming the directory.
Result<void> check_entry_name(std::string_view name, const formats::Cid& directory);

}  // namespace kit::unixfs
