#include "dag/reach.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/task_pool.h"
#include "dag/kubo_text.h"
#include "formats/dag_pb.h"
#include "formats/ipld.h"
#include "formats/varint.h"

namespace kit::dag {
namespace {

using formats::Cid;
using formats::Codec;

// How many blocks one thread walks before others are started, and holds before it shares.
constexpr size_t alone_count_max = 128;
constexpr size_t share_count_min = 32;
constexpr size_t tick_period = 256;
constexpr std::chrono::milliseconds tick_interval{50};  // While the caller's thread has no work.

class Walk final {
public:
    Walk(const blocks::Source& source, BlockSet& seen, const ReachOptions& options)
        : source_(source), seen_(seen), options_(options) {}

    Result<void> run(std::span<const Cid> roots) {
        Stack stack;
        for (const Cid& root : roots) TRY(meet(root, stack));
        for (size_t i = 0; i < alone_count_max && !stack.empty(); ++i) TRY(step(stack));
        TRY(tick());
        if (stack.empty()) return {};

        thread_count_ =
            options_.thread_count == 0 ? hardware_thread_count() : options_.thread_count;
        shared_ = std::move(stack);
        std::vector<std::thread> helpers;
        for (size_t i = 1; i < thread_count_; ++i) helpers.emplace_back([this] { work(false); });
        work(true);
        for (std::thread& helper : helpers) helper.join();
        if (error_) return std::unexpected(*std::move(error_));
        return {};
    }

private:
    using Stack = std::vector<Cid>;

    // Takes from the shared stack until everybody has run dry.
    void work(bool is_caller) {
        Stack mine;
        size_t step_count = 0;
        while (!mine.empty() || take(mine, is_caller)) {
            Result<void> done = step(mine);
            if (done && is_caller && ++step_count % tick_period == 0) done = tick();
            if (!done) return stop(std::move(done).error());
            if (mine.size() > share_count_min && waiting_count_.load() > 0) share(mine);
        }
    }

    Result<void> tick() {
        if (options_.on_tick && !options_.on_tick()) return stopped_early();
        return {};
    }

    static std::unexpected<Error> stopped_early() {
        return fail(Code::cancelled, "the walk was stopped before its end");
    }

    // False when the walk is over.
    bool take(Stack& mine, bool is_caller) {
        std::unique_lock lock(mutex_);
        if (shared_.empty()) {
            if (waiting_count_.fetch_add(1) + 1 == thread_count_) over_ = true;
            changed_.notify_all();
            while (!over_ && shared_.empty()) {
                if (!is_caller || !options_.on_tick) {
                    changed_.wait(lock);
                } else if (changed_.wait_for(lock, tick_interval) == std::cv_status::timeout) {
                    lock.unlock();
                    Result<void> ticked = tick();
                    if (!ticked) stop(std::move(ticked).error());
                    lock.lock();
                }
            }
            waiting_count_.fetch_sub(1);
        }
        if (over_) return false;
        const size_t count = std::min(shared_.size(), shared_.size() / thread_count_ / 4 + 1);
        mine.assign(std::make_move_iterator(shared_.end() - static_cast<ptrdiff_t>(count)),
                    std::make_move_iterator(shared_.end()));
        shared_.resize(shared_.size() - count);
        return true;
    }

    // Gives the older half, which has most below it, to those who wait.
    void share(Stack& mine) {
        const auto half = mine.begin() + static_cast<ptrdiff_t>(mine.size() / 2);
        {
            std::scoped_lock lock(mutex_);
            shared_.insert(shared_.end(), std::make_move_iterator(mine.begin()),
                           std::make_move_iterator(half));
        }
        changed_.notify_all();
        mine.erase(mine.begin(), half);
    }

    void stop(Error error) {
        {
            std::scoped_lock lock(mutex_);
            if (!error_) error_ = std::move(error);
            over_ = true;
        }
        stopped_ = true;
        changed_.notify_all();
    }

    // A CID named by a root or a link: marked at once, so that it is queued by one thread alone.
    Result<void> meet(const Cid& cid, Stack& stack) {
        if (!seen_.add(cid.hash(), mark_of(cid, options_.tell_versions)).is_new_mark) return {};
        if (can_have_links(cid.codec()) || options_.look_up_leaves) {
            stack.push_back(cid);
        } else if (options_.on_reached) {
            options_.on_reached(cid, 0);
        }
        return {};
    }

    Result<void> step(Stack& stack) {
        if (options_.cancel != nullptr && options_.cancel->load(std::memory_order_relaxed)) {
            return stopped_early();
        }
        if (stopped_.load(std::memory_order_relaxed)) {
            stack.clear();
            return {};
        }
        const Cid cid = std::move(stack.back());
        stack.pop_back();
        if (!can_have_links(cid.codec())) return look_up(cid);
        if (cid.is(Codec::dag_pb)) {
            const auto head = TRY(source_.find_head(cid, leaf_head_size));
            if (!head) return miss(cid);
            if (is_leaf_by_head(head->bytes.view(), head->size_bytes)) {
                tell(cid, head->size_bytes);
                return {};
            }
            if (head->bytes.size() == head->size_bytes) {
                return expand(cid, head->bytes.view(), stack);
            }
        }
        const auto body = TRY(source_.find(cid));
        if (!body) return miss(cid);
        return expand(cid, body->view(), stack);
    }

    Result<void> look_up(const Cid& cid) {
        const auto size_bytes = TRY(source_.find_size(cid));
        if (!size_bytes) return miss(cid);
        tell(cid, *size_bytes);
        return {};
    }

    Result<void> expand(const Cid& cid, ByteView body, Stack& stack) {
        Result<std::vector<Cid>> links = formats::links_of(cid.codec(), body);
        if (!links) {
            return fail_because(std::move(links).error(), "cannot read the links of {}",
                                cid.to_text());
        }
        tell(cid, body.size());
        source_.want_soon(*links);
        // Last first, so that the stack gives them in their order.
        for (size_t i = links->size(); i-- > 0;) TRY(meet((*links)[i], stack));
        return {};
    }

    Result<void> miss(const Cid& cid) {
        if (options_.on_missing) options_.on_missing(cid);
        if (options_.skip_missing) return {};
        return missing_block(cid);
    }

    void tell(const Cid& cid, uint64_t size_bytes) {
        if (options_.on_reached) options_.on_reached(cid, size_bytes);
    }

    const blocks::Source& source_;
    BlockSet& seen_;
    const ReachOptions& options_;
    size_t thread_count_ = 1;

    std::mutex mutex_;
    std::condition_variable changed_;
    Stack shared_;                // Guarded by mutex_.
    bool over_ = false;           // Guarded by mutex_.
    std::optional<Error> error_;  // Guarded by mutex_.
    std::atomic<size_t> waiting_count_ = 0;
    std::atomic<bool> stopped_ = false;
};

}  // namespace

bool can_have_links(uint64_t codec) {
    switch (static_cast<Codec>(codec)) {
        case Codec::raw:
        case Codec::cbor:
        case Codec::json:
        case Codec::libp2p_key:
            return false;
        default:
            return true;
    }
}

bool is_leaf_by_head(ByteView head, uint64_t size_bytes) {
    if (size_bytes == 0) return true;
    // Field 1, length-delimited: Data. A block may hold Links after it (both orders are read),
    // so only data that reaches to the end tells.
    if (head.empty() || head[0] != 0x0a) return false;
    const auto length = formats::read_protobuf_varint(head.subspan(1));
    if (!length) return false;
    const uint64_t before = 1 + length->size_bytes;
    return length->value <= size_bytes && before + length->value == size_bytes;
}

Result<void> reach(const blocks::Source& source, std::span<const Cid> roots, BlockSet& seen,
                   const ReachOptions& options) {
    Walk walk(source, seen, options);
    return walk.run(roots);
}

}  // namespace kit::dag
