// The style and the script of the page at /api/v1/docs. Defined by doors/web/embed.cmake.
#pragma once

#include <span>

#include "doors/web/page_files.h"

namespace kit::rest {

std::span<const web::PageFile> page_files();

}  // namespace kit::rest
