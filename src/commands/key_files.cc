// Keys in and out of files: key/export, key/import and key/rotate.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/choices.h"
#include "commands/key_text.h"
#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

constexpr std::string_view pem_format = "pem-pkcs8-cleartext";
constexpr std::string_view protobuf_format = "libp2p-protobuf-cleartext";
constexpr uint32_t exported_mode = 0600;  // The owner's alone.
constexpr int symlink_count_max = 8;      // As kubo:core/commands/keystore.go resolveSymlink.

Option format_option(const char* help) {
    return {.names = {"format", "f"},
            .type = OptionType::text,
            .preset = std::string(protobuf_format),
            .help = help,
            .choices = {std::string(protobuf_format), std::string(pem_format)}};
}

Result<Bytes> encoded(const formats::PrivateKey& key, std::string_view format) {
    if (format == pem_format) return to_bytes(as_bytes(key.to_pem()));
    if (format == protobuf_format) return key.to_protobuf();
    return fail(Code::invalid_argument, "unrecognized export format: {}", format);
}

// What a chain of symbolic links ends at, which need not exist: the key replaces that.
Result<Path> end_of_links(Disk& disk, Path path) {
    for (int count = 0; count < symlink_count_max; ++count) {
        const auto info = TRY(disk.find_info(path, false));
        if (!info || info->type != FileType::symlink) return path;
        auto target = disk.read_link(path);
        if (!target) return target;
        const size_t slash = path.rfind('/');
        const bool is_rooted = target->starts_with('/') || slash == Path::npos;
        path = is_rooted ? *std::move(target) : join(path.substr(0, slash), *target);
    }
    return fail(Code::invalid_argument, "too many levels of symbolic links: {}", path);
}

// A regular file is replaced whole; a device or a pipe, which cannot be, is written to.
Result<void> write_exported(Disk& disk, const Path& path, std::string_view as_asked,
                            ByteView content) {
    const auto info = TRY(disk.find_info(path));
    if (!info || info->type == FileType::regular) {
        const Path target = TRY(end_of_links(disk, path));
        return replace_file(disk, target, content, exported_mode);
    }
    if (info->type != FileType::other) {
        return fail(Code::invalid_argument,
                    "refusing to export key to {}: not a regular file, character device or pipe",
                    as_asked);
    }
    const auto file = TRY(disk.open(path, OpenMode::write));
    return file->write_at(0, std::span(&content, 1));
}

Result<void> run_export(Context& context, const Request& request, Sink& sink) {
    const std::string& name = request.arguments.at(0);
    if (name == node::self_key_name) {
        return fail(Code::invalid_argument, "cannot export key with name 'self'");
    }
    const node::Keys keys = TRY(node::Keys::open(context.env, context.repo));
    const auto key = keys.find(name);
    if (!key || !*key) return fail(Code::not_found, "key with name '{}' doesn't exist", name);
    const std::string format = request.text("format");
    const Bytes content = TRY(encoded(**key, format));
    std::string output = request.text("output");
    if (output.empty()) {
        output = name + (format == pem_format ? ".pem" : ".key");
        output.erase(0, output.rfind('/') + 1);
    }
    if (output == "/dev/stdout") return sink.bytes(content);
    const Path path = output.starts_with('/') ? output : join(context.working_directory, output);
    return write_exported(context.env.disk, path, output, content);
}

// The type in "-----BEGIN type-----" when the text holds a whole block.
std::optional<std::string_view> pem_type(std::string_view text) {
    constexpr std::string_view begin = "-----BEGIN ";
    constexpr std::string_view dashes = "-----";
    size_t at = text.find(begin);
    if (at == std::string_view::npos || (at > 0 && text[at - 1] != '\n')) return std::nullopt;
    at += begin.size();
    const size_t end = text.find(dashes, at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view type = text.substr(at, end - at);
    const std::string last = fmt::format("-----END {}-----", type);
    return text.find(last, end) == std::string_view::npos ? std::nullopt : std::optional(type);
}

Result<formats::PrivateKey> decoded(ByteView content, std::string_view format) {
    const auto type = pem_type(as_text(content));
    if (format == pem_format) {
        if (!type) {
            return fail(Code::invalid_argument, "PEM block not found in input data:\n{}",
                        as_text(content));
        }
        if (*type != "PRIVATE KEY") {
            return fail(Code::invalid_argument,
                        "expected PRIVATE KEY type in PEM block but got: {}", *type);
        }
        auto key = formats::PrivateKey::from_pem(as_text(content));
        if (!key) return fail_because(std::move(key).error(), "parsing PKCS8 format");
        return *std::move(key);
    }
    if (format != protobuf_format) {
        return fail(Code::invalid_argument, "unrecognized import format: {}", format);
    }
    auto key = formats::PrivateKey::from_protobuf(content);
    if (key) return *std::move(key);
    if (type) {
        return fail(Code::invalid_argument,
                    "unexpected PEM block for format={}: try again with format={}", protobuf_format,
                    pem_format);
    }
    return fail_because(std::move(key).error(), "unable to unmarshall format={}", protobuf_format);
}

Result<void> run_import(Context& context, const Request& request, Sink& sink) {
    const std::string& name = request.arguments.at(0);
    if (name == node::self_key_name) {
        return fail(Code::invalid_argument, "cannot import key with name 'self'");
    }
    const KeyText text = TRY(KeyText::of(request));
    const Bytes content = TRY(read_only_input(context, request, node::key_file_size_bytes_max));
    const formats::PrivateKey key = TRY(decoded(content, request.text("format")));
    if (key.type() == formats::KeyType::ecdsa && !request.flag("allow-any-key-type")) {
        return fail(Code::invalid_argument,
                    "key type *crypto.ECDSAPrivateKey is not allowed to be imported, only RSA, "
                    "Ed25519, or Secp256k1; use flag --allow-any-key-type if you are sure of what "
                    "you're doing");
    }
    node::Keys keys = TRY(node::Keys::open(context.env, context.repo));
    const auto imported = TRY(keys.import(name, key));
    return sink.record(key_record(imported, text));
}

Result<void> run_rotate(Context& context, const Request& request, Sink& sink) {
    const std::string old_name = request.text("oldkey");
    if (!request.given("oldkey")) {
        return fail(Code::invalid_argument,
                    "keystore name for backing up old key must be provided");
    }
    if (old_name == node::self_key_name) {
        return fail(Code::invalid_argument, "keystore name for back up cannot be named 'self'");
    }
    // Held so that no daemon goes on under the old identity.
    const auto node = node::Node::open(context.env, {.repo = context.repo});
    if (!node && node.error().code == Code::busy) {
        return fail(Code::busy, "ipfs daemon is running. please stop it to run this command");
    }
    if (!node) return fail_because(node.error(), "opening repo");
    std::optional<int> bits;
    if (request.given("size")) bits = static_cast<int>(request.integer("size"));
    Result<void> told;
    const node::Identity identity = TRY(node::create_identity_aloud(
        context.env.random, request.text("type"), bits, [&](std::string_view text) {
            if (told) told = sink.bytes(as_bytes(text));
        }));
    TRY(std::move(told));
    node::Config config = TRY(node::Config::load(context.env.disk, context.repo));
    node::Keys keys = TRY(node::Keys::open(context.env, context.repo, config));
    const auto kept = keys.import(old_name, keys.self());
    if (!kept) {
        const bool is_taken = kept.error().code == Code::already_exists;
        return fail(kept.error().code, "saving old key in keystore ({})",
                    is_taken ? "key by that name already exists, refusing to overwrite"
                             : kept.error().to_text());
    }
    config.set_private_key(identity);
    return config.save(context.env.disk, context.repo);
}

}  // namespace

Command key_export_command() {
    return {.path = "key/export",
            .tagline = "Write a key to a file.",
            .description =
                "Without --output it is NAME.key, or NAME.pem, in this folder. Only its owner can "
                "read the file; one that is there is replaced whole. Whoever has it can publish "
                "under the name.",
            .examples = {{"key export blog", "To ./blog.key."},
                         {"key export --format=pem-pkcs8-cleartext blog", "For OpenSSL."}},
            .arguments = {{.name = "name", .stdin_allowed = true, .help = "Which key."}},
            .options = {{{"output", "o"}, OptionType::text, {}, "Where to put it."},
                        format_option("libp2p-protobuf-cleartext or pem-pkcs8-cleartext.")},
            .needs = Needs::config,
            .gives = Gives::bytes,
            .local_only = true,
            .run = run_export};
}

Command key_import_command() {
    return {.path = "key/import",
            .tagline = "Take a key from a file.",
            .description =
                "Prints its id. What 'key export' and OpenSSL (PKCS #8 in PEM, without "
                "a password) write is read.",
            .examples = {{"key import blog blog.key", "What 'key export' wrote."},
                         {"key import -f pem-pkcs8-cleartext blog key.pem", "From OpenSSL."}},
            .arguments = {{.name = "name", .help = "What to call it."},
                          {.name = "key", .kind = ArgumentKind::file, .help = "The file."}},
            .options = {ipns_base_option(),
                        format_option("libp2p-protobuf-cleartext or pem-pkcs8-cleartext."),
                        {{"allow-any-key-type"},
                         OptionType::flag,
                         false,
                         "Take kinds of keys too that 'key gen' does not make."}},
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_import,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += record["Id"].get_ref<const std::string&>() + "\n";
            }};
}

Command key_rotate_command() {
    return {.path = "key/rotate",
            .tagline = "Give the node a new identity.",
            .description =
                "The old one stays in the keystore, under the name that --oldkey says. "
                "No daemon may be running.",
            .examples = {{"key rotate --oldkey=before", "Keep the old key as 'before'."}},
            .options = {{{"oldkey", "o"}, OptionType::text, {}, "What to call the old key."},
                        {.names = {"type", "t"},
                         .type = OptionType::text,
                         .preset = std::string("ed25519"),
                         .help = "The kind of key: rsa, ed25519 or secp256k1.",
                         .choices = key_type_choices()},
                        {{"size", "s"}, OptionType::integer, {}, "Bits of an RSA key."}},
            .needs = Needs::config,
            .gives = Gives::bytes,
            .local_only = true,
            .run = run_rotate};
}

}  // namespace kit::commands
