// IPNS records: what a key says its name points to, until when. Made with both signatures, as Kubo
// makes them; judged by the second alone. https://specs.ipfs.tech/ipns/ipns-record/
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/key.h"
#include "formats/peer_id.h"

namespace kit::formats {

// A moment since 1970, UTC; further than 64 bits of nanoseconds reach.
struct Moment {
    int64_t seconds = 0;
    uint32_t nanoseconds = 0;
    friend auto operator<=>(const Moment&, const Moment&) = default;
};
// "2006-01-02T15:04:05.999999999Z", without trailing zeros, as Go's RFC3339Nano. ASSERTs that the
// year has four digits.
std::string to_rfc3339(const Moment& moment);
// Any offset is read. Fails with invalid_argument.
Result<Moment> from_rfc3339(std::string_view text);

struct IpnsContent {
    std::string value;      // A content path: "/ipfs/<cid>/a".
    uint64_t sequence = 0;  // At most 2^63-1.
    Moment valid_until;
    uint64_t ttl_ns = 0;  // A hint for caches; at most 2^63-1.
};
enum class IpnsForm : uint8_t {
    v1_and_v2,  // Kubo's default.
    v2_only
};

// A value: a decoded record with the bytes it came from. Any thread.
class IpnsRecord final {
public:
    // The public key goes in when the name does not hold it (RSA). Fails with invalid_argument for
    // numbers out of bounds, too_large above 10 KiB.
    static Result<IpnsRecord> create(const PrivateKey& key, const IpnsContent& content,
                                     IpnsForm form = IpnsForm::v1_and_v2);
    // Fails in boxo's words with too_large or corrupt. Nothing is verified.
    static Result<IpnsRecord> from_bytes(ByteView record);

    ByteView bytes() const { return bytes_; }
    // The fields of the signed document. `value` is a path: "/ipfs/bafkqaaa" when empty, and
    // "/ipfs/<cid>" for a binary CID of old. Fail with corrupt or invalid_argument.
    Result<IpnsContent> content() const;
    // The key inside the record or its name. Fails with invalid_argument when they disagree,
    // not_found when neither holds one.
    Result<PublicKey> public_key(const PeerId& name) const;
    // Whether it is the name's, unbroken and not over: signature, agreement of both halves, end of
    // validity. Fails in boxo's words with corrupt, invalid_argument or timeout (it is over).
    Result<void> validate(const PeerId& name, const Moment& now) const;

    bool has_v1_signature() const { return !fields_.signature_v1.empty(); }
    bool has_v2_signature() const { return !fields_.signature_v2.empty(); }

private:
    // The protobuf message; views are copies because the record outlives its input.
    struct Fields {
        Bytes value, signature_v1, validity, public_key, signature_v2, data;
        uint64_t validity_type = 0;
        uint64_t sequence = 0;
        uint64_t ttl_ns = 0;
    };
    struct Document;

    static Result<Fields> decode(ByteView message);
    static Bytes encode(const Fields& fields, IpnsForm form);
    Result<Document> document() const;
    Result<void> check_halves_agree(const Document& document) const;

    Bytes bytes_;
    Fields fields_;
};

// Which of two valid records counts: the higher sequence, then the later end. 0 when equal.
Result<std::strong_ordering> compare_records(const IpnsRecord& a, const IpnsRecord& b);

// "/ipns/" and the binary name: the key under which routing systems keep the record.
Bytes ipns_routing_key(const PeerId& name);

}  // namespace kit::formats
