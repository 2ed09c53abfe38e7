#include "unixfs/directory_builder.h"

#include "unixfs/import_fixture.h"

namespace kit::unixfs::test {
namespace {

// kubo:test/cli/add_test.go createDeterministicFiles.
std::vector<std::string> names_from(std::string_view seed, size_t count, size_t size,
                                    size_t last_size) {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz01234567890-_";
    KeyStream stream(seed);
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) {
        std::string name;
        for (const uint8_t byte : stream.take(i + 1 == count ? last_size : size)) {
            name += alphabet[byte % alphabet.size()];
        }
        names.push_back(std::move(name));
    }
    return names;
}

class DirectoryBuilderTest : public testing::Test {
protected:
    // The CID of a directory in which each name is a file of the one byte "x".
    std::string made_of(const std::vector<std::string>& names, const DagShape& shape,
                        DirectoryShape directory) {
        const NodeMaker maker = *NodeMaker::create(shape);
        BlockTarget nowhere;
        BlockBatch batch(nowhere);
        const LeafFrame frame = frame_unixfs_data(NodeType::file, 1, {});
        const ByteView x = as_bytes("x");
        const std::array<ByteView, 3> framed = {frame.head, x, frame.tail};
        const bool is_raw = shape.raw_leaves;
        const formats::Cid leaf = is_raw ? *maker.cid_of(formats::Codec::raw, {&x, 1})
                                         : *maker.cid_of(formats::Codec::dag_pb, framed);
        const uint64_t leaf_size = is_raw ? 1 : 1 + frame.head.size() + frame.tail.size();
        directory.size_estimate = shape.size_estimate;
        DirectoryBuilder builder(maker, directory);
        for (const std::string& name : names) builder.add(name, leaf, leaf_size);
        const auto node = builder.finish({}, batch);
        if (!node) return node.error().message;
        is_sharded_ = node->is_sharded;
        return node->cid.to_text();
    }
    std::string made_of(const std::vector<std::string>& names, const DagShape& shape = {}) {
        return made_of(names, shape, default_shape());
    }
    static DirectoryShape default_shape() {
        return {.hamt = *HamtShape::create(256),
                .links_max = 0,
                .hamt_threshold_bytes = 262144,
                .size_estimate = SizeEstimate::links};
    }

    bool is_sharded_ = false;
};

// kubo:test/cli/cid_profiles_test.go.
TEST_F(DirectoryBuilderTest, TheProfilesShardAboveTheThresholdAndNotAtIt) {
    constexpr std::string_view v0 = "hamt-unixfs-v0-2015";
    EXPECT_EQ(made_of(names_from(v0, 4096, 30, 30)),
              "QmX5GtRk3TSSEHtdrykgqm4eqMEn3n2XhfkFAis5fjyZmN");
    EXPECT_FALSE(is_sharded_);
    EXPECT_EQ(made_of(names_from(v0, 4033, 31, 31)),
              "QmeMiJzmhpJAUgynAcxTQYek5PPKgdv3qEvFsdV3XpVnvP");
    EXPECT_TRUE(is_sharded_);
    DagShape shape{.cid_version = 1, .raw_leaves = true, .size_estimate = SizeEstimate::block};
    constexpr std::string_view v1 = "hamt-unixfs-v1-2025";
    EXPECT_EQ(made_of(names_from(v1, 4766, 11, 21), shape),
              "bafybeic3h7rwruealwxkacabdy45jivq2crwz6bufb5ljwupn36gicplx4");
    EXPECT_FALSE(is_sharded_);
    EXPECT_EQ(made_of(names_from(v1, 4766, 11, 22), shape),
              "bafybeiegvuterwurhdtkikfhbxcldohmxp566vpjdofhzmnhv6o4freidu");
    EXPECT_TRUE(is_sharded_);
}

TEST_F(DirectoryBuilderTest, TheOrderOfEntriesDoesNotMatter) {
    std::vector<std::string> names = names_from("order", 500, 8, 8);
    for (const uint64_t threshold : {1U, 262144U}) {
        DirectoryShape directory = default_shape();
        directory.hamt_threshold_bytes = threshold;
        const std::string cid = made_of(names, {}, directory);
        std::ranges::sort(names);
        EXPECT_EQ(made_of(names, {}, directory), cid);
        std::ranges::reverse(names);
        EXPECT_EQ(made_of(names, {}, directory), cid);
        EXPECT_EQ(is_sharded_, threshold == 1);
    }
}

TEST_F(DirectoryBuilderTest, ANameIsTakenOnce) {
    for (const uint32_t links_max : {0U, 1U}) {
        DirectoryShape directory = default_shape();
        directory.links_max = links_max;
        EXPECT_EQ(made_of({"a", "b", "a"}, {}, directory),
                  "directory already has entry by that name");
    }
}

TEST_F(DirectoryBuilderTest, WithoutAnEstimateOnlyTheNumberOfLinksCounts) {
    const std::vector<std::string> names = names_from("links", 5000, 60, 60);
    const DagShape shape{.size_estimate = SizeEstimate::disabled};
    made_of(names, shape);
    EXPECT_FALSE(is_sharded_);
    DirectoryShape directory = default_shape();
    directory.links_max = 5000;
    made_of(names, shape, directory);
    EXPECT_FALSE(is_sharded_);
    directory.links_max = 4999;
    made_of(names, shape, directory);
    EXPECT_TRUE(is_sharded_);
    directory.hamt_threshold_bytes = 0;
    made_of(names, {}, directory);
    EXPECT_FALSE(is_sharded_);
}

}  // namespace
}  // namespace kit::unixfs::test
