// `multibase encode`, `decode` and `transcode`: bytes as text that says its base.
#include "commands/base_name.h"
#include "commands/choices.h"
#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

using formats::Base;

// Most bases cost the square of the length, and the whole text is in memory: this is no tool for
// archives.
constexpr uint64_t input_size_bytes_max = 64 * MiB;
constexpr uint64_t big_base_size_bytes_max = 1 * MiB;

Result<Base> base_of(const Request& request) {
    const std::string name = request.text("b");
    const auto base = base_named(name);
    if (!base) return fail(Code::invalid_argument, "unsupported multibase encoding: {}", name);
    return *base;
}

bool is_big(Base base) {
    return base == Base::base36 || base == Base::base36upper || base == Base::base58btc ||
           base == Base::base58flickr;
}

Result<void> check_size(Base base, uint64_t size_bytes) {
    if (!is_big(base) || size_bytes <= big_base_size_bytes_max) return {};
    return fail(Code::too_large,
                "{} MiB at most can be written in base36 or 58; use base32 or base64url",
                big_base_size_bytes_max / MiB);
}

Result<Bytes> read_all(const Context& context, const Request& request) {
    return read_only_input(context, request, input_size_bytes_max);
}

// Go's decoders of base32 and base64 take no notice of line breaks, so that the output of echo is
// good enough for Kubo, and for us.
std::string without_breaks(std::string text) {
    const auto base = formats::find_base_by_prefix(std::string_view(text).substr(0, 1));
    const bool is_wide = base && ((*base >= Base::base32hex && *base <= Base::base32padupper) ||
                                  (*base >= Base::base64 && *base <= Base::base64urlpad));
    if (is_wide) std::erase_if(text, [](char letter) { return letter == '\n' || letter == '\r'; });
    return text;
}

Result<formats::Decoded> decode(ByteView text) {
    auto decoded = formats::decode_multibase(without_breaks(std::string(as_text(text))));
    if (!decoded) {
        return fail_because(std::move(decoded).error(), "failed to decode multibase");
    }
    return decoded;
}

Result<void> run_encode(Context& context, const Request& request, Sink& sink) {
    const Base base = TRY(base_of(request));
    const Bytes bytes = TRY(read_all(context, request));
    TRY(check_size(base, bytes.size()));
    return sink.bytes(as_bytes(formats::encode_multibase(base, bytes)));
}

Result<void> run_decode(Context& context, const Request& request, Sink& sink) {
    const Bytes text = TRY(read_all(context, request));
    if (!text.empty()) {
        const auto base = formats::find_base_by_prefix(as_text(text).substr(0, 1));
        if (base) TRY(check_size(*base, text.size()));
    }
    const formats::Decoded decoded = TRY(decode(text));
    return sink.bytes(decoded.bytes);
}

Result<void> run_transcode(Context& context, const Request& request, Sink& sink) {
    const Base base = TRY(base_of(request));
    const Bytes text = TRY(read_all(context, request));
    TRY(check_size(base, text.size()));
    const formats::Decoded decoded = TRY(decode(text));
    return sink.bytes(as_bytes(formats::encode_multibase(base, decoded.bytes)));
}

Option base_option() {
    return {.names = {"b"},
            .type = OptionType::text,
            .preset = std::string("base64url"),
            .help = "Multibase to write.",
            .choices = base_choices()};
}

Argument input(std::string name, std::string help) {
    return {.name = std::move(name),
            .kind = ArgumentKind::file,
            .stdin_allowed = true,
            .help = std::move(help)};
}

}  // namespace

Command multibase_encode_command() {
    return {
        .path = "multibase/encode",
        .tagline = "Encode bytes as multibase text.",
        .description =
            "Reads a file or standard input and writes it as text, with no newline "
            "after it.",
        .examples = {{"multibase encode -b base16 photo.jpg", "A file in hexadecimal."}},
        .arguments = {input("file", "Data to encode.")},
        .options = {base_option()},
        .gives = Gives::bytes,
        .run = run_encode,
    };
}

Command multibase_decode_command() {
    return {
        .path = "multibase/decode",
        .tagline = "Decode multibase text to bytes.",
        .description =
            "Reads text that starts with the prefix of its base from a file or "
            "standard input. A newline is no part of such text.",
        .examples = {{"multibase decode text", "A file with multibase text."}},
        .arguments = {input("encoded_file", "Text to decode.")},
        .gives = Gives::bytes,
        .run = run_decode,
    };
}

Command multibase_transcode_command() {
    return {
        .path = "multibase/transcode",
        .tagline = "Write multibase text in another base.",
        .description =
            "Reads text from a file or standard input and writes the same bytes in "
            "the base that -b names.",
        .examples = {{"multibase transcode -b base58btc text", "In base58btc."}},
        .arguments = {input("encoded_file", "Text to transcode.")},
        .options = {base_option()},
        .gives = Gives::bytes,
        .run = run_transcode,
    };
}

}  // namespace kit::commands
