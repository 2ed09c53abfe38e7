#include "formats/codec_test_support.h"

#include "base/env.h"

namespace kit::formats::test {

Bytes from_hex(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c != ' ' && c != '\n') digits.push_back(c);
    }
    return decode_base(Base::base16, digits).value();
}

Cid small_cid(std::string_view text) {
    return Cid::v1(Codec::raw, hash(HashCode::identity, as_bytes(text)).value());
}

std::vector<Vector> vectors(std::string_view folder) {
    Disk& disk = real_env().disk;
    const Path path = join(KIT_SOURCE_DIR "/tests/vectors", folder);
    std::vector<Vector> found;
    const std::vector<DirectoryEntry> entries = disk.list(path).value();
    for (const DirectoryEntry& entry : entries) {
        if (entry.type != FileType::regular || entry.name == "README.md") continue;
        const size_t dot = entry.name.rfind('.');
        ASSERT(dot != std::string::npos);
        found.push_back({entry.name.substr(0, dot), entry.name.substr(dot + 1),
                         read_file(disk, join(path, entry.name)).value()});
    }
    ASSERT(!found.empty());
    return found;
}

}  // namespace kit::formats::test
