#include "exchange/http_peers.h"

#include <utility>

#include "exchange/limits.h"

namespace kit::exchange {
namespace {

constexpr uint32_t failures_count_max = 3;
constexpr std::string_view raw_type = "application/vnd.ipld.raw";

// Takes a body up to a bound; more is a failure.
class BodyReader final : public http::AnswerReader {
public:
    explicit BodyReader(uint64_t size_bytes_max) : size_bytes_max_(size_bytes_max) {}
    Result<void> begin(const http::ResponseHead& head) override {
        status = head.status;
        return {};
    }
    Result<void> bytes(ByteView bytes) override {
        if (status != 200) return {};  // What an error says is for people.
        if (body.size() + bytes.size() > size_bytes_max_) {
            return fail(Code::too_large, "the gateway's block has more than {} bytes",
                        size_bytes_max_);
        }
        body.insert(body.end(), bytes.begin(), bytes.end());
        return {};
    }
    Result<void> end(const http::Headers&) override { return {}; }

    int status = 0;
    Bytes body;

private:
    const uint64_t size_bytes_max_;
};

}  // namespace

HttpPeers::~HttpPeers() {
    std::vector<std::thread> threads;
    {
        const std::scoped_lock lock(mutex_);
        is_ending_ = true;
        tasks_.clear();
        for (const Task& task : running_) *task.cancel = true;
        threads.swap(threads_);
    }
    changed_.notify_all();
    for (std::thread& thread : threads) thread.join();
}

bool HttpPeers::add(const PeerId& peer, std::string url) {
    while (url.ends_with('/')) url.pop_back();
    const std::scoped_lock lock(mutex_);
    if (peers_.size() >= limits::http_peers_count_max) return false;
    return peers_.try_emplace(peer, std::make_shared<Peer>(Peer{.id = peer, .url = std::move(url)}))
        .second;
}

void HttpPeers::remove(const PeerId& peer) {
    const std::scoped_lock lock(mutex_);
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    found->second->is_gone = true;
    std::erase_if(tasks_, [&](const Task& task) { return task.peer == found->second; });
    for (const Task& task : running_) {
        if (task.peer == found->second) *task.cancel = true;
    }
    peers_.erase(found);
}

bool HttpPeers::send(const PeerId& peer, const bitswap::Message& message) {
    const std::scoped_lock lock(mutex_);
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return false;
    for (const bitswap::WantEntry& want : message.wants) {
        const auto is_this = [&](const Task& task) {
            return task.peer == found->second && task.want.cid == want.cid;
        };
        // A want for the block takes the place of one for word of it.
        std::erase_if(tasks_, is_this);
        if (want.is_cancel) {
            for (const Task& task : running_) {
                if (is_this(task)) *task.cancel = true;
            }
            continue;
        }
        tasks_.push_back({found->second, want, std::make_shared<std::atomic<bool>>(false)});
        if (idle_count_ < tasks_.size() && threads_.size() < thread_count_) start_thread();
    }
    changed_.notify_all();
    return true;
}

void HttpPeers::start_thread() {
    threads_.emplace_back([this] { work(); });
}

void HttpPeers::work() {
    auto client = http::Client::create({.stall_time_ns_max = limits::http_stall_ns_max});
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_count_;
        changed_.wait(lock, [&] { return is_ending_ || !tasks_.empty(); });
        --idle_count_;
        if (is_ending_) return;
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        running_.push_back(task);
        lock.unlock();
        Result<Outcome> outcome =
            client ? ask(**client, task) : Result<Outcome>(std::unexpected(client.error()));
        lock.lock();
        std::erase_if(running_, [&](const Task& one) { return one.cancel == task.cancel; });
        const bool is_unheard = is_ending_ || *task.cancel || task.peer->is_gone;
        lock.unlock();
        if (!is_unheard) tell(task, std::move(outcome));
        lock.lock();
    }
}

Result<HttpPeers::Outcome> HttpPeers::ask(http::Client& client, const Task& task) const {
    http::ClientRequest request;
    const bool is_block = task.want.type == bitswap::WantType::block;
    request.method = is_block ? "GET" : "HEAD";
    request.url = task.peer->url + "/ipfs/" + task.want.cid.to_text() + "?format=raw";
    request.headers.add("Accept", std::string(raw_type));
    BodyReader reader(block_size_bytes_max_);
    TRY(client.send(request, reader, *task.cancel));
    return Outcome{.status = reader.status, .body = std::move(reader.body)};
}

void HttpPeers::tell(const Task& task, Result<Outcome> outcome) {
    // 404, 410 and the like are answers; a server that fails or is busy counts against it.
    const bool has_failed = !outcome || outcome->status >= 500 || outcome->status == 429;
    uint32_t failure_count = 0;
    {
        const std::scoped_lock lock(mutex_);
        failure_count = has_failed ? ++task.peer->failure_count : 0;
        task.peer->failure_count = failure_count;
    }
    bitswap::Message message;
    const bool is_held = outcome && outcome->status == 200;
    if (is_held && task.want.type == bitswap::WantType::block) {
        message.blocks.push_back(
            {bitswap::BlockPrefix::of(task.want.cid), SharedBytes::from(std::move(outcome->body))});
    } else {
        message.presences.push_back({task.want.cid, is_held});
    }
    callbacks_.on_answer(task.peer->id, std::move(message));
    if (failure_count < failures_count_max) return;
    remove(task.peer->id);
    callbacks_.on_gone(task.peer->id, outcome ? "status " + std::to_string(outcome->status)
                                              : outcome.error().to_text());
}

}  // namespace kit::exchange
