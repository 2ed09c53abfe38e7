// Remembers which blocks an operation met in the store, so that a collection keeps them. Growing
// Bloom filters of 16 bits an entry: one in five hundred is kept for nothing, none is forgotten.
#pragma once

#include <mutex>
#include <vector>

#include "base/thread_annotations.h"
#include "formats/multihash.h"

namespace kit::blocks {

// Every call is safe from any thread.
class MetFilter final {
public:
    void add(formats::MultihashView hash);
    bool contains(formats::MultihashView hash) const;
    bool empty() const;

private:
    struct Layer {
        uint64_t room_count = 0;  // How many entries it still takes.
        std::vector<uint64_t> words;
    };
    mutable std::mutex mutex_;
    std::vector<Layer> layers_ GUARDED_BY(mutex_);  // Each twice as large as the one before.
};

}  // namespace kit::blocks
