// Paths of the mutable tree, cut as Go's package path does, because what Kubo finds at their ends
// depends on it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kit::unixfs {

// Cleaned, with the slash at its end kept. Fails with invalid_argument in Kubo's words for what is
// empty or does not begin with a slash (kubo:core/commands/files.go, checkPath), with too_large
// beyond directory_depth_max: what changes or saves a tree goes down the path by recursion.
Result<std::string> check_mfs_path(std::string_view path);

// path.Split: "/a/b" is "/a/" and "b".
struct SplitPath {
    std::string_view folder;
    std::string_view name;
};
SplitPath split_mfs_path(std::string_view path);
// "/" stays.
std::string_view without_end_slashes(std::string_view path);
// path.Dir and path.Base.
std::string folder_of_mfs_path(std::string_view path);
std::string name_of_mfs_path(std::string_view path);
// The names, without the slashes at both ends; an empty name in between stays.
std::vector<std::string_view> names_of_mfs_path(std::string_view path);

}  // namespace kit::unixfs
