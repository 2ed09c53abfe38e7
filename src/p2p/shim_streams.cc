#include "p2p/shim_streams.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>

namespace kit::p2p {
namespace {

// Accepted streams that wait at a port; more are reset. As many as a peer may have unaccepted.
constexpr size_t accepted_count_max = 256;

class ShimStream final : public Stream {
public:
    ShimStream(KitP2pStream* stream, PeerId peer, std::string protocol)
        : stream_(stream), peer_(std::move(peer)), protocol_(std::move(protocol)) {}
    ~ShimStream() override { kit_p2p_stream_free(stream_); }

    const PeerId& peer() const override { return peer_; }
    const std::string& protocol() const override { return protocol_; }

    Result<size_t> read(std::span<uint8_t> out, std::chrono::milliseconds timeout) override {
        if (out.empty()) return 0;
        size_t size = 0;
        const KitP2pStatus status =
            kit_p2p_stream_read(stream_, out.data(), out.size(), in_ms(timeout), &size);
        if (status == KIT_P2P_STATUS_END_OF_STREAM) return 0;
        TRY(check(status));
        return size;
    }
    Result<void> write(ByteView bytes, std::chrono::milliseconds timeout) override {
        size_t written = 0;
        return check(kit_p2p_stream_write(stream_, view(bytes), in_ms(timeout), &written));
    }
    Result<void> close_write(std::chrono::milliseconds timeout) override {
        return check(kit_p2p_stream_close_write(stream_, in_ms(timeout)));
    }
    void reset() override { kit_p2p_stream_reset(stream_); }

    KitP2pStream* release() { return std::exchange(stream_, nullptr); }

private:
    static uint64_t in_ms(std::chrono::milliseconds timeout) {
        return static_cast<uint64_t>(std::max<int64_t>(timeout.count(), 0));
    }

    KitP2pStream* stream_;
    const PeerId peer_;
    const std::string protocol_;
};

}  // namespace

class ShimPort final : public StreamPort {
public:
    ShimPort(ShimStreams& streams, Descriptor bell) : streams_(streams), bell_(std::move(bell)) {}
    ~ShimPort() override { streams_.forget(*this); }

    int descriptor() const override { return bell_.number(); }

    std::optional<StreamNews> take() override {
        const std::scoped_lock lock(mutex_);
        if (news_.empty()) return std::nullopt;
        StreamNews first = std::move(news_.front());
        news_.pop_front();
        if (first.kind == StreamNews::Kind::accepted) --accepted_count_;
        if (news_.empty()) {
            uint64_t rung = 0;
            while (::read(bell_.number(), &rung, sizeof rung) < 0 && errno == EINTR) {
            }
        }
        return first;
    }

    Result<void> accept(const std::string& protocol) override {
        return streams_.accept(*this, protocol);
    }
    Result<void> refuse(const std::string& protocol) override {
        return streams_.refuse(*this, protocol);
    }
    Result<uint64_t> open(const PeerAddress& peer, std::vector<std::string> protocols,
                          std::chrono::milliseconds timeout) override {
        return streams_.open(*this, peer, std::move(protocols), timeout.count());
    }
    Result<uint64_t> carry(std::unique_ptr<Stream> stream, Descriptor socket) override {
        return streams_.carry(*this, std::move(stream), std::move(socket));
    }
    void cancel(uint64_t request) override { streams_.cancel(*this, request); }

    // A stream that finds no room is dropped, which resets it.
    void tell(StreamNews news) {
        const std::scoped_lock lock(mutex_);
        if (news.kind == StreamNews::Kind::accepted) {
            if (accepted_count_ >= accepted_count_max) return;
            ++accepted_count_;
        }
        news_.push_back(std::move(news));
        if (news_.size() > 1) return;
        const uint64_t one = 1;
        while (::write(bell_.number(), &one, sizeof one) < 0 && errno == EINTR) {
        }
    }

    void drop(uint64_t request) {
        const std::scoped_lock lock(mutex_);
        // The bell may ring for nothing, which take() answers with nothing.
        for (StreamNews& waiting : news_) {
            if (waiting.request == request) waiting.stream.reset();
        }
        std::erase_if(news_, [&](const StreamNews& waiting) {
            return waiting.request == request && waiting.kind != StreamNews::Kind::accepted;
        });
    }

private:
    ShimStreams& streams_;
    const Descriptor bell_;
    std::mutex mutex_;
    std::deque<StreamNews> news_ GUARDED_BY(mutex_);
    size_t accepted_count_ GUARDED_BY(mutex_) = 0;
};

std::unique_ptr<Stream> take_stream(KitP2pEvent& event) {
    KitP2pStream* stream = std::exchange(event.stream, nullptr);
    ASSERT(stream != nullptr);
    return std::make_unique<ShimStream>(stream, peer_of(event), text_of(event.name));
}

Result<std::unique_ptr<StreamPort>> ShimStreams::open_port() {
    Descriptor bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (bell.number() < 0) return fail(Code::io_error, "no eventfd: errno {}", errno);
    return std::make_unique<ShimPort>(*this, std::move(bell));
}

void ShimStreams::take_inbound(KitP2pEvent& event) {
    std::unique_ptr<Stream> stream = take_stream(event);
    const std::scoped_lock lock(mutex_);
    const auto port = ports_.find(stream->protocol());
    if (port == ports_.end()) return;
    port->second->tell({.kind = StreamNews::Kind::accepted, .stream = std::move(stream)});
}

bool ShimStreams::take_answer(KitP2pEvent& event) {
    const std::scoped_lock lock(mutex_);
    const auto found = asked_.find(event.operation);
    if (found == asked_.end()) return false;
    const bool is_done = event.kind == KIT_P2P_EVENT_KIND_DONE;
    Asked& asked = found->second;
    if (!is_done) {
        if (event.kind == KIT_P2P_EVENT_KIND_STREAM) {
            asked.port->tell({.kind = StreamNews::Kind::opened,
                              .request = asked.request,
                              .stream = take_stream(event)});
        }
        return true;
    }
    Asked ended = std::move(asked);
    asked_.erase(found);
    std::optional<Error> error = error_of(event);
    ShimPort& port = *ended.port;
    const uint64_t request = ended.request;
    if (ended.stage == Stage::carrying) {
        port.tell({.kind = StreamNews::Kind::carried,
                   .request = request,
                   .error = std::move(error),
                   .received_bytes = event.number,
                   .sent_bytes = event.number2});
        return true;
    }
    if (!error && ended.stage == Stage::dialling) {
        auto begun = begin_stream(std::move(ended));
        if (!begun) error = std::move(begun.error());
    }
    if (error) {
        port.tell(
            {.kind = StreamNews::Kind::opened, .request = request, .error = std::move(error)});
    }
    return true;
}

Result<void> ShimStreams::accept(ShimPort& port, const std::string& protocol) {
    const std::scoped_lock lock(mutex_);
    TRY(check(kit_p2p_accept(host_, view(protocol))));
    ports_[protocol] = &port;
    return {};
}

Result<void> ShimStreams::refuse(ShimPort& port, const std::string& protocol) {
    const std::scoped_lock lock(mutex_);
    const auto found = ports_.find(protocol);
    if (found == ports_.end() || found->second != &port) {
        return fail(Code::not_found, "{} is not accepted", protocol);
    }
    ports_.erase(found);
    return check(kit_p2p_refuse(host_, view(protocol)));
}

Result<uint64_t> ShimStreams::open(ShimPort& port, const PeerAddress& peer,
                                   std::vector<std::string> protocols, int64_t timeout_ms) {
    const std::vector<std::string> texts = texts_of(peer.addresses);
    const std::vector<KitP2pBytes> addresses = views(texts);
    const std::scoped_lock lock(mutex_);
    uint64_t operation = 0;
    TRY(check(kit_p2p_dial(host_, view(peer.peer.bytes()), addresses.data(), addresses.size(),
                           {.handle = nullptr, .number = &operation})));
    const uint64_t request = next_request_++;
    asked_.emplace(operation, Asked{&port, request, Stage::dialling, peer.peer,
                                    std::move(protocols), timeout_ms});
    return request;
}

Result<void> ShimStreams::begin_stream(Asked asked) {
    const std::vector<KitP2pBytes> names = views(asked.protocols);
    uint64_t operation = 0;
    TRY(check(kit_p2p_open_stream(host_, view(asked.peer.bytes()), names.data(), names.size(),
                                  static_cast<uint64_t>(std::max<int64_t>(asked.timeout_ms, 1)),
                                  {.handle = nullptr, .number = &operation})));
    asked.stage = Stage::opening;
    asked_.emplace(operation, std::move(asked));
    return {};
}

Result<uint64_t> ShimStreams::carry(ShimPort& port, std::unique_ptr<Stream> stream,
                                    Descriptor socket) {
    auto* given = dynamic_cast<ShimStream*>(stream.get());
    ASSERT(given != nullptr);
    const std::scoped_lock lock(mutex_);
    uint64_t operation = 0;
    TRY(check(kit_p2p_stream_splice(host_, given->release(), socket.release(),
                                    {.handle = nullptr, .number = &operation})));
    const uint64_t request = next_request_++;
    asked_.emplace(operation, Asked{&port, request, Stage::carrying, given->peer(), {}, 0});
    return request;
}

void ShimStreams::cancel(ShimPort& port, uint64_t request) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find_if(asked_, [&](const auto& entry) {
        return entry.second.port == &port && entry.second.request == request;
    });
    if (found != asked_.end()) {
        kit_p2p_cancel(host_, found->first);
        asked_.erase(found);
    }
    port.drop(request);
}

void ShimStreams::forget(ShimPort& port) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(ports_, [&](const auto& entry) {
        if (entry.second != &port) return false;
        kit_p2p_refuse(host_, view(entry.first));
        return true;
    });
    std::erase_if(asked_, [&](const auto& entry) {
        if (entry.second.port != &port) return false;
        kit_p2p_cancel(host_, entry.first);
        return true;
    });
}

}  // namespace kit::p2p
