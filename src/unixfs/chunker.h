// Where a file is cut: at fixed sizes, or where its own bytes say so (Rabin, Buzhash), so that an
// insertion moves only the cuts near it. The cuts are boxo's: CIDs depend on them.
#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace kit::unixfs {

// A pure function of bytes; const calls are safe from any thread.
class Chunker {
public:
    // As --chunker: "", "default", "size-N", "rabin", "rabin-AVG", "rabin-MIN-AVG-MAX", "buzhash".
    // Fails with invalid_argument in Kubo's words.
    static Result<std::unique_ptr<Chunker>> create(std::string_view options);
    virtual ~Chunker() = default;

    // The largest chunk. UINT64_MAX: never cut, as boxo's Rabin does below an average of 48.
    virtual uint64_t size_bytes_max() const = 0;
    // Every chunk but the last has the same size.
    virtual bool is_fixed() const { return false; }
    // How many of `bytes`, which begin where the last chunk ended, are the next chunk. They are
    // at least one, and at least size_bytes_max() unless the file ends with them.
    virtual size_t cut(ByteView bytes) const = 0;
};

}  // namespace kit::unixfs
