// What a delegated router answers: records of peers, in one JSON object or one JSON object a line.
// Untrusted: bounded, and what cannot be read of one record is left out of it.
// https://specs.ipfs.tech/routing/http-routing-v1/#known-schemas
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/ipld.h"
#include "p2p/host.h"

namespace kit::routing {

struct PeerRecord {
    p2p::PeerAddress peer;
    std::vector<std::string> protocols;  // "transport-bitswap"; empty: not said.
};

enum class RecordForm : uint8_t { json, lines };

// One answer. One thread.
class RecordDecoder final {
public:
    // Takes a record; false is enough.
    using Take = std::function<Result<bool>(const PeerRecord& record)>;

    RecordDecoder(RecordForm form, Take take) : form_(form), take_(std::move(take)) {}

    // The next bytes, however they are cut. True while more is wanted. Records of unknown schemas,
    // without a peer or with one that cannot be read are passed over. Fails with corrupt when it is
    // no JSON, too_large above limits.h, or as `take` does.
    Result<bool> read(ByteView bytes);
    // After the last bytes.
    Result<void> finish();

private:
    Result<bool> read_line(std::string_view line);
    Result<bool> read_list(const formats::Ipld& answer, std::string_view name);
    Result<bool> give(const formats::Ipld& record);

    const RecordForm form_;
    const Take take_;
    std::string waiting_;
    uint64_t size_bytes_ = 0;
    bool wants_more_ = true;
};

}  // namespace kit::routing
