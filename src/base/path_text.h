// How paths are spelled, as Go's path package sees them: their spelling decides names in the
// directories that are made. No disk is asked here.
#pragma once

#include <string>
#include <string_view>

namespace kit {

// A path without empty, "." and removable ".." segments and without a slash at its end; "." for
// nothing. https://pkg.go.dev/path#Clean
std::string clean_path(std::string_view path);

// The last name of a path that clean_path() gave; "/" of the root.
std::string base_name(std::string_view clean);

// What stands before the last name; "." when that is nothing.
std::string folder_of(std::string_view clean);

}  // namespace kit
