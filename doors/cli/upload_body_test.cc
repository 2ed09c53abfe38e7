// Bodies as Kubo's clients write them: the texts were taken from what its command line sent.
#include "doors/cli/upload_body.h"

#include <gtest/gtest.h>

#include "base/simulated_env.h"

namespace kit::cli {
namespace {

class UploadBodyTest : public testing::Test {
protected:
    void write(const Path& path, std::string_view text, int64_t mtime_s, uint32_t mtime_ns = 0) {
        const ByteView bytes = as_bytes(text);
        ASSERT_TRUE(disk_.write_new_file(path, std::span(&bytes, 1), 0644));
        ASSERT_TRUE(disk_.set_mtime(path, mtime_s, mtime_ns));
    }
    // The body in pieces of `piece_size`, with BOUNDARY in the boundary's place.
    std::string body(std::vector<unixfs::ImportSource> sources, node::UploadOptions options,
                     size_t piece_size = 7) {
        auto upload = node::Upload::create(env_, std::move(sources), std::move(options));
        if (!upload) return upload.error().message;
        UploadBody made(env_, **upload, [this](uint64_t bytes) { read_bytes_ = bytes; });
        std::string text;
        for (;;) {
            Bytes piece(piece_size);
            const auto count = made.read(piece);
            if (!count) return count.error().message;
            if (*count == 0) break;
            text += as_text(ByteView(piece).first(*count));
        }
        const std::string boundary = made.content_type().substr(30);
        for (size_t at; (at = text.find(boundary)) != std::string::npos;) {
            text.replace(at, boundary.size(), "BOUNDARY");
        }
        return text;
    }

    SimulatedClock clock_;
    SimulatedDisk disk_{1};
    SimulatedRandom random_{2};
    Env env_{clock_, disk_, random_};
    uint64_t read_bytes_ = 0;
};

TEST_F(UploadBodyTest, ATreeGoesDepthFirstWithModesAndTimes) {
    ASSERT_TRUE(disk_.make_directories("/d/sub", 0755));
    write("/d/a b", "hello", 1'700'000'000, 5);
    write("/d/sub/c", "", 7);
    write("/d/.hidden", "not sent", 7);
    ASSERT_TRUE(disk_.make_symlink("a b", "/d/link"));
    for (const char* path : {"/d", "/d/sub"}) ASSERT_TRUE(disk_.set_mtime(path, 9, 0));
    ASSERT_TRUE(disk_.set_mtime("/d/link", 9, 0, false));
    EXPECT_EQ(
        body({{.name = "d", .content = Path("/d")}}, {}),
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"file?mode=020000000755&mtime=9\"; "
        "filename=\"d\"\r\nContent-Type: application/x-directory\r\n\r\n"
        "\r\n--BOUNDARY\r\nAbspath-Encoded: %2Fd%2Fa+b\r\nContent-Disposition: form-data; "
        "name=\"file?mode=0644&mtime=1700000000&mtime-nsecs=5\"; filename=\"d%2Fa+b\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\nhello"
        "\r\n--BOUNDARY\r\nContent-Disposition: form-data; name=\"file?mode=01000000777&mtime=9\"; "
        "filename=\"d%2Flink\"\r\nContent-Type: application/symlink\r\n\r\na b"
        "\r\n--BOUNDARY\r\nContent-Disposition: form-data; "
        "name=\"file?mode=020000000755&mtime=9\"; "
        "filename=\"d%2Fsub\"\r\nContent-Type: application/x-directory\r\n\r\n"
        "\r\n--BOUNDARY\r\nAbspath-Encoded: %2Fd%2Fsub%2Fc\r\nContent-Disposition: form-data; "
        "name=\"file?mode=0644&mtime=7\"; filename=\"d%2Fsub%2Fc\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n"
        "\r\n--BOUNDARY--\r\n");
    EXPECT_EQ(read_bytes_, 5U);
}

TEST_F(UploadBodyTest, RulesLeaveEntriesOut) {
    ASSERT_TRUE(disk_.make_directories("/d", 0755));
    write("/d/keep", "1", 1);
    write("/d/x.tmp", "2", 1);
    write("/d/.hidden", "3", 1);
    const std::string some = body({{.name = "d", .content = Path("/d")}}, {.ignore = {"*.tmp"}});
    EXPECT_NE(some.find("d%2Fkeep"), std::string::npos);
    EXPECT_EQ(some.find("tmp"), std::string::npos);
    EXPECT_EQ(some.find("hidden"), std::string::npos);
    const std::string all = body({{.name = "d", .content = Path("/d")}}, {.hidden = true});
    EXPECT_NE(all.find("hidden"), std::string::npos);
}

TEST_F(UploadBodyTest, AStreamHasNeitherModeNorTime) {
    bool is_given = false;
    const unixfs::ReadBytes read = [&](std::span<uint8_t> out) -> Result<size_t> {
        if (std::exchange(is_given, true)) return 0;
        out[0] = 'x';
        return 1;
    };
    EXPECT_EQ(body({{.name = "", .content = read}}, {}),
              "--BOUNDARY\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n"
              "Content-Type: application/octet-stream\r\n\r\nx\r\n--BOUNDARY--\r\n");
}

TEST_F(UploadBodyTest, ANamedLinkStandsForItsTargetWhenToldSo) {
    write("/target", "content", 1);
    ASSERT_TRUE(disk_.make_symlink("/target", "/link"));
    const std::vector<unixfs::ImportSource> link = {{.name = "link", .content = Path("/link")}};
    EXPECT_NE(body(link, {}).find("application/symlink\r\n\r\n/target"), std::string::npos);
    const std::string followed = body(link, {.follows_arguments = true});
    EXPECT_NE(followed.find("filename=\"target\""), std::string::npos) << followed;
    EXPECT_NE(followed.find("\r\n\r\ncontent"), std::string::npos);
}

TEST_F(UploadBodyTest, AMissingFileIsAnError) {
    EXPECT_EQ(body({{.name = "x", .content = Path("/x")}}, {}),
              "lstat /x: no such file or directory");
}

}  // namespace
}  // namespace kit::cli
