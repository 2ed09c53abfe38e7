// The block store: put and get of blocks, and look-ups in an index of 1 and 20 million entries
// (STORE_BENCH_LARGE=1 for the latter: it takes minutes to make). In /dev/shm, so that no disk is
// measured.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdlib>
#include <unordered_set>

#include "base/env.h"
#include "blocks/database.h"
#include "blocks/store.h"

namespace kit::blocks {
namespace {

using formats::Cid;

// Hashing is another benchmark's matter: the store takes the digest as it is given.
Cid numbered_cid(uint64_t number) {
    std::array<uint8_t, 32> digest = {};
    uint64_t mixed = number * 0x9e3779b97f4a7c15U;
    for (size_t i = 0; i < digest.size(); i += sizeof mixed) {
        mixed ^= mixed >> 29;
        mixed *= 0xbf58476d1ce4e5b9U;
        std::memcpy(digest.data() + i, &mixed, sizeof mixed);
    }
    const auto code = static_cast<uint64_t>(formats::HashCode::sha2_256);
    return Cid::v1(formats::Codec::raw, formats::Multihash::wrap(code, digest));
}

class Folder final {
public:
    Folder() {
        char pattern[] = "/dev/shm/kit-bench-XXXXXX";
        path_ = ::mkdtemp(pattern);
    }
    ~Folder() { (void)real_env().disk.remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const Path& path() const { return path_; }

private:
    Path path_;
};

std::unique_ptr<Store> open_in(const Folder& folder) {
    auto store = Store::open(real_env(), folder.path(), {});
    ASSERT(store.has_value());
    return *std::move(store);
}

uint64_t put_batch(Store& store, Lease& lease, uint64_t first, uint64_t count, ByteView body) {
    std::vector<NewBlock> blocks;
    blocks.reserve(count);
    for (uint64_t i = 0; i < count; ++i) {
        blocks.push_back({numbered_cid(first + i), {}, body, {}});
    }
    const auto outcome = store.put(lease, blocks);
    ASSERT(outcome.has_value());
    return *outcome;
}

void put(benchmark::State& state) {
    const auto size = static_cast<uint64_t>(state.range(0));
    const uint64_t count = std::max<uint64_t>(1 * MiB / size, 1);
    const Bytes body(size, 7);
    auto folder = std::make_unique<Folder>();
    auto store = open_in(*folder);
    auto lease = store->lease();
    uint64_t next = 0;
    for (auto _ : state) {
        put_batch(*store, *lease, next, count, body);
        next += count;
        if (next * size < 512 * MiB) continue;
        state.PauseTiming();  // Memory is finite.
        lease = nullptr;
        store = nullptr;
        folder = std::make_unique<Folder>();
        store = open_in(*folder);
        lease = store->lease();
        next = 0;
        state.ResumeTiming();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(count * size));
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
}
BENCHMARK(put)->Arg(4 * KiB)->Arg(256 * KiB)->Arg(1 * MiB);

void get(benchmark::State& state) {
    const auto size = static_cast<uint64_t>(state.range(0));
    const uint64_t count = 64 * MiB / size;
    const Bytes body(size, 7);
    const Folder folder;
    const auto store = open_in(folder);
    const auto lease = store->lease();
    put_batch(*store, *lease, 0, count, body);
    ASSERT(store->sync().has_value());
    uint64_t next = 0;
    for (auto _ : state) {
        const auto found = store->find(numbered_cid(next = (next + 7) % count));
        ASSERT(found.has_value() && found->has_value());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(size));
}
BENCHMARK(get)->Arg(4 * KiB)->Arg(256 * KiB);

void open_and_close(benchmark::State& state) {
    const Folder folder;
    open_in(folder);
    for (auto _ : state) open_in(folder);
}
BENCHMARK(open_and_close)->Unit(benchmark::kMillisecond);

void open_to_read_one(benchmark::State& state) {
    const Folder folder;
    const Bytes body(1024, 7);
    {
        const auto store = open_in(folder);
        const auto lease = store->lease();
        put_batch(*store, *lease, 0, 1000, body);
    }
    for (auto _ : state) {
        const auto store = Store::open(real_env(), folder.path(), {.access = Access::read});
        ASSERT((*store)->find(numbered_cid(5))->has_value());
    }
}
BENCHMARK(open_to_read_one)->Unit(benchmark::kMillisecond);

// 65,536 blocks of 4 KiB go beside 10,100 that stay.
void collect(benchmark::State& state) {
    constexpr uint64_t live_count = 10'100;
    constexpr uint64_t dead_count = 65'536;
    const Bytes body(4 * KiB, 7);
    for (auto _ : state) {
        state.PauseTiming();
        auto folder = std::make_unique<Folder>();
        auto store = open_in(*folder);
        {
            const auto lease = store->lease();
            put_batch(*store, *lease, 0, live_count + dead_count, body);
        }
        ASSERT(store->sync().has_value());
        std::unordered_set<formats::Multihash, formats::MultihashHash, formats::MultihashEqual>
            live;
        for (uint64_t i = 0; i < live_count; ++i) live.emplace(numbered_cid(i * 7).hash());
        const std::atomic<bool> cancel = false;
        uint64_t removed_count = 0;
        state.ResumeTiming();
        ASSERT((*store->begin_collection())
                   ->sweep([&](formats::MultihashView hash) { return live.contains(hash); },
                           [&](const Collection::Removed&) { ++removed_count; }, cancel)
                   .has_value());
        state.PauseTiming();
        ASSERT(removed_count == dead_count);
        store = nullptr;
        folder = nullptr;
        state.ResumeTiming();
    }
}
BENCHMARK(collect)->Unit(benchmark::kMillisecond)->Iterations(5)->MeasureProcessCPUTime();

struct Index {
    Folder folder;
    std::unique_ptr<Database> database;
};

// A benchmark is called some times until its clock is content; the index is made once for it, and
// is gone before RocksDB's own statics are.
std::unique_ptr<Index>& made_index() {
    static std::unique_ptr<Index> index;
    return index;
}

void drop_index(const benchmark::State&) {
    made_index() = nullptr;
}

// An index of this many entries.
const Database& index_of(uint64_t count) {
    auto& index = made_index();
    if (index != nullptr) return *index->database;
    index = std::make_unique<Index>();
    index->database = *open_rocks_database(index->folder.path(), {});
    Database* const database = index->database.get();
    for (uint64_t first = 0; first < count;) {
        WriteBatch batch;
        for (int i = 0; i < 16'384 && first < count; ++i, ++first) {
            const Cid cid = numbered_cid(first);
            batch.put(Table::blocks, as_text(cid.hash().bytes()), "location");
        }
        ASSERT(database->write(batch, Durability::periodic).has_value());
    }
    return *database;
}

void look_up(benchmark::State& state) {
    const auto count = static_cast<uint64_t>(state.range(0));
    const Database& database = index_of(count);
    uint64_t next = 1;
    for (auto _ : state) {
        next = next * 6364136223846793005U + 1442695040888963407U;
        const Cid cid = numbered_cid((next >> 20) % count);
        ASSERT(database.find(Table::blocks, as_text(cid.hash().bytes()))->has_value());
    }
}
void look_up_absent(benchmark::State& state) {
    const auto count = static_cast<uint64_t>(state.range(0));
    const Database& database = index_of(count);
    uint64_t next = count;
    for (auto _ : state) {
        const Cid cid = numbered_cid(++next);
        ASSERT(!database.find(Table::blocks, as_text(cid.hash().bytes()))->has_value());
    }
}
void sizes(benchmark::internal::Benchmark* bench) {
    bench->Teardown(drop_index)->Arg(1'000'000);
    if (std::getenv("STORE_BENCH_LARGE") != nullptr) bench->Arg(20'000'000);
}
BENCHMARK(look_up)->Apply(sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(look_up_absent)->Apply(sizes)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kit::blocks
