// The expected words and remainders are those that Kubo 0.43.1 printed for the same DAG.
#include "dag/path_resolve.h"

#include "dag/test_store.h"

namespace kit::dag {
namespace {

using namespace testing;

class ResolveTest : public ::testing::Test {
protected:
    void SetUp() override {
        file_ = maker_.node("file");
        folder_ = maker_.node("folder", {{"a.txt", file_}, {"Data", file_}});
        raw_ = maker_.raw("raw");
        data_ = maker_.cbor({Ipld::Map{
            {"m",
             {Ipld::Map{
                 {"l",
                  {Ipld::List{Ipld::integer(1), Ipld{folder_}, {Ipld::Map{{"k", Ipld{}}}}}}}}}},
            {"n", Ipld::integer(5)},
            {"raw", Ipld{raw_}}}});
        outer_ = maker_.cbor({Ipld::Map{{"c", Ipld{data_}}, {"l", {Ipld::List{Ipld{data_}}}}}});
    }
    // "<name of the block>[/remainder]" or the error.
    std::string resolved(const Cid& root, const std::string& rest,
                         const std::string& space = "ipfs") {
        const auto path = ContentPath::from_text("/" + space + "/" + root.to_text() + rest);
        const auto found = resolve_path(store_, *path, LinkNames());
        if (!found) return found.error().to_text();
        std::string text = name_of(found->cid);
        for (const std::string& segment : found->remainder) text += "/" + segment;
        return text;
    }
    std::string name_of(const Cid& cid) const {
        if (cid == file_) return "file";
        if (cid == folder_) return "folder";
        if (cid == raw_) return "raw";
        if (cid == data_) return "data";
        return cid == outer_ ? "outer" : cid.to_text();
    }

    TestStore store_;
    DagMaker maker_{store_};
    Cid file_, folder_, raw_, data_, outer_;
};

TEST_F(ResolveTest, NamesLeadThroughDirectories) {
    EXPECT_EQ(resolved(folder_, ""), "folder");
    EXPECT_EQ(resolved(folder_, "/a.txt"), "file");
    EXPECT_EQ(resolved(folder_, "/Data"), "file");
    EXPECT_EQ(resolved(folder_, "/nope"), "no link named \"nope\" under " + folder_.to_text());
    EXPECT_EQ(resolved(folder_, "/Links/0/Hash"),
              "no link named \"Links\" under " + folder_.to_text());
}

TEST_F(ResolveTest, DataIsWalkedAcrossBlocksAndLeavesARemainder) {
    EXPECT_EQ(resolved(data_, "/m"), "data/m");
    EXPECT_EQ(resolved(data_, "/m/l/0"), "data/m/l/0");
    EXPECT_EQ(resolved(data_, "/m/l/1"), "folder");
    EXPECT_EQ(resolved(data_, "/m/l/01"), "folder");
    EXPECT_EQ(resolved(data_, "/m/l/1/a.txt"), "file");
    EXPECT_EQ(resolved(outer_, "/l/0/m"), "data/m");
    EXPECT_EQ(resolved(outer_, "/c/m/l/2/k"), "data/m/l/2/k");
}

TEST_F(ResolveTest, WhatIsNotThereIsReportedInKubosWords) {
    EXPECT_EQ(resolved(data_, "/nope"), "key not found: \"nope\"");
    EXPECT_EQ(resolved(data_, "/m/nope/x"), "no link named \"nope\" under " + data_.to_text());
    EXPECT_EQ(resolved(data_, "/m/l/9"), "key not found: \"9\"");
    EXPECT_EQ(resolved(data_, "/m/l/x"),
              "invalid segment for lookup on a list: \"x\": strconv.ParseInt: parsing \"x\": "
              "invalid syntax");
    EXPECT_EQ(resolved(data_, "/n/x"),
              "func called on wrong kind: \"LookupBySegment\" called on a int node (kind: int), "
              "but only makes sense on map or list");
    EXPECT_EQ(resolved(data_, "/raw/x"),
              "func called on wrong kind: \"LookupBySegment\" called on a bytes node (kind: "
              "bytes), but only makes sense on map or list");
}

TEST_F(ResolveTest, UnderIpldADagPbNodeIsData) {
    EXPECT_EQ(resolved(folder_, "/Links", "ipld"), "folder/Links");
    EXPECT_EQ(resolved(folder_, "/Links/0/Hash", "ipld"), "file");
    EXPECT_EQ(resolved(folder_, "/Links/0/Hash/Data", "ipld"), "file/Data");
    EXPECT_EQ(resolved(folder_, "/Links/9", "ipld"), "key not found: \"9\"");
    EXPECT_EQ(resolved(folder_, "/a.txt", "ipld"),
              "no link named \"a.txt\" under " + folder_.to_text());
}

TEST_F(ResolveTest, TheLastBlockNeedNotBeHere) {
    ASSERT_TRUE(*store_.remove(file_));
    EXPECT_EQ(resolved(folder_, "/a.txt"), "file");
    ASSERT_TRUE(*store_.remove(data_));
    EXPECT_EQ(resolved(outer_, "/c"), "data");
    EXPECT_EQ(resolved(outer_, "/c/m"),
              "block was not found locally (offline): ipld: could not find " + data_.to_text());
}

TEST_F(ResolveTest, NamesOfTheNetworkAreOffline) {
    const auto path = ContentPath::from_text("/ipns/example.com");
    const auto found = resolve_path(store_, *path, LinkNames());
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().code, Code::offline);
}

}  // namespace
}  // namespace kit::dag
