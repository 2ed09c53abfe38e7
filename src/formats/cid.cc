// A CID is kept as its binary form with the places of its parts, so that comparing, storing and
// sending it cost nothing. Only well-formed CIDs exist.
#include "formats/cid.h"

#include <algorithm>

#include "base/limits.h"
#include "formats/varint.h"

namespace kit::formats {
namespace {

constexpr size_t v0_size_bytes = 34;
constexpr size_t v0_text_size = 46;

// Version 0 is a bare sha2-256 multihash; no version number starts with these two bytes.
bool looks_like_v0(ByteView bytes) {
    return bytes.size() > 2 && bytes[0] == 0x12 && bytes[1] == 0x20;
}

// An excerpt of what was given, fit for an error message.
std::string_view excerpt(std::string_view text) {
    return text.substr(0, 80);
}

}  // namespace

Cid Cid::v0(MultihashView hash) {
    ASSERT(looks_like_v0(hash.bytes()) && hash.bytes().size() == v0_size_bytes);
    Cid cid;
    cid.bytes_ = SmallBytes<40>(hash.bytes());
    cid.codec_ = static_cast<uint64_t>(Codec::dag_pb);
    cid.hash_code_ = hash.code();
    cid.digest_offset_ = static_cast<uint8_t>(hash.digest_offset_);
    return cid;
}

Cid Cid::v1(uint64_t codec, MultihashView hash) {
    ASSERT(!hash.bytes().empty());
    uint8_t buffer[1 + varint_size_bytes_max + limits::cid_size_bytes_max];
    buffer[0] = 1;
    const size_t hash_offset = 1 + write_varint(buffer + 1, codec);
    ASSERT(hash_offset + hash.bytes().size() <= sizeof(buffer));
    std::memcpy(buffer + hash_offset, hash.bytes().data(), hash.bytes().size());
    Cid cid;
    cid.bytes_ = SmallBytes<40>(ByteView(buffer, hash_offset + hash.bytes().size()));
    cid.codec_ = codec;
    cid.hash_code_ = hash.code();
    cid.version_ = 1;
    cid.hash_offset_ = static_cast<uint8_t>(hash_offset);
    cid.digest_offset_ = static_cast<uint8_t>(hash.digest_offset_);
    return cid;
}

Result<Cid::Prefix> Cid::from_prefix(ByteView bytes) {
    Cid cid;
    if (looks_like_v0(bytes)) {
        if (bytes.size() < v0_size_bytes) {
            return fail(Code::invalid_argument, "a CID of version 0 is cut off after {} bytes",
                        bytes.size());
        }
        cid.bytes_ = SmallBytes<40>(bytes.first(v0_size_bytes));
        cid.codec_ = static_cast<uint64_t>(Codec::dag_pb);
        cid.hash_code_ = static_cast<uint64_t>(HashCode::sha2_256);
        cid.digest_offset_ = 2;
        return Prefix{std::move(cid), v0_size_bytes};
    }
    if (bytes.empty()) return fail(Code::invalid_argument, "no bytes are no CID");
    if (bytes[0] != 1) {
        return fail(Code::invalid_argument, "a CID has version 0 or 1, not the first byte 0x{:02x}",
                    bytes[0]);
    }
    const std::optional<Varint> codec = find_varint(bytes.subspan(1));
    if (!codec) return fail(Code::invalid_argument, "a CID has no codec after its version");
    const size_t hash_offset = 1 + codec->size_bytes;
    const std::optional<Varint> code = find_varint(bytes.subspan(hash_offset));
    if (!code) return fail(Code::invalid_argument, "a CID has no hash function after its codec");
    const size_t size_offset = hash_offset + code->size_bytes;
    const std::optional<Varint> size = find_varint(bytes.subspan(size_offset));
    if (!size) return fail(Code::invalid_argument, "a CID has no digest length");
    if (size->value > limits::digest_size_bytes_max) {
        return fail(Code::invalid_argument, "a CID has a digest of {} bytes, at most {}",
                    size->value, limits::digest_size_bytes_max);
    }
    const size_t digest_offset = size_offset + size->size_bytes;
    if (bytes.size() - digest_offset < size->value) {
        return fail(Code::invalid_argument, "a CID promises a digest of {} bytes and has {}",
                    size->value, bytes.size() - digest_offset);
    }
    const size_t size_bytes = digest_offset + size->value;
    cid.bytes_ = SmallBytes<40>(bytes.first(size_bytes));
    cid.codec_ = codec->value;
    cid.hash_code_ = code->value;
    cid.version_ = 1;
    cid.hash_offset_ = static_cast<uint8_t>(hash_offset);
    cid.digest_offset_ = static_cast<uint8_t>(digest_offset - hash_offset);
    return Prefix{std::move(cid), size_bytes};
}

Result<Cid> Cid::from_bytes(ByteView bytes) {
    auto prefix = from_prefix(bytes);
    if (!prefix) return std::unexpected(std::move(prefix).error());
    if (prefix->size_bytes != bytes.size()) {
        return fail(Code::invalid_argument, "a CID of {} bytes is followed by {} more",
                    prefix->size_bytes, bytes.size() - prefix->size_bytes);
    }
    return std::move(prefix->cid);
}

Result<Cid> Cid::from_text(std::string_view text) {
    if (text.size() < 2) return fail(Code::invalid_argument, "'{}' is too short for a CID", text);
    if (text.size() > limits::cid_text_size_max) {
        return fail(Code::invalid_argument, "a text of {} bytes is too long for a CID, at most {}",
                    text.size(), limits::cid_text_size_max);
    }
    Bytes bytes;
    if (text.size() == v0_text_size && text.starts_with("Qm")) {
        auto decoded = decode_base(Base::base58btc, text);
        if (!decoded) {
            return fail_because(std::move(decoded).error(), "'{}' is not a CID", excerpt(text));
        }
        bytes = *std::move(decoded);
    } else {
        auto decoded = decode_multibase(text);
        if (!decoded) {
            return fail_because(std::move(decoded).error(), "'{}' is not a CID", excerpt(text));
        }
        bytes = std::move(decoded->bytes);
    }
    auto cid = from_bytes(bytes);
    if (!cid) return fail_because(std::move(cid).error(), "'{}' is not a CID", excerpt(text));
    return cid;
}

MultihashView Cid::hash() const {
    return {bytes_.view().subspan(hash_offset_), hash_code_, digest_offset_};
}

std::string Cid::to_text() const {
    return to_text(version_ == 0 ? Base::base58btc : Base::base32);
}

std::string Cid::to_text(Base base) const {
    if (empty()) return {};
    if (version_ == 1) return encode_multibase(base, bytes());
    if (base == Base::base58btc) return encode_base(base, bytes());
    return to_v1().to_text(base);
}

Cid Cid::to_v1() const {
    if (version_ == 1 || empty()) return *this;
    return v1(codec_, hash());
}

std::strong_ordering operator<=>(const Cid& a, const Cid& b) {
    const size_t common = std::min(a.bytes().size(), b.bytes().size());
    const int order = common == 0 ? 0 : std::memcmp(a.bytes().data(), b.bytes().data(), common);
    if (order != 0) return order <=> 0;
    return a.bytes().size() <=> b.bytes().size();
}

}  // namespace kit::formats
