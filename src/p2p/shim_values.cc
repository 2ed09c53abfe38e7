#include "p2p/shim_values.h"

#include <chrono>

namespace kit::p2p {
namespace {

Code code_of(KitP2pStatus status) {
    switch (status) {
        case KIT_P2P_STATUS_INVALID_ARGUMENT:
            return Code::invalid_argument;
        case KIT_P2P_STATUS_NOT_FOUND:
            return Code::not_found;
        case KIT_P2P_STATUS_TIMED_OUT:
            return Code::timeout;
        case KIT_P2P_STATUS_CLOSED:
        case KIT_P2P_STATUS_CANCELLED:
            return Code::cancelled;
        case KIT_P2P_STATUS_UNREACHABLE:
            return Code::offline;
        case KIT_P2P_STATUS_UNSUPPORTED_PROTOCOL:
            return Code::unsupported;
        case KIT_P2P_STATUS_LIMIT_REACHED:
            return Code::busy;
        case KIT_P2P_STATUS_RESET:
        case KIT_P2P_STATUS_END_OF_STREAM:
            return Code::io_error;
        case KIT_P2P_STATUS_DENIED:
            return Code::permission_denied;
        case KIT_P2P_STATUS_ALREADY_EXISTS:
            return Code::already_exists;
        case KIT_P2P_STATUS_OK:
        case KIT_P2P_STATUS_INTERNAL:
            return Code::internal;
    }
    return Code::internal;
}

struct Freed {
    KitP2pOperation* operation;

    explicit Freed(KitP2pOperation* freed) : operation(freed) {}
    Freed(const Freed&) = delete;
    Freed& operator=(const Freed&) = delete;
    ~Freed() { kit_p2p_operation_free(operation); }
};

}  // namespace

std::vector<KitP2pBytes> views(std::span<const std::string> texts) {
    std::vector<KitP2pBytes> made;
    made.reserve(texts.size());
    for (const std::string& text : texts) made.push_back(view(text));
    return made;
}

std::vector<KitP2pBytes> views(std::span<const Multihash> hashes) {
    std::vector<KitP2pBytes> out;
    out.reserve(hashes.size());
    for (const Multihash& hash : hashes) out.push_back(view(hash.bytes()));
    return out;
}

std::vector<Multiaddr> addresses_of(std::span<const KitP2pBytes> texts) {
    std::vector<Multiaddr> made;
    for (const KitP2pBytes text : texts) {
        if (auto address = Multiaddr::from_text(as_text(bytes_of(text)))) {
            made.push_back(*std::move(address));
        }
    }
    return made;
}

std::vector<std::string> texts_of(std::span<const KitP2pBytes> texts) {
    std::vector<std::string> made;
    made.reserve(texts.size());
    for (const KitP2pBytes text : texts) made.push_back(text_of(text));
    return made;
}

Result<void> check(KitP2pStatus status) {
    if (status == KIT_P2P_STATUS_OK) return {};
    return fail(code_of(status), "{}", kit_p2p_last_error());
}

std::optional<Error> error_of(const KitP2pEvent& done) {
    if (done.status == KIT_P2P_STATUS_OK) return std::nullopt;
    return Error{code_of(done.status), text_of(done.detail)};
}

Result<void> finish(KitP2pOperation* operation, int64_t timeout_ms,
                    const std::function<void(KitP2pEvent&)>& take) {
    using Clock = std::chrono::steady_clock;
    const Freed freed(operation);
    const auto until = Clock::now() + std::chrono::milliseconds(timeout_ms);
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        const auto left_ms = static_cast<uint64_t>(std::max<int64_t>(left.count(), 0));
        KitP2pEvent event{};
        TRY(check(kit_p2p_operation_next(operation, &event, left_ms)));
        take(event);
        const bool is_done = event.kind == KIT_P2P_EVENT_KIND_DONE;
        std::optional<Error> error = error_of(event);
        kit_p2p_events_free(&event, 1);
        if (!is_done) continue;
        if (error) return std::unexpected(*std::move(error));
        return {};
    }
}

}  // namespace kit::p2p
