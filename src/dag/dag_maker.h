// DAGs made by hand in any store, for tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "blocks/store.h"
#include "dag/path_resolve.h"
#include "formats/dag_pb.h"
#include "formats/ipld.h"

namespace kit::dag::testing {

using formats::Cid;
using formats::Codec;
using formats::Ipld;

// Makes blocks in a store; a text is the whole content of its leaf.
class DagMaker final {
public:
    explicit DagMaker(blocks::Store& store) : store_(store), lease_(store.lease()) {}

    Cid put(uint64_t codec, ByteView body) {
        const auto hash = formats::sha2_256(std::span(&body, 1));
        return put_as(Cid::v1(codec, hash), body);
    }
    Cid put_as(const Cid& cid, ByteView body) {
        const blocks::NewBlock block{.cid = cid, .head = {}, .body = body, .tail = {}};
        EXPECT_TRUE(store_.put(*lease_, std::span(&block, 1)).has_value());
        return cid;
    }
    Cid raw(std::string_view text) {
        return put(static_cast<uint64_t>(Codec::raw), as_bytes(text));
    }
    // A dag-pb node of version 0: its data, and links with names.
    Cid node(std::string_view data, const std::vector<std::pair<std::string, Cid>>& links = {}) {
        formats::PbNode node;
        node.data = to_bytes(as_bytes(data));
        for (const auto& [name, cid] : links) node.links.push_back({.cid = cid, .name = name});
        const Bytes body = formats::encode_dag_pb(node);
        const ByteView view = body;
        return put_as(Cid::v0(formats::sha2_256(std::span(&view, 1))), body);
    }
    Cid cbor(const Ipld& value) {
        const auto body = formats::encode_ipld(static_cast<uint64_t>(Codec::dag_cbor), value);
        EXPECT_TRUE(body.has_value());
        return put(static_cast<uint64_t>(Codec::dag_cbor), *body);
    }
    // Lets go of everything made so far: only pins keep it now.
    void forget() { lease_ = store_.lease(); }

private:
    blocks::Store& store_;
    std::unique_ptr<blocks::Lease> lease_;
};

// Finds names in dag-pb links as they are: what unixfs does for plain directories.
class LinkNames final : public NameLookup {
public:
    Result<std::optional<Cid>> find_entry(const blocks::Source& source, const Cid& node,
                                          std::string_view name) const override {
        const SharedBytes body = TRY(source.get(node));
        const formats::PbNode decoded = TRY(formats::decode_dag_pb(body.view()));
        for (const formats::PbLink& link : decoded.links) {
            if (link.name == name) return link.cid;
        }
        return std::nullopt;
    }
};

// The words of an outcome: empty when it went well.
template <typename T>
std::string error_of(const Result<T>& result) {
    return result ? std::string() : result.error().to_text();
}

}  // namespace kit::dag::testing
