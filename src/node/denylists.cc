#include "node/denylists.h"

#include <fmt/format.h>

#include <algorithm>

#include "naming/limits.h"

namespace kit::node {
namespace {

namespace limits = naming::limits;
using naming::Denylist;

constexpr size_t piece_size_bytes = 1 * MiB;
constexpr size_t tail_size_bytes = 256;
constexpr uint64_t told_line_count_max = 10;

bool is_same(const FileInfo& a, const FileInfo& b) {
    return a.device == b.device && a.inode == b.inode && a.size_bytes == b.size_bytes &&
           a.mtime_s == b.mtime_s && a.mtime_ns == b.mtime_ns;
}

std::unexpected<Error> blocked(std::string_view what) {
    return fail(Code::permission_denied, "{} is blocked and cannot be provided", what);
}

}  // namespace

Result<std::unique_ptr<Denylists>> Denylists::open(Env& env, std::vector<Path> folders,
                                                   OnNotice on_notice) {
    std::unique_ptr<Denylists> lists(new Denylists(env, std::move(folders), std::move(on_notice)));
    const std::scoped_lock lock(lists->looking_);
    auto failure = TRY(lists->look_again());
    if (failure) return std::unexpected(*std::move(failure));
    lists->next_look_ns_ = env.clock.monotonic_ns() + look_interval_ns;
    return lists;
}

// As Kubo: whatever the file's type, by its name, in lexical order.
Result<void> Denylists::find_files(const Path& folder, uint32_t depth,
                                   std::vector<Path>& files) const {
    const auto info = TRY(env_.disk.find_info(folder));
    if (!info || info->type != FileType::directory) return {};
    if (depth > limits::denylist_folder_depth_max) {
        return fail(Code::too_large, "{}: folders of denylists are at most {} deep", folder,
                    limits::denylist_folder_depth_max);
    }
    const std::vector<DirectoryEntry> entries = TRY(env_.disk.list(folder));
    for (const DirectoryEntry& entry : entries) {
        Path path = join(folder, entry.name);
        if (entry.type == FileType::directory) {
            TRY(find_files(path, depth + 1, files));
        } else if (entry.name.ends_with(".deny")) {
            files.push_back(std::move(path));
        }
    }
    if (files.size() <= limits::denylist_count_max) return {};
    return fail(Code::too_large, "{}: there are more than {} denylists", folder,
                limits::denylist_count_max);
}

Result<std::vector<Path>> Denylists::find_files() const {
    std::vector<Path> files;
    for (const Path& folder : folders_) TRY(find_files(folder, 1, files));
    return files;
}

Result<void> Denylists::read_new(Followed& followed) const {
    const auto file = TRY(env_.disk.open(followed.path, OpenMode::read));
    uint64_t bad_line_count = 0;
    std::vector<std::string> sentences;
    const auto on_bad_line = [&](uint64_t line, const std::string& why) {
        if (++bad_line_count > told_line_count_max) return;
        sentences.push_back(
            fmt::format("{}:{}: {}; the line is passed over", followed.path, line, why));
    };
    Result<void> done;
    for (bool is_end = false; !is_end && done;) {
        Bytes piece(piece_size_bytes);
        piece.resize(TRY(file->read_at(followed.offset, piece)));
        is_end = piece.size() < piece_size_bytes;
        followed.offset += piece.size();
        if (followed.offset > limits::denylist_file_size_bytes_max) {
            return fail(Code::too_large, "the file has more than {} bytes",
                        limits::denylist_file_size_bytes_max);
        }
        followed.tail += as_text(piece);
        if (followed.tail.size() > tail_size_bytes) {
            followed.tail.erase(0, followed.tail.size() - tail_size_bytes);
        }
        const std::unique_lock lock(mutex_);  // Others may ask this list already.
        done = followed.list->read(as_text(piece), is_end, on_bad_line);
    }
    for (const std::string& sentence : sentences) tell(sentence);
    if (bad_line_count > told_line_count_max) {
        tell(fmt::format("{}: {} more lines are no rules and passed over", followed.path,
                         bad_line_count - told_line_count_max));
    }
    return done;
}

// Reads on when the file has grown, and all of it when it is another.
Result<void> Denylists::follow(Followed& followed, const FileInfo& info) const {
    bool has_grown = followed.list && followed.info.device == info.device &&
                     followed.info.inode == info.inode && info.size_bytes >= followed.offset;
    followed.info = info;
    if (has_grown) {
        const auto file = TRY(env_.disk.open(followed.path, OpenMode::read));
        Bytes tail(followed.tail.size());
        tail.resize(TRY(file->read_at(followed.offset - tail.size(), tail)));
        has_grown = as_text(tail) == followed.tail && info.size_bytes > followed.offset;
    }
    if (has_grown) return read_new(followed);
    Followed anew{.path = followed.path, .info = info, .list = std::make_shared<Denylist>()};
    Result<void> done = read_new(anew);
    followed = std::move(anew);
    return done;
}

Result<std::optional<Error>> Denylists::look_again() const {
    const std::vector<Path> files = TRY(find_files());
    std::vector<Followed> followed;
    std::optional<Error> first_error;
    size_t error_count = 0;
    for (const Path& path : files) {
        const auto known = std::ranges::find(followed_, path, &Followed::path);
        const bool is_known = known != followed_.end();
        Followed file = is_known ? *known : Followed{.path = path};
        const auto info = env_.disk.find_info(path);
        if (info && !*info) continue;  // It went while we looked.
        if (is_known && (!info || is_same(file.info, **info))) {
            followed.push_back(std::move(file));
            continue;
        }
        const Result<void> done = info ? follow(file, **info) : std::unexpected(info.error());
        if (!file.list) file.list = std::make_shared<Denylist>();
        followed.push_back(std::move(file));
        if (done) continue;
        ++error_count;
        Error error{done.error().code, fmt::format("the denylist {} cannot be followed: {}", path,
                                                   done.error().to_text())};
        tell(error.message);
        if (!first_error) first_error = std::move(error);
    }
    uint64_t rule_count = 0;
    std::vector<std::shared_ptr<Denylist>> lists;
    for (const Followed& file : followed) {
        rule_count += file.list->rule_count();
        lists.push_back(file.list);
    }
    followed_ = std::move(followed);
    const std::unique_lock lock(mutex_);
    lists_.swap(lists);
    has_rules_ = rule_count > 0;
    if (error_count < files.size()) first_error.reset();
    return first_error;
}

// One thread looks; the others go by what is known until it is done.
void Denylists::look() const {
    const int64_t now_ns = env_.clock.monotonic_ns();
    if (now_ns < next_look_ns_.load(std::memory_order_relaxed)) return;
    const std::unique_lock lock(looking_, std::try_to_lock);
    if (!lock) return;
    const auto looked = look_again();
    std::string failure = looked ? std::string() : looked.error().to_text();
    if (!failure.empty() && failure != told_) {
        tell(fmt::format("the denylists are as they were: {}", failure));
    }
    told_ = std::move(failure);
    next_look_ns_ = env_.clock.monotonic_ns() + look_interval_ns;
}

void Denylists::tell(const std::string& sentence) const {
    if (on_notice_) on_notice_(sentence);
}

template <typename Asked>
Denylists::Verdict Denylists::judge(const Asked& asked) const {
    look();
    if (!has_rules_.load(std::memory_order_relaxed)) return Verdict::unknown;
    const std::shared_lock lock(mutex_);
    for (auto list = lists_.rbegin(); list != lists_.rend(); ++list) {
        const Verdict verdict = (*list)->judge(asked);
        if (verdict != Verdict::unknown) return verdict;
    }
    return Verdict::unknown;
}

Result<void> Denylists::check(const formats::Cid& cid) const {
    if (judge(cid) != Verdict::blocked) return {};
    return blocked(cid.to_text());
}

Result<void> Denylists::check(const dag::ContentPath& path) const {
    if (judge(path) != Verdict::blocked) return {};
    std::string text = path.as_written();
    if (path.trailing_slash) text.pop_back();
    return blocked(text);
}

Result<void> GivenBlocks::check(const formats::Cid& cid) const {
    return denylists_ == nullptr ? Result<void>() : denylists_->check(cid);
}

Result<std::optional<SharedBytes>> GivenBlocks::find(const formats::Cid& cid) const {
    TRY(check(cid));
    return source_.find(cid);
}

Result<std::optional<uint64_t>> GivenBlocks::find_size(const formats::Cid& cid) const {
    TRY(check(cid));
    return source_.find_size(cid);
}

Result<std::optional<SharedBytes>> GivenBlocks::find_prefix(const formats::Cid& cid,
                                                            size_t byte_count) const {
    TRY(check(cid));
    return source_.find_prefix(cid, byte_count);
}

Result<std::optional<blocks::Source::Head>> GivenBlocks::find_head(const formats::Cid& cid,
                                                                   size_t byte_count) const {
    TRY(check(cid));
    return source_.find_head(cid, byte_count);
}

void GivenBlocks::want_soon(std::span<const formats::Cid> cids) const {
    if (denylists_ == nullptr) return source_.want_soon(cids);
    std::vector<formats::Cid> given;
    for (const formats::Cid& cid : cids) {
        if (check(cid)) given.push_back(cid);
    }
    source_.want_soon(given);
}

}  // namespace kit::node
