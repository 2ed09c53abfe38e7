// Opening and closing a store: version, lock, database, recovery.
#include <charconv>

#include "blocks/store_impl.h"
#include "blocks/undo_rows.h"

namespace kit::blocks {
namespace {

constexpr std::string_view version_name = "kit.version";
constexpr std::string_view version_prefix = "ipfs-kit store ";
constexpr uint32_t version = 2;

}  // namespace

Result<std::unique_ptr<Store>> Store::open(Env& env, const Path& directory, StoreOptions options) {
    return open_store(env, directory, std::move(options), {});
}

Result<std::unique_ptr<Store>> open_store(Env& env, const Path& directory, StoreOptions options,
                                          StoreParts parts) {
    auto store = std::make_unique<StoreImpl>(env, directory, std::move(options), std::move(parts));
    TRY(store->open());
    return store;
}

StoreImpl::StoreImpl(Env& env, Path directory, StoreOptions options, StoreParts parts)
    : env_(env),
      directory_(std::move(directory)),
      options_(std::move(options)),
      parts_(std::move(parts)),
      files_(env.disk, join(directory_, "blocks")) {}

StoreImpl::~StoreImpl() {
    sync_thread_ = nullptr;
    if (log_ == nullptr) return;
    Result<void> closed = flush(Durability::periodic);
    if (closed) closed = database_->close();
    if (closed || !options_.on_notice) return;
    options_.on_notice(
        fmt::format("the store in {} could not be closed: {}; the next open finds again what the "
                    "disk holds, and what was put since the last sync may be lost",
                    directory_, closed.error().to_text()));
}

Result<void> StoreImpl::open() {
    if (!writable()) {
        TRY(check_version());
        TRY(open_database());
        index_ = std::make_unique<BlockIndex>(*database_, cuts_);
        records_ = std::make_unique<Records>(*database_, nullptr);
        return index_->load();
    }
    TRY(env_.disk.make_directories(directory_, 0755));
    lock_ = TRY(env_.disk.lock(join(directory_, "lock"), options_.lock_holder));
    const auto version_info = TRY(env_.disk.find_info(join(directory_, version_name)));
    uint32_t found_version = 0;
    if (version_info) {
        found_version = TRY(check_version());
    } else {
        TRY(env_.disk.make_directories(files_.directory(), 0755));
    }
    TRY(open_database());
    // A store of an older format is one of this format too; its next collection may change that.
    if (found_version < version) TRY(write_version());
    index_ = std::make_unique<BlockIndex>(*database_, cuts_);
    TRY(index_->load());
    const auto undo = [this](uint32_t segment, uint64_t whole_size_bytes) {
        return undo_unmet(*database_, [&](Position need) {
            return need.segment != segment || need.offset_bytes <= whole_size_bytes;
        });
    };
    const LogEnd log =
        TRY(recover(env_, files_, *index_, {.on_notice = options_.on_notice, .on_segment = undo}));
    log_ = std::make_unique<SegmentLog>(env_, files_, options_.segment_size_bytes_max, log.end,
                                        log.log_bytes);
    records_ = std::make_unique<Records>(*database_, log_.get());
    TRY(records_->recover());
    index_bytes_ = database_->disk_bytes();
    if (parts_.background) {
        sync_thread_ = std::make_unique<SyncThread>(env_.clock, [this] {
            // A failure stays with the log and the index: the next put() meets it there.
            (void)flush(Durability::operation);
        });
    }
    return {};
}

Result<uint32_t> StoreImpl::check_version() const {
    const Path path = join(directory_, version_name);
    const auto content = read_file(env_.disk, path, 4 * KiB);
    if (!content && content.error().code == Code::not_found) {
        return fail(Code::not_found, "there is no store in {}; make one with `ipfs-kit init`",
                    directory_);
    }
    if (!content) return std::unexpected(content.error());
    std::string_view text = as_text(*content);
    uint32_t found = 0;
    if (text.starts_with(version_prefix)) {
        text.remove_prefix(version_prefix.size());
        (void)std::from_chars(text.data(), text.data() + text.size(), found);
    }
    if (found == 0) {
        return fail(Code::corrupt, "{} does not say \"{}{}\", so this may be no store of ours",
                    path, version_prefix, version);
    }
    if (found > version) {
        return fail(Code::unsupported,
                    "the store in {} has format {} and this program knows formats up to {}; use "
                    "a newer ipfs-kit",
                    directory_, found, version);
    }
    return found;
}

// Written when the folders are sure to stay: a store with a version is whole.
Result<void> StoreImpl::write_version() {
    TRY(env_.disk.sync_directory(directory_));
    const size_t slash = directory_.find_last_of('/');
    TRY(env_.disk.sync_directory(slash == Path::npos ? "." : directory_.substr(0, slash + 1)));
    return replace_file(env_.disk, join(directory_, version_name),
                        as_bytes(fmt::format("{}{}\n", version_prefix, version)));
}

Result<void> StoreImpl::open_database() {
    DatabaseOptions options;
    options.read_only = !writable();
    options.cache_bytes = options_.index_cache_bytes;
    options.on_unsynced_write = [this] {
        if (sync_thread_) sync_thread_->mark_dirty();
    };
    options.is_obsolete = [cuts = cuts_](Table table, std::string_view value) {
        if (table != Table::blocks) return false;
        const auto location = decode_location(value);
        return location && covers(*cuts->durable(), *location);
    };
    auto opened = parts_.open_database(join(directory_, "index"), std::move(options));
    if (!opened) {
        return fail_because(opened.error(),
                            "cannot open the index of the store in {}; if it is damaged, remove "
                            "its index folder, and the next write makes it again from the blocks "
                            "(pins are lost with it)",
                            directory_);
    }
    database_ = std::move(*opened);
    return {};
}

Result<void> StoreImpl::expect_writable() const {
    if (writable()) return {};
    return fail(Code::permission_denied, "the store in {} was opened for reading only", directory_);
}

}  // namespace kit::blocks
