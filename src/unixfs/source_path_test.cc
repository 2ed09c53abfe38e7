#include "unixfs/source_path.h"

#include "unixfs/import_fixture.h"

namespace kit::unixfs::test {
namespace {

class LinksTest : public ImportFixture {
protected:
    std::string followed(std::string_view name) {
        const auto path = without_links(disk_, at(name));
        if (!path) return path.error().message;
        const auto folder = *without_links(disk_, folder_);
        return path->starts_with(folder) ? path->substr(folder.size()) : *path;
    }
};

TEST_F(LinksTest, EachLinkOfAPathIsFollowed) {
    write("real/file", "x");
    EXPECT_TRUE(disk_.make_symlink("real", at("folder")));
    EXPECT_TRUE(disk_.make_symlink("../folder/file", at("real/again")));
    EXPECT_TRUE(disk_.make_symlink(at("real"), at("rooted")));
    EXPECT_TRUE(disk_.make_symlink("loop", at("loop")));
    EXPECT_EQ(followed("folder/file"), "/real/file");
    EXPECT_EQ(followed("rooted/again"), "/real/file");
    EXPECT_EQ(followed("folder/absent"),
              "lstat " + *without_links(disk_, at("real")) + "/absent: no such file or directory");
    EXPECT_EQ(followed("loop"), "EvalSymlinks: too many links");
}

TEST_F(LinksTest, ARelativePathIsCompletedFromTheCurrentFolder) {
    EXPECT_EQ(*absolute_path(disk_, "/a/b"), "/a/b");
    const Path completed = *absolute_path(disk_, "x/y");
    EXPECT_TRUE(completed.starts_with('/') && completed.ends_with("/x/y")) << completed;
}

}  // namespace
}  // namespace kit::unixfs::test
