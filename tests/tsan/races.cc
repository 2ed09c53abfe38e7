// Makes the races that ThreadSanitizer must report although tsan.supp makes it look away from
// RocksDB's own. Which one is the argument:
//   plain      two threads count in one variable without a lock
//   callback   the same inside a callback of RocksDB's, so that its frames are in the stacks
//   store      the same between calls of a store that several threads write to
//   none       as callback, with a lock: nothing may be reported
#include <rocksdb/write_batch.h>
#include <stdlib.h>

#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "blocks/store.h"

namespace {

int counter = 0;
std::mutex counter_mutex;

class Counting final : public rocksdb::WriteBatch::Handler {
public:
    explicit Counting(bool locked) : locked_(locked) {}
    void Put(const rocksdb::Slice& /*key*/, const rocksdb::Slice& /*value*/) override {
        std::unique_lock lock(counter_mutex, std::defer_lock);
        if (locked_) lock.lock();
        ++counter;
    }

private:
    const bool locked_;
};

void in_two_threads(const std::function<void()>& work) {
    std::thread first(work);
    std::thread second(work);
    first.join();
    second.join();
}

void race_in_callback(bool locked) {
    in_two_threads([locked] {
        rocksdb::WriteBatch batch;
        Counting counting(locked);
        for (int i = 0; i < 1000; ++i) {
            if (!batch.Put("key", "value").ok() || !batch.Iterate(&counting).ok()) ::abort();
        }
    });
}

void race_beside_store() {
    char folder[] = "/tmp/kit-races-XXXXXX";
    if (::mkdtemp(folder) == nullptr) ::abort();
    {
        auto store = kit::blocks::Store::open(kit::real_env(), folder, {});
        if (!store) ::abort();
        in_two_threads([&] {
            for (int i = 0; i < 100; ++i) {
                kit::blocks::WriteBatch batch;
                batch.put(kit::blocks::Table::names, std::to_string(i), "value");
                if (!(*store)->records().write(batch, (*store)->durability())) ::abort();
                ++counter;
            }
        });
    }
    if (!kit::real_env().disk.remove_all(folder)) ::abort();
}

}  // namespace

int main(int argument_count, char** arguments) {
    const std::string which = argument_count == 2 ? arguments[1] : "";
    if (which == "plain") {
        in_two_threads([] { ++counter; });
    } else if (which == "callback" || which == "none") {
        race_in_callback(which == "none");
    } else if (which == "store") {
        race_beside_store();
    } else {
        std::fputs("usage: races plain|callback|store|none\n", stderr);
        return 2;
    }
    return 0;
}
