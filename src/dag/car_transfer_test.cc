#include "dag/car_transfer.h"

#include <thread>

#include "dag/test_store.h"
#include "formats/car.h"

namespace kit::dag {
namespace {

using namespace testing;

void add_section(Bytes& car, const Cid& cid, ByteView body) {
    append(car, formats::encode_car_section_head(cid, body.size()));
    append(car, body);
}

class CarTest : public ::testing::Test {
protected:
    // Gives the bytes in pieces of at most `piece_size`, as a pipe does.
    static ReadBytes reader(const Bytes& bytes, size_t piece_size) {
        return [&bytes, piece_size, at = size_t{0}](std::span<uint8_t> out) mutable {
            const size_t count = std::min({out.size(), piece_size, bytes.size() - at});
            std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(at), count, out.begin());
            at += count;
            return Result<size_t>(count);
        };
    }
    Result<ImportReport> import(const Bytes& car, ImportOptions options = {.thread_count = 3},
                                size_t piece_size = 64 * KiB) {
        const auto lease = into_.lease();
        return import_car(into_, *lease, reader(car, piece_size), options,
                          [this](uint64_t bytes_done) { progress_bytes_ = bytes_done; });
    }
    Bytes exported(const Cid& root, ExportOptions options = {}) {
        Bytes car;
        const auto done = export_car(
            from_, root, options,
            [&](std::span<const ByteView> pieces) -> Result<void> {
                EXPECT_LE(pieces.size(), export_pieces_count_max);
                for (const ByteView piece : pieces) append(car, piece);
                return {};
            },
            [this](uint64_t bytes_done) { progress_bytes_ = bytes_done; });
        error_ = error_of(done);
        return car;
    }
    Bytes header(std::span<const Cid> roots) { return formats::encode_car_header(roots); }

    TestStore from_;
    TestStore into_;
    DagMaker maker_{from_};
    std::string error_;
    uint64_t progress_bytes_ = 0;
};

TEST_F(CarTest, ExportIsDepthFirstEachBlockOnce) {
    const Cid shared = maker_.raw("shared");
    const Cid big = maker_.raw(std::string(700'000, 'b'));
    const Cid left = maker_.node("left", {{"s", shared}, {"big", big}});
    const Cid root = maker_.node("root", {{"l", left}, {"s", shared}, {"again", left}});
    Bytes expected = header(std::span(&root, 1));
    for (const Cid& cid : {root, left, shared, big}) {
        add_section(expected, cid, from_.get(cid)->view());
    }
    EXPECT_EQ(exported(root), expected);
    EXPECT_EQ(progress_bytes_, expected.size());
}

TEST_F(CarTest, ManyPiecesAreWithinTheirBound) {
    std::vector<std::pair<std::string, Cid>> links;
    for (int i = 0; i < 3000; ++i) {
        const size_t size = i % 3 == 0 ? 20'000 : 100;
        links.emplace_back("x", maker_.raw(std::to_string(i) + std::string(size, 'x')));
    }
    const Cid root = maker_.node("root", links);
    const Bytes car = exported(root);
    const auto report = import(car);
    ASSERT_TRUE(report.has_value()) << report.error().to_text();
    EXPECT_EQ(report->block_count, 3001U);
}

TEST_F(CarTest, IdentityBlocksAreExportedWholeAndLeftOutOfPartialCars) {
    const Cid tiny = Cid::v1(Codec::raw, formats::Multihash::wrap(0, as_bytes("tiny")));
    const Cid gone = maker_.raw("gone");
    const Cid root = maker_.cbor({Ipld::List{Ipld{tiny}, Ipld{gone}}});
    Bytes whole = header(std::span(&root, 1));
    add_section(whole, root, from_.get(root)->view());
    Bytes partial = whole;
    add_section(whole, tiny, as_bytes("tiny"));
    add_section(whole, gone, as_bytes("gone"));
    EXPECT_EQ(exported(root), whole);
    const auto report = import(whole);
    EXPECT_EQ(report->block_count, 3U);
    EXPECT_EQ(into_.stat()->block_count, 2U);
    ASSERT_TRUE(*from_.remove(gone));
    EXPECT_EQ(exported(root, {.skip_missing = true}), partial);
}

TEST_F(CarTest, AMissingBlockEndsTheExport) {
    const Cid gone = maker_.raw("gone");
    const Cid root = maker_.node("root", {{"x", gone}});
    ASSERT_TRUE(*from_.remove(gone));
    exported(root);
    EXPECT_EQ(error_, "walk failed: block was not found locally (offline): ipld: could not find " +
                          gone.to_text());
    EXPECT_TRUE(exported(gone).empty());
    EXPECT_EQ(error_,
              "block was not found locally (offline): ipld: could not find " + gone.to_text());
}

TEST_F(CarTest, WhateverThePiecesEverythingIsImported) {
    std::vector<std::pair<std::string, Cid>> links;
    uint64_t bytes = 0;
    for (int i = 0; i < 40; ++i) {
        const std::string text(static_cast<size_t>(i) * 6000 + 1, static_cast<char>('a' + i % 26));
        links.emplace_back("x", maker_.raw(text));
        bytes += text.size();
    }
    const Cid root = maker_.node("root", links);
    bytes += from_.get(root)->size();
    const Bytes car = exported(root);
    for (const size_t piece_size : {size_t{7}, size_t{1000}, size_t{65'536}, size_t{1} << 30}) {
        const auto report = import(car, {.thread_count = 2}, piece_size);
        ASSERT_TRUE(report.has_value()) << report.error().to_text();
        EXPECT_EQ(report->roots, std::vector{root});
        EXPECT_EQ(report->block_count, 41U);
        EXPECT_EQ(report->block_bytes, bytes);
        EXPECT_EQ(progress_bytes_, car.size());
        for (const auto& [name, cid] : links) {
            EXPECT_TRUE(equal(into_.get(cid)->view(), from_.get(cid)->view()));
        }
    }
}

TEST_F(CarTest, BlocksLargerThanAnyChunkAreImportedWhenAllowed) {
    const std::string text(9 * MiB, 'x');
    const Cid big = maker_.raw(text);
    const Cid root = maker_.node("root", {{"a", maker_.raw("a")}, {"big", big}, {"b", big}});
    const Bytes car = exported(root);
    const auto refused = import(car);
    EXPECT_EQ(error_of(refused),
              "import failed at block \"" + big.to_text() +
                  "\": produced block is over 2MiB: big blocks can't be exchanged with other "
                  "peers. consider using UnixFS for automatic chunking of bigger files, or pass "
                  "--allow-big-block to override");
    const auto report = import(car, {.allow_big_block = true});
    ASSERT_TRUE(report.has_value()) << report.error().to_text();
    EXPECT_EQ(into_.get(big)->size(), text.size());
}

TEST_F(CarTest, TheFirstBadBlockOfTheStreamIsNamedWhicheverThreadMeetsIt) {
    Bytes car = header({});
    std::vector<Cid> cids;
    for (int i = 0; i < 60; ++i) {
        const std::string text = std::to_string(i) + std::string(200'000, 'x');
        cids.push_back(maker_.raw(text));
        add_section(car, cids.back(), as_bytes(i >= 30 ? text + "!" : text));
    }
    for (int round = 0; round < 5; ++round) {
        const std::string error = error_of(import(car, {.thread_count = 4}));
        EXPECT_TRUE(error.starts_with(
            "import failed after block \"" + cids[29].to_text() +
            "\": mismatch in content integrity, expected: " + cids[30].to_text() + ", got: baf"))
            << error;
    }
}

TEST_F(CarTest, ACutStreamIsReportedWithTheLastBlock) {
    const Cid leaf = maker_.raw(std::string(100'000, 'x'));
    const Cid root = maker_.node("root", {{"x", leaf}});
    const Bytes car = exported(root);
    for (const size_t size : {car.size() - 1, car.size() - 99'999}) {
        const std::string error =
            error_of(import(Bytes(car.begin(), car.begin() + static_cast<ptrdiff_t>(size))));
        EXPECT_TRUE(error.starts_with("import failed after block \"" + root.to_text() +
                                      "\": unexpected EOF"))
            << error;
    }
    EXPECT_TRUE(
        error_of(import(Bytes(car.begin(), car.begin() + 20))).starts_with("unexpected EOF"));
    EXPECT_NE(error_of(import({})), "");
    EXPECT_NE(error_of(import(to_bytes(as_bytes("hello, this is no car at all")))), "");
}

TEST_F(CarTest, WhatNoCodecCanReadIsRefused) {
    const Cid junk = maker_.put(static_cast<uint64_t>(Codec::dag_pb), as_bytes("junk"));
    const Cid odd = maker_.put(0x300000, as_bytes("odd"));
    for (const Cid& cid : {junk, odd}) {
        Bytes car = header({});
        add_section(car, cid, from_.get(cid)->view());
        const std::string error = error_of(import(car));
        EXPECT_TRUE(error.starts_with("import failed at block \"" + cid.to_text() + "\": "))
            << error;
    }
    EXPECT_EQ(into_.stat()->block_count, 0U);
}

TEST_F(CarTest, ARootIsKnownToBeWholeWhenEveryLinkLeadsIntoTheCar) {
    const Cid leaf = maker_.node("leaf");
    const Cid root = maker_.node("root", {{"x", leaf}, {"y", leaf}});
    const auto whole_roots = [&](const std::vector<Cid>& cids) {
        Bytes car = header(std::span(&root, 1));
        for (const Cid& cid : cids) add_section(car, cid, from_.get(cid)->view());
        return import(car)->whole_roots;
    };
    EXPECT_EQ(whole_roots({root, leaf}), std::vector{root});
    EXPECT_EQ(whole_roots({leaf, root, leaf}), std::vector{root});
    EXPECT_EQ(whole_roots({root, leaf.to_v1()}), std::vector{root});
    EXPECT_TRUE(whole_roots({root}).empty());
    EXPECT_TRUE(whole_roots({leaf}).empty());
    // As raw the same block has no links; it does not stand for the dag-pb one.
    EXPECT_TRUE(whole_roots({root, Cid::v1(Codec::raw, leaf.hash())}).empty());
}

TEST_F(CarTest, AFailingReaderAndACancelEndTheImport) {
    const auto lease = into_.lease();
    const ReadBytes broken = [](std::span<uint8_t>) -> Result<size_t> {
        return fail(Code::io_error, "the disk is gone");
    };
    EXPECT_EQ(error_of(import_car(into_, *lease, broken, {}, {})), "the disk is gone");
    std::atomic<bool> cancel = true;
    const Bytes car = exported(maker_.raw("x"));
    EXPECT_EQ(error_of(import(car, {.cancel = &cancel})), "the import was stopped before its end");
}

TEST_F(CarTest, VersionTwoIsImportedToo) {
    const Cid root = maker_.node("root", {{"x", maker_.raw(std::string(3'000'000, 'x'))}});
    const Bytes inner = exported(root);
    Bytes car = {0x0a, 0xa1, 0x67, 'v', 'e', 'r', 's', 'i', 'o', 'n', 0x02};
    car.resize(11 + 16);
    const auto add_number = [&](uint64_t number) {
        for (int i = 0; i < 8; ++i) car.push_back(static_cast<uint8_t>(number >> (8 * i)));
    };
    add_number(11 + 40 + 9);  // Where the data starts, after some padding.
    add_number(inner.size());
    add_number(11 + 40 + 9 + inner.size());  // Where the index starts.
    car.resize(11 + 40 + 9);
    append(car, inner);
    append(car, as_bytes("an index that nobody needs"));
    for (const size_t piece_size : {size_t{10}, size_t{100'000}}) {
        const auto report = import(car, {.allow_big_block = true}, piece_size);
        ASSERT_TRUE(report.has_value()) << report.error().to_text();
        EXPECT_EQ(report->block_count, 2U);
        EXPECT_EQ(report->roots, std::vector{root});
    }
}

TEST_F(CarTest, StatCountsSharedBlocksOnceAndAllOfThem) {
    const Cid shared = maker_.raw("12345678");
    const Cid a = maker_.node("a", {{"x", shared}, {"y", shared}});
    const Cid b = maker_.node("bb", {{"x", shared}});
    const uint64_t a_bytes = from_.get(a)->size();
    const uint64_t b_bytes = from_.get(b)->size();
    std::atomic<bool> cancel = false;
    const auto stat = dag_stat(from_, std::vector{a, b, a}, {}, cancel);
    ASSERT_TRUE(stat.has_value());
    EXPECT_EQ(stat->dags[0].block_count, 2U);
    EXPECT_EQ(stat->dags[0].size_bytes, a_bytes + 8);
    EXPECT_EQ(stat->dags[1].size_bytes, b_bytes + 8);
    EXPECT_EQ(stat->unique_block_count, 3U);
    EXPECT_EQ(stat->total_size_bytes, a_bytes + b_bytes + 8);
    EXPECT_EQ(stat->shared_size_bytes, a_bytes + 16);
    ASSERT_TRUE(*from_.remove(shared));
    EXPECT_EQ(error_of(dag_stat(from_, std::span(&a, 1), {}, cancel)),
              "error traversing DAG: block was not found locally (offline): ipld: could not find " +
                  shared.to_text());
}

}  // namespace
}  // namespace kit::dag
