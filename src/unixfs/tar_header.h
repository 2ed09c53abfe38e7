// The header blocks of a tar entry, byte for byte as Go's archive/tar chooses and writes them:
// USTAR when that can say it, else PAX records before it. With exact times the format is PAX.
// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "unixfs/data.h"

namespace kit::unixfs {

inline constexpr size_t tar_block_size_bytes = 512;

enum class TarType : char { file = '0', symlink = '2', directory = '5' };

// Seconds, halves going up, or nanoseconds, which only PAX can say.
enum class TarTimes : uint8_t { rounded, exact };

struct TarEntry {
    TarType type = TarType::file;
    std::string name;
    std::string link_target = {};
    uint64_t size_bytes = 0;
    uint32_t mode = 0;
    Mtime mtime = {};
    TarTimes times = TarTimes::rounded;
};

// A whole number of blocks. Fails with invalid_argument for what no format can say: a name or
// target with a zero byte.
Result<Bytes> tar_header(const TarEntry& entry);

// Bytes of zero that follow `size_bytes` of content.
constexpr size_t tar_padding(uint64_t size_bytes) {
    return static_cast<size_t>(-size_bytes % tar_block_size_bytes);
}

}  // namespace kit::unixfs
