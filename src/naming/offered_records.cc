#include "naming/offered_records.h"

#include <algorithm>

namespace kit::naming {
namespace {

using formats::IpnsRecord;
using formats::PeerId;

constexpr std::string_view key_prefix = "/ipns/";
constexpr int64_t ns_per_s = 1'000'000'000;
constexpr int64_t kept_s_max = int64_t{48} * 3600;  // What go-libp2p's servers keep records for.

}  // namespace

void OfferedRecords::start() {
    ASSERT(!thread_.joinable());
    thread_ = std::thread([this] {
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [&] { return is_ending_ || !waiting_.empty(); });
                if (is_ending_) return;
            }
            judge_all();
        }
    });
}

void OfferedRecords::stop() {
    {
        const std::scoped_lock lock(mutex_);
        is_ending_ = true;
        waiting_.clear();
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

bool OfferedRecords::offer(OfferedRecord record) {
    const std::scoped_lock lock(mutex_);
    if (is_ending_ || waiting_.size() >= waiting_count_max) return false;
    waiting_.push_back(std::move(record));
    changed_.notify_all();
    return true;
}

void OfferedRecords::judge_all() {
    for (;;) {
        OfferedRecord offered;
        {
            const std::scoped_lock lock(mutex_);
            if (waiting_.empty()) return;
            offered = std::move(waiting_.front());
            waiting_.pop_front();
        }
        judge(offered);
    }
}

void OfferedRecords::judge(const OfferedRecord& offered) {
    if (!as_text(offered.key).starts_with(key_prefix)) return;
    const auto name = PeerId::from_bytes(ByteView(offered.key).subspan(key_prefix.size()));
    if (!name) return;
    const auto record = IpnsRecord::from_bytes(offered.value);
    const formats::Moment now = records_.now();
    if (!record || !record->validate(*name, now)) return;
    const auto is_worse_than = [&](const IpnsRecord& held) {
        if (std::ranges::equal(held.bytes(), record->bytes())) return false;
        const auto better = is_better(*record, held);
        return !better || !*better;
    };
    const auto known = by_name_.find(formats::Multihash(name->hash()));
    if (known != by_name_.end() && is_worse_than(known->second->record)) return;
    const auto held = records_.find_valid(*name);
    if (held && *held && is_worse_than(**held)) return;
    remember(*name, *record);
    const auto content = record->content();
    if (!content) return;
    const int64_t left_s =
        std::clamp<int64_t>(content->valid_until.seconds - now.seconds, 1, kept_s_max);
    keep_(offered, std::chrono::nanoseconds(left_s * ns_per_s));
}

void OfferedRecords::remember(const PeerId& name, const IpnsRecord& record) {
    const formats::Multihash key(name.hash());
    if (const auto former = by_name_.find(key); former != by_name_.end()) {
        known_.erase(former->second);
        by_name_.erase(former);
    }
    known_.push_front({.name = key, .record = record});
    by_name_.emplace(key, known_.begin());
    if (known_.size() <= known_count_max) return;
    by_name_.erase(known_.back().name);
    known_.pop_back();
}

}  // namespace kit::naming
