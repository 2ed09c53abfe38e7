#include "naming/network_names.h"

#include <algorithm>

namespace kit::naming {

using formats::IpnsRecord;
using formats::PeerId;

Result<std::optional<FoundName>> NetworkNames::find(const PeerId& name,
                                                    const FindNameOptions& options) {
    if (options.uses_kept) {
        if (auto kept = find_kept(name)) {
            if (options.on_better) TRY(options.on_better(kept->record));
            return kept;
        }
    }
    const auto record = TRY(search(name, options));
    if (!record) return std::nullopt;
    return keep(name, *record);
}

// Nothing that others say is an error of the search; only that nobody could be asked is one.
Result<std::optional<IpnsRecord>> NetworkNames::search(const PeerId& name,
                                                       const FindNameOptions& options) {
    auto best = TRY(records_.find_valid(name));
    if (best && options.on_better) {
        const bool goes_on = TRY(options.on_better(*best));
        if (!goes_on) return best;
    }
    routing::Wait wait = options.wait;
    if (options.time_max.count() > 0) {
        const routing::Wait own = routing::wait_for(clock_, options.time_max);
        wait.until_monotonic_ns = std::min(wait.until_monotonic_ns, own.until_monotonic_ns);
    }
    size_t good_count = 0;
    const auto asked = router_.get_values(
        formats::ipns_routing_key(name),
        [&](ByteView value) -> Result<bool> {
            auto record = IpnsRecord::from_bytes(value);
            if (!record || !record->validate(name, records_.now())) return true;
            const bool is_last = ++good_count == options.record_count;
            if (best && !TRY(is_better(*record, *best))) return !is_last;
            best = *std::move(record);
            // What was held meanwhile may be better still; it is then the one that counts.
            const auto put = records_.put(name, best->bytes());
            if (!put && put.error().code != Code::already_exists) {
                return std::unexpected(put.error());
            }
            if (!options.on_better) return !is_last;
            const bool goes_on = TRY(options.on_better(*best));
            return goes_on && !is_last;
        },
        wait);
    if (asked) return best;
    // The caller's own end is no answer; the search's is one when something was found.
    TRY(routing::check(clock_, options.wait));
    if (best && asked.error().code != Code::cancelled) return best;
    const bool is_silence = asked.error().code == Code::timeout ||
                            asked.error().code == Code::unsupported ||
                            asked.error().code == Code::not_found;
    if (is_silence) return std::nullopt;
    return std::unexpected(asked.error());
}

Result<IpnsRecord> NetworkNames::publish(const formats::PrivateKey& key, std::string_view value,
                                         const PublishOptions& options, const routing::Wait& wait) {
    const PeerId name = PeerId::of(key.public_key());
    const auto held = TRY(records_.find(name));
    if (!held) {
        const FindNameOptions former{
            .uses_kept = false,
            .time_max = std::chrono::nanoseconds(limits::former_record_time_ns_max),
            .wait = wait,
            .on_better = {}};
        // That nobody could be asked is no reason not to sign: the first record of a name is made
        // before there are any others.
        const auto found = search(name, former);
        if (!found) TRY(routing::check(clock_, wait));
    }
    const IpnsRecord record = TRY(records_.publish(key, value, options));
    keep(name, record);
    return record;
}

Result<uint32_t> NetworkNames::put(const PeerId& name, ByteView record, const routing::Wait& wait) {
    const uint32_t count = TRY(router_.put_value(formats::ipns_routing_key(name), record, wait));
    if (count == 0) {
        return fail(Code::offline,
                    "nobody took the record of {}: no peer of the DHT is known; it is kept here, "
                    "and given to others at the next republishing",
                    name.to_cid_text());
    }
    return count;
}

FoundName NetworkNames::keep(const PeerId& name, const IpnsRecord& record) {
    FoundName found{.record = record};
    const auto content = record.content();
    if (content) found.ttl_ns = remaining_ttl_ns(*content, records_.now());
    const auto ttl_ns_max = static_cast<uint64_t>(std::max<int64_t>(options_.kept_ns_max, 0));
    // A bound of none turns keeping off and says nothing of the record (boxo:namesys capTTL).
    if (ttl_ns_max > 0) found.ttl_ns = std::min(found.ttl_ns, ttl_ns_max);
    const formats::Multihash key(name.hash());
    const std::scoped_lock lock(mutex_);
    if (const auto former = kept_by_name_.find(key); former != kept_by_name_.end()) {
        kept_.erase(former->second);
        kept_by_name_.erase(former);
    }
    if (found.ttl_ns == 0 || ttl_ns_max == 0 || options_.kept_count_max == 0) return found;
    const int64_t now_ns = clock_.monotonic_ns();
    const int64_t time_ns =
        static_cast<int64_t>(std::min(found.ttl_ns, static_cast<uint64_t>(INT64_MAX - now_ns)));
    kept_.push_front({.name = name, .record = record, .until_ns = now_ns + time_ns});
    kept_by_name_.emplace(key, kept_.begin());
    if (kept_.size() > options_.kept_count_max) {
        kept_by_name_.erase(formats::Multihash(kept_.back().name.hash()));
        kept_.pop_back();
    }
    return found;
}

std::optional<FoundName> NetworkNames::find_kept(const PeerId& name) {
    const std::scoped_lock lock(mutex_);
    const auto known = kept_by_name_.find(formats::Multihash(name.hash()));
    if (known == kept_by_name_.end()) return std::nullopt;
    const int64_t left_ns = known->second->until_ns - clock_.monotonic_ns();
    if (left_ns <= 0) {
        kept_.erase(known->second);
        kept_by_name_.erase(known);
        return std::nullopt;
    }
    kept_.splice(kept_.begin(), kept_, known->second);
    return FoundName{.record = known->second->record, .ttl_ns = static_cast<uint64_t>(left_ns)};
}

}  // namespace kit::naming
