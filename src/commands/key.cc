// The verbs over the keystore that take and give records: gen, list, ls, rename, rm, sign, verify.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "commands/choices.h"
#include "commands/key_text.h"
#include "commands/makers.h"
#include "commands/stores.h"
#include "commands/text.h"

namespace kit::commands {
namespace {

// What is signed is hashed in memory.
constexpr uint64_t signed_size_bytes_max = 256 * MiB;

Result<node::Keys> keys_of(const Context& context) {
    return node::Keys::open(context.env, context.repo);
}

Result<void> run_gen(Context& context, const Request& request, Sink& sink) {
    const KeyText text = TRY(KeyText::of(request));
    node::Keys keys = TRY(keys_of(context));
    std::optional<int> bits;
    if (request.given("size")) bits = static_cast<int>(request.integer("size"));
    const auto key =
        TRY(keys.generate(request.arguments.at(0), request.text("type"), bits, context.env.random));
    return sink.record(key_record(key, text));
}

Result<void> run_list(Context& context, const Request& request, Sink& sink) {
    auto text = KeyText::of(request);
    if (!text) return fail_because(std::move(text).error(), "cannot get key encoder");
    const node::Keys keys = TRY(keys_of(context));
    const std::vector<node::NamedKey> list = TRY(keys.list());
    Json records = Json::array();
    for (const node::NamedKey& key : list) records.push_back(key_record(key, *text));
    return sink.record({{"Keys", std::move(records)}});
}

Result<void> run_rename(Context& context, const Request& request, Sink& sink) {
    const KeyText text = TRY(KeyText::of(request));
    node::Keys keys = TRY(keys_of(context));
    const auto renamed =
        TRY(keys.rename(request.arguments.at(0), request.arguments.at(1), request.flag("force")));
    return sink.record({{"Was", request.arguments.at(0)},
                        {"Now", request.arguments.at(1)},
                        {"Id", text(renamed.key.id)},
                        {"Overwrite", renamed.replaced}});
}

Result<void> run_rm(Context& context, const Request& request, Sink& sink) {
    const KeyText text = TRY(KeyText::of(request));
    node::Keys keys = TRY(keys_of(context));
    Json records = Json::array();
    for (const std::string& name : request.arguments) {
        const auto key = TRY(keys.remove(name));
        records.push_back(key_record(key, text));
    }
    return sink.record({{"Keys", std::move(records)}});
}

Result<void> run_sign(Context& context, const Request& request, Sink& sink) {
    const KeyText text = TRY(KeyText::of(request));
    const Bytes data = TRY(read_only_input(context, request, signed_size_bytes_max));
    const node::Keys keys = TRY(keys_of(context));
    const auto made = TRY(keys.sign(request.text("key"), data));
    const std::string signature =
        formats::encode_multibase(formats::Base::base64url, made.signature);
    return sink.record({{"Key", key_record(made.key, text)}, {"Signature", signature}});
}

Result<void> run_verify(Context& context, const Request& request, Sink& sink) {
    const KeyText text = TRY(KeyText::of(request));
    const std::string signature_text = request.text("signature");
    if (signature_text.empty()) {
        return fail(Code::invalid_argument, "cannot decode multibase for zero length string");
    }
    const auto signature = TRY(formats::decode_multibase(signature_text));
    const Bytes data = TRY(read_only_input(context, request, signed_size_bytes_max));
    const node::Keys keys = TRY(keys_of(context));
    const auto verified = TRY(keys.verify(request.text("key"), signature.bytes, data));
    return sink.record(
        {{"Key", key_record(verified.key, text)}, {"SignatureValid", verified.is_valid}});
}

void print_id(const Json& record, const Request&, std::string& out) {
    out += record["Id"].get_ref<const std::string&>() + "\n";
}

void print_keys(const Json& record, const Request& request, std::string& out) {
    std::string rows;
    for (const Json& key : record["Keys"]) {
        const std::string name = escape_unprintable(key["Name"].get_ref<const std::string&>());
        if (request.flag("l")) {
            rows += fmt::format("{}\t{}\t\n", key["Id"].get_ref<const std::string&>(), name);
        } else {
            rows += name + "\n";
        }
    }
    align_columns(rows, 1, out);
}

void print_renamed(const Json& record, const Request&, std::string& out) {
    out += fmt::format("Key {} renamed to {}{}\n", record["Id"].get_ref<const std::string&>(),
                       escape_unprintable(record["Now"].get_ref<const std::string&>()),
                       record["Overwrite"].get<bool>() ? " with overwriting" : "");
}

Command list_command(std::string path, Status status) {
    return {.path = std::move(path),
            .tagline = status == Status::deprecated ? "DEPRECATED: use 'key ls'."
                                                    : "List the node's keys.",
            .description =
                "Prints their names, with -l their ids before them. The key \"self\" "
                "is the node's own.",
            .examples = {{"key ls -l", "Ids and names."}},
            .options = {{{"l"}, OptionType::flag, std::nullopt, "Show ids as well."},
                        ipns_base_option()},
            .needs = Needs::config,
            .gives = Gives::record,
            .status = status,
            .run = run_list,
            .print = print_keys};
}

Argument signed_data(const char* help) {
    return {.name = "data", .kind = ArgumentKind::file, .stdin_allowed = true, .help = help};
}

}  // namespace

Command key_gen_command() {
    return {.path = "key/gen",
            .tagline = "Make a key pair.",
            .description = "Prints its id, which is the name that can be published under.",
            .examples = {{"key gen blog", "An Ed25519 key named blog."},
                         {"key gen --type=rsa --size=4096 old", "An RSA key."}},
            .arguments = {{.name = "name", .help = "What to call it."}},
            .options = {{.names = {"type", "t"},
                         .type = OptionType::text,
                         .preset = std::string("ed25519"),
                         .help = "The kind of key: rsa, ed25519 or secp256k1.",
                         .choices = key_type_choices()},
                        {{"size", "s"}, OptionType::integer, {}, "Bits of an RSA key."},
                        ipns_base_option()},
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_gen,
            .print = print_id};
}

Command key_list_command() {
    return list_command("key/list", Status::deprecated);
}

Command key_ls_command() {
    return list_command("key/ls", Status::active);
}

Command key_rename_command() {
    return {.path = "key/rename",
            .tagline = "Give a key another name.",
            .description = "What was published under the key stays as it is.",
            .examples = {{"key rename blog journal", "From blog to journal."}},
            .arguments = {{.name = "name", .help = "What it is called."},
                          {.name = "newName", .help = "What to call it."}},
            .options = {{{"force", "f"},
                         OptionType::flag,
                         std::nullopt,
                         "Replace a key that has the new name."},
                        ipns_base_option()},
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_rename,
            .print = print_renamed};
}

Command key_rm_command() {
    return {.path = "key/rm",
            .tagline = "Remove keys.",
            .description = "Nobody can publish under a name again whose key is gone everywhere.",
            .examples = {{"key rm blog", "Forget the key."}},
            .arguments =
                {{.name = "name", .variadic = true, .stdin_allowed = true, .help = "Which keys."}},
            .options = {{{"l"}, OptionType::flag, std::nullopt, "Show ids as well."},
                        ipns_base_option()},
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_rm,
            .print = print_keys};
}

Command key_sign_command() {
    return {.path = "key/sign",
            .tagline = "Sign data with a key, to prove that it is yours.",
            .description =
                "The text \"libp2p-key signed message:\" is put before what is signed, "
                "so that the signature serves for nothing else.",
            .examples = {{"key sign --key=blog statement.txt", "With the key blog."}},
            .arguments = {signed_data("What to sign.")},
            .options = {{{"key", "k"}, OptionType::text, {}, "The key's name; self without."},
                        ipns_base_option()},
            .needs = Needs::config,
            .gives = Gives::records,
            .status = Status::experimental,
            .run = run_sign};
}

Command key_verify_command() {
    return {.path = "key/verify",
            .tagline = "Check a signature that 'key sign' made.",
            .description = "The key may be a name of this node, an IPNS name or a peer id.",
            .examples = {{"key verify --key=ID --signature=TEXT statement.txt", "Is it theirs?"}},
            .arguments = {signed_data("What was signed.")},
            .options = {{{"key", "k"}, OptionType::text, {}, "Whose signature; self without."},
                        {{"signature", "s"}, OptionType::text, {}, "The signature, in multibase."},
                        ipns_base_option()},
            .needs = Needs::config,
            .gives = Gives::records,
            .status = Status::experimental,
            .run = run_verify};
}

}  // namespace kit::commands
