// `cid format` and `cid base32`: the same content named in another way.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "commands/base_name.h"
#include "commands/choices.h"
#include "commands/makers.h"
#include "formats/multicodec.h"
#include "node/go_json.h"

namespace kit::commands {
namespace {

using formats::Base;
using formats::Cid;
using formats::Codec;

enum class Version : uint8_t { as_it_is, v0, v1 };

struct Shape {
    std::string format = "%s";
    std::optional<Base> base;
    Version version = Version::as_it_is;
    std::optional<uint64_t> codec;
};

// The base that a text was written in: none for version 0.
Base base_of_text(std::string_view text) {
    const auto decoded = formats::decode_multibase(text);
    return decoded ? decoded->base : Base::base32;
}

std::string without_prefix(Base base, ByteView bytes) {
    return formats::encode_base(base, bytes);
}

std::string codec_name(uint64_t code) {
    const auto codec = formats::find_codec(code);
    return codec ? std::string(codec->name) : fmt::format("Code({})", code);
}

std::string hash_name(uint64_t code) {
    const auto hash = formats::find_hash(code);
    return hash ? std::string(hash->name) : fmt::format("hash?{}", code);
}

const formats::BaseInfo& info_of(Base base) {
    static const formats::BaseInfo none{Base::identity, "", "?"};
    for (const formats::BaseInfo& info : formats::known_bases()) {
        if (info.base == base) return info;
    }
    return none;
}

// One %-letter of a format string. False when there is no such letter.
bool append_part(char letter, const Cid& cid, Base base, std::string& out) {
    const formats::MultihashView hash = cid.hash();
    switch (letter) {
        case '%':
            out += '%';
            return true;
        case 'b':
            out += info_of(base).name;
            return true;
        case 'B':
            out += info_of(base).prefix;
            return true;
        case 'v':
            out += fmt::format("cidv{}", cid.version());
            return true;
        case 'V':
            out += fmt::format("{}", cid.version());
            return true;
        case 'c':
            out += codec_name(cid.codec());
            return true;
        case 'C':
            out += fmt::format("{}", cid.codec());
            return true;
        case 'h':
            out += hash_name(hash.code());
            return true;
        case 'H':
            out += fmt::format("{}", hash.code());
            return true;
        case 'L':
            out += fmt::format("{}", hash.digest().size());
            return true;
        case 'm':
            out += formats::encode_multibase(base, hash.bytes());
            return true;
        case 'M':
            out += without_prefix(base, hash.bytes());
            return true;
        case 'd':
            out += formats::encode_multibase(base, hash.digest());
            return true;
        case 'D':
            out += without_prefix(base, hash.digest());
            return true;
        case 's':
            out +=
                cid.version() == 0 ? cid.to_text() : formats::encode_multibase(base, cid.bytes());
            return true;
        case 'S':
            out += without_prefix(base, cid.bytes());
            return true;
        case 'P':
            out += fmt::format("cidv{}-{}-{}-{}", cid.version(), codec_name(cid.codec()),
                               hash_name(hash.code()), hash.digest().size());
            return true;
        default:
            return false;
    }
}

Result<std::string> formatted(std::string_view format, const Cid& cid, Base base) {
    std::string out;
    for (size_t index = 0; index < format.size(); ++index) {
        if (format[index] != '%') {
            out += format[index];
            continue;
        }
        if (++index == format.size()) {
            return fail(Code::invalid_argument, "premature end of format string");
        }
        if (!append_part(format[index], cid, base, out)) {
            return fail(Code::invalid_argument, "unrecognized specifier in format string: %{}",
                        format.substr(index, 1));
        }
    }
    return out;
}

Result<Shape> shape_of(const Request& request) {
    Shape shape{.format = request.text("f"), .base = {}, .version = {}, .codec = {}};
    if (shape.format.find('%') == std::string::npos) {
        return fail(Code::invalid_argument, "invalid format string: {}", go_quote(shape.format));
    }
    const std::string codec = request.text("mc");
    if (!codec.empty()) shape.codec = TRY(formats::codec_from_text(codec));
    const std::string base = request.text("b");
    const std::string version = request.text("v");
    if (version == "0") {
        if (shape.codec && *shape.codec != static_cast<uint64_t>(Codec::dag_pb)) {
            return fail(Code::invalid_argument,
                        "cannot convert to CIDv0 with any codec other than dag-pb");
        }
        if (!base.empty() && base != "base58btc") {
            return fail(Code::invalid_argument,
                        "cannot convert to CIDv0 with any multibase other than the implicit "
                        "base58btc");
        }
        shape.version = Version::v0;
    } else if (version == "1" || (version.empty() && !base.empty())) {
        shape.version = Version::v1;
    } else if (!version.empty()) {
        return fail(Code::invalid_argument, "invalid cid version: {}", go_quote(version));
    }
    if (!base.empty()) {
        shape.base = base_named(base);
        if (!shape.base) {
            return fail(Code::invalid_argument, "unsupported multibase encoding: {}", base);
        }
    }
    return shape;
}

Result<Cid> reshaped(Cid cid, const Shape& shape) {
    if (shape.codec && *shape.codec != cid.codec()) cid = Cid::v1(*shape.codec, cid.hash());
    if (shape.version == Version::v1) return cid.to_v1();
    if (shape.version != Version::v0) return cid;
    if (!cid.is(Codec::dag_pb)) {
        return fail(Code::invalid_argument, "can't convert non-dag-pb nodes to cidv0");
    }
    constexpr size_t digest_size_bytes = 32;
    if (cid.hash().code() != static_cast<uint64_t>(formats::HashCode::sha2_256) ||
        cid.hash().digest().size() != digest_size_bytes) {
        return fail(Code::invalid_argument,
                    "can't convert to cidv0: it can only hold a sha2-256 hash of 32 bytes");
    }
    return Cid::v0(cid.hash());
}

Result<void> emit(const Shape& shape, const std::string& text, Sink& sink) {
    Json record = {{"CidStr", text}, {"Formatted", ""}, {"ErrorMsg", ""}};
    const auto cid = Cid::from_text(text);
    if (!cid) {
        record["ErrorMsg"] = "invalid cid: " + cid.error().message;
        return sink.record(record);
    }
    const auto wanted = reshaped(*cid, shape);
    if (!wanted) {
        record["ErrorMsg"] = wanted.error().message;
        return sink.record(record);
    }
    Base base = Base::base58btc;
    if (shape.base) {
        base = *shape.base;
    } else if (wanted->version() != 0 && cid->version() != 0) {
        base = base_of_text(text);
    }
    record["Formatted"] = TRY(formatted(shape.format, *wanted, base));
    return sink.record(record);
}

Result<void> run_format(Context&, const Request& request, Sink& sink) {
    const Shape shape = TRY(shape_of(request));
    for (const std::string& text : request.arguments) TRY(emit(shape, text, sink));
    return {};
}

Result<void> run_base32(Context&, const Request& request, Sink& sink) {
    const Shape shape{.format = "%s", .base = Base::base32, .version = Version::v1, .codec = {}};
    for (const std::string& text : request.arguments) TRY(emit(shape, text, sink));
    return {};
}

void print(const Json& record, const Request&, std::string& out) {
    out += record.at("Formatted").get<std::string>() + "\n";
}

std::string error_of(const Json& record) {
    const auto message = record.at("ErrorMsg").get<std::string>();
    return message.empty() ? "" : record.at("CidStr").get<std::string>() + ": " + message;
}

}  // namespace

Command cid_format_command() {
    return {
        .path = "cid/format",
        .tagline = "Write CIDs in another version, base or form.",
        .description = "",
        .long_description = R"(
Reads CIDs and writes each as the format string says; what is not converted
stays as it was. See 'cid inspect' for the parts of one CID in words.

   %%  a percent sign
   %b  name of the multibase           %B  its prefix
   %v  version, such as cidv1          %V  its number
   %c  name of the codec               %C  its number
   %h  name of the hash function       %H  its number
   %L  length of the digest in bytes
   %m  multihash in base %b            %M  the same without prefix
   %d  digest in base %b               %D  the same without prefix
   %s  the CID in base %b              %S  the same without prefix
   %P  %v-%c-%h-%L

A CID of version 0 is always written in base58btc, without a prefix.
)",
        .examples = {{"cid format -v 1 -b base32 <cid>", "As version 1 in base32."},
                     {"cid format -f '%h %D' -b base16 <cid>", "Hash function and digest."}},
        .arguments =
            {{.name = "cid", .variadic = true, .stdin_allowed = true, .help = "CIDs to format."}},
        .options =
            {
                {.names = {"f"},
                 .type = OptionType::text,
                 .preset = std::string("%s"),
                 .help = "Format string, like printf's."},
                {.names = {"v"},
                 .type = OptionType::text,
                 .help = "CID version to convert to.",
                 .choices = {"0", "1"}},
                {.names = {"mc"}, .type = OptionType::text, .help = "Multicodec to convert to."},
                {.names = {"b"},
                 .type = OptionType::text,
                 .help = "Multibase to write CIDs in.",
                 .choices = base_choices()},
            },
        .gives = Gives::records,
        .run = run_format,
        .print = print,
        .error_of = error_of,
        .always_text = true,
    };
}

Command cid_base32_command() {
    return {
        .path = "cid/base32",
        .tagline = "Write CIDs as version 1 in base32.",
        .description =
            "The form that does not care about small and capital letters, as host "
            "names and some file systems need it.",
        .examples = {{"cid base32 <cid>", "One CID."}},
        .arguments =
            {{.name = "cid", .variadic = true, .stdin_allowed = true, .help = "CIDs to convert."}},
        .gives = Gives::records,
        .run = run_base32,
        .print = print,
        .error_of = error_of,
        .always_text = true,
    };
}

}  // namespace kit::commands
