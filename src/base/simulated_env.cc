#include "base/simulated_env.h"

#include <algorithm>
#include <set>

namespace kit {
namespace {

constexpr uint64_t sector_size_bytes = 512;

std::vector<std::string> names_in(const Path& path) {
    std::vector<std::string> names;
    std::string name;
    for (const char c : path + "/") {
        if (c != '/') {
            name += c;
        } else if (!name.empty()) {
            names.push_back(std::move(name));
            name.clear();
        }
    }
    return names;
}

std::unexpected<Error> absent(const Path& path) {
    return fail(Code::not_found, "cannot open {}: No such file or directory", path);
}

}  // namespace

int64_t SimulatedClock::unix_ns() const {
    return 1'700'000'000'000'000'000 + monotonic_ns();
}

int64_t SimulatedClock::monotonic_ns() const {
    std::scoped_lock lock(mutex_);
    return passed_ns_;
}

void SimulatedClock::advance(std::chrono::nanoseconds time) {
    std::list<Waiter> waiters;
    {
        std::scoped_lock lock(mutex_);
        passed_ns_ += time.count();
        waiters = waiters_;
        for (Waiter& waiter : waiters_) waiter.is_woken = true;
    }
    for (const Waiter& waiter : waiters) {
        // Whoever is between asking for the time and waiting holds the mutex.
        {
            const std::scoped_lock lock(*waiter.mutex);
        }
        waiter.changed->notify_all();
    }
}

void SimulatedClock::wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                          int64_t until_ns) const {
    std::list<Waiter>::iterator self;
    {
        std::scoped_lock own_lock(mutex_);
        if (passed_ns_ >= until_ns) return;
        self = waiters_.insert(waiters_.end(), {&changed, lock.mutex(), false});
    }
    waiters_changed_.notify_all();
    changed.wait(lock);
    std::scoped_lock own_lock(mutex_);
    waiters_.erase(self);
}

void SimulatedClock::await_waiters(size_t count) const {
    std::unique_lock lock(mutex_);
    waiters_changed_.wait(lock, [&] {
        const auto waiting = std::ranges::count(waiters_, false, &Waiter::is_woken);
        return static_cast<size_t>(waiting) >= count;
    });
}

void SimulatedRandom::fill(std::span<uint8_t> out) {
    std::scoped_lock lock(mutex_);
    for (size_t at = 0; at < out.size(); at += sizeof(uint64_t)) {
        state_ += 0x9e3779b97f4a7c15U;
        uint64_t mixed = state_;
        mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
        mixed ^= mixed >> 31;
        std::memcpy(out.data() + at, &mixed, std::min(sizeof mixed, out.size() - at));
    }
}

struct SimulatedDisk::Node {
    FileType type = FileType::regular;
    uint32_t mode = 0;
    int64_t mtime_s = 0;
    uint32_t mtime_ns = 0;
    uint64_t inode = 0;
    std::string target;
    Bytes content;
    Bytes durable_content;
    uint64_t dirty_from = UINT64_MAX;  // Bytes before it are the same in both.
    std::map<std::string, NodePointer> entries;
    std::map<std::string, NodePointer> durable_entries;
};

class SimulatedFile final : public File {
public:
    SimulatedFile(SimulatedDisk& disk, std::shared_ptr<SimulatedDisk::Node> node, uint64_t start)
        : disk_(disk), node_(std::move(node)), start_count_(start) {}

    Result<size_t> read_at(uint64_t offset, std::span<uint8_t> out) const override {
        std::scoped_lock lock(disk_.mutex_);
        TRY(expect_alive());
        const Bytes& content = node_->content;
        if (offset >= content.size()) return 0;
        const size_t count = std::min<uint64_t>(out.size(), content.size() - offset);
        if (count > 0) std::memcpy(out.data(), content.data() + offset, count);
        return count;
    }

    Result<void> write_at(uint64_t offset, std::span<const ByteView> pieces) override {
        Bytes bytes;
        for (const ByteView piece : pieces) append(bytes, piece);
        std::scoped_lock lock(disk_.mutex_);
        TRY(expect_alive());
        return disk_.write(*node_, offset, bytes);
    }

    Result<void> sync() override {
        std::scoped_lock lock(disk_.mutex_);
        TRY(expect_alive());
        TRY(disk_.change(SimulatedDisk::Call::sync));
        const uint64_t from = std::min<uint64_t>(node_->dirty_from, node_->content.size());
        node_->durable_content.resize(from);
        append(node_->durable_content, ByteView(node_->content).subspan(from));
        node_->dirty_from = UINT64_MAX;
        return {};
    }

    Result<void> truncate(uint64_t size_bytes) override {
        std::scoped_lock lock(disk_.mutex_);
        TRY(expect_alive());
        TRY(disk_.change(SimulatedDisk::Call::any_change));
        const uint64_t smaller = std::min<uint64_t>(size_bytes, node_->content.size());
        node_->dirty_from = std::min(node_->dirty_from, smaller);
        node_->content.resize(size_bytes);
        return {};
    }

    Result<uint64_t> size_bytes() const override {
        std::scoped_lock lock(disk_.mutex_);
        TRY(expect_alive());
        return node_->content.size();
    }

    Result<size_t> read(std::span<uint8_t> out) override {
        const size_t count = TRY(read_at(read_offset_, out));
        read_offset_ += count;
        return count;
    }

private:
    Result<void> expect_alive() const {
        if (start_count_ == disk_.start_count_) return {};
        return fail(Code::io_error, "the file was opened before the crash");
    }

    SimulatedDisk& disk_;
    const std::shared_ptr<SimulatedDisk::Node> node_;
    const uint64_t start_count_;
    uint64_t read_offset_ = 0;
};

class SimulatedLock final : public FileLock {
public:
    SimulatedLock(SimulatedDisk& disk, Path path, uint64_t start)
        : disk_(disk), path_(std::move(path)), start_count_(start) {}
    ~SimulatedLock() override {
        std::scoped_lock lock(disk_.mutex_);
        if (start_count_ == disk_.start_count_) disk_.locks_.erase(path_);
    }
    SimulatedLock(const SimulatedLock&) = delete;
    SimulatedLock& operator=(const SimulatedLock&) = delete;

private:
    SimulatedDisk& disk_;
    const Path path_;
    const uint64_t start_count_;
};

SimulatedDisk::SimulatedDisk(uint64_t seed) : random_(seed) {
    std::scoped_lock lock(mutex_);
    root_ = make_node(FileType::directory, 0755);
}

SimulatedDisk::~SimulatedDisk() = default;

SimulatedDisk::NodePointer SimulatedDisk::make_node(FileType type, uint32_t mode) {
    auto node = std::make_shared<Node>();
    node->type = type;
    node->mode = mode;
    node->inode = ++last_inode_;
    return node;
}

void SimulatedDisk::crash(Survival survival) {
    std::scoped_lock lock(mutex_);
    lose_power(*root_, survival);
    locks_.clear();
    fault_.reset();
    ++start_count_;
}

void SimulatedDisk::lose_power(Node& node, Survival survival) {
    const auto survives = [&] { return survival == Survival::a_part && random_.below(2) == 0; };
    if (node.type == FileType::regular && node.dirty_from != UINT64_MAX) {
        Bytes left = node.durable_content;
        const uint64_t size = survives() ? node.content.size() : left.size();
        left.resize(size);
        for (uint64_t at = node.dirty_from; at < node.content.size(); at += sector_size_bytes) {
            const uint64_t count = std::min<uint64_t>(sector_size_bytes, node.content.size() - at);
            const bool written = at + count <= size && survives();
            if (written) std::memcpy(left.data() + at, node.content.data() + at, count);
        }
        node.content = left;
    }
    node.durable_content = node.content;
    node.dirty_from = UINT64_MAX;

    std::set<std::string> names;
    for (const auto& [name, entry] : node.entries) names.insert(name);
    for (const auto& [name, entry] : node.durable_entries) names.insert(name);
    std::map<std::string, NodePointer> left;
    for (const std::string& name : names) {
        const auto now = node.entries.find(name);
        const auto before = node.durable_entries.find(name);
        const bool is_now = now != node.entries.end();
        const bool was_before = before != node.durable_entries.end();
        const bool same = is_now && was_before && now->second == before->second;
        const bool take_new = same || survives();
        if (take_new ? is_now : was_before) left[name] = take_new ? now->second : before->second;
    }
    node.entries = left;
    node.durable_entries = left;
    for (const auto& [name, entry] : node.entries) lose_power(*entry, survival);
}

uint64_t SimulatedDisk::change_count() const {
    std::scoped_lock lock(mutex_);
    return change_count_;
}

void SimulatedDisk::fail_call(Call call, uint64_t n, Lasting lasting) {
    std::scoped_lock lock(mutex_);
    fault_ = {call, n, lasting};
}

void SimulatedDisk::set_capacity(uint64_t bytes) {
    std::scoped_lock lock(mutex_);
    capacity_bytes_ = bytes;
}

void SimulatedDisk::damage(const Path& path, uint64_t offset_bytes) {
    std::scoped_lock lock(mutex_);
    const NodePointer node = look_up(path, true);
    ASSERT(node != nullptr && offset_bytes < node->content.size());
    node->content[offset_bytes] ^= 1;
    if (offset_bytes < node->durable_content.size()) node->durable_content[offset_bytes] ^= 1;
}

Result<void> SimulatedDisk::change(Call call) {
    ++change_count_;
    if (!fault_) return {};
    const bool over = fault_->left_count == 0;
    if (!over) {
        if (fault_->call != Call::any_change && fault_->call != call) return {};
        if (--fault_->left_count > 0) return {};
    }
    if (fault_->lasting == Lasting::once) fault_.reset();
    return fail(Code::io_error, "the simulated disk fails");
}

uint64_t SimulatedDisk::used_bytes(const Node& node) const {
    uint64_t bytes = node.content.size();
    for (const auto& [name, entry] : node.entries) bytes += used_bytes(*entry);
    return bytes;
}

Result<void> SimulatedDisk::write(Node& node, uint64_t offset, ByteView bytes) {
    Result<void> outcome = change(Call::write);
    uint64_t count = outcome ? bytes.size() : random_.below(bytes.size() + 1);
    if (capacity_bytes_ != UINT64_MAX) {
        const uint64_t used = used_bytes(*root_);
        const uint64_t room = capacity_bytes_ - std::min(used, capacity_bytes_) +
                              (node.content.size() - std::min(offset, node.content.size()));
        if (count > room) {
            count = room;
            outcome = fail(Code::storage_full, "the simulated disk is full");
        }
    }
    if (count == 0) return outcome;
    node.dirty_from = std::min({node.dirty_from, offset, uint64_t{node.content.size()}});
    if (node.content.size() < offset + count) node.content.resize(offset + count);
    std::memcpy(node.content.data() + offset, bytes.data(), count);
    return outcome;
}

Result<SimulatedDisk::Place> SimulatedDisk::place_of(const Path& path) const {
    std::vector<std::string> names = names_in(path);
    if (names.empty()) return fail(Code::invalid_argument, "{} names no entry", path);
    Place place{root_, names.back()};
    names.pop_back();
    for (const std::string& name : names) {
        const auto at = place.folder->entries.find(name);
        if (at == place.folder->entries.end()) return absent(path);
        place.folder = at->second;
        if (place.folder->type != FileType::directory) return absent(path);
    }
    return place;
}

SimulatedDisk::NodePointer SimulatedDisk::look_up(const Path& path, bool follow) const {
    if (names_in(path).empty()) return root_;
    const auto place = place_of(path);
    if (!place) return nullptr;
    const auto at = place->folder->entries.find(place->name);
    if (at == place->folder->entries.end()) return nullptr;
    const bool is_link = at->second->type == FileType::symlink;
    return is_link && follow ? look_up(at->second->target, true) : at->second;
}

Result<std::unique_ptr<File>> SimulatedDisk::open(const Path& path, OpenMode mode,
                                                  uint32_t permissions) {
    std::scoped_lock lock(mutex_);
    NodePointer node = look_up(path, true);
    const bool creates = mode == OpenMode::create_new || mode == OpenMode::create_or_open;
    if (node == nullptr && !creates) return absent(path);
    if (node != nullptr && mode == OpenMode::create_new) {
        return fail(Code::already_exists, "cannot open {}: File exists", path);
    }
    if (node == nullptr) {
        const Place place = TRY(place_of(path));
        TRY(change(Call::any_change));
        node = make_node(FileType::regular, permissions);
        place.folder->entries[place.name] = node;
    }
    return std::make_unique<SimulatedFile>(*this, node, start_count_);
}

Result<std::optional<FileInfo>> SimulatedDisk::find_info(const Path& path, bool follow) {
    std::scoped_lock lock(mutex_);
    const NodePointer node = look_up(path, follow);
    if (node == nullptr) return std::nullopt;
    return FileInfo{.type = node->type,
                    .size_bytes = node->content.size(),
                    .mode = node->mode,
                    .mtime_s = node->mtime_s,
                    .mtime_ns = node->mtime_ns,
                    .device = 1,
                    .inode = node->inode};
}

Result<std::vector<DirectoryEntry>> SimulatedDisk::list(const Path& path) {
    std::scoped_lock lock(mutex_);
    const NodePointer node = look_up(path, true);
    if (node == nullptr) return absent(path);
    std::vector<DirectoryEntry> entries;
    for (const auto& [name, entry] : node->entries) entries.push_back({name, entry->type});
    return entries;
}

Result<std::string> SimulatedDisk::read_link(const Path& path) {
    std::scoped_lock lock(mutex_);
    const NodePointer node = look_up(path, false);
    if (node == nullptr) return absent(path);
    return node->target;
}

Result<void> SimulatedDisk::make_directories(const Path& path, uint32_t permissions) {
    std::scoped_lock lock(mutex_);
    NodePointer folder = root_;
    for (const std::string& name : names_in(path)) {
        NodePointer& entry = folder->entries[name];
        if (entry == nullptr) {
            const auto changed = change(Call::any_change);
            if (!changed) {
                folder->entries.erase(name);
                return changed;
            }
            entry = make_node(FileType::directory, permissions);
        }
        folder = entry;
    }
    return {};
}

Result<void> SimulatedDisk::make_symlink(const std::string& target, const Path& path) {
    std::scoped_lock lock(mutex_);
    const Place place = TRY(place_of(path));
    TRY(change(Call::any_change));
    const NodePointer node = make_node(FileType::symlink, 0777);
    node->target = target;
    place.folder->entries[place.name] = node;
    return {};
}

Result<void> SimulatedDisk::set_mode(const Path& path, uint32_t mode) {
    std::scoped_lock lock(mutex_);
    const NodePointer node = look_up(path, true);
    if (node == nullptr) return absent(path);
    node->mode = mode;
    return {};
}

Result<void> SimulatedDisk::set_mtime(const Path& path, int64_t seconds, uint32_t nanoseconds,
                                      bool follow) {
    std::scoped_lock lock(mutex_);
    const NodePointer node = look_up(path, follow);
    if (node == nullptr) return absent(path);
    node->mtime_s = seconds;
    node->mtime_ns = nanoseconds;
    return {};
}

Result<void> SimulatedDisk::rename(const Path& from, const Path& to) {
    std::scoped_lock lock(mutex_);
    const Place source = TRY(place_of(from));
    const Place target = TRY(place_of(to));
    const auto at = source.folder->entries.find(source.name);
    if (at == source.folder->entries.end()) return absent(from);
    TRY(change(Call::any_change));
    const NodePointer node = at->second;
    source.folder->entries.erase(at);
    target.folder->entries[target.name] = node;
    return {};
}

Result<void> SimulatedDisk::remove(const Path& path) {
    std::scoped_lock lock(mutex_);
    const NodePointer node = look_up(path, false);
    if (node == nullptr) return {};
    if (!node->entries.empty()) return fail(Code::io_error, "{} is not empty", path);
    const Place place = TRY(place_of(path));
    TRY(change(Call::any_change));
    place.folder->entries.erase(place.name);
    return {};
}

Result<void> SimulatedDisk::remove_all(const Path& path) {
    std::scoped_lock lock(mutex_);
    if (look_up(path, false) == nullptr) return {};
    const Place place = TRY(place_of(path));
    TRY(change(Call::any_change));
    place.folder->entries.erase(place.name);
    return {};
}

Result<void> SimulatedDisk::sync_directory(const Path& path) {
    std::scoped_lock lock(mutex_);
    const NodePointer node = look_up(path, true);
    if (node == nullptr) return absent(path);
    TRY(change(Call::sync));
    node->durable_entries = node->entries;
    return {};
}

Result<std::unique_ptr<FileLock>> SimulatedDisk::lock(const Path& path, const std::string& holder) {
    std::scoped_lock lock(mutex_);
    const auto held = locks_.find(path);
    if (held != locks_.end()) {
        return fail(Code::busy, "lock {}: someone else has the lock ({})", path, held->second);
    }
    const Place place = TRY(place_of(path));
    NodePointer& node = place.folder->entries[place.name];
    if (node == nullptr) node = make_node(FileType::regular, 0644);
    locks_[path] = holder;
    return std::make_unique<SimulatedLock>(*this, path, start_count_);
}

Result<uint64_t> SimulatedDisk::free_bytes(const Path&) {
    std::scoped_lock lock(mutex_);
    return capacity_bytes_ - std::min(used_bytes(*root_), capacity_bytes_);
}

}  // namespace kit
