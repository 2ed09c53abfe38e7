// `cid inspect`: the parts of one CID in words.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "formats/multicodec.h"

namespace kit::commands {
namespace {

using formats::Base;
using formats::Cid;
using formats::Codec;

constexpr uint64_t dag_pb_code = static_cast<uint64_t>(Codec::dag_pb);
constexpr uint64_t sha2_256_code = static_cast<uint64_t>(formats::HashCode::sha2_256);
constexpr size_t v0_digest_size_bytes = 32;

// A peer id is a multihash in base58btc: no CID, but somebody will try.
std::string peer_id_hint(const std::string& text) {
    if (!text.starts_with("1") && !text.starts_with("Qm")) return "";
    const auto bytes = formats::decode_base(Base::base58btc, text);
    if (!bytes) return "";
    const auto hash = formats::MultihashView::from_bytes(*bytes);
    if (!hash) return "";
    const Cid cid = Cid::v1(Codec::libp2p_key, *hash);
    return "\nNote: the value is a PeerID; inspect its CID representation instead:\n  " +
           cid.to_text(Base::base36);
}

Json part(const char* first, Json first_value, const char* second, Json second_value) {
    return {{first, std::move(first_value)}, {second, std::move(second_value)}};
}

Json empty_record(const std::string& text) {
    Json record;
    record["cid"] = text;
    record["version"] = 0;
    record["multibase"] = part("prefix", "", "name", "");
    record["multicodec"] = part("code", 0, "name", "");
    record["multihash"] = {{"code", 0}, {"name", ""}, {"length", 0}, {"digest", ""}};
    record["cidV1"] = "";
    return record;
}

Json describe(const Cid& cid, const std::string& text) {
    Json record;
    record["cid"] = text;
    record["version"] = cid.version();
    Base base = Base::base58btc;
    if (cid.version() != 0) {
        const auto decoded = formats::decode_multibase(text);
        if (decoded) base = decoded->base;
    }
    for (const formats::BaseInfo& info : formats::known_bases()) {
        if (info.base != base) continue;
        record["multibase"] = part("prefix", info.prefix, "name", info.name);
    }
    const auto codec = formats::find_codec(cid.codec());
    record["multicodec"] =
        part("code", cid.codec(), "name", codec ? codec->name : std::string_view("unknown"));
    const formats::MultihashView hash = cid.hash();
    const auto function = formats::find_hash(hash.code());
    record["multihash"] = {{"code", hash.code()},
                           {"name", function ? function->name : std::string_view("unknown")},
                           {"length", hash.digest().size()},
                           {"digest", to_hex(hash.digest())}};
    if (cid.is(Codec::dag_pb) && hash.code() == sha2_256_code &&
        hash.digest().size() == v0_digest_size_bytes) {
        record["cidV0"] = Cid::v0(hash).to_text();
    }
    record["cidV1"] = cid.to_v1().to_text(cid.is(Codec::libp2p_key) ? Base::base36 : Base::base32);
    return record;
}

Result<void> run(Context&, const Request& request, Sink& sink) {
    const std::string& text = request.arguments.front();
    const auto cid = Cid::from_text(text);
    if (cid) return sink.record(describe(*cid, text));
    const std::string message =
        "invalid CID: invalid cid: " + cid.error().message + peer_id_hint(text);
    if (!request.wants_json) return fail(Code::invalid_argument, "{}", message);
    Json record = empty_record(text);
    record["errorMsg"] = message;
    return sink.record(record);
}

std::string why_no_v0(const Json& codec, const Json& hash) {
    if (codec.at("code") != dag_pb_code) {
        return fmt::format("requires dag-pb (0x70), got {} (0x{:x})",
                           codec.at("name").get<std::string>(), codec.at("code").get<uint64_t>());
    }
    if (hash.at("code") != sha2_256_code) {
        return fmt::format("requires sha2-256 (0x12), got {} (0x{:x})",
                           hash.at("name").get<std::string>(), hash.at("code").get<uint64_t>());
    }
    return fmt::format("requires 32-byte digest, got {}", hash.at("length").get<uint64_t>());
}

void print(const Json& record, const Request&, std::string& out) {
    const auto version = record.at("version").get<int>();
    const auto text = [](const Json& object, const char* key) {
        return object.at(key).get<std::string>();
    };
    const Json& base = record.at("multibase");
    const Json& codec = record.at("multicodec");
    const Json& hash = record.at("multihash");
    const std::string_view implicit = version == 0 ? ", implicit" : "";
    out += fmt::format("CID:        {}\nVersion:    {}\n", text(record, "cid"), version);
    out += fmt::format("Multibase:  {} ({})\n", text(base, "name"),
                       version == 0 ? "implicit" : text(base, "prefix"));
    out += fmt::format("Multicodec: {} (0x{:x}{})\n", text(codec, "name"),
                       codec.at("code").get<uint64_t>(), implicit);
    out += fmt::format("Multihash:  {} (0x{:x}{})\n", text(hash, "name"),
                       hash.at("code").get<uint64_t>(), implicit);
    out += fmt::format("  Length:   {} bytes\n  Digest:   {}\n", hash.at("length").get<uint64_t>(),
                       text(hash, "digest"));
    out += "CIDv0:      ";
    out += record.contains("cidV0") ? text(record, "cidV0")
                                    : "not possible, " + why_no_v0(codec, hash);
    out += fmt::format("\nCIDv1:      {}\n", text(record, "cidV1"));
}

}  // namespace

Command cid_inspect_command() {
    return {
        .path = "cid/inspect",
        .tagline = "Show the parts of a CID.",
        .description =
            "Prints version, multibase, codec, hash function and digest, and the same "
            "content's other names.\nWhat a CIDv0 does not say itself is marked "
            "implicit.",
        .examples = {{"cid inspect QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR",
                      "A CID of version 0."}},
        .arguments = {{.name = "cid", .stdin_allowed = true, .help = "CID to inspect."}},
        .gives = Gives::record,
        .run = run,
        .print = print,
    };
}

}  // namespace kit::commands
