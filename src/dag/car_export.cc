#include <algorithm>
#include <array>

#include "dag/block_set.h"
#include "dag/car_transfer.h"
#include "dag/kubo_text.h"
#include "dag/link_walk.h"
#include "formats/car.h"

namespace kit::dag {
namespace {

using formats::Cid;

constexpr uint64_t write_size_bytes = 1 * MiB;
// Smaller pieces are copied together: handing each over costs more than copying it.
constexpr size_t copy_size_bytes_max = 16 * KiB;

// Gathers the pieces of a CAR until a write is worth it.
class Gatherer final {
public:
    explicit Gatherer(const WritePieces& write) : write_(write) { copies_.reserve(copies_size); }

    Result<void> add(const Cid& cid, const SharedBytes& body) {
        const Bytes head = formats::encode_car_section_head(cid, body.size());
        TRY(copy(head));
        if (body.size() <= copy_size_bytes_max) {
            TRY(copy(body.view()));
        } else {
            close_copies();
            pieces_.push_back(body.view());
            bodies_.push_back(body);
            gathered_bytes_ += body.size();
        }
        if (gathered_bytes_ >= write_size_bytes || pieces_.size() + 3 > export_pieces_count_max) {
            return flush();
        }
        return {};
    }

    Result<void> copy(ByteView bytes) {
        if (copies_.size() + bytes.size() > copies_size) TRY(flush());
        append(copies_, bytes);
        gathered_bytes_ += bytes.size();
        return {};
    }

    Result<void> flush() {
        close_copies();
        if (!pieces_.empty()) TRY(write_(pieces_));
        written_bytes_ += gathered_bytes_;
        gathered_bytes_ = 0;
        pieces_.clear();
        bodies_.clear();
        copies_.clear();
        copies_start_ = 0;
        return {};
    }

    uint64_t written_bytes() const { return written_bytes_; }

private:
    static constexpr size_t copies_size = 1 * MiB + 256 * KiB;

    // `copies_` never moves: it is emptied before it would grow over what was reserved.
    void close_copies() {
        if (copies_.size() == copies_start_) return;
        pieces_.push_back(ByteView(copies_).subspan(copies_start_));
        copies_start_ = copies_.size();
    }

    const WritePieces& write_;
    std::vector<ByteView> pieces_;
    std::vector<SharedBytes> bodies_;  // Kept until their pieces are written.
    Bytes copies_;
    size_t copies_start_ = 0;
    uint64_t gathered_bytes_ = 0;
    uint64_t written_bytes_ = 0;
};

Error told_as_kubo(Error error, const Cid& root) {
    if (error.code != Code::not_found) return error;
    const bool is_root = error.message.ends_with(root.to_text());
    return {error.code, (is_root ? "root blk load failed: " : "walk failed: ") + error.message};
}

}  // namespace

Result<void> export_car(const blocks::Source& source, const Cid& root, const ExportOptions& options,
                        const WritePieces& write,
                        const std::function<void(uint64_t bytes_done)>& on_progress) {
    // A root that is not here fails before the first byte.
    TRY(source.get(root));
    Gatherer gatherer(write);
    TRY(gatherer.copy(formats::encode_car_header(std::span(&root, 1))));
    uint64_t told_bytes = 0;
    // A partial CAR names each multihash once and leaves identity blocks out; a whole one names
    // each CID once, identities too: that is what go-car's two writers do.
    BlockSet written;
    const WalkOptions how = {.skip_missing = options.skip_missing,
                             .read_leaves = true,
                             .ahead_threads = 2,
                             .cancel = options.cancel};
    const auto visit = [&](const Visit& block) -> Result<bool> {
        if (options.skip_missing) {
            if (block.cid.hash().is_identity()) return true;
            if (!written.add(block.cid.hash(), 1).is_new_hash) return true;
        }
        TRY(gatherer.add(block.cid, *block.body));
        if (on_progress && gatherer.written_bytes() != told_bytes) {
            told_bytes = gatherer.written_bytes();
            on_progress(told_bytes);
        }
        return true;
    };
    Result<void> walked = walk(source, std::span(&root, 1), how, visit);
    if (!walked) return std::unexpected(told_as_kubo(std::move(walked).error(), root));
    TRY(gatherer.flush());
    if (on_progress) on_progress(gatherer.written_bytes());
    return {};
}

}  // namespace kit::dag
