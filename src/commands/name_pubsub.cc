// name/pubsub: records by pubsub.
#include <nlohmann/json.hpp>

#include "commands/key_text.h"
#include "commands/makers.h"
#include "commands/offline.h"

namespace kit::commands {
namespace {

Result<void> check(const Context& context, const Request&) {
    TRY(load_config(context));
    return fail(Code::offline, "IPNS pubsub subsystem is not enabled");
}

Result<void> run_state(Context&, const Request&, Sink& sink) {
    return sink.record({{"Enabled", false}});
}

}  // namespace

Command name_pubsub_cancel_command() {
    return {.path = "name/pubsub/cancel",
            .tagline = "Follow a name no longer.",
            .description = "Fails as long as IPNS over pubsub is not enabled.",
            .arguments = {{.name = "name", .help = "Which name."}},
            .needs = Needs::config,
            .gives = Gives::record,
            .status = Status::experimental,
            .check = check,
            .run = refuse_command};
}

Command name_pubsub_state_command() {
    return {.path = "name/pubsub/state",
            .tagline = "Say whether names are followed by pubsub.",
            .description = "Prints \"enabled\" or \"disabled\".",
            .needs = Needs::config,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = run_state,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += record["Enabled"].get<bool>() ? "enabled\n" : "disabled\n";
            }};
}

Command name_pubsub_subs_command() {
    return {.path = "name/pubsub/subs",
            .tagline = "List the names that are followed.",
            .description = "Fails as long as IPNS over pubsub is not enabled.",
            .options = {ipns_base_option()},
            .needs = Needs::config,
            .gives = Gives::record,
            .status = Status::experimental,
            .check = check,
            .run = refuse_command};
}

}  // namespace kit::commands
