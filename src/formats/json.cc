#include "formats/json.h"

#include <algorithm>
#include <cmath>

#include "base/go_text.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "formats/decode_budget.h"
#include "formats/ipld_encoder.h"
#include "formats/json_reader.h"
#include "formats/multibase.h"

namespace kit::formats {
namespace {

constexpr JsonRules plain_rules{.name = "json", .pretty = true};

class Decoder final {
public:
    Decoder(ByteView block, const JsonRules& rules) : reader_(block, rules.name), rules_(rules) {}

    Result<Ipld> whole() {
        Ipld value = TRY(item(0));
        TRY(reader_.finish());
        return value;
    }

private:
    Result<Ipld> item(uint32_t depth) {
        switch (reader_.peek()) {
            case '{':
                return map(depth);
            case '[':
                return list(depth);
            case '"': {
                std::string text = TRY(reader_.read_string());
                TRY(budget_.spend(text.size()));
                return Ipld{std::move(text)};
            }
            case 't':
                TRY(reader_.read_word("true"));
                return Ipld{true};
            case 'f':
                TRY(reader_.read_word("false"));
                return Ipld{false};
            case 'n':
                TRY(reader_.read_word("null"));
                return Ipld{IpldNull{}};
            default: {
                TRY(budget_.spend(1));
                const auto number = TRY(reader_.read_number());
                return std::visit([](auto value) { return Ipld{value}; }, number);
            }
        }
    }

    Result<void> open(char bracket, uint32_t depth) {
        if (depth >= limits::decode_depth_max) {
            return fail(Code::too_large, "{}: nested deeper than {}", rules_.name,
                        limits::decode_depth_max);
        }
        return reader_.take(bracket);
    }

    Result<Ipld> list(uint32_t depth) {
        TRY(open('[', depth));
        Ipld::List items;
        if (reader_.take_if(']')) return Ipld{std::move(items)};
        do {
            TRY(budget_.spend(DecodeBudget::list_entry_cost));
            Ipld value = TRY(item(depth + 1));
            items.push_back(std::move(value));
        } while (reader_.take_if(','));
        TRY(reader_.take(']'));
        return Ipld{std::move(items)};
    }

    Result<Ipld> map(uint32_t depth) {
        TRY(open('{', depth));
        Ipld::Map entries;
        if (reader_.take_if('}')) return Ipld{std::move(entries)};
        do {
            if (reader_.peek() != '"') return reader_.refuse("a map key that is no string");
            std::string key = TRY(reader_.read_string());
            TRY(budget_.spend(key.size() + DecodeBudget::map_entry_cost));
            TRY(reader_.take(':'));
            Ipld value = TRY(item(depth + 1));
            entries.emplace_back(std::move(key), std::move(value));
        } while (reader_.take_if(','));
        TRY(reader_.take('}'));
        if (const auto repeated = find_repeated_key(entries)) {
            return fail(Code::corrupt, "{}: cannot repeat map key {:?}", rules_.name, *repeated);
        }
        if (rules_.links_and_bytes && entries.size() == 1 && entries[0].key == "/") {
            return special(std::move(entries));
        }
        return Ipld{std::move(entries)};
    }

    // A map whose only key is "/": a link, bytes, or after all a map.
    Result<Ipld> special(Ipld::Map entries) {
        const Ipld& content = entries[0].value;
        if (const auto* text = std::get_if<std::string>(&content.value)) {
            auto cid = Cid::from_text(*text);
            if (!cid) return fail(Code::corrupt, "{}: {}", rules_.name, cid.error().message);
            return Ipld{*std::move(cid)};
        }
        const auto* inner = std::get_if<Ipld::Map>(&content.value);
        if (inner == nullptr || inner->size() != 1 || (*inner)[0].key != "bytes") {
            return Ipld{std::move(entries)};
        }
        const auto* text = std::get_if<std::string>(&(*inner)[0].value.value);
        if (text == nullptr) return Ipld{std::move(entries)};
        auto bytes = decode_base(text->ends_with('=') ? Base::base64pad : Base::base64, *text);
        if (!bytes) return fail(Code::corrupt, "{}: {}", rules_.name, bytes.error().message);
        return Ipld{*std::move(bytes)};
    }

    JsonReader reader_;
    const JsonRules& rules_;
    DecodeBudget budget_;
};

class Encoder final {
public:
    explicit Encoder(const JsonRules& rules) : rules_(rules) {}

    Bytes take() { return std::move(out_); }

    // What encode_item() calls.
    Result<void> write(IpldNull) { return put("null"); }
    Result<void> write(bool value) { return put(value ? "true" : "false"); }
    Result<void> write(IpldInteger value) {
        if (!value.negative) return put(std::to_string(value.magnitude));
        if (value.magnitude == UINT64_MAX) return put("-18446744073709551616");
        return put("-" + std::to_string(value.magnitude + 1));
    }
    Result<void> write(double value) {
        if (!std::isfinite(value)) {
            return fail(Code::unsupported, "{} cannot say NaN or an infinity", rules_.name);
        }
        return put(go_float_text(value));
    }
    Result<void> write(const std::string& value) {
        string(value);
        return {};
    }
    Result<void> write(const Bytes& value) {
        if (!rules_.links_and_bytes) {
            return fail(Code::unsupported, "cannot marshal IPLD bytes to {}", rules_.name);
        }
        return put("{\"/\":{\"bytes\":\"" + encode_base(Base::base64, value) + "\"}}");
    }
    Result<void> write(const Cid& value) {
        if (!rules_.links_and_bytes) {
            return fail(Code::unsupported, "cannot marshal IPLD links to {}", rules_.name);
        }
        if (value.empty()) return fail(Code::unsupported, "a link without a CID");
        return put("{\"/\":\"" + value.to_text() + "\"}");
    }
    Result<void> write(const Ipld::List& items, uint32_t depth) {
        TRY(check_encode_depth(rules_.name, depth));
        out_.push_back('[');
        for (size_t index = 0; index < items.size(); ++index) {
            if (index > 0) out_.push_back(',');
            new_line(depth + 1);
            TRY(encode_item(*this, items[index], depth + 1));
        }
        close(']', items.empty(), depth);
        return {};
    }
    Result<void> write(const Ipld::Map& entries, uint32_t depth) {
        TRY(check_encode_depth(rules_.name, depth));
        if (const auto repeated = find_repeated_key(entries)) {
            return fail(Code::unsupported, "{}: cannot repeat map key {:?}", rules_.name,
                        *repeated);
        }
        std::vector<const IpldEntry*> ordered;
        ordered.reserve(entries.size());
        for (const auto& entry : entries) ordered.push_back(&entry);
        if (rules_.sorted_keys) {
            std::ranges::sort(ordered,
                              [](const auto* a, const auto* b) { return a->key < b->key; });
        }
        out_.push_back('{');
        for (const auto* entry : ordered) {
            if (entry != ordered.front()) out_.push_back(',');
            new_line(depth + 1);
            string(entry->key);
            out_.push_back(':');
            if (rules_.pretty) out_.push_back(' ');
            TRY(encode_item(*this, entry->value, depth + 1));
        }
        close('}', entries.empty(), depth);
        return {};
    }

private:
    void close(char bracket, bool empty, uint32_t depth) {
        if (!empty) new_line(depth);
        out_.push_back(static_cast<uint8_t>(bracket));
        if (rules_.pretty && depth == 0) out_.push_back('\n');
    }
    void new_line(uint32_t depth) {
        if (!rules_.pretty) return;
        out_.push_back('\n');
        out_.insert(out_.end(), depth, '\t');
    }
    Result<void> put(std::string_view text) {
        append(out_, as_bytes(text));
        return {};
    }

    void string(std::string_view text) {
        out_.push_back('"');
        while (!text.empty()) {
            const Utf8Character character = read_utf8(text);
            const auto first = static_cast<uint8_t>(text[0]);
            if (!character.valid) {
                append(out_, as_bytes("\\ufffd"));
            } else if (character.code_point == 0x2028 || character.code_point == 0x2029) {
                // The two line separators are escaped: JavaScript once broke lines at them.
                append(out_, as_bytes(character.code_point == 0x2028 ? "\\u2028" : "\\u2029"));
            } else if (first < 0x20 || first == '"' || first == '\\') {
                escape(first);
            } else {
                append(out_, as_bytes(text.substr(0, character.size_bytes)));
            }
            text.remove_prefix(character.size_bytes);
        }
        out_.push_back('"');
    }
    void escape(uint8_t byte) {
        switch (byte) {
            case '\n':
                append(out_, as_bytes("\\n"));
                return;
            case '\r':
                append(out_, as_bytes("\\r"));
                return;
            case '\t':
                append(out_, as_bytes("\\t"));
                return;
            case '"':
            case '\\':
                out_.push_back('\\');
                out_.push_back(byte);
                return;
            default:
                append(out_, as_bytes(fmt::format("\\u{:04x}", byte)));
        }
    }

    const JsonRules& rules_;
    Bytes out_;
};

}  // namespace

Result<Ipld> decode_json(ByteView block, const JsonRules& rules) {
    return Decoder(block, rules).whole();
}

Result<Bytes> encode_json(const Ipld& value, const JsonRules& rules) {
    Encoder encoder(rules);
    TRY(encode_item(encoder, value, 0));
    return encoder.take();
}

Result<Ipld> decode_json(ByteView block) {
    return decode_json(block, plain_rules);
}
Result<Bytes> encode_json(const Ipld& value) {
    return encode_json(value, plain_rules);
}

}  // namespace kit::formats
