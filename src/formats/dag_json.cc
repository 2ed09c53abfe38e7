#include "formats/dag_json.h"

#include <optional>

#include "base/limits.h"
#include "formats/json.h"
#include "formats/json_reader.h"

namespace kit::formats {
namespace {

constexpr JsonRules rules{.name = "dag-json", .links_and_bytes = true, .sorted_keys = true};

// Passes over values and keeps the links. It recurses as the decoder does, and no deeper.
class LinkScanner final {
public:
    explicit LinkScanner(ByteView block) : reader_(block, rules.name) {}

    Result<std::vector<Cid>> whole() {
        TRY(item(0));
        TRY(reader_.finish());
        return std::move(links_);
    }

private:
    // A string is given back, because the map around it may turn out to be a link.
    Result<std::optional<std::string>> item(uint32_t depth) {
        switch (reader_.peek()) {
            case '{':
                TRY(map(depth));
                return std::nullopt;
            case '[':
                TRY(list(depth));
                return std::nullopt;
            case '"': {
                std::string text = TRY(reader_.read_string());
                return text;
            }
            case 't':
                TRY(reader_.read_word("true"));
                return std::nullopt;
            case 'f':
                TRY(reader_.read_word("false"));
                return std::nullopt;
            case 'n':
                TRY(reader_.read_word("null"));
                return std::nullopt;
            default:
                TRY(reader_.read_number());
                return std::nullopt;
        }
    }

    Result<void> open(char bracket, uint32_t depth) {
        if (depth >= limits::decode_depth_max) {
            return fail(Code::too_large, "dag-json: nested deeper than {}",
                        limits::decode_depth_max);
        }
        return reader_.take(bracket);
    }

    Result<void> list(uint32_t depth) {
        TRY(open('[', depth));
        if (reader_.take_if(']')) return {};
        do {
            TRY(item(depth + 1));
        } while (reader_.take_if(','));
        return reader_.take(']');
    }

    Result<void> map(uint32_t depth) {
        TRY(open('{', depth));
        if (reader_.take_if('}')) return {};
        std::optional<std::string> link;
        size_t entries_count = 0;
        do {
            if (reader_.peek() != '"') return reader_.refuse("a map key that is no string");
            const std::string key = TRY(reader_.read_string());
            TRY(reader_.take(':'));
            std::optional<std::string> text = TRY(item(depth + 1));
            if (key == "/") link = std::move(text);
            ++entries_count;
        } while (reader_.take_if(','));
        TRY(reader_.take('}'));
        if (!link || entries_count != 1) return {};
        auto cid = Cid::from_text(*link);
        if (!cid) return fail(Code::corrupt, "dag-json: {}", cid.error().message);
        links_.push_back(*std::move(cid));
        return {};
    }

    JsonReader reader_;
    std::vector<Cid> links_;
};

}  // namespace

Result<Ipld> decode_dag_json(ByteView block) {
    return decode_json(block, rules);
}
Result<Bytes> encode_dag_json(const Ipld& value) {
    return encode_json(value, rules);
}

Result<std::vector<Cid>> links_of_dag_json(ByteView block) {
    return LinkScanner(block).whole();
}

}  // namespace kit::formats
