#include "formats/dag_cbor.h"

#include <optional>

#include "base/limits.h"
#include "formats/cbor.h"
#include "formats/cbor_reader.h"

namespace kit::formats {
namespace {

constexpr CborRules strict_rules{
    .name = "dag-cbor", .links = true, .sorted_keys = true, .canonical = true};
constexpr CborRules kubo_rules{
    .name = "dag-cbor", .links = true, .sorted_keys = true, .canonical = false};

// Passes over items and keeps the links. It recurses as the decoder does, and no deeper. Its steps
// answer by true or false, since a Result for each item would cost more than reading it.
class LinkScanner final {
public:
    explicit LinkScanner(ByteView block) : reader_(block) {}

    Result<std::vector<Cid>> whole() {
        if (item(0) && !reader_.at_end()) refuse("bytes after the value");
        if (reader_.failed()) return std::unexpected(reader_.error("dag-cbor"));
        if (error_) return std::unexpected(*std::move(error_));
        return std::move(links_);
    }

private:
    bool refuse(std::string_view why, Code code = Code::corrupt) {
        error_ = fail(code, "dag-cbor: {}, at byte {}", why, reader_.position()).error();
        return false;
    }

    bool item(uint32_t depth) {
        const CborHead head = reader_.take_head();
        switch (head.major) {
            case CborMajor::unsigned_integer:
            case CborMajor::negative_integer:
                return !reader_.failed();
            case CborMajor::bytes:
            case CborMajor::text:
                reader_.take_bytes(head.argument);
                return !reader_.failed();
            case CborMajor::list:
            case CborMajor::map:
                return items(head, depth);
            case CborMajor::tag:
                return link(head.argument);
            case CborMajor::simple:
                if (head.info >= cbor_false && head.info != 24) return true;
                return refuse("a simple value that the data model does not have");
        }
        return refuse("no item");
    }

    bool items(const CborHead& head, uint32_t depth) {
        if (depth >= limits::decode_depth_max) {
            return refuse("nested deeper than can be read", Code::too_large);
        }
        // Each turn reads at least one byte or fails, so a false count ends with the block.
        for (uint64_t index = 0; index < head.argument; ++index) {
            if (head.major == CborMajor::map) {
                const CborHead key = reader_.take_head();
                if (reader_.failed()) return false;
                if (key.major != CborMajor::text) return refuse("a map key that is no string");
                reader_.take_bytes(key.argument);
                if (reader_.failed()) return false;
            }
            if (!item(depth + 1)) return false;
        }
        return true;
    }

    bool link(uint64_t tag) {
        const CborHead head = reader_.take_head();
        if (reader_.failed()) return false;
        if (tag != cbor_link_tag || head.major != CborMajor::bytes) {
            return refuse("a tag that is no link");
        }
        const ByteView bytes = reader_.take_bytes(head.argument);
        if (reader_.failed()) return false;
        if (bytes.empty() || bytes.front() != 0) return refuse("invalid multibase on IPLD link");
        auto cid = Cid::from_bytes(bytes.subspan(1));
        if (!cid) return refuse("a link: " + cid.error().message);
        links_.push_back(*std::move(cid));
        return true;
    }

    CborReader reader_;
    std::optional<Error> error_;
    std::vector<Cid> links_;
};

}  // namespace

Result<Ipld> decode_dag_cbor(ByteView block, DagCborForm form) {
    return decode_cbor(block, form == DagCborForm::strict ? strict_rules : kubo_rules);
}

Result<Bytes> encode_dag_cbor(const Ipld& value) {
    return encode_cbor(value, strict_rules);
}

Result<std::vector<Cid>> links_of_dag_cbor(ByteView block) {
    return LinkScanner(block).whole();
}

}  // namespace kit::formats
