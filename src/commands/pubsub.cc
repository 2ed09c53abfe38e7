// pubsub/*: messages between those who listen to a topic. Off until it is asked for, as in Kubo.
// Topics, messages and numbers are binary data: over RPC they are in multibase.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "base/limits.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"
#include "commands/stores.h"
#include "commands/text.h"
#include "formats/multibase.h"
#include "node/network.h"

namespace kit::commands {
namespace {

using formats::Base;

std::string to_multibase(ByteView bytes) {
    return formats::encode_multibase(Base::base64url, bytes);
}

// Kubo looks whether it is on before it looks at arguments. --offline turns it off.
Result<node::Network*> need_pubsub(const Context& context, const Request& request) {
    TRY(load_config(context));
    node::Network* const network = find_network(context, request);
    if (network == nullptr || !network->settings().pubsub_for_all) {
        return fail(Code::unsupported,
                    "experimental pubsub feature not enabled, run daemon with "
                    "--enable-pubsub-experiment to use");
    }
    return network;
}

// The first argument, as its sender meant it.
Result<std::string> topic_of(const Request& request) {
    const std::string& given = request.arguments.front();
    if (!request.is_remote) return given;
    const auto decoded = formats::decode_multibase(given);
    if (!decoded) {
        return fail(Code::invalid_argument,
                    "URL arg must be multibase encoded: selected encoding not supported");
    }
    if (decoded->base != Base::base64url) {
        return fail(Code::invalid_argument, "URL arg must be base64url encoded");
    }
    return std::string(as_text(decoded->bytes));
}

Result<void> run_pub(Context& context, const Request& request, Sink&) {
    const std::string topic = TRY(topic_of(request));
    const Bytes data = TRY(read_only_input(context, request, limits::block_size_bytes_soft_max));
    node::Network* const network = TRY(need_pubsub(context, request));
    return network->pubsub()->publish(topic, data);
}

Result<void> run_sub(Context& context, const Request& request, Sink& sink) {
    const std::string topic = TRY(topic_of(request));
    node::Network* const network = TRY(need_pubsub(context, request));
    const auto subscription = TRY(network->pubsub()->subscribe(topic));
    TRY(sink.flush());  // Whoever waits for the answer's head knows that messages come now.
    for (;;) {
        const p2p::MessageReceived message = TRY(subscription->next(*context.cancel));
        TRY(sink.record({{"from", message.from.to_text()},
                         {"data", to_multibase(message.data)},
                         {"seqno", to_multibase(message.sequence)},
                         {"topicIDs", Json::array({to_multibase(as_bytes(message.topic))})}}));
        TRY(sink.flush());
    }
}

void print_message(const Json& record, const Request&, std::string& out) {
    const auto data = formats::decode_multibase(record["data"].get_ref<const std::string&>());
    if (data) out += as_text(data->bytes);
}

Result<void> run_ls(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_pubsub(context, request));
    Json topics;
    for (const std::string& topic : network->pubsub()->topics()) {
        topics.push_back(to_multibase(as_bytes(topic)));
    }
    return sink.record({{"Strings", topics}});
}

void print_topics(const Json& record, const Request&, std::string& out) {
    for (const Json& text : record["Strings"]) {
        const auto topic = formats::decode_multibase(text.get_ref<const std::string&>());
        if (topic) out += escape_unprintable(as_text(topic->bytes)) + "\n";
    }
}

Result<void> run_peers(Context& context, const Request& request, Sink& sink) {
    std::string topic;
    if (!request.arguments.empty()) topic = TRY(topic_of(request));
    node::Network* const network = TRY(need_pubsub(context, request));
    std::vector<std::string> peers;
    const auto listeners = TRY(network->host().topic_peers(topic));
    for (const formats::PeerId& peer : listeners) peers.push_back(peer.to_text());
    std::ranges::sort(peers);
    return sink.record({{"Strings", peers}});
}

// No peer has sent a numbered message yet.
Result<void> run_reset(Context& context, const Request& request, Sink& sink) {
    TRY(load_config(context));
    if (request.given("peer")) {
        const auto peer = parse_peer(request.text("peer"));
        if (!peer) return fail(Code::invalid_argument, "invalid peer ID: {}", peer.error().message);
    }
    return sink.record({{"deleted", 0}});
}

void print_reset(const Json& record, const Request& request, std::string& out) {
    const std::string peer = request.text("peer");
    if (!peer.empty()) {
        out += fmt::format("No validator state found for peer {}\n", peer);
    } else {
        out +=
            fmt::format("Reset validator state for {} peer(s)\n", record["deleted"].get<int64_t>());
    }
}

Command verb(std::string path, const char* tagline, const char* description,
             decltype(Command::run) run) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .needs = Needs::network,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = std::move(run),
            .binary_arguments = true};
}

Argument topic_argument(const char* help) {
    return {.name = "topic", .help = help};
}

}  // namespace

Command pubsub_command() {
    return {.path = "pubsub",
            .tagline = "Send messages to those who listen to a topic.",
            .description = "Needs the network, and Pubsub.Enabled in the config.",
            .status = Status::experimental};
}

Command pubsub_ls_command() {
    Command command = verb("pubsub/ls", "List the topics that are listened to.",
                           "Of this node. Needs the network.", run_ls);
    command.print = print_topics;
    return command;
}

Command pubsub_peers_command() {
    Command command = verb("pubsub/peers", "List the peers that share a topic.",
                           "Of one topic, or of all. Needs the network.", run_peers);
    command.arguments = {{.name = "topic", .required = false, .help = "Of this topic alone."}};
    command.print = print_strings;
    return command;
}

Command pubsub_pub_command() {
    Command command = verb("pubsub/pub", "Send a message to a topic.",
                           "The data is one message. Needs the network.", run_pub);
    command.gives = Gives::nothing;
    command.arguments = {topic_argument("Topic to send to (in multibase over RPC)."),
                         {.name = "data",
                          .kind = ArgumentKind::file,
                          .stdin_allowed = true,
                          .help = "What to send."}};
    return command;
}

Command pubsub_sub_command() {
    Command command = verb("pubsub/sub", "Listen to a topic.",
                           "Prints messages as they come. Needs the network.", run_sub);
    command.gives = Gives::records;
    command.is_live = true;
    command.arguments = {topic_argument("Topic to listen to (in multibase over RPC).")};
    command.print = print_message;
    return command;
}

Command pubsub_reset_command() {
    Command command = verb("pubsub/reset", "Forget which messages were seen.",
                           "The highest message number of each peer, by which old messages "
                           "are refused. There are none without a network.",
                           run_reset);
    command.options = {{{"peer", "p"}, OptionType::text, {}, "Of this peer alone."}};
    command.print = print_reset;
    return command;
}

}  // namespace kit::commands
