// The test is the kernel: it writes requests as linux/fuse.h lays them out, and reads the answers.
#include "doors/mount/protocol.h"

#include <gtest/gtest.h>
#include <linux/fuse.h>

#include "doors/mount/wire.h"

namespace kit::mount {
namespace {

// One file, "file", with the bytes "content".
class OneFile final : public FileSystem {
public:
    const Traits& traits() const override { return traits_; }
    Answer<Node> look_up(NodeId parent, std::string_view name) override {
        if (parent != root_id || name != "file") return refuse(ENOENT);
        return Node{7, file_};
    }
    void forget(NodeId node, uint64_t count) override { forgotten += node * count; }
    Answer<Attributes> attributes(NodeId node) override {
        if (node == root_id) return Attributes{.mode = S_IFDIR | 0555};
        return file_;
    }
    Answer<std::string> read_link(NodeId) override { return refuse(EINVAL); }
    Answer<std::string> cid_text(NodeId) override { return "bafy"; }
    Answer<Opened> open(NodeId, uint32_t) override { return Opened{9, true}; }
    Answer<std::vector<SharedBytes>> read(HandleId, uint64_t offset, uint32_t size) override {
        const std::string_view all = "content";
        return std::vector{SharedBytes::from(to_bytes(as_bytes(all.substr(offset, size))))};
    }
    void release(HandleId) override {}
    Answer<Opened> open_directory(NodeId) override { return Opened{3, true}; }
    Answer<void> read_directory(HandleId, uint64_t offset, DirectoryPage& page) override {
        for (; offset < 100; ++offset) {
            if (!page.add({.name = "file", .inode = 7, .mode = S_IFREG}, offset + 1)) break;
        }
        return {};
    }
    void release_directory(HandleId) override {}
    Answer<struct statvfs> space() override { return {}; }

    uint64_t forgotten = 0;

private:
    const Traits traits_{.name = "one", .is_writable = false, .cache_s = 60};
    const Attributes file_{.inode = 7, .mode = S_IFREG | 0444, .size_bytes = 7, .mtime_s = 5};
};

class ProtocolTest : public testing::Test {
protected:
    Reply ask(uint32_t opcode, const Bytes& body, NodeId node = root_id) {
        fuse_in_header header = {};
        header.len = static_cast<uint32_t>(sizeof(header) + body.size());
        header.opcode = opcode;
        header.unique = 42;
        header.nodeid = node;
        Bytes request;
        append_struct(request, header);
        append(request, body);
        return protocol_.serve(request);
    }
    template <typename T>
    static Bytes body(const T& value, std::string_view name = {}) {
        Bytes out;
        append_struct(out, value);
        if (!name.empty()) append(out, text(name));
        return out;
    }
    static Bytes text(std::string_view name) {
        Bytes out = to_bytes(as_bytes(name));
        out.push_back(0);
        return out;
    }
    template <typename T>
    static T answer(const Reply& reply) {
        EXPECT_EQ(reply.error, 0);
        EXPECT_EQ(reply.request, 42U);
        return *WireReader(reply.head).take<T>();
    }

    OneFile system_;
    Protocol protocol_{system_, 1000, 1001};
};

TEST_F(ProtocolTest, TheFirstAnswerTakesWhatBothSidesKnow) {
    fuse_init_in in = {};
    in.major = FUSE_KERNEL_VERSION;
    in.minor = 40;
    in.max_readahead = 1 << 20;
    in.flags = FUSE_ASYNC_READ | FUSE_POSIX_LOCKS;
    const auto out = answer<fuse_init_out>(ask(FUSE_INIT, body(in)));
    EXPECT_EQ(out.major, 7U);
    EXPECT_EQ(out.minor, 31U);
    EXPECT_EQ(out.flags, uint32_t{FUSE_ASYNC_READ});
    EXPECT_EQ(out.max_readahead, 1U << 20);
}

TEST_F(ProtocolTest, AnEntryIsToldWithItsOwnerAndHowLongItHolds) {
    const auto out = answer<fuse_entry_out>(ask(FUSE_LOOKUP, text("file")));
    EXPECT_EQ(out.nodeid, 7U);
    EXPECT_EQ(out.attr.size, 7U);
    EXPECT_EQ(out.attr.mode, uint32_t{S_IFREG | 0444});
    EXPECT_EQ(out.attr.uid, 1000U);
    EXPECT_EQ(out.attr.gid, 1001U);
    EXPECT_EQ(out.attr_valid, 60U);
}

TEST_F(ProtocolTest, ARefusalIsANumberAndNothingElse) {
    const Reply reply = ask(FUSE_LOOKUP, text("none"));
    EXPECT_EQ(reply.error, ENOENT);
    EXPECT_TRUE(reply.head.empty());
    EXPECT_EQ(ask(FUSE_MKDIR, body(fuse_mkdir_in{}, "new")).error, EROFS);
    EXPECT_EQ(ask(9999, {}).error, ENOSYS);
}

TEST_F(ProtocolTest, WhatIsTooShortIsRefused) {
    EXPECT_EQ(ask(FUSE_LOOKUP, to_bytes(as_bytes("file"))).error, EINVAL);
    EXPECT_EQ(ask(FUSE_READ, Bytes(3)).error, EINVAL);
    EXPECT_EQ(ask(FUSE_SETXATTR, {}).error, ENOSYS);
    EXPECT_FALSE(protocol_.serve(Bytes(5)).is_wanted);
}

TEST_F(ProtocolTest, BytesOfAFileAreGivenAsTheyLie) {
    fuse_read_in in = {};
    in.fh = 9;
    in.offset = 3;
    in.size = 2;
    const Reply reply = ask(FUSE_READ, body(in), 7);
    ASSERT_EQ(reply.pieces.size(), 1U);
    EXPECT_EQ(as_text(reply.pieces[0].view()), "te");
}

TEST_F(ProtocolTest, AListingEndsWhereTheKernelsRoomDoes) {
    fuse_read_in in = {};
    in.size = 100;
    const Reply reply = ask(FUSE_READDIR, body(in));
    const size_t one = FUSE_REC_ALIGN(FUSE_NAME_OFFSET + 4);
    EXPECT_EQ(reply.head.size(), 100 / one * one);
    EXPECT_EQ(as_text(reply.head).substr(FUSE_NAME_OFFSET, 4), "file");
}

TEST_F(ProtocolTest, ForgettingIsNotAnswered) {
    fuse_forget_in in = {};
    in.nlookup = 3;
    EXPECT_FALSE(ask(FUSE_FORGET, body(in), 7).is_wanted);
    EXPECT_EQ(system_.forgotten, 21U);
}

TEST_F(ProtocolTest, TheCidIsAnAttributeOfItsOwn) {
    fuse_getxattr_in in = {};
    EXPECT_EQ(answer<fuse_getxattr_out>(ask(FUSE_GETXATTR, body(in, "ipfs.cid"))).size, 4U);
    in.size = 3;
    EXPECT_EQ(ask(FUSE_GETXATTR, body(in, "ipfs.cid")).error, ERANGE);
    in.size = 4;
    EXPECT_EQ(as_text(ask(FUSE_GETXATTR, body(in, "ipfs.cid")).head), "bafy");
    EXPECT_EQ(ask(FUSE_GETXATTR, body(in, "user.other")).error, ENODATA);
}

}  // namespace
}  // namespace kit::mount
