// The writing half of git_raw.h: what it writes is what git hashes.
#include <fmt/ranges.h>

#include <algorithm>

#include "formats/decode_budget.h"
#include "formats/git_raw.h"

namespace kit::formats {
namespace {

constexpr size_t sha_size_bytes = 20;

std::unexpected<Error> no_git(std::string_view why) {
    return fail(Code::unsupported, "not a git-raw form: {}", why);
}

// The digest that git knows the link by.
Result<ByteView> sha_of(const Cid& cid) {
    const MultihashView hash = cid.hash();
    if (hash.code() != static_cast<uint64_t>(HashCode::sha1) ||
        hash.digest().size() != sha_size_bytes) {
        return no_git("a link to " + cid.to_text() + ", which has no SHA-1");
    }
    return hash.digest();
}

// The fields of one map, each looked at as what it must be.
class Fields final {
public:
    // Fails for a field that `known` does not name.
    static Result<Fields> open(const Ipld& value, std::string_view kind,
                               std::span<const std::string_view> known) {
        const auto* map = std::get_if<Ipld::Map>(&value.value);
        if (map == nullptr) return no_git(fmt::format("a {} that is no map", kind));
        if (find_repeated_key(*map)) return no_git(fmt::format("a field of a {} twice", kind));
        for (const auto& entry : *map) {
            if (std::ranges::find(known, entry.key) == known.end()) {
                return no_git(fmt::format("a {} with the field {:?}", kind, entry.key));
            }
        }
        return Fields(value, kind);
    }

    Result<std::string_view> text(std::string_view key) const {
        const Ipld* field = value_.find(key);
        const auto* text = field == nullptr ? nullptr : std::get_if<std::string>(&field->value);
        if (text == nullptr) return no_git(fmt::format("a {} without the text {}", kind_, key));
        return std::string_view(*text);
    }
    Result<std::string> sha(std::string_view key) const {
        const Ipld* field = value_.find(key);
        const auto* cid = field == nullptr ? nullptr : std::get_if<Cid>(&field->value);
        if (cid == nullptr) return no_git(fmt::format("a {} without the link {}", kind_, key));
        return hex_of(*cid);
    }
    Result<const Ipld::List*> list(std::string_view key) const {
        const Ipld* field = value_.find(key);
        const auto* list = field == nullptr ? nullptr : std::get_if<Ipld::List>(&field->value);
        if (list == nullptr) return no_git(fmt::format("a {} without the list {}", kind_, key));
        return list;
    }
    // nullptr where it is absent or null.
    const Ipld* find(std::string_view key) const {
        const Ipld* field = value_.find(key);
        return field == nullptr || std::holds_alternative<IpldNull>(field->value) ? nullptr : field;
    }

    static Result<std::string> hex_of(const Cid& cid) {
        const ByteView sha = TRY(sha_of(cid));
        return fmt::format("{:02x}", fmt::join(sha, ""));
    }

private:
    Fields(const Ipld& value, std::string_view kind) : value_(value), kind_(kind) {}

    const Ipld& value_;
    std::string_view kind_;
};

// "A U Thor <a@example.com> 1600000000 +0200".
Result<std::string> person_text(const Ipld* person) {
    static constexpr std::string_view known[] = {"date", "timezone", "email", "name"};
    if (person == nullptr) return no_git("nobody where a person must be");
    const Fields fields = TRY(Fields::open(*person, "person", known));
    const std::string_view name = TRY(fields.text("name"));
    const std::string_view email = TRY(fields.text("email"));
    const std::string_view date = TRY(fields.text("date"));
    const std::string_view timezone = TRY(fields.text("timezone"));
    std::string text = fmt::format("{} <{}>", name, email);
    for (const std::string_view part : {date, timezone}) {
        if (!part.empty()) text.append(" ").append(part);
    }
    return text;
}

constexpr std::string_view tag_fields[] = {"object", "type", "tag", "tagger", "message"};

Result<std::string> tag_text(const Ipld& value) {
    const Fields fields = TRY(Fields::open(value, "tag", tag_fields));
    const std::string object = TRY(fields.sha("object"));
    const std::string_view type = TRY(fields.text("type"));
    const std::string_view tag = TRY(fields.text("tag"));
    const std::string_view message = TRY(fields.text("message"));
    std::string text = fmt::format("object {}\ntype {}\ntag {}\n", object, type, tag);
    if (const Ipld* tagger = fields.find("tagger")) {
        const std::string person = TRY(person_text(tagger));
        text += fmt::format("tagger {}\n", person);
    }
    if (!message.empty()) text.append("\n").append(message);
    return text;
}

Result<std::string> merged_tag_text(const Ipld& value) {
    const Fields fields = TRY(Fields::open(value, "tag", tag_fields));
    const std::string object = TRY(fields.sha("object"));
    const std::string_view type = TRY(fields.text("type"));
    const std::string_view tag = TRY(fields.text("tag"));
    const std::string person = TRY(person_text(fields.find("tagger")));
    const std::string_view message = TRY(fields.text("message"));
    return fmt::format("mergetag object {}\n type {}\n tag {}\n tagger {}\n \n{}", object, type,
                       tag, person, message);
}

Result<std::string> commit_text(const Ipld& value) {
    static constexpr std::string_view known[] = {"tree",      "parents",   "message",
                                                 "author",    "committer", "encoding",
                                                 "signature", "mergetag",  "other"};
    const Fields fields = TRY(Fields::open(value, "commit", known));
    const std::string tree = TRY(fields.sha("tree"));
    std::string text = fmt::format("tree {}\n", tree);
    const Ipld::List* parents = TRY(fields.list("parents"));
    for (const Ipld& parent : *parents) {
        const auto* cid = std::get_if<Cid>(&parent.value);
        if (cid == nullptr) return no_git("a parent that is no link");
        const std::string sha = TRY(Fields::hex_of(*cid));
        text += fmt::format("parent {}\n", sha);
    }
    const std::string author = TRY(person_text(fields.find("author")));
    const std::string committer = TRY(person_text(fields.find("committer")));
    text += fmt::format("author {}\ncommitter {}\n", author, committer);
    if (fields.find("encoding") != nullptr) {
        const std::string_view encoding = TRY(fields.text("encoding"));
        text += fmt::format("encoding {}\n", encoding);
    }
    const Ipld::List* merged_tags = TRY(fields.list("mergetag"));
    for (const Ipld& tag : *merged_tags) {
        const std::string merged = TRY(merged_tag_text(tag));
        text += merged;
    }
    if (fields.find("signature") != nullptr) {
        const std::string_view signature = TRY(fields.text("signature"));
        text += fmt::format(
            "gpgsig -----BEGIN PGP SIGNATURE-----\n{} -----END PGP SIGNATURE-----\n", signature);
    }
    const Ipld::List* others = TRY(fields.list("other"));
    for (const Ipld& line : *others) {
        const auto* other = std::get_if<std::string>(&line.value);
        if (other == nullptr) return no_git("another line that is no text");
        text.append(*other) += '\n';
    }
    const std::string_view message = TRY(fields.text("message"));
    return text.append("\n").append(message);
}

Result<std::string> tree_text(const Ipld::Map& entries) {
    static constexpr std::string_view known[] = {"mode", "hash"};
    if (find_repeated_key(entries)) return no_git("a tree with a name twice");
    std::string text;
    for (const auto& [name, entry] : entries) {
        const Fields fields = TRY(Fields::open(entry, "tree's entry", known));
        const std::string_view mode = TRY(fields.text("mode"));
        const auto* cid = fields.find("hash") == nullptr
                              ? nullptr
                              : std::get_if<Cid>(&fields.find("hash")->value);
        if (cid == nullptr) return no_git("an entry of a tree without the link hash");
        const ByteView sha = TRY(sha_of(*cid));
        text.append(mode).append(" ").append(name).push_back('\0');
        text += as_text(sha);
    }
    return text;
}

Bytes with_header(std::string_view type, std::string_view body) {
    Bytes block = to_bytes(as_bytes(fmt::format("{} {}", type, body.size())));
    block.push_back(0);
    append(block, as_bytes(body));
    return block;
}

}  // namespace

Result<Bytes> encode_git_raw(const Ipld& value) {
    if (const auto* blob = std::get_if<Bytes>(&value.value)) return *blob;
    const auto* map = std::get_if<Ipld::Map>(&value.value);
    if (map == nullptr) return no_git("neither bytes nor a map");
    const auto is_link = [&value](std::string_view key) {
        const Ipld* field = value.find(key);
        return field != nullptr && std::holds_alternative<Cid>(field->value);
    };
    if (is_link("tree")) {
        const std::string commit = TRY(commit_text(value));
        return with_header("commit", commit);
    }
    if (is_link("object")) {
        const std::string tag = TRY(tag_text(value));
        return with_header("tag", tag);
    }
    const std::string tree = TRY(tree_text(*map));
    return with_header("tree", tree);
}

}  // namespace kit::formats
