// Archives of a fuzzer's making onto a disk in memory: whatever they say, nothing appears outside
// of the destination. The checksums of headers are put right first, which no fuzzer finds by
// itself.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/simulated_env.h"
#include "unixfs/tar_extract.h"

namespace {

using namespace kit;

constexpr size_t checksum_offset = 148;

void mend_checksums(Bytes& archive) {
    for (size_t at = 0; at + unixfs::tar_block_size_bytes <= archive.size();
         at += unixfs::tar_block_size_bytes) {
        const std::span block = std::span(archive).subspan(at, unixfs::tar_block_size_bytes);
        if (as_text(block.subspan(257, 5)) != "ustar") continue;
        std::fill_n(block.begin() + checksum_offset, 8, uint8_t{' '});
        uint32_t sum = 0;
        for (const uint8_t byte : block) sum += byte;
        for (size_t i = 6; i-- > 0; sum /= 8) {
            block[checksum_offset + i] = static_cast<uint8_t>('0' + sum % 8);
        }
        block[checksum_offset + 6] = 0;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    SimulatedClock clock;
    SimulatedDisk disk(1);
    SimulatedRandom random(2);
    Env env{clock, disk, random};
    if (!disk.make_directories("/out") || !disk.make_directories("/elsewhere")) std::abort();
    const size_t piece_size = size_t{data[0]} * 4 + 1;
    Bytes archive(data + 1, data + size);
    mend_checksums(archive);
    {
        unixfs::TarExtraction extraction(env, "/out/there", {});
        Result<void> outcome;
        for (size_t at = 0; outcome && at < archive.size(); at += piece_size) {
            const size_t count = std::min(piece_size, archive.size() - at);
            outcome = extraction.write(ByteView(archive).subspan(at, count));
        }
        // What it says of such an archive is its own affair; a file that was cut short goes with
        // it.
        static_cast<void>(extraction.finish());
    }
    const auto at_root = disk.list("/").value();
    for (const DirectoryEntry& entry : at_root) {
        if (entry.name != "out" && entry.name != "elsewhere") std::abort();
    }
    const auto beside = disk.list("/out").value();
    for (const DirectoryEntry& entry : beside) {
        if (entry.name != "there") std::abort();
    }
    if (!disk.list("/elsewhere").value().empty()) std::abort();
    return 0;
}
