// `init`: makes the repository.
#include <fmt/format.h>

#include "commands/makers.h"
#include "commands/stores.h"
#include "node/limits.h"
#include "node/profile_names.h"

namespace kit::commands {
namespace {

Result<void> run(Context& context, const Request& request, Sink& sink) {
    node::InitOptions options{
        .repo = context.repo,
        .algorithm = request.text("algorithm"),
        .bits = std::nullopt,
        .empty = request.flag("empty-repo"),
        .profiles = node::split_profiles(request.text("profile")),
        .config = std::nullopt,
    };
    if (request.given("bits")) options.bits = static_cast<int>(request.integer("bits"));
    if (request.has_files()) {
        const Bytes text =
            TRY(read_only_input(context, request, node::limits::config_size_bytes_max));
        options.config = TRY(node::Config::from_text(as_text(text)));
    }
    Result<void> told;
    TRY(node::Node::init(context.env, options, [&](std::string_view text) {
        if (told) told = sink.bytes(as_bytes(text));
    }));
    return told;
}

}  // namespace

Command init_command() {
    return {
        .path = "init",
        .tagline = "Make a repository.",
        .description = R"(
Makes the repository in $IPFS_PATH, or in ~/.ipfs: a configuration with a new
key pair, and an empty store.

A configuration given as a file is used instead; it must hold the private key,
which 'config show' leaves out. Profiles are applied on top: 'config profile'
lists them.
)",
        .examples = {{"init", "A repository with the defaults."},
                     {"init --profile=server", "On a machine with a public address."},
                     {"init --empty-repo=false", "With a few documents to read first."}},
        .arguments = {{.name = "default-config",
                       .kind = ArgumentKind::file,
                       .required = false,
                       .stdin_allowed = true,
                       .help = "Configuration to begin with."}},
        .options =
            {
                {.names = {"algorithm", "a"},
                 .type = OptionType::text,
                 .preset = std::string("ed25519"),
                 .help = "Kind of the key pair: ed25519, rsa or secp256k1."},
                {.names = {"bits", "b"},
                 .type = OptionType::integer,
                 .help = "Bits of an RSA key."},
                {.names = {"empty-repo", "e"},
                 .preset = true,
                 .help = "Without documents to read."},
                {.names = {"profile", "p"},
                 .type = OptionType::text,
                 .help = "Profiles to apply, separated by commas."},
            },
        .gives = Gives::bytes,
        .local_only = true,
        .run = run,
    };
}

}  // namespace kit::commands
