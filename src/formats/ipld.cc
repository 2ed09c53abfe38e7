// One table of codecs. The dag-pb forms stand here because they join two headers: a PbNode and the
// data model's map for it.
#include "formats/ipld.h"

#include <algorithm>

#include "formats/cbor.h"
#include "formats/dag_cbor.h"
#include "formats/dag_jose.h"
#include "formats/dag_json.h"
#include "formats/dag_pb.h"
#include "formats/decode_budget.h"
#include "formats/git_raw.h"
#include "formats/json.h"

namespace kit::formats {
namespace {

std::unexpected<Error> unknown_codec(uint64_t codec) {
    return fail(Code::unsupported, "no decoder registered for multicodec code {} ({:#x})", codec,
                codec);
}

// The order of keys is the schema's: Links before Data; Hash, Name, Tsize.
Result<Ipld> decode_dag_pb_value(ByteView block) {
    PbNode node = TRY(decode_dag_pb(block));
    Ipld::List links;
    links.reserve(node.links.size());
    for (PbLink& link : node.links) {
        Ipld::Map entry;
        entry.reserve(3);
        entry.emplace_back("Hash", Ipld{std::move(link.cid)});
        if (link.has_name) entry.emplace_back("Name", Ipld{std::move(link.name)});
        if (link.has_total_size) {
            entry.emplace_back("Tsize", Ipld{IpldInteger{false, link.total_size}});
        }
        links.push_back(Ipld{std::move(entry)});
    }
    Ipld::Map map;
    map.emplace_back("Links", Ipld{std::move(links)});
    if (node.data) map.emplace_back("Data", Ipld{*std::move(node.data)});
    return Ipld{std::move(map)};
}

std::unexpected<Error> no_dag_pb(std::string_view why) {
    return fail(Code::unsupported, "not a dag-pb form: {}", why);
}

Result<PbLink> to_pb_link(const Ipld& value) {
    const auto* map = std::get_if<Ipld::Map>(&value.value);
    if (map == nullptr) return no_dag_pb("a link is no map");
    PbLink link{.cid = {}, .name = {}, .has_name = false, .has_total_size = false};
    for (const auto& [key, field] : *map) {
        if (key == "Hash") {
            const auto* cid = std::get_if<Cid>(&field.value);
            if (cid == nullptr) return no_dag_pb("Hash is no link");
            link.cid = *cid;
        } else if (key == "Name") {
            const auto* name = std::get_if<std::string>(&field.value);
            if (name == nullptr) return no_dag_pb("Name is no string");
            link.name = *name;
            link.has_name = true;
        } else if (key == "Tsize") {
            const auto* size = std::get_if<IpldInteger>(&field.value);
            if (size == nullptr) return no_dag_pb("Tsize is no integer");
            if (size->negative) return no_dag_pb("link has a negative Tsize");
            link.total_size = size->magnitude;
            link.has_total_size = true;
        } else {
            return no_dag_pb("a link with the field \"" + key + "\"");
        }
    }
    if (link.cid.empty()) return no_dag_pb("missing required fields: Hash");
    return link;
}

Result<Bytes> encode_dag_pb_value(const Ipld& value) {
    const auto* map = std::get_if<Ipld::Map>(&value.value);
    if (map == nullptr) return no_dag_pb("not a map");
    if (const auto repeated = find_repeated_key(*map)) return no_dag_pb("a field is there twice");
    PbNode node;
    bool has_links = false;
    for (const auto& [key, field] : *map) {
        if (key == "Links") {
            const auto* links = std::get_if<Ipld::List>(&field.value);
            if (links == nullptr) return no_dag_pb("Links are no list");
            has_links = true;
            for (const Ipld& item : *links) {
                PbLink link = TRY(to_pb_link(item));
                node.links.push_back(std::move(link));
            }
        } else if (key == "Data") {
            const auto* data = std::get_if<Bytes>(&field.value);
            if (data == nullptr) return no_dag_pb("Data are no bytes");
            node.data = *data;
        } else {
            return no_dag_pb("a node with the field \"" + key + "\"");
        }
    }
    if (!has_links) return no_dag_pb("missing required fields: Links");
    // "Links must be strictly sorted by Name, leaving stable ordering where the names are equal."
    // (std::stable_sort of libstdc++ 12 does not compile without warnings under clang 19.)
    std::vector<PbLink*> order;
    order.reserve(node.links.size());
    for (PbLink& link : node.links) order.push_back(&link);
    std::ranges::sort(order, [](const PbLink* a, const PbLink* b) {
        return a->name != b->name ? a->name < b->name : a < b;
    });
    PbNode sorted{.links = {}, .data = std::move(node.data)};
    sorted.links.reserve(order.size());
    for (PbLink* link : order) sorted.links.push_back(std::move(*link));
    return encode_dag_pb(sorted);
}

}  // namespace

Ipld Ipld::integer(int64_t number) {
    if (number >= 0) return {IpldInteger{false, static_cast<uint64_t>(number)}};
    return {IpldInteger{true, static_cast<uint64_t>(-(number + 1))}};
}

const Ipld* Ipld::find(std::string_view key) const {
    const auto* map = std::get_if<Map>(&value);
    if (map == nullptr) return nullptr;
    const auto found = std::ranges::find(*map, key, &IpldEntry::key);
    return found == map->end() ? nullptr : &found->value;
}

bool operator==(const Ipld& a, const Ipld& b) {
    return a.value == b.value;
}

Result<Ipld> decode_ipld(uint64_t codec, ByteView block) {
    switch (static_cast<Codec>(codec)) {
        case Codec::dag_pb:
            return decode_dag_pb_value(block);
        case Codec::dag_cbor:
            return decode_dag_cbor(block, DagCborForm::as_kubo);
        case Codec::dag_json:
            return decode_dag_json(block);
        case Codec::dag_jose:
            return decode_dag_jose(block);
        case Codec::git_raw:
            return decode_git_raw(block);
        case Codec::cbor:
            return decode_cbor(block);
        case Codec::json:
            return decode_json(block);
        case Codec::raw:
            return Ipld{to_bytes(block)};
        default:
            return unknown_codec(codec);
    }
}

Result<Bytes> encode_ipld(uint64_t codec, const Ipld& value) {
    switch (static_cast<Codec>(codec)) {
        case Codec::dag_pb:
            return encode_dag_pb_value(value);
        case Codec::dag_cbor:
            return encode_dag_cbor(value);
        case Codec::dag_json:
            return encode_dag_json(value);
        case Codec::dag_jose:
            return encode_dag_jose(value);
        case Codec::git_raw:
            return encode_git_raw(value);
        case Codec::cbor:
            return encode_cbor(value);
        case Codec::json:
            return encode_json(value);
        case Codec::raw: {
            const auto* bytes = std::get_if<Bytes>(&value.value);
            if (bytes == nullptr) return fail(Code::unsupported, "raw can say bytes only");
            return *bytes;
        }
        default:
            return fail(Code::unsupported, "no encoder registered for multicodec code {} ({:#x})",
                        codec, codec);
    }
}

Result<std::vector<Cid>> links_of(uint64_t codec, ByteView block) {
    switch (static_cast<Codec>(codec)) {
        case Codec::dag_pb:
            return links_of_dag_pb(block);
        case Codec::dag_cbor:
            return links_of_dag_cbor(block);
        case Codec::dag_json:
            return links_of_dag_json(block);
        case Codec::dag_jose:
            return links_of_dag_jose(block);
        case Codec::git_raw:
            return links_of_git_raw(block);
        case Codec::cbor:
        case Codec::json:
        case Codec::raw:
            return std::vector<Cid>();
        default:
            return unknown_codec(codec);
    }
}

std::optional<std::string_view> find_repeated_key(const Ipld::Map& entries) {
    if (entries.size() < 2) return std::nullopt;
    std::vector<std::string_view> keys;
    keys.reserve(entries.size());
    for (const auto& entry : entries) keys.push_back(entry.key);
    std::ranges::sort(keys);
    const auto repeated = std::ranges::adjacent_find(keys);
    if (repeated == keys.end()) return std::nullopt;
    return *repeated;
}

Result<void> check_encode_depth(std::string_view codec_name, uint32_t depth) {
    if (depth < limits::decode_depth_max) return {};
    return fail(Code::unsupported, "{}: nested deeper than {}", codec_name,
                limits::decode_depth_max);
}

}  // namespace kit::formats
