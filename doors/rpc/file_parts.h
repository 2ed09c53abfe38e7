// The files of a multipart body, in the shape that Kubo's clients send (boxo
// files/multipartfile.go, reference/kubo.md B.3): depth first, folders and symbolic links by their
// content type, modes and times in the query of the field's name.
#pragma once

#include "base/result.h"
#include "commands/command.h"
#include "http/multipart.h"

namespace kit::rpc {

// The next file, with a stream that ends when the next one is asked for; nullopt after the last.
// `parts` must outlive it.
Result<std::optional<commands::FileInput>> next_file(http::MultipartReader& parts);

// A file's path from a part's filename: unescaped where it can be, "..", "." and doubled slashes
// resolved, without a slash in front. "" when there is none.
std::string path_of_filename(std::string_view filename);

}  // namespace kit::rpc
