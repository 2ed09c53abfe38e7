// The repository as a whole: collection, counters, verification, files referred to in place.
#include "node/parts.h"

namespace kit::node {

Result<dag::CollectReport> Node::collect(
    const std::function<void(const Cid&, uint64_t size_bytes)>& on_removed) {
    return parts_->collect(on_removed, cancel());
}

Result<RepoStat> Node::stat() const {
    const blocks::StoreStat stat = TRY(parts_->store->stat());
    const auto storage_max = TRY(parts_->config.find_size_bytes("Datastore.StorageMax"));
    return RepoStat{.size_bytes = stat.disk_bytes,
                    .storage_bytes_max = storage_max.value_or(UINT64_MAX),
                    .object_count = stat.block_count,
                    .path = parts_->options.repo};
}

Result<blocks::VerifyReport> Node::verify(
    const std::function<void(const Cid&, const Error&)>& on_bad,
    const std::function<void(uint64_t done_count, uint64_t all_count)>& on_progress,
    bool drop_bad) {
    std::vector<Cid> bad;
    const blocks::VerifyReport report = TRY(parts_->store->verify(
        [&](const Cid& cid, const Error& error) {
            on_bad(cid, error);
            if (drop_bad) bad.push_back(cid);
        },
        on_progress, cancel()));
    for (const Cid& cid : bad) TRY(parts_->store->remove(cid));
    parts_->recent.forget_all();
    return report;
}

namespace {

// Kubo keeps paths relative to the folder that the repository lies in; we show them so.
void shorten(const Path& repo, std::string& path) {
    const size_t slash = repo.find_last_of('/', repo.find_last_not_of('/'));
    if (slash == Path::npos) return;
    const std::string root = repo.substr(0, slash + 1);
    if (root.size() > 1 && path.starts_with(root)) path.erase(0, root.size());
}

}  // namespace

Result<void> Node::each_reference(
    const std::vector<Cid>& only, bool verify,
    const std::function<Result<bool>(const ReferenceCheck&)>& visit) const {
    const auto asked = [&](const Cid& cid) {
        if (only.empty()) return true;
        for (const Cid& wanted : only) {
            if (wanted.hash() == cid.hash()) return true;
        }
        return false;
    };
    return parts_->store->each_reference(
        [&](const Cid& cid, const blocks::Store::FileRange& range) -> Result<bool> {
            if (!asked(cid)) return true;
            ReferenceCheck check{.cid = cid, .range = range, .error = std::nullopt};
            shorten(parts_->options.repo, check.range.path);
            if (verify) {
                auto body = parts_->store->get(cid);
                if (!body) check.error = std::move(body).error();
            }
            return visit(check);
        });
}

Result<bool> Node::remove_reference(const Cid& cid) {
    const bool removed = TRY(parts_->store->remove_reference(cid));
    parts_->recent.forget_all();
    return removed;
}

Result<void> Node::each_duplicate_reference(
    const std::function<Result<bool>(const Cid&)>& visit) const {
    return parts_->store->each_reference(
        [&](const Cid& cid, const blocks::Store::FileRange&) -> Result<bool> {
            const bool copied = TRY(parts_->store->has_copy(cid));
            return copied ? visit(cid) : Result<bool>(true);
        });
}

Result<void> Node::sync() {
    return parts_->store->sync();
}

}  // namespace kit::node
