// A file's bytes to a writer. The walk over the DAG and the writing go on side by side: one thread
// fetches ahead into a bounded queue, the caller's writes. What is small is read on one thread.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "unixfs/pump_file.h"
#include "unixfs/reader.h"

namespace kit::unixfs {
namespace {

// Up to this much a second thread costs more than it saves.
constexpr uint64_t one_thread_size_bytes_max = 1 * MiB;
// What waits in the queue; as much again may be on its way out.
constexpr uint64_t queue_size_bytes_max = 4 * MiB;
// The writer is woken when this much waits: waking it for each piece would take longer than
// writing.
constexpr uint64_t wake_size_bytes = 512 * KiB;
// Smaller pieces are put together until they have this size.
constexpr uint64_t piece_size_bytes_wanted = 256 * KiB;
constexpr uint64_t piece_size_bytes_uncopied_min = 128 * KiB;

bool is_set(const std::atomic<bool>* flag) {
    return flag != nullptr && flag->load(std::memory_order_relaxed);
}

std::unexpected<Error> cancelled() {
    return fail(Code::cancelled, "the reading was cancelled");
}

// Puts a walk's small pieces together.
class GatheringWalk final {
public:
    explicit GatheringWalk(FileWalk walk) : walk_(std::move(walk)) {}

    Result<std::optional<SharedBytes>> next() {
        if (held_) return std::exchange(held_, std::nullopt);
        Bytes gathered;
        for (;;) {
            auto piece = TRY(walk_.next());
            if (!piece && gathered.empty()) return std::nullopt;
            if (!piece) return SharedBytes::from(std::move(gathered));
            if (piece->size() >= piece_size_bytes_uncopied_min || walk_.at_end()) {
                if (gathered.empty()) return piece;
                held_ = std::move(piece);
                return SharedBytes::from(std::move(gathered));
            }
            if (gathered.empty()) {
                gathered.reserve(piece_size_bytes_wanted + piece_size_bytes_uncopied_min);
            }
            append(gathered, piece->view());
            if (gathered.size() >= piece_size_bytes_wanted) {
                return SharedBytes::from(std::move(gathered));
            }
        }
    }

private:
    FileWalk walk_;
    std::optional<SharedBytes> held_;
};

// Between the thread that fetches and the one that writes.
class PieceQueue final {
public:
    // Waits for room. False when the reader has gone.
    bool push(SharedBytes piece) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closed_ || size_bytes_ < queue_size_bytes_max; });
        if (closed_) return false;
        const bool was_below = size_bytes_ < wake_size_bytes;
        size_bytes_ += piece.size();
        pieces_.push_back(std::move(piece));
        const bool is_first = !std::exchange(has_begun_, true);
        if (is_first || (was_below && size_bytes_ >= wake_size_bytes)) changed_.notify_one();
        return true;
    }
    void finish(Result<void> outcome) {
        std::scoped_lock lock(mutex_);
        outcome_ = std::move(outcome);
        finished_ = true;
        changed_.notify_one();
    }
    // Everything that waits; none at the end. Pieces before a failure come before it.
    Result<std::deque<SharedBytes>> take() {
        std::unique_lock lock(mutex_);
        const uint64_t wanted = std::exchange(has_taken_, true) ? wake_size_bytes : 1;
        changed_.wait(lock, [&] { return finished_ || size_bytes_ >= wanted; });
        if (pieces_.empty() && !outcome_) return std::unexpected(outcome_.error());
        size_bytes_ = 0;
        changed_.notify_one();
        return std::exchange(pieces_, {});
    }
    // The reader goes: whoever fetches stops.
    void close() {
        std::scoped_lock lock(mutex_);
        closed_ = true;
        changed_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;  // One waits at a time: either room or pieces lack.
    std::deque<SharedBytes> pieces_;
    uint64_t size_bytes_ = 0;
    bool has_begun_ = false;
    bool has_taken_ = false;
    bool finished_ = false;
    bool closed_ = false;
    Result<void> outcome_;
};

Result<void> fetch_all(GatheringWalk& walk, PieceQueue& queue) {
    for (;;) {
        auto piece = TRY(walk.next());
        if (!piece || !queue.push(*std::move(piece))) return {};
    }
}

Result<void> write_all(PieceQueue& queue, const std::atomic<bool>* cancel,
                       const WritePiece& write) {
    for (;;) {
        std::deque<SharedBytes> pieces = TRY(queue.take());
        if (pieces.empty()) return {};
        while (!pieces.empty()) {
            if (is_set(cancel)) return cancelled();
            TRY(write(pieces.front().view()));
            pieces.pop_front();
        }
    }
}

Result<void> read_on_two_threads(GatheringWalk& walk, const std::atomic<bool>* cancel,
                                 const WritePiece& write) {
    PieceQueue queue;
    const std::jthread fetcher([&] { queue.finish(fetch_all(walk, queue)); });
    const Result<void> outcome = write_all(queue, cancel, write);
    queue.close();
    return outcome;
}

}  // namespace

Result<void> pump_file(FileWalk file_walk, const std::atomic<bool>* cancel,
                       const WritePiece& write) {
    const uint64_t size_bytes = file_walk.range_size_bytes();
    GatheringWalk walk(std::move(file_walk));
    if (size_bytes > one_thread_size_bytes_max) return read_on_two_threads(walk, cancel, write);
    for (;;) {
        if (is_set(cancel)) return cancelled();
        const auto piece = TRY(walk.next());
        if (!piece) return {};
        TRY(write(piece->view()));
    }
}

Result<void> read_file(const blocks::Source& source, const formats::Cid& file,
                       const ReadOptions& options, const WritePiece& write) {
    // As in Kubo, nothing is looked at when nothing is wanted.
    if (options.length_bytes_max == 0) return {};
    FileWalk walk =
        TRY(FileWalk::open(source, file, options.offset_bytes, options.length_bytes_max));
    return pump_file(std::move(walk), options.cancel, write);
}

}  // namespace kit::unixfs
