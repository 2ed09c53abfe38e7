#include "formats/git_raw.h"

#include <charconv>

#include "base/go_text.h"
#include "formats/decode_budget.h"

namespace kit::formats {
namespace {

constexpr size_t sha_size_bytes = 20;
constexpr size_t line_size_bytes_max = 4096;  // Of Go's bufio.Reader.

std::unexpected<Error> refuse(std::string_view why) {
    return fail(Code::corrupt, "git-raw: {}", why);
}

Cid object_cid(ByteView sha) {
    ASSERT(sha.size() == sha_size_bytes);
    return Cid::v1(Codec::git_raw, Multihash::wrap(static_cast<uint64_t>(HashCode::sha1), sha));
}

Result<Cid> cid_from_hex(std::string_view digits) {
    if (digits.size() % 2 != 0) return refuse("encoding/hex: odd length hex string");
    Bytes sha;
    for (size_t at = 0; at < digits.size(); at += 2) {
        uint8_t byte = 0;
        const char* const start = digits.data() + at;
        const auto [end, error] = std::from_chars(start, start + 2, byte, 16);
        if (error != std::errc() || end != start + 2) {
            return refuse("an object's name that is not hexadecimal");
        }
        sha.push_back(byte);
    }
    if (sha.size() != sha_size_bytes) {
        return refuse(fmt::format("invalid git sha of {} bytes, expected 20", sha.size()));
    }
    return object_cid(sha);
}

Ipld text_value(std::string_view text) {
    return Ipld{std::string(text)};
}

// The body of an object, line by line as bufio.Reader.ReadLine() gives them.
class Lines final {
public:
    explicit Lines(std::string_view text) : rest_(text) {}

    std::optional<std::string_view> next() {
        if (rest_.empty()) return std::nullopt;
        const std::string_view window = rest_.substr(0, line_size_bytes_max);
        const size_t end = window.find('\n');
        std::string_view line = window.substr(0, end);
        if (end != std::string_view::npos) {
            rest_.remove_prefix(end + 1);
            if (line.ends_with('\r')) line.remove_suffix(1);
            return line;
        }
        // A piece of a longer line; a '\r' at its end may belong to a newline that follows.
        if (window.size() == line_size_bytes_max && line.ends_with('\r')) line.remove_suffix(1);
        rest_.remove_prefix(line.size());
        return line;
    }
    std::string_view take_rest() { return std::exchange(rest_, {}); }

private:
    std::string_view rest_;
};

std::vector<std::string_view> split_at_spaces(std::string_view line) {
    std::vector<std::string_view> parts;
    for (size_t space = line.find(' '); space != std::string_view::npos; space = line.find(' ')) {
        parts.push_back(line.substr(0, space));
        line.remove_prefix(space + 1);
    }
    parts.push_back(line);
    return parts;
}

Ipld person_value(std::string_view name, std::string_view email, std::string_view date,
                  std::string_view timezone) {
    return Ipld{Ipld::Map{{"date", text_value(date)},
                          {"timezone", text_value(timezone)},
                          {"email", text_value(email)},
                          {"name", text_value(name)}}};
}

// "author A U Thor <a@example.com> 1600000000 +0200"; the time may be missing.
Result<Ipld> read_person(std::string_view line) {
    const std::vector<std::string_view> parts = split_at_spaces(line);
    if (parts.size() < 3) {
        return refuse("incorrectly formatted person info line: " + go_quote(line));
    }
    const auto invalid = [line] { return refuse("invalid personInfo: " + go_quote(line)); };
    size_t at = 1;
    std::string name;
    for (;; ++at) {
        if (at == parts.size()) return invalid();
        if (parts[at].starts_with('<')) break;
        if (!parts[at].empty() || !name.empty()) name.append(parts[at]) += ' ';
    }
    if (!name.empty()) name.pop_back();
    std::string email;
    for (bool is_open = true; is_open; ++at) {
        if (at == parts.size()) return invalid();
        std::string_view part = parts[at];
        if (part.starts_with('<')) part.remove_prefix(1);
        is_open = !part.ends_with('>');
        if (!is_open) part.remove_suffix(1);
        email += part;
        if (is_open) email += ' ';
    }
    const std::string_view date = at < parts.size() ? parts[at] : std::string_view();
    const std::string_view timezone = at + 1 < parts.size() ? parts[at + 1] : std::string_view();
    return person_value(name, email, date, timezone);
}

struct Tag {
    std::optional<Cid> object;
    std::string type;
    std::string tag;
    Ipld tagger = person_value({}, {}, {}, {});
    std::string message;

    Ipld to_value() const {
        return Ipld{Ipld::Map{{"object", Ipld{*object}},
                              {"type", text_value(type)},
                              {"tag", text_value(tag)},
                              {"tagger", tagger},
                              {"message", text_value(message)}}};
    }
};

// Takes the line's field when it is one of a tag's. The lines of a merged tag are indented.
Result<bool> take_tag_line(Tag& tag, std::string_view line) {
    if (line.starts_with("tag ")) {
        tag.tag = line.substr(4);
    } else if (line.starts_with("type ")) {
        tag.type = line.substr(5);
    } else if (line.starts_with("tagger ")) {
        tag.tagger = TRY(read_person(line));
    } else {
        return false;
    }
    return true;
}

Result<Ipld> decode_tag(std::string_view body) {
    Lines lines(body);
    Tag tag;
    while (const auto line = lines.next()) {
        if (line->empty()) {
            tag.message = lines.take_rest();
        } else if (line->starts_with("object ")) {
            tag.object = TRY(cid_from_hex(line->substr(7)));
        } else {
            TRY(take_tag_line(tag, *line));  // Kubo passes over what it does not know, too.
        }
    }
    if (!tag.object) return refuse("a tag without an object");
    return tag.to_value();
}

class CommitReader final {
public:
    explicit CommitReader(std::string_view body) : lines_(body) {}

    Result<Ipld> whole() {
        while (const auto line = pending_ ? std::exchange(pending_, {}) : lines_.next()) {
            TRY(take(*line));
        }
        if (!tree_) return refuse("a commit without a tree");
        return Ipld{Ipld::Map{{"tree", Ipld{*std::move(tree_)}},
                              {"parents", Ipld{std::move(parents_)}},
                              {"message", text_value(message_)},
                              {"author", std::move(author_)},
                              {"committer", std::move(committer_)},
                              {"encoding", std::move(encoding_)},
                              {"signature", std::move(signature_)},
                              {"mergetag", Ipld{std::move(merged_tags_)}},
                              {"other", Ipld{std::move(other_)}}}};
    }

private:
    Result<void> take(std::string_view line) {
        TRY(budget_.spend(DecodeBudget::list_entry_cost + line.size()));
        if (line.empty()) {
            message_ = lines_.take_rest();
        } else if (line.starts_with("tree ")) {
            tree_ = TRY(cid_from_hex(line.substr(5)));
        } else if (line.starts_with("parent ")) {
            Cid parent = TRY(cid_from_hex(line.substr(7)));
            parents_.push_back(Ipld{std::move(parent)});
        } else if (line.starts_with("author ")) {
            author_ = TRY(read_person(line));
        } else if (line.starts_with("committer ")) {
            committer_ = TRY(read_person(line));
        } else if (line.starts_with("encoding ")) {
            encoding_ = text_value(line.substr(9));
        } else if (line.starts_with("mergetag object ")) {
            TRY(take_merged_tag(line.substr(16)));
        } else if (line.starts_with("gpgsig ")) {
            TRY(take_signature());
        } else {
            other_.push_back(text_value(line));
        }
        return {};
    }

    // The indented lines that follow; the message keeps its indentation, and ends at a line that
    // has none, which is the commit's again.
    Result<void> take_merged_tag(std::string_view object) {
        Tag tag;
        tag.object = TRY(cid_from_hex(object));
        bool in_message = false;
        for (;;) {
            const auto line = lines_.next();
            if (!line && in_message) return refuse("EOF");
            if (!line) break;
            TRY(budget_.spend(DecodeBudget::map_entry_cost + line->size()));
            if (in_message && !line->starts_with(' ')) {
                pending_ = line;
                break;
            }
            if (in_message) {
                tag.message.append(*line) += '\n';
            } else if (*line == " ") {
                in_message = true;
            } else if (line->starts_with(' ')) {
                TRY(take_tag_line(tag, line->substr(1)));
            }
        }
        merged_tags_.push_back(tag.to_value());
        return {};
    }

    // All lines between "-----BEGIN" and "-----END", with their indentation.
    Result<void> take_signature() {
        const auto first = lines_.next();
        if (!first) return refuse("EOF");
        if (*first != " " && !first->starts_with(" Version: ") &&
            !first->starts_with(" Comment: ")) {
            return refuse("expected first line of sig to be a single space or version");
        }
        std::string signature = std::string(*first) + "\n";
        for (;;) {
            const auto line = lines_.next();
            if (!line) return refuse("EOF");
            if (*line == " -----END PGP SIGNATURE-----") break;
            signature.append(*line) += '\n';
        }
        signature_ = Ipld{std::move(signature)};
        return {};
    }

    Lines lines_;
    std::optional<std::string_view> pending_;
    DecodeBudget budget_;
    std::optional<Cid> tree_;
    Ipld::List parents_;
    std::string message_;
    Ipld author_{IpldNull{}};
    Ipld committer_{IpldNull{}};
    Ipld encoding_{IpldNull{}};
    Ipld signature_{IpldNull{}};
    Ipld::List merged_tags_;
    Ipld::List other_;
};

// Calls visit(mode, name, sha) for each entry. What is cut off at the end of an entry's name is
// passed over, as Kubo does.
template <typename Visit>
Result<void> each_tree_entry(std::string_view body, Visit visit) {
    while (!body.empty()) {
        const size_t space = body.find(' ');
        if (space == std::string_view::npos) return {};
        const size_t zero = body.find('\0', space + 1);
        if (zero == std::string_view::npos || zero + 1 == body.size()) return {};
        if (body.size() - zero - 1 < sha_size_bytes) return refuse("unexpected EOF");
        TRY(visit(body.substr(0, space), body.substr(space + 1, zero - space - 1),
                  as_bytes(body.substr(zero + 1, sha_size_bytes))));
        body.remove_prefix(zero + 1 + sha_size_bytes);
    }
    return {};
}

Result<Ipld> decode_tree(std::string_view body) {
    DecodeBudget budget;
    Ipld::Map entries;
    TRY(each_tree_entry(
        body, [&](std::string_view mode, std::string_view name, ByteView sha) -> Result<void> {
            TRY(budget.spend(3 * DecodeBudget::map_entry_cost + mode.size() + name.size()));
            entries.emplace_back(
                std::string(name),
                Ipld{Ipld::Map{{"mode", text_value(mode)}, {"hash", Ipld{object_cid(sha)}}}});
            return {};
        }));
    if (const auto repeated = find_repeated_key(entries)) {
        return refuse("cannot repeat map key " + go_quote(*repeated));
    }
    return Ipld{std::move(entries)};
}

struct Object {
    std::string_view type;
    std::string_view body;
    std::string_view header;  // With the zero byte.
    int64_t size_bytes = 0;   // As the header has it; nobody compares it but for blobs.
};

Result<Object> open_object(ByteView block) {
    const std::string_view text = as_text(block);
    const size_t space = text.find(' ');
    if (space == std::string_view::npos) return refuse("unexpected EOF");
    Object object;
    object.type = text.substr(0, space);
    if (object.type != "blob" && object.type != "tree" && object.type != "commit" &&
        object.type != "tag") {
        return refuse("unrecognized object type: " + go_quote(object.type));
    }
    const size_t zero = text.find('\0', space + 1);
    if (zero == std::string_view::npos) return refuse("EOF");
    object.header = text.substr(0, zero + 1);
    object.body = text.substr(zero + 1);
    std::string_view size = text.substr(space + 1, zero - space - 1);
    if (object.type == "tag") return object;
    if (size.starts_with('+') && !size.starts_with("+-")) size.remove_prefix(1);
    const auto [end, error] =
        std::from_chars(size.data(), size.data() + size.size(), object.size_bytes);
    if (error != std::errc() || end != size.data() + size.size()) {
        return refuse("a size that is no number: " + go_quote(size));
    }
    return object;
}

Result<Ipld> decode_blob(const Object& object) {
    if (object.size_bytes < 0) {
        return refuse(fmt::format("invalid blob size: {}", object.size_bytes));
    }
    const auto size = static_cast<uint64_t>(object.size_bytes);
    if (size > object.body.size()) return refuse("unexpected EOF");
    Bytes bytes = to_bytes(as_bytes(fmt::format("blob {}", size)));
    bytes.push_back(0);
    append(bytes, as_bytes(object.body.substr(0, size)));
    return Ipld{std::move(bytes)};
}

}  // namespace

Result<Ipld> decode_git_raw(ByteView block) {
    const Object object = TRY(open_object(block));
    if (object.type == "blob") return decode_blob(object);
    if (object.type == "tree") return decode_tree(object.body);
    if (object.type == "tag") return decode_tag(object.body);
    return CommitReader(object.body).whole();
}

Result<std::vector<Cid>> links_of_git_raw(ByteView block) {
    const Object object = TRY(open_object(block));
    std::vector<Cid> links;
    if (object.type == "tree") {
        TRY(each_tree_entry(object.body,
                            [&](std::string_view, std::string_view, ByteView sha) -> Result<void> {
                                links.push_back(object_cid(sha));
                                return {};
                            }));
        return links;
    }
    const Ipld value = TRY(decode_git_raw(block));
    if (const Ipld* tree = value.find("tree")) {
        links.push_back(std::get<Cid>(tree->value));
        for (const Ipld& parent : std::get<Ipld::List>(value.find("parents")->value)) {
            links.push_back(std::get<Cid>(parent.value));
        }
        for (const Ipld& tag : std::get<Ipld::List>(value.find("mergetag")->value)) {
            links.push_back(std::get<Cid>(tag.find("object")->value));
        }
    } else if (const Ipld* tagged = value.find("object")) {
        links.push_back(std::get<Cid>(tagged->value));
    }
    return links;
}

}  // namespace kit::formats
