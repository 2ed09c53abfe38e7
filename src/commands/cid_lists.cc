// `cid bases`, `cid codecs`, `cid hashes`: what names there are. `multibase list` is the first of
// them again.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "commands/makers.h"
#include "formats/multicodec.h"

namespace kit::commands {
namespace {

struct CodeAndName {
    uint64_t code;
    std::string_view name;
};

Json to_json(const std::vector<CodeAndName>& entries) {
    Json list = Json::array();
    for (const CodeAndName& entry : entries) {
        list.push_back({{"Code", entry.code}, {"Name", entry.name}});
    }
    return list;
}

// The prefix is one character of UTF-8.
uint32_t code_point(std::string_view prefix) {
    const auto byte = [&](size_t index) {
        return static_cast<uint32_t>(static_cast<uint8_t>(prefix[index]));
    };
    if (prefix.empty()) return 0;
    if (prefix.size() < 4) return byte(0);
    return ((byte(0) & 0x07U) << 18U) | ((byte(1) & 0x3fU) << 12U) | ((byte(2) & 0x3fU) << 6U) |
           (byte(3) & 0x3fU);
}

Result<void> run_bases(Context&, const Request&, Sink& sink) {
    std::vector<CodeAndName> entries;
    for (const formats::BaseInfo& info : formats::known_bases()) {
        entries.push_back({code_point(info.prefix), info.name});
    }
    const auto lower = [](uint64_t code) { return code >= 'A' && code <= 'Z' ? code + 32 : code; };
    std::ranges::sort(entries, [&](const CodeAndName& a, const CodeAndName& b) {
        if (lower(a.code) != lower(b.code)) return lower(a.code) < lower(b.code);
        return a.code > b.code;  // Small letters first.
    });
    return sink.record(to_json(entries));
}

void print_bases(const Json& list, const Request& request, std::string& out) {
    const bool with_prefix = request.flag("prefix");
    const bool with_number = request.flag("numeric");
    for (const Json& entry : list) {
        const auto code = entry.at("Code").get<uint32_t>();
        const auto name = entry.at("Name").get<std::string>();
        if (with_prefix) {
            const auto base = formats::find_base(name);
            const auto info =
                std::ranges::find(formats::known_bases(), base.value_or(formats::Base::identity),
                                  &formats::BaseInfo::base);
            out += code < 0x20 ? " " : std::string(info->prefix);
            out += with_number ? " " : "  ";
        }
        if (with_number) out += fmt::format("{:7}  ", code);
        out += name + "\n";
    }
}

Result<void> run_codecs(Context&, const Request& request, Sink& sink) {
    std::vector<CodeAndName> entries;
    for (const formats::CodecInfo& info : formats::known_codecs()) {
        if (info.tag != "ipld") continue;
        if (request.flag("supported") && !formats::is_supported_codec(info.code)) continue;
        entries.push_back({info.code, info.name});
    }
    return sink.record(to_json(entries));
}

// Kubo makes no CIDs with hashes that are too short or not cryptographic (boxo:verifcid).
bool is_listed(uint64_t hash_code) {
    using formats::HashCode;
    const auto is = [&](HashCode code) { return hash_code == static_cast<uint64_t>(code); };
    if (is(HashCode::shake_128) || is(HashCode::murmur3_x64_64)) return false;
    constexpr uint64_t digest_size_bytes_min = 20;
    for (const HashCode first : {HashCode::blake2b_min, HashCode::blake2s_min}) {
        const auto begin = static_cast<uint64_t>(first);
        if (hash_code >= begin && hash_code < begin + digest_size_bytes_min - 1) return false;
    }
    return true;
}

Result<void> run_hashes(Context&, const Request&, Sink& sink) {
    std::vector<CodeAndName> entries;
    for (const formats::HashInfo& info : formats::known_hashes()) {
        if (is_listed(info.code)) entries.push_back({info.code, info.name});
    }
    return sink.record(to_json(entries));
}

void print_codes(const Json& list, const Request& request, std::string& out) {
    for (const Json& entry : list) {
        if (request.flag("numeric")) {
            out += fmt::format("{:5}  ", entry.at("Code").get<uint64_t>());
        }
        out += entry.at("Name").get<std::string>() + "\n";
    }
}

std::vector<Option> code_options() {
    return {
        {.names = {"numeric", "n"}, .help = "With their numbers."},
        {.names = {"supported", "s"}, .help = "Only those that the commands can use."},
    };
}

Command bases(std::string path) {
    return {
        .path = std::move(path),
        .tagline = "List the multibase encodings.",
        .description = "Prints the names that --cid-base and -b take.",
        .examples = {{"cid bases --prefix --numeric", "With prefix and number."}},
        .options =
            {
                {.names = {"prefix"}, .help = "With the prefix that tells the base."},
                {.names = {"numeric"}, .help = "With the number of the prefix."},
            },
        .gives = Gives::record,
        .run = run_bases,
        .print = print_bases,
    };
}

}  // namespace

Command cid_bases_command() {
    return bases("cid/bases");
}
Command multibase_list_command() {
    return bases("multibase/list");
}

Command cid_codecs_command() {
    return {
        .path = "cid/codecs",
        .tagline = "List the multicodecs of CIDs.",
        .description = "Prints what a CID can say about the format of its block.",
        .examples = {{"cid codecs --supported -n", "Those that work here, with their numbers."}},
        .options = code_options(),
        .gives = Gives::record,
        .run = run_codecs,
        .print = print_codes,
    };
}

Command cid_hashes_command() {
    return {
        .path = "cid/hashes",
        .tagline = "List the multihash functions.",
        .description = "Prints the hash functions that blocks can be named by.",
        .options = code_options(),
        .gives = Gives::record,
        .run = run_hashes,
        .print = print_codes,
    };
}

}  // namespace kit::commands
