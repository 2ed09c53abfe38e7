// `daemon` and `shutdown`: the words; the door that called runs the one and is asked by the other.
#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

Result<void> run(Context& context, const Request& request, Sink& sink) {
    if (!context.run_daemon) {
        return fail(Code::unsupported, "a daemon is started from the command line");
    }
    return context.run_daemon(context, request, sink);
}

Result<void> run_shutdown(Context& context, const Request&, Sink&) {
    if (context.daemon == nullptr) return fail(Code::offline, "daemon not running");
    context.daemon->shut_down();
    return {};
}

std::vector<Option> daemon_options() {
    return {
        {{"init"}, OptionType::flag, std::nullopt, "Make the repository when there is none."},
        {{"init-config"}, OptionType::text, {}, "A configuration file to make it with."},
        {{"init-profile"}, OptionType::text, {}, "Profiles to make it with, parted by commas."},
        {{"routing"}, OptionType::text, std::string("default"), "In place of Routing.Type."},
        {{"mount"}, OptionType::flag, std::nullopt, "Mount /ipfs, /ipns and /mfs by FUSE."},
        {{"mount-ipfs"}, OptionType::text, {}, "Where /ipfs is mounted."},
        {{"mount-ipns"}, OptionType::text, {}, "Where /ipns is mounted."},
        {{"mount-mfs"}, OptionType::text, {}, "Where the mutable tree is mounted."},
        {{"unrestricted-api"},
         OptionType::flag,
         std::nullopt,
         "Let the RPC port serve any content at /ipfs."},
        {{"disable-transport-encryption"}, OptionType::flag, std::nullopt, "Refused: never safe."},
        {{"enable-gc"}, OptionType::flag, std::nullopt, "Collect every Datastore.GCPeriod."},
        {{"manage-fdlimit"}, OptionType::flag, true, "Raise the bound of open files."},
        {{"migrate"}, OptionType::flag, std::nullopt, "Without effect: nothing needs it yet."},
        {{"enable-pubsub-experiment"},
         OptionType::flag,
         std::nullopt,
         "DEPRECATED: Pubsub.Enabled."},
        {{"enable-namesys-pubsub"}, OptionType::flag, std::nullopt, "DEPRECATED: Ipns.UsePubsub."},
        {{"enable-mplex-experiment"}, OptionType::flag, std::nullopt, "DEPRECATED."},
        {{"agent-version-suffix"}, OptionType::text, {}, "Added to the version that peers see."}};
}

}  // namespace

Command daemon_command() {
    return {.path = "daemon",
            .tagline = "Run the node for others: RPC, gateway and web page.",
            .description =
                "Serves until it is stopped by Ctrl-C, SIGTERM or 'shutdown'. The addresses are "
                "Addresses.API and Addresses.Gateway of the config; $IPFS_PATH/api says where "
                "the RPC is, and every other command finds it there.",
            .examples = {{"daemon", "Serve this repository."},
                         {"daemon --init --offline", "Make one first; no network."}},
            .options = daemon_options(),
            .needs = Needs::config,
            .gives = Gives::bytes,
            .local_only = true,
            .run = run};
}

Command shutdown_command() {
    return {.path = "shutdown",
            .tagline = "End the daemon.",
            .description = "Lets what it is doing end, within a bound, and returns at once.",
            .needs = Needs::nothing,
            .gives = Gives::nothing,
            .daemon_only = true,
            .run = run_shutdown};
}

}  // namespace kit::commands
