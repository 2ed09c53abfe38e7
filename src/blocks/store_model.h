// The model that the store is held against: for each block, what the store must answer now and what
// it must answer after a crash. A failed call or a crash leaves some answers open; the next look
// settles them. Whatever happens, bytes are right or absent.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "base/simulated_env.h"
#include "blocks/simulated_database.h"
#include "blocks/store_impl.h"

namespace kit::blocks {

enum class Known : uint8_t { absent, held, open };

class StoreModel final {
public:
    explicit StoreModel(uint64_t seed, StoreOptions options = {})
        : simulated_(seed), random_(seed * 31), options_(std::move(options)) {
        options_.segment_size_bytes_max = 8 * KiB;
    }

    SimulatedDisk& disk() { return simulated_.disk; }
    SimulatedRandom& random() { return random_; }
    bool is_open() const { return store_ != nullptr; }

    // One random operation; a failure of the disk may make it fail.
    void step();
    void reopen();
    // Loses power now and starts again.
    void crash(SimulatedDisk::Survival survival);
    void sync();
    void put(std::span<const int> numbers);
    void remove(int number);
    // What is live is drawn.
    void collect();
    // What is live has a pin.
    void collect_unpinned();
    // Puts the block and then a record that names it, as a pin does.
    void pin(int number);
    void unpin(int number);
    // Every pin that is there has its block.
    void expect_pins_hold();
    // Every block, the walk, the counters and the verification.
    void expect_same();

private:
    static constexpr int number_count = 40;
    struct Expected {
        Known now = Known::absent;
        Known after_crash = Known::absent;
        bool leased = false;
    };

    void collect(const std::set<int>& live_numbers);
    const std::string& text_of(int number);
    const formats::Cid& cid_of(int number);
    bool open();
    void look(int number);
    void set(int number, Known now);
    void settle();
    int any_number() { return static_cast<int>(random_.below(number_count)); }

    SimulatedEnv simulated_;
    SimulatedRandom random_;
    StoreOptions options_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Lease> lease_;
    std::string failure_;  // Why the store did not open.
    std::map<int, std::string> texts_;
    std::map<int, formats::Cid> cids_;
    std::map<int, Expected> expected_;
};

}  // namespace kit::blocks
