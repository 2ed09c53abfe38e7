// The reading side of unixfs over a DAG of the fuzzer's making. The input is a list of blocks, each
// after its length (two bytes, little-endian); a CID leads to the block that the first byte of its
// digest says, so links need no hashing and cycles exist. They end when the reads run out.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "base/env.h"
#include "unixfs/exporter.h"
#include "unixfs/reader.h"

namespace {

using namespace kit;
using formats::Cid;
using formats::Codec;

constexpr int read_count_max = 300;
constexpr uint64_t output_size_bytes_max = 1 * MiB;

class FuzzedSource final : public blocks::Source {
public:
    explicit FuzzedSource(ByteView input) {
        while (input.size() >= 2 && blocks_.size() < 256) {
            const size_t wanted = input[0] | size_t{input[1]} << 8;
            const size_t size = std::min(wanted, input.size() - 2);
            blocks_.push_back(to_bytes(input.subspan(2, size)));
            input = input.subspan(2 + size);
        }
    }
    Result<std::optional<SharedBytes>> find(const Cid& cid) const override {
        if (cid.hash().is_identity()) return SharedBytes::from(to_bytes(cid.hash().digest()));
        const ByteView digest = cid.hash().digest();
        if (digest.empty() || blocks_.empty() || reads_left_.fetch_sub(1) <= 0) return std::nullopt;
        return SharedBytes::from(blocks_[digest[0] % blocks_.size()]);
    }
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override {
        const auto block = TRY(find(cid));
        return block ? std::optional<uint64_t>(block->size()) : std::nullopt;
    }
    void refill() { reads_left_ = read_count_max; }

private:
    std::vector<Bytes> blocks_;
    mutable std::atomic<int> reads_left_ = read_count_max;
};

class Sink final {
public:
    Result<void> operator()(ByteView bytes) {
        size_bytes_ += bytes.size();
        if (size_bytes_ > output_size_bytes_max) return fail(Code::too_large, "enough");
        return {};
    }
    uint64_t size_bytes() const { return size_bytes_; }

private:
    uint64_t size_bytes_ = 0;
};

// What is read of a range is as long as the file's size says.
void read_whole_and_part(FuzzedSource& source, const Cid& root) {
    source.refill();
    const auto info = unixfs::read_info(source, root);
    source.refill();
    Sink whole;
    const auto outcome = unixfs::read_file(source, root, {}, std::ref(whole));
    if (outcome && info && info->type == unixfs::EntryType::file && info->link_count > 0) {
        ASSERT(whole.size_bytes() == info->file_size_bytes);
    }
    source.refill();
    Sink part;
    (void)unixfs::read_file(source, root, {.offset_bytes = 3, .length_bytes_max = 7},
                            std::ref(part));
    ASSERT(part.size_bytes() <= 7);
}

// Whatever a sharded directory shows can be found in it.
void list_and_find(FuzzedSource& source, const Cid& root) {
    source.refill();
    std::vector<unixfs::Entry> entries;
    const auto outcome =
        unixfs::each_entry(source, root, [&](const unixfs::Entry& entry) -> Result<bool> {
            entries.push_back(entry);
            return entries.size() < 50;
        });
    const unixfs::DirectoryLookup lookup;
    for (const unixfs::Entry& entry : entries) {
        source.refill();
        const auto found = lookup.find_entry(source, root, entry.name);
        if (outcome && found && !entry.name.empty()) ASSERT(found->has_value());
    }
    source.refill();
    (void)unixfs::each_listed(source, root, unixfs::ReadChildren::yes,
                              [](const unixfs::ListedEntry&) -> Result<bool> { return true; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    FuzzedSource source({data, size});
    const Bytes digest(32, 0);
    const Cid root = Cid::v1(Codec::dag_pb, formats::Multihash::wrap(0x12, digest));
    read_whole_and_part(source, root);
    list_and_find(source, root);
    source.refill();
    Sink tar;
    const std::atomic<bool> cancel = false;
    (void)unixfs::export_tar(real_env(), source, root, "root", unixfs::TarTimes::exact,
                             std::ref(tar), {}, cancel);
    return 0;
}
