#include "dag/pins.h"

#include "base/limits.h"
#include "formats/varint.h"

namespace kit::dag {
namespace {

using blocks::Table;
using formats::Cid;

constexpr int64_t ns_per_s = 1'000'000'000;
// How many expired pins are forgotten in one batch.
constexpr size_t batch_count_max = 4096;

// A record is: flags, created (varint), expires (varint, when flagged), name (the rest). The key is
// the CID's bytes. docs/formats/pins.md.
constexpr uint8_t flag_direct = 1;
constexpr uint8_t flag_expires = 2;
constexpr uint8_t flags_known = flag_direct | flag_expires;

std::string key_of(const Cid& cid) {
    return std::string(as_text(cid.bytes()));
}

uint64_t to_stored(int64_t seconds) {
    return seconds < 0 ? 0 : static_cast<uint64_t>(seconds);
}

std::string encode(const Pin& pin) {
    Bytes record;
    record.push_back(static_cast<uint8_t>((pin.mode == PinMode::direct ? flag_direct : 0) |
                                          (pin.expires_s ? flag_expires : 0)));
    formats::append_varint(record, to_stored(pin.created_s));
    if (pin.expires_s) formats::append_varint(record, to_stored(*pin.expires_s));
    append(record, as_bytes(pin.name));
    return std::string(as_text(record));
}

std::unexpected<Error> bad_record(std::string_view key) {
    return fail(Code::corrupt, "the record of the pin {} cannot be read", to_hex(as_bytes(key)));
}

Result<Pin> decode(std::string_view key, std::string_view value) {
    Pin pin;
    Result<Cid> cid = Cid::from_bytes(as_bytes(key));
    if (!cid || value.empty()) return bad_record(key);
    pin.cid = *std::move(cid);
    const uint8_t flags = static_cast<uint8_t>(value[0]);
    if ((flags & ~flags_known) != 0) return bad_record(key);
    pin.mode = (flags & flag_direct) != 0 ? PinMode::direct : PinMode::recursive;
    value.remove_prefix(1);
    const auto created = formats::read_varint(as_bytes(value));
    if (!created) return bad_record(key);
    pin.created_s = static_cast<int64_t>(created->value);
    value.remove_prefix(created->size_bytes);
    if ((flags & flag_expires) != 0) {
        const auto expires = formats::read_varint(as_bytes(value));
        if (!expires) return bad_record(key);
        pin.expires_s = static_cast<int64_t>(expires->value);
        value.remove_prefix(expires->size_bytes);
    }
    pin.name = value;
    return pin;
}

bool is_expired(const Pin& pin, int64_t now_s) {
    return pin.expires_s && *pin.expires_s <= now_s;
}

Result<void> check(const Pin& pin) {
    if (pin.cid.empty()) return fail(Code::invalid_argument, "a pin needs a CID");
    if (pin.name.size() <= limits::pin_name_size_bytes_max) return {};
    return fail(Code::invalid_argument, "pin name is {} bytes (max {} bytes)", pin.name.size(),
                limits::pin_name_size_bytes_max);
}

}  // namespace

int64_t Pins::now_s() const {
    return env_.clock.unix_ns() / ns_per_s;
}

Result<std::optional<Pin>> Pins::find_held(const Cid& cid, int64_t now) const {
    const std::string key = key_of(cid);
    const auto value = TRY(store_.records().find(Table::pins, key));
    if (!value) return std::nullopt;
    Pin pin = TRY(decode(key, *value));
    if (is_expired(pin, now)) return std::nullopt;
    return pin;
}

Result<void> Pins::add(const Pin& pin) {
    return add_all(std::span(&pin, 1));
}

Result<void> Pins::add_all(std::span<const Pin> pins) {
    for (const Pin& pin : pins) TRY(check(pin));
    const int64_t now = now_s();
    std::scoped_lock lock(writing_);
    blocks::WriteBatch batch;
    for (const Pin& pin : pins) {
        if (pin.mode == PinMode::direct) {
            const auto held = TRY(find_held(pin.cid, now));
            if (held && held->mode == PinMode::recursive) {
                return fail(Code::already_exists, "pin: {} already pinned recursively",
                            pin.cid.to_text());
            }
        }
        Pin stored = pin;
        if (stored.created_s == 0) stored.created_s = now;
        batch.put(Table::pins, key_of(pin.cid), encode(stored));
    }
    if (batch.empty()) return {};
    return store_.records().write(batch, store_.durability());
}

Result<void> Pins::remove(const Cid& cid, bool recursive) {
    std::scoped_lock lock(writing_);
    const auto held = TRY(find_held(cid, now_s()));
    if (!held) return fail(Code::not_found, "not pinned or pinned indirectly");
    if (held->mode == PinMode::recursive && !recursive) {
        return fail(Code::invalid_argument, "{} is pinned recursively", cid.to_text());
    }
    blocks::WriteBatch batch;
    batch.remove(Table::pins, key_of(cid));
    return store_.records().write(batch, store_.durability());
}

Result<void> Pins::update(const Cid& from, const Cid& to, bool keep_from) {
    const int64_t now = now_s();
    std::scoped_lock lock(writing_);
    const auto held = TRY(find_held(from, now));
    if (!held || held->mode != PinMode::recursive) {
        return fail(Code::not_found, "'from' cid was not recursively pinned already");
    }
    if (from == to) return {};
    const auto other = TRY(find_held(to, now));
    if (other && other->mode == PinMode::recursive) {
        return fail(Code::already_exists, "'to' cid was already recursively pinned");
    }
    Pin moved = *held;
    moved.cid = to;
    moved.created_s = now;
    blocks::WriteBatch batch;
    batch.put(Table::pins, key_of(to), encode(moved));
    if (!keep_from) batch.remove(Table::pins, key_of(from));
    return store_.records().write(batch, store_.durability());
}

Result<std::optional<Pin>> Pins::find(const Cid& cid) const {
    return find_held(cid, now_s());
}

Result<void> Pins::each(const std::function<Result<bool>(const Pin&)>& visit) const {
    const int64_t now = now_s();
    return store_.records().scan(Table::pins, "", "",
                                 [&](std::string_view key, std::string_view value) -> Result<bool> {
                                     const Pin pin = TRY(decode(key, value));
                                     if (is_expired(pin, now)) return true;
                                     return visit(pin);
                                 });
}

Result<uint64_t> Pins::count() const {
    uint64_t count = 0;
    TRY(each([&](const Pin&) -> Result<bool> {
        ++count;
        return true;
    }));
    return count;
}

Result<uint64_t> Pins::remove_expired() {
    const int64_t now = now_s();
    std::scoped_lock lock(writing_);
    uint64_t count = 0;
    blocks::WriteBatch batch;
    const auto flush = [&]() -> Result<void> {
        count += batch.size();
        TRY(store_.records().write(batch, store_.durability()));
        batch = {};
        return {};
    };
    TRY(store_.records().scan(Table::pins, "", "",
                              [&](std::string_view key, std::string_view value) -> Result<bool> {
                                  const Pin pin = TRY(decode(key, value));
                                  if (!is_expired(pin, now)) return true;
                                  batch.remove(Table::pins, key);
                                  if (batch.size() >= batch_count_max) TRY(flush());
                                  return true;
                              }));
    if (!batch.empty()) TRY(flush());
    return count;
}

}  // namespace kit::dag
