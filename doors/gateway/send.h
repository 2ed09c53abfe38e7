// Content with a known size to a client: conditions, ranges, parts of it in one answer, and the
// header fields that say so. The caller has set Etag, Content-Type and the like.
#pragma once

#include <functional>
#include <optional>

#include "doors/gateway/call.h"

namespace kit::gateway {

using node::WriteBytes;

// Gives a part of the content, in order.
using ReadPart =
    std::function<Result<void>(uint64_t offset, uint64_t length, const WriteBytes& write)>;

struct Content {
    uint64_t size_bytes = 0;
    std::optional<int64_t> modified_s;  // Last-Modified; epoch 0 says nothing.
    ReadPart read;
    Random& random;  // What separates the parts of several ranges.
};

// Answers 200, 206, 304, 412 or 416. An answer that fails midway is broken off, so that the client
// sees it.
void send(Call& call, const Content& content);

}  // namespace kit::gateway
