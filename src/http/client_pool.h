// Clients for whoever asks a server often and from several threads: each request takes one that is
// idle, whose connection may still be open, and gives it back.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/thread_annotations.h"
#include "http/client.h"

namespace kit::http {

// Any thread.
class ClientPool final {
public:
    explicit ClientPool(ClientOptions options) : options_(std::move(options)) {}

    // As Client::send(). A client whose request failed is not used again.
    Result<void> send(const ClientRequest& request, AnswerReader& reader,
                      const std::atomic<bool>& cancel);

    static constexpr size_t idle_count_max = 4;

private:
    const ClientOptions options_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Client>> idle_ GUARDED_BY(mutex_);
};

}  // namespace kit::http
