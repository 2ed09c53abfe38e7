// A tar archive as it streams by: each entry's header, then its bytes. Strict: what a header says
// must be well-formed, its checksum right, and the archive must end as archives do. USTAR, PAX and
// GNU's long names and large numbers are read.
// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
#pragma once

#include <array>
#include <map>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "unixfs/tar_header.h"

namespace kit::unixfs {

// What happens with the entries of an archive, in order; what fails ends the reading.
class TarVisitor {
public:
    virtual ~TarVisitor() = default;
    virtual Result<void> begin_entry(const TarEntry& entry) = 0;
    // Of a file, in pieces, size_bytes in all.
    virtual Result<void> bytes(ByteView bytes) = 0;
    virtual Result<void> end_entry() = 0;
};

// One thread.
class TarReader final {
public:
    explicit TarReader(TarVisitor& visitor) : visitor_(visitor) {}

    // The next bytes, cut anywhere. Fails with corrupt on malformed headers, unsupported for
    // entries that are neither file, directory nor symbolic link, too_large for names and records
    // over tar_meta_size_bytes_max.
    Result<void> write(ByteView bytes);
    // After the last. Fails with corrupt when the end is missing.
    Result<void> finish();

private:
    enum class State : uint8_t { header, meta, content, padding, end };

    Result<void> take_header();
    Result<void> take_meta();
    Result<void> take_record(std::string_view key, std::string_view value);
    Result<void> begin_entry(TarEntry entry);
    Result<void> end_content();

    TarVisitor& visitor_;
    State state_ = State::header;
    std::array<uint8_t, tar_block_size_bytes> block_ = {};
    size_t block_size_ = 0;     // Of the header gathered so far.
    uint64_t left_bytes_ = 0;   // Of meta, content or padding.
    size_t padding_bytes_ = 0;  // After the content.
    char meta_type_ = 0;
    std::string meta_;
    // What was said before the header that it is about.
    std::map<std::string, std::string, std::less<>> said_;
    uint32_t zero_block_count_ = 0;
};

}  // namespace kit::unixfs
