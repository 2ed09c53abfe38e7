// The files of the page as the program holds them. The definition is made by embed.cmake.
#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"

namespace kit::web {

struct PageFile {
    std::string_view name;  // "app.js"
    std::string_view etag;  // In its quotation marks; changes with the content.
    ByteView content;
};

// All of them, for as long as the program runs.
std::span<const PageFile> page_files();

}  // namespace kit::web
