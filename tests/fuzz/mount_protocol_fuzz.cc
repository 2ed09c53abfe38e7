// Whatever a device gives as requests, each is answered or needs no answer: none reads past its
// end, and no answer is longer than the kernel asked for. The input is a list of requests, each
// after its length (two bytes, little-endian), to a tree that believes everything.
#include <linux/fuse.h>

#include "doors/mount/protocol.h"

using namespace kit;
using namespace kit::mount;

namespace {

class Believer final : public FileSystem {
public:
    const Traits& traits() const override { return traits_; }
    Answer<Node> look_up(NodeId, std::string_view name) override {
        return Node{name.size() + 2, file_};
    }
    void forget(NodeId, uint64_t) override {}
    Answer<Attributes> attributes(NodeId) override { return file_; }
    Answer<std::string> read_link(NodeId) override { return "target"; }
    Answer<std::string> cid_text(NodeId) override { return "bafy"; }
    Answer<Opened> open(NodeId node, uint32_t) override { return Opened{node, true}; }
    Answer<std::vector<SharedBytes>> read(HandleId, uint64_t, uint32_t size_bytes) override {
        return std::vector{SharedBytes::from(Bytes(size_bytes % 1000))};
    }
    void release(HandleId) override {}
    Answer<Opened> open_directory(NodeId node) override { return Opened{node, true}; }
    Answer<void> read_directory(HandleId, uint64_t offset, DirectoryPage& page) override {
        for (int i = 0; i < 1000; ++i) {
            const DirectoryItem item{
                .name = "entry", .inode = 5, .mode = S_IFREG, .node = {5, file_}};
            if (!page.add(item, ++offset)) break;
        }
        return {};
    }
    void release_directory(HandleId) override {}
    Answer<struct statvfs> space() override {
        struct statvfs found = {};
        return found;
    }
    Answer<Created> create(NodeId, std::string_view, uint32_t) override {
        return Created{{5, file_}, {6, false}};
    }
    // Reads what it is given.
    Answer<uint32_t> write(HandleId, uint64_t, ByteView bytes) override {
        return static_cast<uint32_t>(to_bytes(bytes).size());
    }
    Answer<Attributes> change(NodeId, const AttributeChange&) override { return file_; }
    Answer<void> rename(Place from, Place to, bool) override {
        if (from.name == to.name) return refuse(EINVAL);
        return {};
    }

private:
    const Traits traits_{.name = "fuzz", .is_writable = true, .cache_s = 1};
    const Attributes file_{.inode = 5, .mode = S_IFREG | 0644, .size_bytes = 10};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    Believer system;
    Protocol protocol(system, 1, 1);
    ByteView left(data, size);
    while (left.size() >= 2) {
        const size_t wanted = left[0] | size_t{left[1]} << 8;
        left = left.subspan(2);
        // Bytes of its own, so that reading past their end is seen.
        const Bytes request = to_bytes(left.first(std::min(wanted, left.size())));
        left = left.subspan(request.size());
        const Reply reply = protocol.serve(request);
        ASSERT(!reply.is_wanted || request.size() >= sizeof(fuse_in_header));
        ASSERT(reply.error == 0 || (reply.head.empty() && reply.pieces.empty()));
        ASSERT(reply.error >= 0);
    }
    return 0;
}
