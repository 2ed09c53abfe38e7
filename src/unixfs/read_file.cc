// A file's bytes to a writer. Each of two threads takes the next few blocks of the walk and reads
// them; one of them writes what is ready and next in order while the other reads on. So both read
// where writing costs nothing, the writer never waits to be woken where it costs much, and bytes
// often go out from the core that has read them. What is small is read on one thread.
#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/task_pool.h"
#include "unixfs/pump_file.h"
#include "unixfs/reader.h"

namespace kit::unixfs {
namespace {

// Up to this much a second thread costs more than it saves.
constexpr uint64_t one_thread_size_bytes_max = 1 * MiB;
// More threads would outrun any writer.
constexpr size_t thread_count_max = 2;
// A turn takes this much content, or one block that is larger.
constexpr uint64_t turn_size_bytes_wanted = 512 * KiB;
constexpr size_t turn_part_count_max = 1024;
// With this much ready a reader sleeps, until the writer has brought it down to so much.
constexpr uint64_t ready_size_bytes_max = 4 * MiB;
constexpr uint64_t ready_size_bytes_resumed = 2 * MiB;
// Smaller pieces are put together until they have this size.
constexpr uint64_t piece_size_bytes_wanted = 256 * KiB;
constexpr uint64_t piece_size_bytes_uncopied_min = 128 * KiB;

bool is_set(const std::atomic<bool>* flag) {
    return flag != nullptr && flag->load(std::memory_order_relaxed);
}

std::unexpected<Error> cancelled() {
    return fail(Code::cancelled, "the reading was cancelled");
}

// Puts small pieces together; one that stays alone is not copied.
class Gatherer final {
public:
    // Gives nothing or up to two pieces, in order, to `give`.
    template <typename Give>
    void add(SharedBytes piece, const Give& give) {
        if (piece.size() >= piece_size_bytes_uncopied_min) {
            finish(give);
            give(std::move(piece));
            return;
        }
        if (!first_ && gathered_.empty()) {
            first_ = std::move(piece);
            return;
        }
        if (first_) {
            gathered_.reserve(piece_size_bytes_wanted + piece_size_bytes_uncopied_min);
            append(gathered_, std::exchange(first_, std::nullopt)->view());
        }
        append(gathered_, piece.view());
        if (gathered_.size() >= piece_size_bytes_wanted) finish(give);
    }
    template <typename Give>
    void finish(const Give& give) {
        if (first_) give(*std::exchange(first_, std::nullopt));
        if (!gathered_.empty()) give(SharedBytes::from(std::exchange(gathered_, {})));
    }

private:
    std::optional<SharedBytes> first_;
    Bytes gathered_;
};

class Pump final {
public:
    Pump(FileWalk walk, const std::atomic<bool>* cancel, const WritePiece& write)
        : walk_(std::move(walk)), cancel_(cancel), write_(write) {}

    Result<void> run(size_t thread_count) {
        {
            std::vector<std::jthread> helpers;
            for (size_t i = 1; i < thread_count; ++i) {
                helpers.emplace_back([this] { take_turns(); });
            }
            take_turns();
        }
        return std::move(outcome_);
    }

private:
    struct Turn {
        uint64_t number = 0;
        std::vector<FileWalk::Part> parts;
        Result<void> outcome;  // What stopped the walk after the parts.
    };
    // What a turn has read: pieces before a failure come before it.
    struct Ready {
        std::vector<SharedBytes> pieces;
        uint64_t size_bytes = 0;
        Result<void> outcome;
    };

    void take_turns() {
        Turn turn;
        while (take(turn)) {
            Ready ready;
            ready.outcome = read_parts(turn, ready);
            write_in_order(turn.number, std::move(ready));
        }
    }

    bool take(Turn& turn) {
        std::scoped_lock lock(walk_mutex_);
        if (walk_ended_ || has_failed()) return false;
        turn.number = turn_count_++;
        turn.parts.clear();
        turn.outcome = {};
        // The first turn is short, so that something comes out at once.
        const uint64_t wanted = turn.number == 0 ? 1 : turn_size_bytes_wanted;
        for (uint64_t size = 0; size < wanted && turn.parts.size() < turn_part_count_max;) {
            auto part = walk_.next_part();
            if (!part || !*part) {
                walk_ended_ = true;
                if (!part) turn.outcome = std::unexpected(std::move(part).error());
                break;
            }
            size += (*part)->bytes.size() + (*part)->end - (*part)->begin;
            turn.parts.push_back(*std::move(*part));
        }
        return true;
    }

    Result<void> read_parts(const Turn& turn, Ready& ready) const {
        Gatherer gatherer;
        const auto give = [&](SharedBytes piece) -> void {
            ready.size_bytes += piece.size();
            ready.pieces.push_back(std::move(piece));
        };
        Result<void> outcome;
        for (const FileWalk::Part& part : turn.parts) {
            outcome = read_part(part, gatherer, give);
            if (!outcome) break;
        }
        gatherer.finish(give);
        return outcome ? turn.outcome : outcome;
    }

    template <typename Give>
    Result<void> read_part(const FileWalk::Part& part, Gatherer& gatherer, const Give& give) const {
        if (!part.child) {
            gatherer.add(part.bytes, give);
            return {};
        }
        FileWalk walk = TRY(walk_.open_part(part));
        for (;;) {
            auto piece = TRY(walk.next());
            if (!piece) return {};
            gatherer.add(*std::move(piece), give);
        }
    }

    // Writes whatever is next in order, unless another thread is at it. Returns when it is worth
    // taking another turn.
    void write_in_order(uint64_t number, Ready ready) {
        std::unique_lock lock(ready_mutex_);
        ready_size_bytes_ += ready.size_bytes;
        ready_.emplace(number, std::move(ready));
        while (!is_writing_ && !failed_ && ready_.begin()->first == next_number_) {
            Ready next = std::move(ready_.extract(ready_.begin()).mapped());
            is_writing_ = true;
            lock.unlock();
            Result<void> written = write_pieces(next.pieces);
            next.pieces.clear();
            lock.lock();
            is_writing_ = false;
            ++next_number_;
            ready_size_bytes_ -= next.size_bytes;
            if (written) written = std::move(next.outcome);
            if (!written) {
                failed_ = true;
                outcome_ = std::move(written);
            }
            const bool is_low = ready_size_bytes_ <= ready_size_bytes_resumed;
            if (failed_ || is_low) ready_changed_.notify_all();
            if (ready_.empty()) break;
        }
        if (ready_size_bytes_ < ready_size_bytes_max) return;
        // Whoever reads the turn that is next does not sleep here, and will write these as well.
        ready_changed_.wait(
            lock, [this] { return failed_ || ready_size_bytes_ <= ready_size_bytes_resumed; });
    }

    Result<void> write_pieces(const std::vector<SharedBytes>& pieces) const {
        for (const SharedBytes& piece : pieces) {
            if (is_set(cancel_)) return cancelled();
            TRY(write_(piece.view()));
        }
        return {};
    }

    bool has_failed() const {
        std::scoped_lock lock(ready_mutex_);
        return failed_;
    }

    std::mutex walk_mutex_;
    FileWalk walk_;  // Guarded by walk_mutex_ but for open_part(), as the next two.
    uint64_t turn_count_ = 0;
    bool walk_ended_ = false;
    const std::atomic<bool>* cancel_;
    const WritePiece& write_;  // Called by the thread that has set is_writing_.

    mutable std::mutex ready_mutex_;
    std::condition_variable ready_changed_;
    std::map<uint64_t, Ready> ready_;  // By number of turn; guarded by ready_mutex_, as all below.
    uint64_t ready_size_bytes_ = 0;    // With what is being written.
    uint64_t next_number_ = 0;         // Of the turn to be written next.
    bool is_writing_ = false;
    bool failed_ = false;
    Result<void> outcome_;
};

}  // namespace

Result<void> pump_file(FileWalk walk, const std::atomic<bool>* cancel, const WritePiece& write) {
    const bool is_small = walk.range_size_bytes() <= one_thread_size_bytes_max;
    const size_t thread_count = is_small ? 1 : std::min(hardware_thread_count(), thread_count_max);
    Pump pump(std::move(walk), cancel, write);
    return pump.run(thread_count);
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
