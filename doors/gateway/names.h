// How the gateway asks for what names lead to: IPNS keys and domains with a DNSLink.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/peer_id.h"

namespace kit::gateway {

struct NameTarget {
    std::string path;    // "/ipfs/<cid>/a", resolved through every name on the way.
    int64_t ttl_ns = 0;  // 0: unknown.
};

// Any thread.
class Names {
public:
    virtual ~Names() = default;
    // `name` is a key's or a domain. Fails with not_found or offline.
    virtual Result<NameTarget> resolve(std::string_view name) const = 0;
    virtual bool has_dnslink(std::string_view domain) const = 0;
    virtual Result<Bytes> get_record(const formats::PeerId& name) const = 0;
};

}  // namespace kit::gateway
