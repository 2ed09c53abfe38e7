#include "naming/records.h"

#include <algorithm>

namespace kit::naming {
namespace {

using formats::IpnsContent;
using formats::IpnsForm;
using formats::IpnsRecord;
using formats::Moment;
using formats::PeerId;

constexpr int64_t ns_per_s = 1'000'000'000;

Moment moment_of(int64_t unix_ns) {
    int64_t seconds = unix_ns / ns_per_s;
    int64_t rest = unix_ns % ns_per_s;
    if (rest < 0) {
        --seconds;
        rest += ns_per_s;
    }
    return {.seconds = seconds, .nanoseconds = static_cast<uint32_t>(rest)};
}

Moment later(const Moment& moment, int64_t duration_ns) {
    Moment sum = moment_of(moment.nanoseconds + duration_ns % ns_per_s);
    sum.seconds += moment.seconds + duration_ns / ns_per_s;
    return sum;
}

}  // namespace

Result<bool> is_better(const IpnsRecord& record, const IpnsRecord& held) {
    const auto order = TRY(formats::compare_records(record, held));
    if (order != 0) return order > 0;
    return std::ranges::lexicographical_compare(held.bytes(), record.bytes());
}

uint64_t remaining_ttl_ns(const IpnsContent& content, const Moment& now) {
    const int64_t seconds = content.valid_until.seconds - now.seconds;
    if (seconds < 0) return 0;
    const auto rest_s = static_cast<uint64_t>(seconds);
    if (rest_s > content.ttl_ns / ns_per_s) return content.ttl_ns;
    const int64_t rest_ns = static_cast<int64_t>(rest_s * ns_per_s) +
                            content.valid_until.nanoseconds - int64_t{now.nanoseconds};
    return std::min(content.ttl_ns, static_cast<uint64_t>(std::max<int64_t>(rest_ns, 0)));
}

Moment NameRecords::now() const {
    return moment_of(clock_.unix_ns());
}

Result<std::optional<IpnsRecord>> NameRecords::find(const PeerId& name) const {
    const auto value = TRY(table_.find(blocks::Table::names, as_text(name.bytes())));
    if (!value) return std::nullopt;
    auto record = IpnsRecord::from_bytes(as_bytes(*value));
    if (record) return *std::move(record);
    return fail_because(std::move(record).error(), "the stored record of {} cannot be read",
                        name.to_cid_text());
}

Result<std::optional<IpnsRecord>> NameRecords::find_valid(const PeerId& name) const {
    auto record = TRY(find(name));
    if (!record) return std::nullopt;
    const auto valid = record->validate(name, now());
    if (!valid && valid.error().code == Code::timeout) return std::nullopt;
    TRY(Result<void>(valid));
    return record;
}

Result<void> NameRecords::write(const PeerId& name, const IpnsRecord& record) {
    blocks::WriteBatch batch;
    batch.put(blocks::Table::names, as_text(name.bytes()), as_text(record.bytes()));
    return table_.write(batch, durability_);
}

Result<void> NameRecords::put(const PeerId& name, ByteView bytes) {
    const IpnsRecord record = TRY(IpnsRecord::from_bytes(bytes));
    TRY(record.validate(name, now()));
    const std::scoped_lock lock(writing_);
    const auto held = TRY(find(name));
    if (held) {
        if (std::ranges::equal(held->bytes(), bytes)) return {};
        if (!TRY(is_better(record, *held))) {
            return fail(Code::already_exists,
                        "old record: the record held for {} has a higher sequence or a later end",
                        name.to_cid_text());
        }
    }
    return write(name, record);
}

Result<IpnsRecord> NameRecords::publish(const formats::PrivateKey& key, std::string_view value,
                                        const PublishOptions& options) {
    ASSERT(options.lifetime_ns > 0);
    ASSERT(options.ttl_ns >= 0);
    const PeerId name = PeerId::of(key.public_key());
    const std::scoped_lock lock(writing_);
    uint64_t sequence = options.sequence.value_or(0);
    if (const auto held = TRY(find(name))) {
        const IpnsContent content = TRY(held->content());
        if (options.sequence && *options.sequence <= content.sequence) {
            return fail(Code::invalid_argument,
                        "sequence number must be greater than the current record sequence");
        }
        // The sequence tells one value from the next, so the same value keeps it.
        if (!options.sequence) sequence = content.sequence + (content.value == value ? 0 : 1);
    } else if (options.sequence && *options.sequence == 0) {
        return fail(Code::invalid_argument,
                    "sequence number must be greater than the current record sequence");
    }
    const IpnsContent content{.value = std::string(value),
                              .sequence = sequence,
                              .valid_until = later(now(), options.lifetime_ns),
                              .ttl_ns = static_cast<uint64_t>(options.ttl_ns)};
    IpnsRecord record = TRY(IpnsRecord::create(key, content, options.form));
    TRY(write(name, record));
    return record;
}

// DEPARTURE: Kubo gives a republished record the default TTL and both signatures; here it keeps
// what its owner chose.
Result<bool> NameRecords::republish(const formats::PrivateKey& key, int64_t lifetime_ns) {
    const PeerId name = PeerId::of(key.public_key());
    const std::scoped_lock lock(writing_);
    const auto held = TRY(find(name));
    if (!held) return false;
    IpnsContent content = TRY(held->content());
    content.valid_until = std::max(content.valid_until, later(now(), lifetime_ns));
    const IpnsForm form = held->has_v1_signature() ? IpnsForm::v1_and_v2 : IpnsForm::v2_only;
    const IpnsRecord record = TRY(IpnsRecord::create(key, content, form));
    TRY(write(name, record));
    return true;
}

}  // namespace kit::naming
