// What a gateway asks of a node, beyond what every command does: the roots along a path, a block
// opened once and looked at before it is sent, a CAR of a part of a DAG.
// https://specs.ipfs.tech/http-gateways/
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"
#include "unixfs/data.h"

namespace kit::node {

using formats::Cid;

// A path followed from its root, remembering what each of its segments named.
struct Trail {
    std::vector<Cid> parents;  // The root and what each segment but the last leads to.
    Cid last;
    std::vector<std::string> remainder;  // What is left inside `last`.
};

// A block, and what it is. Holds the block's bytes.
struct Opened {
    enum class Kind : uint8_t {
        file,
        directory,
        symlink,
        data  // Any codec but dag-pb and raw: bytes, which may be read as a value.
    };
    Kind kind = Kind::data;
    Cid cid;
    SharedBytes block;
    uint64_t size_bytes = 0;           // Of the content; of a directory's whole DAG.
    std::optional<SharedBytes> whole;  // The content, when it lies in this block alone.
    std::optional<unixfs::Mtime> mtime;
};

// Which blocks a CAR has: those of the path, then of what it ends at (IPIP-402).
struct WebCar {
    enum class Scope : uint8_t { block, entity, all };
    // Of a file's bytes; negative numbers count from the end, `to` is inclusive.
    struct ByteRange {
        int64_t from = 0;
        std::optional<int64_t> to;
    };
    Cid root;
    std::vector<std::string> segments;
    Scope scope = Scope::all;
    bool duplicates = false;  // A block is sent as often as it is met (IPIP-412).
    std::optional<ByteRange> range;
};

}  // namespace kit::node
