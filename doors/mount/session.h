// A mount that is served: threads that take the kernel's requests from its device and answer them.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "base/thread_annotations.h"
#include "doors/mount/protocol.h"

namespace kit::mount {

class Session final {
public:
    // `device` gives whole requests by read() and takes whole answers by writev(). `system` must
    // outlive the session.
    static Result<std::unique_ptr<Session>> start(Descriptor device, FileSystem& system);
    // Waits for requests that are being served; what comes later is refused by the kernel.
    ~Session();

    // The kernel has let go of the mount: somebody else unmounted it.
    bool is_over() const { return is_over_; }

private:
    Session(Descriptor device, Descriptor wake, FileSystem& system);
    void work();
    // The next request's size; 0 when there are no more.
    size_t take_request(std::span<uint8_t> buffer);
    void send(const Reply& reply) const;

    const Descriptor device_;
    const Descriptor wake_;  // Readable when the session ends.
    FileSystem& system_;
    Protocol protocol_;
    std::atomic<bool> is_over_ = false;
    // One thread waits for the device, the others for it: each request wakes one.
    std::mutex turn_;
    std::vector<std::jthread> threads_;
};

}  // namespace kit::mount
