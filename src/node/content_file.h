// A file's content for a reader that comes back: ranges at any offset, several at once. What one
// range read of a leaf is at hand for the next, since a kernel asks for less than a leaf at a time.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "base/thread_annotations.h"
#include "blocks/source.h"
#include "formats/cid.h"
#include "node/files.h"

namespace kit::node {

// Every call is safe from any thread. The node that `files` came from must outlive it.
class ContentFile final {
public:
    // A file, or a block of a codec that holds no files, which is its own content. Fails with
    // not_found when the block is not here, with invalid_argument for a directory.
    static Result<std::unique_ptr<ContentFile>> open(Files& files, const Cid& cid);

    const Cid& cid() const { return cid_; }
    uint64_t size_bytes() const { return size_bytes_; }
    // The pieces of [offset, offset + length), fewer bytes only at the end of the file.
    Result<std::vector<SharedBytes>> read(uint64_t offset_bytes, uint64_t length_bytes) const;

    // A few leaves behind and ahead of each of some readers; 32 MiB with the largest leaves.
    static constexpr size_t held_block_count_max = 16;

private:
    // The blocks that were read last. Two that ask for one block read it once.
    class Held final : public blocks::Source {
    public:
        explicit Held(const blocks::Source& source) : source_(source) {}
        Result<std::optional<SharedBytes>> find(const Cid& cid) const override;
        Result<std::optional<uint64_t>> find_size(const Cid& cid) const override;

    private:
        struct Slot {
            explicit Slot(const Cid& cid_given) : cid(cid_given) {}
            const Cid cid;
            std::mutex mutex;
            std::optional<SharedBytes> block GUARDED_BY(mutex);
        };
        std::shared_ptr<Slot> slot_of(const Cid& cid) const;

        const blocks::Source& source_;
        mutable std::mutex mutex_;
        mutable std::deque<std::shared_ptr<Slot>> slots_ GUARDED_BY(mutex_);  // Last used first.
    };

    ContentFile(const blocks::Source& source, Cid cid) : held_(source), cid_(std::move(cid)) {}

    const Held held_;
    const Cid cid_;
    uint64_t size_bytes_ = 0;
    std::optional<SharedBytes> whole_;  // The content, where it is one block of another codec.
};

}  // namespace kit::node
