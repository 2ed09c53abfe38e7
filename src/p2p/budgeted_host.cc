#include "p2p/budgeted_host.h"

#include <algorithm>

namespace kit::p2p {

Result<void> BudgetedHost::send_frame(const PeerId& peer, std::span<const std::string> protocols,
                                      std::span<const SharedBytes> pieces) {
    size_t size = 0;
    for (const SharedBytes& piece : pieces) size += piece.size();
    const std::string protocol = protocols.empty() ? std::string() : protocols.front();
    {
        const std::scoped_lock lock(mutex_);
        const int64_t now_ns = clock_.monotonic_ns();
        const int64_t ready_ns = budget_.ask(peer, protocol, size, now_ns);
        if (ready_ns <= now_ns) {
            return inner_.send_frame(peer, protocols, pieces);
        }
        waiting_.insert_or_assign(peer, ready_ns);
    }
    // Who waits for events waits no longer than that.
    inner_.wake();
    return fail(Code::busy, "the limit of what may be sent is reached for now");
}

int64_t BudgetedHost::next_due_ns() const {
    const std::scoped_lock lock(mutex_);
    int64_t due_ns = INT64_MAX;
    for (const auto& [peer, ready_ns] : waiting_) due_ns = std::min(due_ns, ready_ns);
    return due_ns;
}

void BudgetedHost::push_due(std::vector<Event>& out) {
    const std::scoped_lock lock(mutex_);
    const int64_t now_ns = clock_.monotonic_ns();
    std::erase_if(waiting_, [&](const auto& entry) {
        if (entry.second > now_ns) return false;
        out.emplace_back(FramesSent{entry.first, inner_.unsent_bytes(entry.first)});
        return true;
    });
}

void BudgetedHost::forget(const Event& event) {
    const auto* gone = std::get_if<PeerDisconnected>(&event);
    if (gone == nullptr) return;
    waiting_.erase(gone->peer);
    budget_.forget(gone->peer);
}

Result<size_t> BudgetedHost::next_events(std::vector<Event>& out, size_t count_max,
                                         int64_t until_monotonic_ns) {
    const size_t before = out.size();
    const int64_t until_ns = std::min(until_monotonic_ns, next_due_ns());
    TRY(inner_.next_events(out, count_max, until_ns));
    {
        const std::scoped_lock lock(mutex_);
        for (const Event& event : std::span(out).subspan(before)) forget(event);
    }
    push_due(out);
    return out.size() - before;
}

}  // namespace kit::p2p
