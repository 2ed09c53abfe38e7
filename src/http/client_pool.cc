#include "http/client_pool.h"

namespace kit::http {

Result<void> ClientPool::send(const ClientRequest& request, AnswerReader& reader,
                              const std::atomic<bool>& cancel) {
    std::unique_ptr<Client> client;
    {
        const std::scoped_lock lock(mutex_);
        if (!idle_.empty()) {
            client = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    if (!client) client = TRY(Client::create(options_));
    TRY(client->send(request, reader, cancel));
    const std::scoped_lock lock(mutex_);
    if (idle_.size() < idle_count_max) idle_.push_back(std::move(client));
    return {};
}

}  // namespace kit::http
