#include "announce/heard.h"

#include <algorithm>

namespace kit::announce {
namespace {

bool fits(const Heard& heard, const HeardFilter& filter) {
    const Announcement& announcement = heard.announcement;
    if (filter.cid && announcement.cid != *filter.cid) return false;
    if (!filter.tag.empty() && std::ranges::count(announcement.tags, filter.tag) == 0) return false;
    if (announcement.name.find(filter.name) == std::string::npos) return false;
    return heard.heard_unix_ns >= filter.since_unix_ns;
}

}  // namespace

void HeardTable::add(Heard heard) {
    if (const auto known = of_cid_.find(heard.announcement.cid); known != of_cid_.end()) {
        const auto older = std::ranges::find_if(
            known->second, [&](Number number) { return entries_.at(number).from == heard.from; });
        if (older != known->second.end()) drop(*older);
    }
    if (const auto theirs = of_peer_.find(heard.from);
        theirs != of_peer_.end() && theirs->second.size() >= bounds_.of_peer_count_max) {
        drop(*theirs->second.begin());
    }
    if (entries_.size() >= bounds_.count_max) drop_oldest_of_loudest();
    const Number number = ++last_number_;
    of_peer_[heard.from].insert(number);
    of_cid_[heard.announcement.cid].insert(number);
    entries_.emplace(number, std::move(heard));
}

void HeardTable::drop(Number number) {
    const auto entry = entries_.find(number);
    ASSERT(entry != entries_.end());
    const auto forget = [number](auto& index, const auto& key) {
        const auto found = index.find(key);
        found->second.erase(number);
        if (found->second.empty()) index.erase(found);
    };
    forget(of_peer_, entry->second.from);
    forget(of_cid_, entry->second.announcement.cid);
    entries_.erase(entry);
}

void HeardTable::drop_oldest_of_loudest() {
    const std::set<Number>* loudest = nullptr;
    for (const auto& [peer, numbers] : of_peer_) {
        const bool is_louder =
            loudest == nullptr || numbers.size() > loudest->size() ||
            (numbers.size() == loudest->size() && *numbers.begin() < *loudest->begin());
        if (is_louder) loudest = &numbers;
    }
    if (loudest != nullptr) drop(*loudest->begin());
}

void HeardTable::expire(int64_t now_ns) {
    while (!entries_.empty() && entries_.begin()->second.heard_ns <= now_ns - bounds_.time_ns_max) {
        drop(entries_.begin()->first);
    }
}

std::vector<Heard> HeardTable::list(const HeardFilter& filter) const {
    std::vector<Heard> found;
    if (filter.cid) {
        const auto known = of_cid_.find(*filter.cid);
        if (known == of_cid_.end()) return found;
        for (const Number number : known->second) {
            const Heard& heard = entries_.at(number);
            if (fits(heard, filter)) found.push_back(heard);
        }
        return found;
    }
    for (const auto& [number, heard] : entries_) {
        if (fits(heard, filter)) found.push_back(heard);
    }
    return found;
}

size_t HeardTable::count_of(const PeerId& peer) const {
    const auto theirs = of_peer_.find(peer);
    return theirs == of_peer_.end() ? 0 : theirs->second.size();
}

}  // namespace kit::announce
