#include "unixfs/data.h"

#include <gtest/gtest.h>

namespace kit::unixfs {
namespace {

std::string encoded(const UnixFsData& data) {
    return to_hex(encode_unixfs(data));
}

TEST(UnixFsDataTest, FieldsComeInTheOrderOfTheirNumbers) {
    EXPECT_EQ(encoded({.type = NodeType::file, .file_size = 0}), "08021800");
    EXPECT_EQ(encoded({.type = NodeType::directory}), "0801");
    EXPECT_EQ(encoded({.type = NodeType::file, .file_size = 300, .block_sizes = {256, 44}}),
              "080218ac02208002202c");
    EXPECT_EQ(
        encoded(
            {.type = NodeType::hamt_shard, .data = Bytes{0x80}, .hash_type = 0x22, .fanout = 256}),
        "08051201802822308002");
}

TEST(UnixFsDataTest, ModeAndTimeComeLast) {
    EXPECT_EQ(encoded({.type = NodeType::directory, .mode = 0755}), "080138ed03");
    EXPECT_EQ(encoded({.type = NodeType::directory, .mode = 0}), "0801");
    EXPECT_EQ(encoded({.type = NodeType::directory, .mtime = Mtime{.seconds = 5}}),
              "0801420208"
              "05");
    EXPECT_EQ(encoded({.type = NodeType::directory,
                       .mtime = Mtime{.seconds = 5, .nanoseconds = 0x01020304}}),
              "08014207080515"
              "04030201");
    EXPECT_EQ(encoded({.type = NodeType::directory, .mtime = Mtime{.seconds = -1}}),
              "0801420b08ffffffffffffffffff01");
}

TEST(UnixFsDataTest, AFrameIsTheMessageAroundTheBytes) {
    const Bytes content(200, 'x');
    for (const NodeType type : {NodeType::file, NodeType::raw, NodeType::symlink}) {
        const Stat stat{.mode = 0644, .mtime = Mtime{.seconds = 9}};
        const LeafFrame frame = frame_unixfs_data(type, content.size(), stat);
        UnixFsData data{.type = type, .data = content, .mode = stat.mode, .mtime = stat.mtime};
        if (type != NodeType::symlink) data.file_size = content.size();
        const Bytes message = encode_unixfs(data);
        Bytes node = {0x0a, static_cast<uint8_t>(message.size() | 0x80), 1};
        append(node, message);
        Bytes framed = frame.head;
        append(framed, content);
        append(framed, frame.tail);
        EXPECT_EQ(to_hex(framed), to_hex(node));
    }
    EXPECT_EQ(to_hex(frame_unixfs_data(NodeType::file, 0, {}).head), "0a040802");
}

}  // namespace
}  // namespace kit::unixfs
