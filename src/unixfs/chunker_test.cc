// Cuts are compared with Kubo's through CIDs (kubo_vectors_test.cc); here is what they promise.
#include "unixfs/chunker.h"

#include "unixfs/import_fixture.h"

namespace kit::unixfs::test {
namespace {

std::vector<size_t> cuts(const Chunker& chunker, ByteView bytes, size_t window) {
    std::vector<size_t> sizes;
    while (!bytes.empty()) {
        sizes.push_back(chunker.cut(bytes.first(std::min(bytes.size(), window))));
        bytes = bytes.subspan(sizes.back());
    }
    return sizes;
}

TEST(ChunkerTest, ACutDependsOnNoByteBehindTheLargestChunk) {
    const Bytes bytes = content("cuts", 3'000'000);
    for (const char* options : {"rabin", "rabin-100-200-400", "buzhash", "size-4096"}) {
        const auto chunker = *Chunker::create(options);
        const auto narrow = cuts(*chunker, bytes, chunker->size_bytes_max());
        EXPECT_EQ(narrow, cuts(*chunker, bytes, bytes.size())) << options;
        EXPECT_LE(*std::ranges::max_element(narrow), chunker->size_bytes_max());
    }
}

TEST(ChunkerTest, ContentDefinedCutsMoveOnlyNearAnInsertion) {
    Bytes bytes = content("cuts", 4'000'000);
    for (const char* options : {"rabin-16384", "buzhash"}) {
        const auto chunker = *Chunker::create(options);
        const auto before = cuts(*chunker, bytes, bytes.size());
        bytes.insert(bytes.begin() + 10, 0x55);
        const auto after = cuts(*chunker, bytes, bytes.size());
        bytes.erase(bytes.begin() + 10);
        ASSERT_GT(before.size(), 10U);
        EXPECT_TRUE(std::ranges::equal(std::span(before).last(5), std::span(after).last(5)));
    }
}

TEST(ChunkerTest, UniformBytesAreCutAtTheBounds) {
    const Bytes zeros(1'500'000);
    // Zeros hash to zero: the first place where a cut may be is one.
    EXPECT_EQ(cuts(**Chunker::create("rabin-1000-2000-3000"), zeros, zeros.size())[0], 1000U);
    const Bytes ones(1'500'000, 1);
    EXPECT_EQ(cuts(**Chunker::create("buzhash"), ones, ones.size()),
              (std::vector<size_t>{524288, 524288, 451424}));
}

TEST(ChunkerTest, RabinWithATinyAverageNeverCuts) {
    const auto chunker = *Chunker::create("rabin-47");
    EXPECT_EQ(chunker->size_bytes_max(), UINT64_MAX);
    EXPECT_EQ(chunker->cut(content("x", 100'000)), 100'000U);
    EXPECT_LT((*Chunker::create("rabin-48"))->size_bytes_max(), 100U);
}

}  // namespace
}  // namespace kit::unixfs::test
