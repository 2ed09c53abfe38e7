// What is open, by the number that the kernel says. Bounded; numbers are never used again.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "base/thread_annotations.h"
#include "doors/mount/file_system.h"
#include "doors/mount/limits.h"

namespace kit::mount {

// Any thread.
template <typename Open>
class HandleTable final {
public:
    // Refuses with ENFILE when there are too many.
    Answer<HandleId> add(std::shared_ptr<Open> open) {
        const std::scoped_lock lock(mutex_);
        if (handles_.size() >= limits::handle_count_max) return refuse(ENFILE);
        const HandleId id = next_++;
        handles_.emplace(id, std::move(open));
        return id;
    }
    // Refuses with EBADF.
    Answer<std::shared_ptr<Open>> get(HandleId id) const {
        const std::scoped_lock lock(mutex_);
        const auto found = handles_.find(id);
        if (found == handles_.end()) return refuse(EBADF);
        return found->second;
    }
    // What was open, null when nothing was.
    std::shared_ptr<Open> take(HandleId id) {
        const std::scoped_lock lock(mutex_);
        auto taken = handles_.extract(id);
        return taken.empty() ? nullptr : std::move(taken.mapped());
    }

private:
    mutable std::mutex mutex_;
    std::map<HandleId, std::shared_ptr<Open>> handles_ GUARDED_BY(mutex_);
    HandleId next_ GUARDED_BY(mutex_) = 1;
};

}  // namespace kit::mount
