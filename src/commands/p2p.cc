// p2p/*: other programs' streams between peers. Off until they are asked for, as in Kubo, and
// impossible without a network.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"

namespace kit::commands {
namespace {

Result<void> refuse_streams(Context& context, const Request&, Sink&) {
    const node::Config config = TRY(load_config(context));
    if (!config.find_flag("Experimental.Libp2pStreamMounting").value_or(false)) {
        return fail(Code::unsupported, "libp2p stream mounting not enabled");
    }
    return command_is_offline();
}

Command streams(std::string path, const char* tagline, const char* description,
                std::vector<Argument> arguments, std::vector<Option> options) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .arguments = std::move(arguments),
            .options = std::move(options),
            .needs = Needs::config,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = refuse_streams};
}

Argument word(const char* name, const char* help) {
    return {.name = name, .help = help};
}

Option custom_protocol_option() {
    return {.names = {"allow-custom-protocol"}, .help = "Take names that do not begin with /x/."};
}

Option foreground_option() {
    return {.names = {"foreground", "f"}, .help = "Last until the command is stopped."};
}

}  // namespace

Command p2p_command() {
    return {.path = "p2p",
            .tagline = "Carry other programs' streams between peers.",
            .description = "Needs Experimental.Libp2pStreamMounting and the network.",
            .status = Status::experimental};
}

Command p2p_close_command() {
    return streams("p2p/close", "End listening or forwarding.",
                   "All of it, or what matches. Needs the network.", {},
                   {{.names = {"all", "a"}, .help = "Close every listener."},
                    {{"protocol", "p"}, OptionType::text, {}, "Those of this protocol."},
                    {{"listen-address", "l"}, OptionType::text, {}, "Those that listen here."},
                    {{"target-address", "t"}, OptionType::text, {}, "Those that lead here."}});
}

Command p2p_forward_command() {
    return streams("p2p/forward", "Carry connections to a peer.",
                   "What connects to the address here reaches the peer's service. Needs the "
                   "network.",
                   {word("protocol", "Name of the protocol, as /x/ssh."),
                    word("listen-address", "Where to listen, as a multiaddr."),
                    word("target-address", "Which peer, as /p2p/<peer id>.")},
                   {custom_protocol_option(), foreground_option()});
}

Command p2p_listen_command() {
    return streams("p2p/listen", "Let peers connect to a service here.",
                   "What a peer sends on the protocol reaches the address. Needs the network.",
                   {word("protocol", "Name of the protocol, as /x/ssh."),
                    word("target-address", "Where the service is, as a multiaddr.")},
                   {custom_protocol_option(),
                    {.names = {"report-peer-id", "r"}, .help = "Send the peer's id first."},
                    foreground_option()});
}

Command p2p_ls_command() {
    return streams("p2p/ls", "List what listens and forwards.",
                   "Protocol, listening address and target. Needs the network.", {},
                   {{.names = {"headers", "v"}, .help = "Print what the columns mean."}});
}

Command p2p_stream_command() {
    return {.path = "p2p/stream",
            .tagline = "Look at the streams that are open.",
            .description = "Each connection that is being carried is one.",
            .status = Status::experimental};
}

Command p2p_stream_close_command() {
    Command command = streams("p2p/stream/close", "Close a stream.",
                              "By the number that 'p2p stream ls' shows. Needs the network.",
                              {word("id", "Number of the stream.")},
                              {{.names = {"all", "a"}, .help = "Close every stream."}});
    command.arguments.front().required = false;
    return command;
}

Command p2p_stream_ls_command() {
    return streams("p2p/stream/ls", "List the streams that are open.",
                   "Number, protocol, origin and target. Needs the network.", {},
                   {{.names = {"headers", "v"}, .help = "Print what the columns mean."}});
}

}  // namespace kit::commands
