// What an import leaves in a store: all of it, also when disks and stores misbehave.
#include <mutex>
#include <random>

#include "unixfs/import_fixture.h"
#include "unixfs/parallel_file.h"
#include "unixfs/reader.h"

namespace kit::unixfs::test {
namespace {

using formats::Cid;

// Keeps blocks in memory and fails the puts from one on.
class TestStore final : public blocks::Store {
public:
    std::unique_ptr<blocks::Lease> lease() override { return std::make_unique<blocks::Lease>(); }
    Result<uint64_t> put(blocks::Lease&, std::span<const blocks::NewBlock> blocks) override {
        std::scoped_lock lock(mutex_);
        if (put_count_++ >= puts_max_) return fail(Code::storage_full, "the store is full");
        uint64_t new_bytes = 0;
        for (const blocks::NewBlock& block : blocks) {
            Bytes body;
            for (const ByteView piece : block.pieces()) append(body, piece);
            EXPECT_TRUE(*formats::matches(block.cid.hash(), body)) << block.cid.to_text();
            const uint64_t size = body.size();
            const auto key = to_bytes(block.cid.hash().bytes());
            if (blocks_.emplace(key, SharedBytes::from(std::move(body))).second) new_bytes += size;
        }
        return new_bytes;
    }
    Result<void> put_reference(blocks::Lease&, const Cid& cid, const FileRange& range) override {
        std::scoped_lock lock(mutex_);
        ranges_.push_back({cid, range});
        return {};
    }
    Result<std::optional<SharedBytes>> find(const Cid& cid) const override {
        if (cid.hash().is_identity()) return SharedBytes::from(to_bytes(cid.hash().digest()));
        std::scoped_lock lock(mutex_);
        const auto found = blocks_.find(to_bytes(cid.hash().bytes()));
        if (found == blocks_.end()) return std::nullopt;
        return found->second;
    }
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override {
        const auto block = TRY(find(cid));
        return block ? std::optional<uint64_t>(block->size()) : std::nullopt;
    }
    bool has(const Cid& cid) const {
        const auto is_it = [&cid](const auto& reference) { return reference.first == cid; };
        return find(cid)->has_value() || std::ranges::any_of(ranges_, is_it);
    }

    std::vector<std::pair<Cid, FileRange>> ranges_;
    size_t puts_max_ = SIZE_MAX;
    size_t put_count_ = 0;

    // An import uses none of these.
    Result<void> each_reference(
        const std::function<Result<bool>(const Cid&, const FileRange&)>&) const override {
        return unused();
    }
    Result<bool> remove_reference(const Cid&) override { return unused(); }
    Result<bool> has_copy(const Cid&) const override { return unused(); }
    Result<bool> remove(const Cid&) override { return unused(); }
    Result<void> each(const std::function<Result<bool>(const Cid&, uint64_t)>&) const override {
        return unused();
    }
    Result<std::unique_ptr<blocks::Collection>> begin_collection() override { return unused(); }
    void set_make_room(std::function<Result<void>()>) override {}
    Result<blocks::VerifyReport> verify(const std::function<void(const Cid&, const Error&)>&,
                                        const std::function<void(uint64_t, uint64_t)>&,
                                        const std::atomic<bool>&) override {
        return unused();
    }
    Result<blocks::StoreStat> stat() const override { return unused(); }
    blocks::KeyValue& records() override { std::abort(); }
    const blocks::KeyValue& records() const override { std::abort(); }
    blocks::Durability durability() const override { return blocks::Durability::periodic; }
    Result<void> sync() override { return unused(); }

private:
    static std::unexpected<Error> unused() { return fail(Code::internal, "not for this test"); }

    mutable std::mutex mutex_;
    std::map<Bytes, SharedBytes> blocks_;
};

class ImportStoreTest : public ImportFixture {
protected:
    ImportStoreTest() {
        store_ = &test_store_;
        lease_ = own_lease_.get();
    }
    Result<void> on_event(const ImportEvent& event) override {
        if (event.kind == ImportEvent::Kind::added) {
            EXPECT_TRUE(test_store_.has(event.cid)) << event.name;
        }
        return {};
    }
    Bytes read_back(const formats::Cid& cid) const {
        Bytes content;
        const auto outcome = read_file(test_store_, cid, {}, [&](ByteView bytes) -> Result<void> {
            append(content, bytes);
            return {};
        });
        EXPECT_TRUE(outcome) << outcome.error().to_text();
        return content;
    }

    FileLink import_opened(const File& file, std::string_view chunker_options) {
        const ImportOptions options;
        const NodeMaker maker = *NodeMaker::create(options.shape);
        const auto chunker = *Chunker::create(chunker_options);
        BlockTarget target{.store = store_, .lease = lease_};
        BufferPool buffers(buffer_size_for(*chunker));
        ImportContext context{.env = real_env(),
                              .options = options,
                              .maker = maker,
                              .chunker = *chunker,
                              .cancel = cancel_,
                              .target = target,
                              .buffers = buffers};
        TaskPool pool(2, 16);
        return import_large_file(context, pool, file, "file", {},
                                 [](uint64_t) { return Result<void>(); })
            .value();
    }

    TestStore test_store_;
    std::unique_ptr<blocks::Lease> own_lease_ = test_store_.lease();
};

DagShape random_shape(std::mt19937_64& random) {
    constexpr std::array<const char*, 7> chunkers = {
        "size-1", "size-777", "size-65536", "rabin", "rabin-16-32-99", "buzhash", "default"};
    DagShape shape;
    shape.cid_version = static_cast<int>(random() % 2);
    shape.raw_leaves = random() % 2 != 0;
    shape.trickle = random() % 2 != 0;
    shape.file_links_max = static_cast<uint32_t>(random() % 20 + 2);
    shape.inline_blocks = random() % 4 == 0;
    shape.chunker = chunkers[random() % chunkers.size()];
    return shape;
}

TEST_F(ImportStoreTest, WhateverTheShapeTheBytesComeBack) {
    for (uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        ImportOptions options{.shape = random_shape(random)};
        if (random() % 3 == 0) options.mode = 0644;
        const size_t size_max = options.shape.chunker == "size-1" ? 3000 : 600'000;
        const Bytes bytes = content("x", random() % size_max);
        write("file", bytes);
        add("file", options);
        ASSERT_EQ(result_.roots.size(), 1U);
        EXPECT_TRUE(equal(read_back(result_.roots[0]), bytes)) << options.shape.chunker;
    }
}

TEST_F(ImportStoreTest, AddingAgainStoresNothingNew) {
    for (size_t i = 0; i < 300; ++i) write("many/" + std::to_string(i), content("x", i * 10));
    const ImportOptions options{.recursive = true};
    const std::string first = add("many", options);
    EXPECT_GT(result_.bytes_stored, result_.bytes_read);
    EXPECT_EQ(add("many", options), first);
    EXPECT_EQ(result_.bytes_stored, 0U);
}

// The fixture checks for each event that the store has what it tells of.
TEST_F(ImportStoreTest, AStoreThatFailsEndsTheImportWithoutTellingMoreThanItHas) {
    for (int i = 0; i < 600; ++i) write("many/" + std::to_string(i), std::to_string(i));
    write("many/large", content("large", 18'000'000));
    write("medium", content("medium", 5'000'000));
    for (size_t puts = 0; puts < 12; ++puts) {
        TestStore fresh;
        store_ = &fresh;
        fresh.puts_max_ = puts;
        std::string told;
        const auto outcome =
            run({{.name = "", .content = at("many")}, {.name = "", .content = at("medium")}},
                {.recursive = true}, [&](const ImportEvent& event) -> Result<void> {
                    const bool is_added = event.kind == ImportEvent::Kind::added;
                    if (is_added && !fresh.has(event.cid)) told += event.name + " ";
                    return {};
                });
        ASSERT_FALSE(outcome) << puts;
        EXPECT_EQ(outcome.error().code, Code::storage_full);
        EXPECT_EQ(told, "") << puts;
    }
}

TEST_F(ImportStoreTest, LeavesMayStayInTheirFiles) {
    for (const uint64_t size : {0UL, 10UL, 300'000UL, 18'000'000UL}) {
        test_store_.ranges_.clear();
        const Bytes bytes = content("x", size);
        write("file", bytes);
        ImportOptions options{.mode = 0644, .nocopy = true, .nocopy_root = folder_};
        options.shape.raw_leaves = true;
        add("file", options);
        uint64_t covered = 0;
        for (const auto& [cid, range] : test_store_.ranges_) {
            EXPECT_EQ(range.path, at("file"));
            const ByteView part = ByteView(bytes).subspan(range.offset_bytes, range.size_bytes);
            EXPECT_TRUE(*formats::matches(cid.hash(), part));
            covered += range.size_bytes;
        }
        EXPECT_EQ(covered, size);
    }
}

// A disk whose files become shorter, or longer, once their size was asked for.
class MovingFile final : public File {
public:
    MovingFile(std::unique_ptr<File> file, int64_t change)
        : file_(std::move(file)), change_(change) {}
    Result<size_t> read_at(uint64_t offset, std::span<uint8_t> out) const override {
        const uint64_t end = TRY(file_->size_bytes()) -
                             (has_changed_ && change_ < 0 ? static_cast<uint64_t>(-change_) : 0);
        if (offset >= end) return size_t{0};
        return file_->read_at(offset, out.first(std::min<uint64_t>(out.size(), end - offset)));
    }
    Result<uint64_t> size_bytes() const override {
        has_changed_ = true;
        const uint64_t size = TRY(file_->size_bytes());
        return change_ > 0 ? size - static_cast<uint64_t>(change_) : size;
    }
    Result<size_t> read(std::span<uint8_t> out) override { return file_->read(out); }
    Result<void> write_at(uint64_t, std::span<const ByteView>) override { return {}; }
    Result<void> sync() override { return {}; }
    Result<void> truncate(uint64_t) override { return {}; }

private:
    const std::unique_ptr<File> file_;
    const int64_t change_;
    mutable std::atomic<bool> has_changed_ = false;
};

TEST_F(ImportStoreTest, AFileThatChangesMeanwhileIsWhatWasRead) {
    const Bytes bytes = content("x", 20'000'000);
    write("file", bytes);
    for (const int64_t change : {-5'000'000, -19'999'999, 3'000'000}) {
        for (const char* chunker : {"size-262144", "buzhash"}) {
            const MovingFile file(*disk_.open(at("file"), OpenMode::read), change);
            const FileLink imported = import_opened(file, chunker);
            const uint64_t size = bytes.size() - static_cast<uint64_t>(std::abs(change));
            EXPECT_EQ(imported.file_size, size) << change << " " << chunker;
            const Bytes read = read_back(imported.cid);
            EXPECT_TRUE(equal(read, ByteView(bytes).first(size))) << change << " " << chunker;
        }
    }
}

}  // namespace
}  // namespace kit::unixfs::test
