// The IPNS records that this node holds, its own and others', in the table `names` of the store's
// database: one for each name, always the best that was met. What goes in has been validated;
// what comes out may be over by then, so whoever answers others asks for a valid one.
// docs/formats/names.md
#pragma once

#include <mutex>
#include <optional>

#include "base/env.h"
#include "blocks/key_value.h"
#include "formats/ipns_record.h"

namespace kit::naming {

// What Kubo takes when nobody says (boxo:ipns/defaults.go).
inline constexpr int64_t record_lifetime_ns = int64_t{48} * 3600 * 1'000'000'000;
inline constexpr int64_t record_ttl_ns = int64_t{300} * 1'000'000'000;

struct PublishOptions {
    int64_t lifetime_ns = record_lifetime_ns;  // At least 1.
    int64_t ttl_ns = record_ttl_ns;            // 0 or more.
    // Without one: the held record's, and one more when the value changes; 0 at first.
    std::optional<uint64_t> sequence;
    formats::IpnsForm form = formats::IpnsForm::v1_and_v2;
};

// Whether `record` takes the place of `held`, both being valid: a higher sequence, then a later
// end; boxo compares bytes when all else is equal.
Result<bool> is_better(const formats::IpnsRecord& record, const formats::IpnsRecord& held);
// How long a record may be kept: its TTL, but not past its end.
uint64_t remaining_ttl_ns(const formats::IpnsContent& content, const formats::Moment& now);

// Every call is safe from any thread. What is given must outlive it.
class NameRecords final {
public:
    NameRecords(const Clock& clock, blocks::KeyValue& table, blocks::Durability durability)
        : clock_(clock), table_(table), durability_(durability) {}

    // Whatever its validity. Fails with corrupt when the record cannot be read.
    Result<std::optional<formats::IpnsRecord>> find(const formats::PeerId& name) const;
    // nullopt also when it is over; fails as IpnsRecord::validate() for other reasons.
    Result<std::optional<formats::IpnsRecord>> find_valid(const formats::PeerId& name) const;

    // Keeps `record` when it is better than the one held; the same one again succeeds. Fails as
    // IpnsRecord::validate(), with already_exists when the held one is better.
    Result<void> put(const formats::PeerId& name, ByteView record);
    // Signs a new record and keeps it. Fails with invalid_argument in Kubo's words when
    // `sequence` is not above the held record's.
    Result<formats::IpnsRecord> publish(const formats::PrivateKey& key, std::string_view value,
                                        const PublishOptions& options);
    // Prolongs the record of `key`, when there is one, to at least `lifetime_ns` from now: the
    // same value, sequence, TTL and form. False when there is none.
    Result<bool> republish(const formats::PrivateKey& key, int64_t lifetime_ns);

    formats::Moment now() const;

private:
    Result<void> write(const formats::PeerId& name, const formats::IpnsRecord& record);

    const Clock& clock_;
    blocks::KeyValue& table_;
    const blocks::Durability durability_;
    std::mutex writing_;  // From reading the held record to writing the new one.
};

}  // namespace kit::naming
