#include "doors/rpc/file_parts.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kit::rpc {
namespace {

// The files of a body whose parts have these fields, and each the body "x".
Result<std::vector<commands::FileInput>> files_of(const std::vector<std::string>& fields) {
    std::string body;
    for (const std::string& each : fields) body += "--b\r\n" + each + "\r\n\r\nx\r\n";
    body += "--b--\r\n";
    size_t at = 0;
    auto parts = TRY(http::MultipartReader::create(
        "multipart/form-data; boundary=b", [&](std::span<uint8_t> out) -> Result<size_t> {
            const size_t count = std::min(out.size(), body.size() - at);
            std::copy_n(body.begin() + static_cast<ptrdiff_t>(at), count, out.begin());
            at += count;
            return count;
        }));
    std::vector<commands::FileInput> files;
    for (;;) {
        auto file = TRY(next_file(parts));
        if (!file) return files;
        files.push_back(*std::move(file));
    }
}

TEST(FilePartsTest, APathNeverLeavesTheBody) {
    EXPECT_EQ(path_of_filename("a%2Fb+c"), "a/b c");
    EXPECT_EQ(path_of_filename("/a//./b/"), "a/b");
    EXPECT_EQ(path_of_filename("../../etc/passwd"), "etc/passwd");
    EXPECT_EQ(path_of_filename("a%2F..%2F..%2Fb"), "b");
    EXPECT_EQ(path_of_filename("100%"), "100%");
    EXPECT_EQ(path_of_filename(".."), "");
}

TEST(FilePartsTest, TypesAndStatsAreRead) {
    const auto files =
        files_of({"Content-Disposition: form-data; name=\"file?mode=0750&mtime=17&mtime-nsecs=5\"; "
                  "filename=\"d\"\r\nContent-Type: application/x-directory",
                  "Content-Disposition: form-data; name=file; filename=\"d%2Fl\"\r\n"
                  "Content-Type: application/symlink",
                  "Content-Disposition: form-data; name=file\r\nAbspath-Encoded: %2Fhome%2Fa+b",
                  "Content-Disposition: form-data; name=\"file?mode=9&mtime=x\"; filename=e"});
    ASSERT_TRUE(files) << files.error().message;
    ASSERT_EQ(files->size(), 4U);
    EXPECT_EQ(files->at(0).type, FileType::directory);
    EXPECT_EQ(files->at(0).mode, 0750U);
    EXPECT_EQ(files->at(0).mtime, (unixfs::Mtime{17, 5}));
    EXPECT_EQ(files->at(1).type, FileType::symlink);
    EXPECT_EQ(files->at(1).target, "x");
    EXPECT_EQ(files->at(1).name, "d/l");
    EXPECT_EQ(files->at(2).name, "");
    EXPECT_EQ(files->at(2).original_path, "/home/a b");
    EXPECT_FALSE(files->at(3).mode);
    EXPECT_FALSE(files->at(3).mtime);
}

TEST(FilePartsTest, AModeKeepsGosBits) {
    // Setuid, and a directory that is sticky, as Go's clients send them.
    const auto files =
        files_of({"Content-Disposition: form-data; name=\"file?mode=40000755\"; filename=a",
                  "Content-Disposition: form-data; name=\"file?mode=20004000777\"; filename=b"});
    ASSERT_TRUE(files) << files.error().message;
    EXPECT_EQ(files->at(0).mode, uint32_t{1} << 23 | 0755);
    EXPECT_EQ(files->at(1).mode, uint32_t{1} << 31 | uint32_t{1} << 20 | 0777);
}

TEST(FilePartsTest, BadTypesAreRefused) {
    EXPECT_FALSE(files_of({"Content-Disposition: form-data\r\nContent-Type: a; b=\"c"}));
}

}  // namespace
}  // namespace kit::rpc
