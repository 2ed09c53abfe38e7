#include "blocks/store_model.h"

#include <algorithm>

namespace kit::blocks {

using formats::Cid;

const std::string& StoreModel::text_of(int number) {
    std::string& text = texts_[number];
    if (text.empty()) {
        text = "block " + std::to_string(number) + " ";
        const auto size = static_cast<size_t>(number) * 97 % 2500;
        while (text.size() < size) text += static_cast<char>('a' + text.size() * 7 % 26);
    }
    return text;
}

const Cid& StoreModel::cid_of(int number) {
    Cid& cid = cids_[number];
    if (cid.empty()) {
        const ByteView body = as_bytes(text_of(number));
        cid = Cid::v1(formats::Codec::raw, formats::sha2_256(std::span(&body, 1)));
    }
    return cid;
}

bool StoreModel::open() {
    StoreParts parts;
    parts.background = false;
    parts.open_database = [this](const Path& directory, DatabaseOptions options) {
        return open_simulated_database(simulated_.env, directory, std::move(options));
    };
    auto opened = open_store(simulated_.env, "/store", options_, std::move(parts));
    if (!opened) {
        failure_ = opened.error().to_text();
        return false;
    }
    store_ = std::move(*opened);
    lease_ = store_->lease();
    for (auto& [number, expected] : expected_) expected.leased = false;
    return true;
}

void StoreModel::reopen() {
    lease_ = nullptr;
    store_ = nullptr;
    if (!open()) return;
    settle();
}

void StoreModel::crash(SimulatedDisk::Survival survival) {
    // Nothing more reaches the disk, whatever the destructors try.
    disk().fail_call(SimulatedDisk::Call::any_change, 1, SimulatedDisk::Lasting::until_crash);
    lease_ = nullptr;
    store_ = nullptr;
    disk().crash(survival);
    disk().set_capacity(UINT64_MAX);
    ASSERT_TRUE(open()) << failure_;
    for (auto& [number, expected] : expected_) expected.now = expected.after_crash;
    settle();
}

// Looks at every block whose answer is open; from now on the answer stays.
void StoreModel::settle() {
    for (auto& [number, expected] : expected_) look(number);
}

void StoreModel::look(int number) {
    Expected& expected = expected_[number];
    const auto found = store_->find(cid_of(number));
    ASSERT_TRUE(found) << found.error().to_text();
    if (*found) {
        ASSERT_EQ(as_text((*found)->view()), text_of(number));
    }
    const Known seen = *found ? Known::held : Known::absent;
    if (expected.now == Known::open) expected.now = seen;
    ASSERT_EQ(expected.now == Known::held, seen == Known::held) << "block " << number;
}

void StoreModel::set(int number, Known now) {
    Expected& expected = expected_[number];
    expected.now = now;
    if (expected.after_crash != now) expected.after_crash = Known::open;
}

void StoreModel::put(std::span<const int> numbers) {
    std::vector<NewBlock> blocks;
    for (const int number : numbers) {
        const ByteView body = as_bytes(text_of(number));
        const size_t middle = body.size() / 2;
        blocks.push_back({cid_of(number), body.first(middle), body.subspan(middle), {}});
    }
    const auto outcome = store_->put(*lease_, blocks);
    for (const int number : numbers) {
        Expected& expected = expected_[number];
        if (outcome) {
            set(number, Known::held);
            expected.leased = true;
            if (options_.durability == Durability::operation) expected.after_crash = Known::held;
        } else if (expected.now != Known::held) {
            set(number, Known::open);
            look(number);
        }
    }
}

void StoreModel::pin(int number) {
    put(std::span(&number, 1));
    if (expected_[number].now != Known::held) return;
    WriteBatch batch;
    batch.put(Table::pins, std::to_string(number), {});
    // One that fails may be there or not; if it is, its block must be.
    (void)store_->records().write(batch, options_.durability);
}

void StoreModel::expect_pins_hold() {
    ASSERT_TRUE(store_->records().scan(
        Table::pins, {}, {}, [&](std::string_view key, std::string_view) -> Result<bool> {
            const auto found = TRY(store_->find_size(cid_of(std::stoi(std::string(key)))));
            EXPECT_TRUE(found.has_value()) << "pin " << key << " has lost its block";
            return true;
        }));
}

void StoreModel::remove(int number) {
    const Expected before = expected_[number];
    const auto outcome = store_->remove(cid_of(number));
    if (outcome) {
        ASSERT_EQ(*outcome, before.now == Known::held);
        set(number, Known::absent);
    } else {
        set(number, Known::open);
        look(number);
    }
    if (expected_[number].now == Known::absent) expected_[number].leased = false;
}

void StoreModel::sync() {
    if (!store_->sync()) return;
    for (auto& [number, expected] : expected_) expected.after_crash = expected.now;
}

void StoreModel::unpin(int number) {
    WriteBatch batch;
    batch.remove(Table::pins, std::to_string(number));
    (void)store_->records().write(batch, options_.durability);
}

void StoreModel::collect() {
    std::set<int> live;
    for (int i = 0; i < number_count; ++i) {
        if (random_.below(3) == 0) live.insert(i);
    }
    collect(live);
}

void StoreModel::collect_unpinned() {
    std::set<int> live;
    const auto scanned = store_->records().scan(
        Table::pins, {}, {}, [&](std::string_view key, std::string_view) -> Result<bool> {
            live.insert(std::stoi(std::string(key)));
            return true;
        });
    ASSERT_TRUE(scanned);
    collect(live);
}

void StoreModel::collect(const std::set<int>& live_numbers) {
    if (random_.below(2) == 0) {
        lease_ = nullptr;
        lease_ = store_->lease();
        for (auto& [number, expected] : expected_) expected.leased = false;
    }
    std::set<Bytes> live;
    for (const int i : live_numbers) live.insert(to_bytes(cid_of(i).hash().bytes()));
    auto collection = store_->begin_collection();
    ASSERT_TRUE(collection);
    const std::atomic<bool> cancel = false;
    const auto outcome =
        (*collection)
            ->sweep(
                [&](formats::MultihashView hash) { return live.contains(to_bytes(hash.bytes())); },
                [](const Collection::Removed&) {}, cancel);
    for (auto& [number, expected] : expected_) {
        if (expected.now != Known::held) continue;
        // What is neither live nor leased may stay, and usually goes.
        if (!live_numbers.contains(number) && !expected.leased) set(number, Known::open);
        look(number);
    }
}

void StoreModel::expect_same() {
    settle();
    std::set<std::string> held;
    uint64_t bytes = 0;
    for (const auto& [number, expected] : expected_) {
        if (expected.now != Known::held) continue;
        held.insert(cid_of(number).to_text());
        bytes += text_of(number).size();
    }
    std::set<std::string> walked;
    ASSERT_TRUE(store_->each([&](const Cid& cid, uint64_t) -> Result<bool> {
        EXPECT_TRUE(walked.insert(cid.to_text()).second);
        return true;
    }));
    ASSERT_EQ(walked, held);
    ASSERT_EQ(store_->stat()->block_count, held.size());
    ASSERT_EQ(store_->stat()->block_bytes, bytes);
    const std::atomic<bool> cancel = false;
    const auto report = store_->verify(
        [](const Cid& cid, const Error& error) {
            ADD_FAILURE() << cid.to_text() << " " << error.to_text();
        },
        nullptr, cancel);
    if (report) {
        ASSERT_EQ(report->checked_count, held.size());
    }
}

void StoreModel::step() {
    const uint64_t kind = random_.below(100);
    if (kind < 50) {
        std::vector<int> numbers;
        const uint64_t count = 1 + random_.below(6);
        numbers.reserve(count);
        for (uint64_t i = 0; i < count; ++i) numbers.push_back(any_number());
        put(numbers);
    } else if (kind < 65) {
        const int number = any_number();
        if (expected_.contains(number)) look(number);
    } else if (kind < 75) {
        remove(any_number());
    } else if (kind < 85) {
        sync();
    } else if (kind < 90) {
        collect();
    } else if (kind < 95) {
        expect_same();
    } else {
        reopen();
    }
}

}  // namespace kit::blocks
