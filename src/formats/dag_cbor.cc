#include "formats/dag_cbor.h"

#include "base/limits.h"
#include "formats/cbor.h"
#include "formats/cbor_reader.h"

namespace kit::formats {
namespace {

constexpr CborRules strict_rules{
    .name = "dag-cbor", .links = true, .sorted_keys = true, .canonical = true};
constexpr CborRules kubo_rules{
    .name = "dag-cbor", .links = true, .sorted_keys = true, .canonical = false};

// Passes over items and keeps the links. It recurses as the decoder does, and no deeper.
class LinkScanner final {
public:
    explicit LinkScanner(ByteView block) : reader_(block) {}

    Result<std::vector<Cid>> whole() {
        TRY(item(0));
        if (!reader_.at_end()) return refuse("bytes after the value");
        return std::move(links_);
    }

private:
    std::unexpected<Error> refuse(std::string_view why) const {
        return fail(Code::corrupt, "dag-cbor: {}, at byte {}", why, reader_.position());
    }
    std::unexpected<Error> reader_failure() const {
        return std::unexpected(reader_.error("dag-cbor"));
    }

    Result<void> item(uint32_t depth) {
        const auto head = reader_.read_head();
        if (!head) return reader_failure();
        switch (head->major) {
            case CborMajor::unsigned_integer:
            case CborMajor::negative_integer:
                return {};
            case CborMajor::bytes:
            case CborMajor::text:
                if (!reader_.read_bytes(head->argument)) return reader_failure();
                return {};
            case CborMajor::list:
            case CborMajor::map:
                return items(*head, depth);
            case CborMajor::tag:
                return link(head->argument);
            case CborMajor::simple:
                if (head->info < cbor_false || head->info == 24) {
                    return refuse("a simple value that the data model does not have");
                }
                return {};
        }
        return {};
    }

    Result<void> items(const CborHead& head, uint32_t depth) {
        if (depth >= limits::decode_depth_max) {
            return fail(Code::too_large, "dag-cbor: nested deeper than {} at byte {}",
                        limits::decode_depth_max, reader_.position());
        }
        // Each turn reads at least one byte or fails, so a false count ends with the block.
        for (uint64_t index = 0; index < head.argument; ++index) {
            if (head.major == CborMajor::map) {
                const auto key = reader_.read_head();
                if (!key) return reader_failure();
                if (key->major != CborMajor::text) return refuse("a map key that is no string");
                if (!reader_.read_bytes(key->argument)) return reader_failure();
            }
            TRY(item(depth + 1));
        }
        return {};
    }

    Result<void> link(uint64_t tag) {
        const auto head = reader_.read_head();
        if (!head) return reader_failure();
        if (tag != cbor_link_tag || head->major != CborMajor::bytes) {
            return refuse("a tag that is no link");
        }
        const auto bytes = reader_.read_bytes(head->argument);
        if (!bytes) return reader_failure();
        if (bytes->empty() || bytes->front() != 0) return refuse("invalid multibase on IPLD link");
        auto cid = Cid::from_bytes(bytes->subspan(1));
        if (!cid) return refuse("a link: " + cid.error().message);
        links_.push_back(*std::move(cid));
        return {};
    }

    CborReader reader_;
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
