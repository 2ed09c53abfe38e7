// Pins say what collection must keep. They live in the store's records, so they change atomically
// with it; listing reads a snapshot and never waits for a writer.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "blocks/store.h"
#include "formats/cid.h"

namespace kit::dag {

enum class PinMode : uint8_t { recursive, direct };

struct Pin {
    formats::Cid cid;
    PinMode mode = PinMode::recursive;
    std::string name = {};
    int64_t created_s = 0;                  // Unix seconds.
    std::optional<int64_t> expires_s = {};  // Unix seconds; past it the pin no longer holds.
};

// Every call is safe from any thread. `env` and `store` must outlive it.
class Pins final {
public:
    Pins(Env& env, blocks::Store& store) : env_(env), store_(store) {}

    // Adds or renames. A recursive pin replaces a direct one; a direct pin over a recursive one
    // fails with already_exists `pin: <cid> already pinned recursively`. The caller has made
    // sure that the DAG is whole. Names over pin_name_size_bytes_max fail in Kubo's words.
    Result<void> add(const Pin& pin);
    // Several at once, atomically.
    Result<void> add_all(std::span<const Pin> pins);
    // Fails with not_found: "not pinned or pinned indirectly"; or, pinned recursively with
    // `recursive` false: "<cid> is pinned recursively".
    Result<void> remove(const formats::Cid& cid, bool recursive);
    // Moves a recursive pin with its name and expiry; nothing to do when both are one. Fails:
    // "'from' cid was not recursively pinned already", "'to' cid was already recursively pinned".
    Result<void> update(const formats::Cid& from, const formats::Cid& to, bool keep_from);
    // Expired pins are not found.
    Result<std::optional<Pin>> find(const formats::Cid& cid) const;
    // By CID bytes; expired ones are left out; until `visit` returns false. On a snapshot: `visit`
    // may take its time and may change pins.
    Result<void> each(const std::function<Result<bool>(const Pin&)>& visit) const;
    // By counting: a pin that expires would make a kept number wrong.
    Result<uint64_t> count() const;
    // Forgets expired pins (collection does it first). Returns how many.
    Result<uint64_t> remove_expired();

private:
    int64_t now_s() const;
    Result<std::optional<Pin>> find_held(const formats::Cid& cid, int64_t now_s) const;

    Env& env_;
    blocks::Store& store_;
    std::mutex writing_;  // From the look-up that allows a change to the change.
};

}  // namespace kit::dag
