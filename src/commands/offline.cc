#include "commands/offline.h"

namespace kit::commands {

std::unexpected<Error> command_is_offline() {
    return fail(Code::offline,
                "this command must be run in online mode. Try running 'ipfs daemon' first");
}

std::unexpected<Error> action_is_offline() {
    return fail(Code::offline,
                "this action must be run in online mode, try running 'ipfs daemon' first");
}

Result<node::Config> load_config(const Context& context) {
    return node::Config::load(context.env.disk, context.repo);
}

node::Network* find_network(const Context& context) {
    return context.node == nullptr ? nullptr : context.node->network();
}

node::Network* find_network(const Context& context, const Request& request) {
    return request.flag("offline") ? nullptr : find_network(context);
}

Result<node::Network*> need_network(const Context& context) {
    TRY(load_config(context));
    node::Network* const network = find_network(context);
    if (network == nullptr) return command_is_offline();
    return network;
}

Result<node::Network*> need_network(const Context& context, const Request& request) {
    TRY(load_config(context));
    node::Network* const network = find_network(context, request);
    if (network == nullptr) return action_is_offline();
    return network;
}

Result<void> refuse_command(Context& context, const Request&, Sink&) {
    TRY(load_config(context));
    return command_is_offline();
}

Result<void> refuse_action(Context& context, const Request&, Sink&) {
    TRY(load_config(context));
    return action_is_offline();
}

Result<void> check_statistics_online(const Context& context, const Request&) {
    TRY(load_config(context));
    if (find_network(context) != nullptr) return {};
    Error error = command_is_offline().error();
    error.message = "unable to run offline: " + error.message;
    return std::unexpected(std::move(error));
}

Command removed_command(std::string path, const char* tagline, const char* message) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = "Kubo has removed it; it is here to say so.",
            .needs = Needs::nothing,
            .gives = Gives::record,
            .status = Status::removed,
            .run = [message](Context&, const Request&, Sink&) -> Result<void> {
                return fail(Code::unsupported, "{}", message);
            }};
}

}  // namespace kit::commands
