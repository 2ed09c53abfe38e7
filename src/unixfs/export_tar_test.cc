// Tar streams are Kubo's byte for byte; gzip gives back what went in.
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/env.h"
#include "formats/car.h"
#include "unixfs/entry_name.h"
#include "unixfs/exporter.h"
#include "unixfs/tar_header.h"
#include "unixfs/test_dag.h"

namespace kit::unixfs::test {
namespace {

const std::string vectors = KIT_SOURCE_DIR "/tests/vectors/tar/";

class FixedClock final : public Clock {
public:
    int64_t unix_ns() const override { return 1'600'000'000'600'000'000; }
    int64_t monotonic_ns() const override { return 0; }
};

class TarTest : public testing::Test {
protected:
    std::string tar(const Cid& cid, const std::string& name, TarTimes times = TarTimes::rounded) {
        std::string stream;
        const auto write = [&](ByteView bytes) -> Result<void> {
            stream += as_text(bytes);
            return {};
        };
        outcome_ = export_tar(env_, dag_, cid, name, times, write, {}, cancel_);
        return stream;
    }
    Cid load_car(const Path& path) {
        const Bytes car = read_file(real_env().disk, path).value();
        formats::CarReader reader;
        reader.feed(car);
        for (;;) {
            const auto section = reader.next().value();
            if (!section) return reader.roots().at(0);
            EXPECT_EQ(dag_.put(static_cast<Codec>(section->cid.codec()), to_bytes(section->body)),
                      section->cid);
        }
    }

    TestDag dag_;
    FixedClock clock_;
    Env env_{clock_, real_env().disk, real_env().random};
    std::atomic<bool> cancel_ = false;
    Result<void> outcome_;
};

TEST_F(TarTest, ATreeIsKubosTarByteForByte) {
    const Cid root = load_car(vectors + "tree.car");
    const Bytes expected = read_file(real_env().disk, vectors + "tree.tar").value();
    const std::string stream = tar(root, root.to_text());
    EXPECT_EQ(problem(outcome_), "");
    ASSERT_EQ(stream.size(), expected.size());
    for (size_t at = 0; at < expected.size(); at += tar_block_size_bytes) {
        ASSERT_EQ(stream.substr(at, tar_block_size_bytes),
                  as_text(ByteView(expected).subspan(at, tar_block_size_bytes)))
            << "block at " << at;
    }
}

TEST_F(TarTest, WhatHasNoTimeGetsTheClocksRounded) {
    const std::string stream = tar(dag_.leaf("hello"), "file");
    EXPECT_EQ(stream.size(), 4 * tar_block_size_bytes);
    EXPECT_EQ(stream.substr(100, 7), "0000644");
    EXPECT_EQ(stream.substr(136, 11), fmt::format("{:011o}", 1'600'000'001));
    EXPECT_EQ(stream.substr(512, 6), std::string_view("hello\0", 6));
    EXPECT_EQ(tar(dag_.directory({}), "folder").substr(100, 7), "0000755");
    EXPECT_EQ(tar(dag_.symlink("x"), "link").substr(100, 7), "0000777");
}

TEST_F(TarTest, ExactTimesStandInPax) {
    const std::string stream = tar(dag_.leaf("hello"), "file", TarTimes::exact);
    EXPECT_EQ(stream.size(), 6 * tar_block_size_bytes);
    EXPECT_EQ(stream.substr(0, 18), std::string_view("PaxHeaders.0/file\0", 18));
    EXPECT_EQ(stream.substr(512, 22), "22 mtime=1600000000.6\n");
    EXPECT_EQ(stream.substr(1024 + 136, 11), fmt::format("{:011o}", 1'600'000'000));
    const auto record_of = [](int64_t seconds, uint32_t nanoseconds) {
        const TarEntry entry{
            .name = "n", .mtime = {seconds, nanoseconds}, .times = TarTimes::exact};
        const Bytes header = tar_header(entry).value();
        const std::string_view text = as_text(header);
        if (text.size() == tar_block_size_bytes) return std::string();
        const std::string_view record = text.substr(512, 30);
        return std::string(record.substr(0, record.find('\0')));
    };
    EXPECT_EQ(record_of(5, 0), "");
    EXPECT_EQ(record_of(0, 1), "21 mtime=0.000000001\n");
    EXPECT_EQ(record_of(-1, 0), "12 mtime=-1\n");
    EXPECT_EQ(record_of(-2, 750'000'000), "15 mtime=-1.25\n");
}

TEST_F(TarTest, LargeFilesAndShardsAreWholeInIt) {
    std::vector<Cid> parts;
    parts.reserve(9);
    for (int i = 0; i < 9; ++i) parts.push_back(dag_.raw(std::string(300'000, 'x')));
    const Cid file = dag_.file(parts);
    const std::string stream = tar(dag_.shards({{"a", file}, {"b", dag_.raw("b")}}, 8), "root");
    EXPECT_EQ(stream.size(), 512 + 512 + 2'700'288 + 512 + 512 + 1024U);
    EXPECT_EQ(std::ranges::count(stream, 'x'), 2'700'000);
}

TEST_F(TarTest, NamesThatLeaveTheRootAreRefused) {
    const Cid leaf = dag_.raw("x");
    for (const char* name : {"..", "../x", "../root2", "a/../../x", "../../root/x"}) {
        tar(dag_.directory({{name, leaf}}), "root");
        EXPECT_TRUE(problem(outcome_).starts_with(
            "permission_denied: relative UnixFS paths outside the root are not allowed, use CAR"))
            << name << problem(outcome_);
    }
    // These stay inside, and Kubo cleans them.
    EXPECT_NE(tar(dag_.directory({{"./a/../b", leaf}}), "root").find("root/b"), std::string::npos);
    EXPECT_EQ(problem(outcome_), "");
    tar(dag_.directory({{std::string("a\0b", 3), leaf}}), "root");
    EXPECT_TRUE(problem(outcome_).starts_with("invalid_argument: archive/tar: cannot encode"));
}

TEST_F(TarTest, CancellingEndsIt) {
    cancel_ = true;
    tar(dag_.raw("x"), "x");
    EXPECT_EQ(problem(outcome_), "cancelled: the export was cancelled");
}

std::string gunzip(std::string_view packed) {
    z_stream stream = {};
    ASSERT(inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string out(8 * MiB, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int outcome = inflate(&stream, Z_FINISH);
    out.resize(out.size() - stream.avail_out);
    inflateEnd(&stream);
    return outcome == Z_STREAM_END ? out : "broken";
}

TEST(GzipTest, GivesBackWhatWentInWithGosHeader) {
    for (const int level : {1, 6, 9}) {
        std::string packed;
        GzipWriter writer(
            [&](ByteView bytes) -> Result<void> {
                packed += as_text(bytes);
                return {};
            },
            level);
        std::string text;
        for (int i = 0; i < 50'000; ++i) {
            const std::string line = std::to_string(i * 7919);
            text += line;
            ASSERT_TRUE(writer.write(as_bytes(line)));
        }
        ASSERT_TRUE(writer.finish());
        EXPECT_EQ(gunzip(packed), text);
        const char extra = level == 9 ? 2 : level == 1 ? 4 : 0;
        EXPECT_EQ(packed.substr(0, 10), std::string("\x1f\x8b\x08\0\0\0\0\0", 8) + extra + '\xff');
    }
}

TEST(GzipTest, AFailedWriteIsTold) {
    GzipWriter writer([](ByteView) -> Result<void> { return fail(Code::io_error, "full"); }, 6);
    (void)writer.write(as_bytes("text"));
    EXPECT_EQ(problem(writer.finish()), "io_error: full");
}

}  // namespace
}  // namespace kit::unixfs::test
