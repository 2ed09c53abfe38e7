// update/*, repo/migrate and mount: what Kubo does to itself, its repository and the machine's
// file tree, where this program has other ways or none.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"

namespace kit::commands {
namespace {

Result<void> refuse_update(Context&, const Request&, Sink&) {
    return fail(Code::unsupported,
                "this program does not download versions of itself; update it as it was "
                "installed");
}

Result<void> run_migrate(Context& context, const Request& request, Sink& sink) {
    TRY(load_config(context));
    const int64_t version = request.integer("to");
    if (version == node::repo_version) {
        const std::string line = fmt::format("Repository is already at version {}.\n", version);
        return sink.bytes(as_bytes(line));
    }
    if (version < node::repo_version && !request.flag("allow-downgrade")) {
        return fail(Code::invalid_argument,
                    "downgrade from version {} to {} requires --allow-downgrade flag",
                    node::repo_version, version);
    }
    return fail(Code::unsupported,
                "this program knows repositories of version {} alone, and cannot make one of "
                "version {}; move the content with 'dag export' and 'dag import'",
                node::repo_version, version);
}

Command update(std::string path, const char* tagline, std::vector<Option> options) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = "Refused: update this program as it was installed.",
            .options = std::move(options),
            .gives = Gives::record,
            .status = Status::experimental,
            .local_only = true,
            .run = refuse_update};
}

Option pre_option() {
    return {.names = {"pre"}, .help = "Versions before a release, too."};
}

}  // namespace

Command update_command() {
    return {.path = "update",
            .tagline = "Update this program.",
            .description = "Kubo downloads versions of itself; this program does not.",
            .status = Status::experimental,
            .local_only = true};
}

Command update_check_command() {
    return update("update/check", "Look for a newer version.", {pre_option()});
}

Command update_clean_command() {
    return update("update/clean", "Remove copies of older versions.", {});
}

Command update_install_command() {
    Command command = update(
        "update/install", "Download and install a version.",
        {pre_option(), {.names = {"allow-downgrade"}, .help = "Take an older version, too."}});
    command.arguments = {{.name = "version", .required = false, .help = "Which; the newest."}};
    return command;
}

Command update_revert_command() {
    return update("update/revert", "Go back to the version before.", {});
}

Command update_versions_command() {
    return update("update/versions", "List the versions there are.",
                  {{{"count", "n"}, OptionType::integer, int64_t{30}, "How many."}, pre_option()});
}

Command repo_migrate_command() {
    return {.path = "repo/migrate",
            .tagline = "Bring the repository to a version of its shape.",
            .description = "There is one version, so there is nothing to do.",
            .options = {{{"to"},
                         OptionType::integer,
                         int64_t{node::repo_version},
                         "Version to bring it to."},
                        {.names = {"allow-downgrade"}, .help = "To a lower version, too."}},
            .needs = Needs::config,
            .gives = Gives::bytes,
            .local_only = true,
            .run = run_migrate};
}

}  // namespace kit::commands
