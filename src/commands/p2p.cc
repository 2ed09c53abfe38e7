// p2p/*: other programs' streams between peers. Off until they are asked for, as in Kubo, and
// impossible without a network.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"
#include "commands/text.h"
#include "commands/waiting.h"
#include "node/network.h"

namespace kit::commands {
namespace {

using p2p::Forward;
using p2p::TunnelMatch;

constexpr std::string_view custom_prefix = "/x/";
constexpr int64_t look_period_ns = 100'000'000;  // How late a closed listener is seen.

Result<Forward*> need_forward(const Context& context) {
    const node::Config config = TRY(load_config(context));
    if (!config.find_flag("Experimental.Libp2pStreamMounting").value_or(false)) {
        return fail(Code::unsupported, "libp2p stream mounting not enabled");
    }
    node::Network* const network = find_network(context);
    if (network == nullptr) return command_is_offline();
    if (network->forward() == nullptr) {
        return fail(Code::unsupported,
                    "Experimental.Libp2pStreamMounting was set after the daemon began; restart it");
    }
    return network->forward();
}

Result<void> check_name(const Request& request) {
    const bool is_custom = request.arguments.at(0).starts_with(custom_prefix);
    if (is_custom || request.flag("allow-custom-protocol")) return {};
    return fail(Code::invalid_argument, "protocol name must be within '/x/' namespace");
}

// Lasts until the listener is closed or the request is cancelled, which closes it.
Result<void> stay(const Context& context, Forward& forward, const p2p::TunnelListener& listener,
                  const std::string& address, Sink& sink) {
    const auto tell = [&](const char* status) -> Result<void> {
        TRY(sink.record(
            {{"Status", status}, {"Protocol", listener.protocol}, {"Address", address}}));
        return sink.flush();
    };
    TRY(tell("active"));
    for (;;) {
        const auto open = forward.listeners();
        const bool is_open =
            std::ranges::find(open, listener.number, &p2p::TunnelListener::number) != open.end();
        if (!is_open) return tell("closing");
        if (wait_until(context, context.env.clock.monotonic_ns() + look_period_ns)) continue;
        forward.close(
            {.protocol = listener.protocol, .listen = listener.listen, .target = listener.target});
        return {};
    }
}

Result<void> run_forward(Context& context, const Request& request, Sink& sink) {
    Forward* const forward = TRY(need_forward(context));
    const std::string& listen_text = request.arguments.at(1);
    const formats::Multiaddr listen = TRY(parse_address(listen_text));
    const formats::Multiaddr target = TRY(parse_address(request.arguments.at(2)));
    const PeerAddress split = TRY(split_peer(target));
    TRY(check_name(request));
    auto id = TRY(formats::PeerId::from_text(split.peer_id));
    p2p::PeerAddress peer{std::move(id), {}};
    if (!split.transport.empty()) peer.addresses.push_back(split.transport);
    const auto listener = TRY(forward->forward(request.arguments.at(0), listen, peer));
    if (!request.flag("foreground")) return {};
    return stay(context, *forward, listener, listen_text, sink);
}

Result<void> check_port(const formats::Multiaddr& target) {
    auto port = target.find(formats::Protocol::tcp);
    if (!port) port = target.find(formats::Protocol::udp);
    if (!port) {
        return fail(Code::invalid_argument, "address does not contain tcp or udp protocol");
    }
    if (port->value_text() == "0") return fail(Code::invalid_argument, "port can not be 0");
    return {};
}

Result<void> run_listen(Context& context, const Request& request, Sink& sink) {
    Forward* const forward = TRY(need_forward(context));
    const std::string& target_text = request.arguments.at(1);
    const formats::Multiaddr target = TRY(parse_address(target_text));
    TRY(check_port(target));
    TRY(check_name(request));
    const auto listener =
        TRY(forward->listen(request.arguments.at(0), target, request.flag("report-peer-id")));
    if (!request.flag("foreground")) return {};
    return stay(context, *forward, listener, target_text, sink);
}

// "forward" is the command that tells, which Kubo's words follow.
auto stay_printer(bool is_forward) {
    return [is_forward](const Json& record, const Request&, std::string& out) {
        const auto& protocol = record["Protocol"].get_ref<const std::string&>();
        const auto& address = record["Address"].get_ref<const std::string&>();
        if (record["Status"] == "closing") {
            out += fmt::format("Received interrupt, removing {} for {}\n",
                               is_forward ? "forwarder" : "listener", protocol);
        } else if (is_forward) {
            out +=
                fmt::format("Forwarding {} to {}, waiting for interrupt...\n", protocol, address);
        } else {
            out += fmt::format("Listening on {}, forwarding to {}, waiting for interrupt...\n",
                               protocol, address);
        }
    };
}

Result<void> run_ls(Context& context, const Request&, Sink& sink) {
    const Forward* const forward = TRY(need_forward(context));
    Json listeners;
    for (const p2p::TunnelListener& each : forward->listeners()) {
        listeners.push_back({{"Protocol", each.protocol},
                             {"ListenAddress", each.listen.to_text()},
                             {"TargetAddress", each.target.to_text()}});
    }
    return sink.record({{"Listeners", listeners}});
}

Result<void> run_stream_ls(Context& context, const Request&, Sink& sink) {
    const Forward* const forward = TRY(need_forward(context));
    Json streams;
    for (const p2p::Tunnel& each : forward->tunnels()) {
        streams.push_back({{"HandlerID", std::to_string(each.number)},
                           {"Protocol", each.protocol},
                           {"OriginAddress", each.origin.to_text()},
                           {"TargetAddress", each.target.to_text()}});
    }
    return sink.record({{"Streams", streams}});
}

// A table of `key`'s records; Kubo repeats the heads before each row.
auto table_printer(const char* key, std::string heads, std::vector<std::string> columns) {
    return [key, heads = std::move(heads), columns = std::move(columns)](
               const Json& record, const Request& request, std::string& out) {
        std::string rows;
        for (const Json& each : record[key]) {
            if (request.flag("headers")) rows += heads;
            for (const std::string& column : columns) {
                rows += each[column].get_ref<const std::string&>();
                rows += column == columns.back() ? '\n' : '\t';
            }
        }
        align_columns(rows, 1, out);
    };
}

Result<void> run_close(Context& context, const Request& request, Sink& sink) {
    Forward* const forward = TRY(need_forward(context));
    TunnelMatch match;
    if (request.given("listen-address")) {
        match.listen = TRY(parse_address(request.text("listen-address")));
    }
    if (request.given("target-address")) {
        match.target = TRY(parse_address(request.text("target-address")));
    }
    if (request.given("protocol")) match.protocol = request.text("protocol");
    const bool is_any = match.listen || match.target || match.protocol;
    if (!request.flag("all") && !is_any) {
        return fail(Code::invalid_argument, "no matching options given");
    }
    if (request.flag("all") && is_any) {
        return fail(Code::invalid_argument, "can't combine --all with other matching options");
    }
    return sink.record(forward->close(match));
}

Result<void> run_stream_close(Context& context, const Request& request, Sink&) {
    Forward* const forward = TRY(need_forward(context));
    if (request.flag("all")) {
        forward->close_tunnels();
        return {};
    }
    if (request.arguments.empty()) return fail(Code::invalid_argument, "no id specified");
    const std::string& text = request.arguments.front();
    uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end) {
        return fail(
            Code::invalid_argument, "strconv.ParseUint: parsing {}: {}", go_quote(text),
            error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax");
    }
    (void)forward->close_tunnel(number);  // One that has gone is closed.
    return {};
}

Command streams(std::string path, const char* tagline, const char* description,
                std::vector<Argument> arguments, std::vector<Option> options,
                decltype(Command::run) run) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .arguments = std::move(arguments),
            .options = std::move(options),
            .needs = Needs::network,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = std::move(run)};
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
    Command command =
        streams("p2p/close", "End listening or forwarding.",
                "All of it, or what matches. Needs the network.", {},
                {{.names = {"all", "a"}, .help = "Close every listener."},
                 {{"protocol", "p"}, OptionType::text, {}, "Those of this protocol."},
                 {{"listen-address", "l"}, OptionType::text, {}, "Those that listen here."},
                 {{"target-address", "t"}, OptionType::text, {}, "Those that lead here."}},
                run_close);
    command.print = [](const Json& record, const Request&, std::string& out) {
        out += fmt::format("Closed {} stream(s)\n", record.get<uint64_t>());
    };
    return command;
}

Command p2p_forward_command() {
    Command command =
        streams("p2p/forward", "Carry connections to a peer.",
                "What connects to the address here reaches the peer's service. Needs the "
                "network.",
                {word("protocol", "Name of the protocol, as /x/ssh."),
                 word("listen-address", "Where to listen, as a multiaddr."),
                 word("target-address", "Which peer, as /p2p/<peer id>.")},
                {custom_protocol_option(), foreground_option()}, run_forward);
    command.gives = Gives::records;
    command.is_live = true;
    command.print = stay_printer(true);
    return command;
}

Command p2p_listen_command() {
    Command command =
        streams("p2p/listen", "Let peers connect to a service here.",
                "What a peer sends on the protocol reaches the address. Needs the network.",
                {word("protocol", "Name of the protocol, as /x/ssh."),
                 word("target-address", "Where the service is, as a multiaddr.")},
                {custom_protocol_option(),
                 {.names = {"report-peer-id", "r"}, .help = "Send the peer's id first."},
                 foreground_option()},
                run_listen);
    command.gives = Gives::records;
    command.is_live = true;
    command.print = stay_printer(false);
    return command;
}

Command p2p_ls_command() {
    Command command =
        streams("p2p/ls", "List what listens and forwards.",
                "Protocol, listening address and target. Needs the network.", {},
                {{.names = {"headers", "v"}, .help = "Print what the columns mean."}}, run_ls);
    command.print = table_printer("Listeners", "Protocol\tListen Address\tTarget Address\n",
                                  {"Protocol", "ListenAddress", "TargetAddress"});
    return command;
}

Command p2p_stream_command() {
    return {.path = "p2p/stream",
            .tagline = "Look at the streams that are open.",
            .description = "Each connection that is being carried is one.",
            .status = Status::experimental};
}

Command p2p_stream_close_command() {
    Command command =
        streams("p2p/stream/close", "Close a stream.",
                "By the number that 'p2p stream ls' shows. Needs the network.",
                {word("id", "Number of the stream.")},
                {{.names = {"all", "a"}, .help = "Close every stream."}}, run_stream_close);
    command.gives = Gives::nothing;
    command.arguments.front().required = false;
    return command;
}

Command p2p_stream_ls_command() {
    Command command = streams("p2p/stream/ls", "List the streams that are open.",
                              "Number, protocol, origin and target. Needs the network.", {},
                              {{.names = {"headers", "v"}, .help = "Print what the columns mean."}},
                              run_stream_ls);
    command.print = table_printer("Streams", "ID\tProtocol\tOrigin\tTarget\n",
                                  {"HandlerID", "Protocol", "OriginAddress", "TargetAddress"});
    return command;
}

}  // namespace kit::commands
