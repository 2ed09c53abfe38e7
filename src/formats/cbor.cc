#include "formats/cbor.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/limits.h"
#include "formats/cbor_reader.h"
#include "formats/decode_budget.h"
#include "formats/ipld_encoder.h"

namespace kit::formats {
namespace {

constexpr CborRules plain_rules{.name = "cbor"};

// RFC 7049's canonical order, which DAG-CBOR keeps: the shorter key first, then by bytes.
bool key_before(std::string_view a, std::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

double float_from_half(uint64_t bits) {
    const auto exponent = static_cast<int>(bits >> 10 & 0x1f);
    const auto mantissa = static_cast<double>(bits & 0x3ff);
    const double magnitude = exponent == 0    ? std::ldexp(mantissa, -24)
                             : exponent == 31 ? (mantissa == 0 ? HUGE_VAL : std::nan(""))
                                              : std::ldexp(mantissa + 1024, exponent - 25);
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

class Decoder final {
public:
    Decoder(ByteView block, const CborRules& rules) : reader_(block), rules_(rules) {}

    Result<Ipld> whole() {
        Ipld value = TRY(item(0));
        if (!reader_.at_end()) return refuse("bytes after the value");
        return value;
    }

private:
    std::unexpected<Error> refuse(std::string_view why) const {
        return fail(Code::corrupt, "{}: {}, at byte {}", rules_.name, why, reader_.position());
    }
    std::unexpected<Error> reader_failure() const {
        return std::unexpected(reader_.error(rules_.name));
    }

    Result<Ipld> item(uint32_t depth) {
        const CborHead head = reader_.take_head();
        if (reader_.failed()) return reader_failure();
        switch (head.major) {
            case CborMajor::unsigned_integer:
                TRY(budget_.spend(1));
                return Ipld{IpldInteger{false, head.argument}};
            case CborMajor::negative_integer:
                TRY(budget_.spend(1));
                return Ipld{IpldInteger{true, head.argument}};
            case CborMajor::bytes: {
                const ByteView bytes = TRY(string(head.argument));
                return Ipld{to_bytes(bytes)};
            }
            case CborMajor::text: {
                const ByteView text = TRY(string(head.argument));
                return Ipld{std::string(as_text(text))};
            }
            case CborMajor::list:
                return list(head.argument, depth);
            case CborMajor::map:
                return map(head.argument, depth);
            case CborMajor::tag:
                return link(head.argument);
            case CborMajor::simple:
                return simple(head);
        }
        return refuse("no item");
    }

    Result<ByteView> string(uint64_t size_bytes) {
        const ByteView bytes = reader_.take_bytes(size_bytes);
        if (reader_.failed()) return reader_failure();
        TRY(budget_.spend(size_bytes));
        return bytes;
    }

    // Every item takes at least one byte, so a count above what is left is a lie: it is refused
    // before anything is made for it.
    Result<void> open(uint64_t items_count, uint32_t depth) {
        if (depth >= limits::decode_depth_max) {
            return fail(Code::too_large, "{}: nested deeper than {} at byte {}", rules_.name,
                        limits::decode_depth_max, reader_.position());
        }
        if (items_count > reader_.remaining_bytes()) return refuse("more items than bytes left");
        return budget_.spend(items_count);
    }

    Result<Ipld> list(uint64_t count, uint32_t depth) {
        TRY(open(count, depth));
        Ipld::List items;
        items.reserve(std::min(count, limits::decode_reserve_count_max));
        for (uint64_t index = 0; index < count; ++index) {
            TRY(budget_.spend(DecodeBudget::list_entry_cost));
            Ipld value = TRY(item(depth + 1));
            items.push_back(std::move(value));
        }
        return Ipld{std::move(items)};
    }

    Result<Ipld> map(uint64_t count, uint32_t depth) {
        TRY(open(count, depth));
        Ipld::Map entries;
        entries.reserve(std::min(count, limits::decode_reserve_count_max));
        bool sorted = true;
        for (uint64_t index = 0; index < count; ++index) {
            const CborHead head = reader_.take_head();
            if (reader_.failed()) return reader_failure();
            if (head.major != CborMajor::text) return refuse("a map key that is no string");
            const ByteView key_bytes = TRY(string(head.argument));
            TRY(budget_.spend(DecodeBudget::map_entry_cost));
            const std::string_view key = as_text(key_bytes);
            sorted = sorted && (index == 0 || key_before(entries.back().key, key));
            if (!sorted && rules_.canonical) return refuse("map keys that are not sorted");
            Ipld value = TRY(item(depth + 1));
            entries.emplace_back(std::string(key), std::move(value));
        }
        // Strictly ascending keys cannot repeat.
        if (!sorted) {
            if (const auto repeated = find_repeated_key(entries)) {
                return fail(Code::corrupt, "{}: duplicate map key {:?}", rules_.name, *repeated);
            }
        }
        return Ipld{std::move(entries)};
    }

    Result<Ipld> link(uint64_t tag) {
        if (tag != cbor_link_tag || !rules_.links) {
            return fail(Code::corrupt, "{}: unhandled cbor tag {} at byte {}", rules_.name, tag,
                        reader_.position());
        }
        const CborHead head = reader_.take_head();
        if (reader_.failed()) return reader_failure();
        if (head.major != CborMajor::bytes) return refuse("a link that is no byte string");
        const ByteView bytes = TRY(string(head.argument));
        if (bytes.empty() || bytes[0] != 0) return refuse("invalid multibase on IPLD link");
        auto cid = Cid::from_bytes(bytes.subspan(1));
        if (!cid) return refuse("a link: " + cid.error().message);
        return Ipld{*std::move(cid)};
    }

    Result<Ipld> simple(const CborHead& head) {
        switch (head.info) {
            case cbor_false:
            case cbor_true:
                TRY(budget_.spend(1));
                return Ipld{head.info == cbor_true};
            case cbor_null:
                return Ipld{IpldNull{}};
            case cbor_undefined:
                if (rules_.canonical) return refuse("undefined");
                return Ipld{IpldNull{}};
            case cbor_float16:
            case cbor_float32:
                if (rules_.canonical) return refuse("a float of less than 64 bits");
                return number(head.info == cbor_float16
                                  ? float_from_half(head.argument)
                                  : std::bit_cast<float>(static_cast<uint32_t>(head.argument)));
            case cbor_float64:
                return number(std::bit_cast<double>(head.argument));
            default:
                return refuse("a simple value that the data model does not have");
        }
    }

    Result<Ipld> number(double value) {
        TRY(budget_.spend(1));
        if (!std::isfinite(value)) return refuse("NaN or an infinity");
        return Ipld{value};
    }

    CborReader reader_;
    const CborRules& rules_;
    DecodeBudget budget_;
};

class Encoder final {
public:
    explicit Encoder(const CborRules& rules) : rules_(rules) {}

    Bytes take() { return std::move(out_); }

    // What encode_item() calls.
    Result<void> write(IpldNull) { return simple(cbor_null); }
    Result<void> write(bool value) { return simple(value ? cbor_true : cbor_false); }
    Result<void> write(IpldInteger value) {
        head(value.negative ? CborMajor::negative_integer : CborMajor::unsigned_integer,
             value.magnitude);
        return {};
    }
    Result<void> write(double value) {
        if (!std::isfinite(value)) {
            return fail(Code::unsupported, "{} cannot say NaN or an infinity", rules_.name);
        }
        const auto bits = std::bit_cast<uint64_t>(value);
        out_.push_back(0xfb);
        for (int shift = 56; shift >= 0; shift -= 8) {
            out_.push_back(static_cast<uint8_t>(bits >> shift));
        }
        return {};
    }
    Result<void> write(const std::string& value) {
        text(value);
        return {};
    }
    Result<void> write(const Bytes& value) {
        head(CborMajor::bytes, value.size());
        append(out_, value);
        return {};
    }
    Result<void> write(const Cid& value) {
        if (!rules_.links) return fail(Code::unsupported, "{} has no links", rules_.name);
        if (value.empty()) return fail(Code::unsupported, "a link without a CID");
        head(CborMajor::tag, cbor_link_tag);
        head(CborMajor::bytes, 1 + value.bytes().size());
        out_.push_back(0);
        append(out_, value.bytes());
        return {};
    }
    Result<void> write(const Ipld::List& items, uint32_t depth) {
        TRY(check_encode_depth(rules_.name, depth));
        head(CborMajor::list, items.size());
        for (const Ipld& value : items) TRY(encode_item(*this, value, depth + 1));
        return {};
    }
    Result<void> write(const Ipld::Map& entries, uint32_t depth) {
        TRY(check_encode_depth(rules_.name, depth));
        if (const auto repeated = find_repeated_key(entries)) {
            return fail(Code::unsupported, "{}: cannot repeat map key {:?}", rules_.name,
                        *repeated);
        }
        head(CborMajor::map, entries.size());
        if (!rules_.sorted_keys) {
            for (const auto& entry : entries) TRY(write_entry(entry, depth));
            return {};
        }
        std::vector<const IpldEntry*> sorted;
        sorted.reserve(entries.size());
        for (const auto& entry : entries) sorted.push_back(&entry);
        std::ranges::sort(sorted,
                          [](const auto* a, const auto* b) { return key_before(a->key, b->key); });
        for (const auto* entry : sorted) TRY(write_entry(*entry, depth));
        return {};
    }

private:
    Result<void> write_entry(const IpldEntry& entry, uint32_t depth) {
        text(entry.key);
        return encode_item(*this, entry.value, depth + 1);
    }

    Result<void> simple(uint8_t info) {
        head(CborMajor::simple, info);
        return {};
    }
    void text(std::string_view value) {
        head(CborMajor::text, value.size());
        append(out_, as_bytes(value));
    }
    void head(CborMajor major, uint64_t argument) { append_cbor_head(out_, major, argument); }

    const CborRules& rules_;
    Bytes out_;
};

}  // namespace

Result<Ipld> decode_cbor(ByteView block, const CborRules& rules) {
    return Decoder(block, rules).whole();
}

Result<Bytes> encode_cbor(const Ipld& value, const CborRules& rules) {
    Encoder encoder(rules);
    TRY(encode_item(encoder, value, 0));
    return encoder.take();
}

Result<Ipld> decode_cbor(ByteView block) {
    return decode_cbor(block, plain_rules);
}
Result<Bytes> encode_cbor(const Ipld& value) {
    return encode_cbor(value, plain_rules);
}

}  // namespace kit::formats
