// The program itself: what stands above every command.
#include "commands/choices.h"
#include "commands/command.h"

namespace kit::commands {

const std::vector<Option>& global_options() {
    static const std::vector<Option> options = {
        {.names = {"repo-dir"},
         .type = OptionType::text,
         .help = "Path of the repository to use, before $IPFS_PATH and ~/.ipfs."},
        {.names = {"config-file"},
         .type = OptionType::text,
         .help = "Path of the configuration file to use."},
        {.names = {"config", "c"},
         .type = OptionType::text,
         .help = "[DEPRECATED] Path of the configuration file to use."},
        {.names = {"debug", "D"}, .help = "Say more about failures: the chain of causes."},
        {.names = {"help"}, .help = "Show the full help text of the command."},
        {.names = {"h"}, .help = "Show a short version of the command's help text."},
        {.names = {"local", "L"},
         .help = "Run on this machine's repository. DEPRECATED: use --offline."},
        {.names = {"offline"}, .help = "Run without the network."},
        {.names = {"api"},
         .type = OptionType::text,
         .help = "Address of a daemon to run the command on."},
        {.names = {"api-auth"},
         .type = OptionType::text,
         .help = "Secret for the daemon's RPC API."},
        {.names = {"cid-base"},
         .type = OptionType::text,
         .help = "Multibase for CIDs in the output. A CIDv0 becomes version 1 in any base but "
                 "base58btc.",
         .choices = base_choices()},
        {.names = {"upgrade-cidv0-in-output"},
         .help = "[DEPRECATED] Write CIDv0 as version 1 in the output."},
        {.names = {"encoding", "enc"},
         .type = OptionType::text,
         .preset = std::string("text"),
         .help = "How the output is encoded: json or text.",
         .choices = {"json", "text"}},
        {.names = {"stream-channels"}, .help = "Stream the output; it always is."},
        {.names = {"timeout"},
         .type = OptionType::text,
         .help = "Stop the command after this long, such as 30s or 1h."},
    };
    return options;
}

Command root_command() {
    return {
        .path = "",
        .tagline = "Content in, content out: an IPFS node and data kit.",
        .description = "",
        .examples = {{"init", "Make a repository in $IPFS_PATH or ~/.ipfs."},
                     {"add -r photos", "Add a folder and print its CIDs."},
                     {"cat /ipfs/<cid>/readme", "Write a file to standard output."}},
        .options = global_options(),
    };
}

}  // namespace kit::commands
