// What another node sends, onto this machine's disk.
#pragma once

#include "unixfs/tar_extract.h"

namespace kit::node {

using unixfs::TarExtraction;

}  // namespace kit::node
