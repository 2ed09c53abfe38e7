// bootstrap/*: the peers that a node asks first, which are the config's Bootstrap. "auto" stands
// for those that Kubo's AutoConf service names.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"

namespace kit::commands {
namespace {

constexpr std::string_view auto_word = "auto";

// Null, which Kubo tells from an empty list, gives no peers.
std::vector<std::string> peers_of(const node::Config& config) {
    const Json* list = config.find("Bootstrap");
    if (list == nullptr || !list->is_array()) return {};
    return list->get<std::vector<std::string>>();
}

bool autoconf_is_enabled(const node::Config& config) {
    return config.find_flag("AutoConf.Enabled").value_or(true);
}

Result<void> save_peers(const Context& context, node::Config& config, const Json& peers) {
    TRY(config.set("Bootstrap", peers));
    return config.save(context.env.disk, context.repo);
}

Result<void> run_list(Context& context, const Request& request, Sink& sink) {
    const node::Config config = TRY(load_config(context));
    const Json* list = config.find("Bootstrap");
    const Json as_written = list == nullptr ? Json() : *list;
    if (!request.flag("expand-auto")) return sink.record({{"Peers", as_written}});
    const auto peers = peers_of(config);
    if (autoconf_is_enabled(config) && std::ranges::find(peers, auto_word) != peers.end()) {
        return fail(Code::offline,
                    "\"auto\" in Bootstrap stands for what the AutoConf service answers, which "
                    "takes the network; leave --expand-auto out");
    }
    Json expanded;
    for (const std::string& peer : peers) {
        if (peer != auto_word) expanded.push_back(peer);
    }
    return sink.record({{"Peers", expanded}});
}

Result<void> check_peer(const std::string& text) {
    if (text == auto_word) return {};
    const auto address = TRY(parse_address(text));
    if (!ends_in_peer(address)) {
        return fail(Code::invalid_argument, "invalid bootstrap address: {}", text);
    }
    if (address.parts().size() == 1) {
        return fail(Code::invalid_argument, "bootstrap address without a transport: {}", text);
    }
    return {};
}

// The new ones come first, as in Kubo.
Result<void> run_add(Context& context, const Request& request, Sink& sink) {
    if (request.arguments.empty()) {
        return fail(Code::invalid_argument, "no bootstrap peers to add");
    }
    std::vector<std::string> asked = request.arguments;
    std::ranges::replace(asked, "default", std::string(auto_word));
    node::Config config = TRY(load_config(context));
    if (std::ranges::find(asked, auto_word) != asked.end() && !autoconf_is_enabled(config)) {
        return fail(Code::invalid_argument,
                    "cannot add default bootstrap peers: AutoConf is disabled "
                    "(AutoConf.Enabled=false). Enable AutoConf by setting AutoConf.Enabled=true in "
                    "your config, or add specific peer addresses instead");
    }
    for (const std::string& peer : asked) TRY(check_peer(peer));
    std::vector<std::string> peers;
    const auto add_once = [&peers](const std::string& peer) {
        if (std::ranges::find(peers, peer) == peers.end()) peers.push_back(peer);
    };
    for (const std::string& peer : asked) add_once(peer);
    const std::vector<std::string> added = peers;
    for (const std::string& peer : peers_of(config)) add_once(peer);
    TRY(save_peers(context, config, peers));
    return sink.record({{"Peers", added}});
}

Result<void> run_remove_all(Context& context, const Request&, Sink& sink) {
    node::Config config = TRY(load_config(context));
    const std::vector<std::string> peers = peers_of(config);
    std::vector<std::string> removed;
    if (std::ranges::find(peers, auto_word) != peers.end()) {
        removed = peers;
    } else {
        const auto groups = TRY(group_by_peer(peers));
        for (const PeerAddresses& peer : groups) {
            for (std::string& text : address_texts(peer)) removed.push_back(std::move(text));
        }
    }
    TRY(save_peers(context, config, Json()));
    return sink.record({{"Peers", removed}});
}

// Moves what `asked` names out of `peer`: everything, when it names the peer alone.
PeerAddresses take_out(PeerAddresses& peer, const PeerAddresses& asked) {
    PeerAddresses removed{.peer_id = peer.peer_id, .transports = {}};
    if (asked.transports.empty()) {
        std::swap(removed.transports, peer.transports);
        return removed;
    }
    std::vector<formats::Multiaddr> kept;
    for (formats::Multiaddr& each : peer.transports) {
        const bool is_asked = std::ranges::find(asked.transports, each) != asked.transports.end();
        (is_asked ? removed.transports : kept).push_back(std::move(each));
    }
    peer.transports = std::move(kept);
    return removed;
}

Result<void> run_remove(Context& context, const Request& request, Sink& sink) {
    if (request.flag("all")) return run_remove_all(context, request, sink);
    node::Config config = TRY(load_config(context));
    const std::vector<std::string> peers = peers_of(config);
    if (std::ranges::find(peers, auto_word) != peers.end() && autoconf_is_enabled(config)) {
        return fail(Code::invalid_argument,
                    "cannot remove individual bootstrap peers when using 'auto' placeholder: the "
                    "'auto' value is managed by AutoConf. Either disable AutoConf by setting "
                    "AutoConf.Enabled=false and replace 'auto' with specific peer addresses, or "
                    "use 'ipfs bootstrap rm --all' to remove all peers");
    }
    const auto asked = TRY(group_by_peer(request.arguments));
    auto groups = TRY(group_by_peer(peers));
    Json kept = Json::array();
    Json removed = Json::array();
    for (PeerAddresses& peer : groups) {
        const auto found = std::ranges::find(asked, peer.peer_id, &PeerAddresses::peer_id);
        if (found != asked.end()) {
            const PeerAddresses out = take_out(peer, *found);
            if (!out.transports.empty()) {
                for (const std::string& text : address_texts(out)) removed.push_back(text);
            }
            if (peer.transports.empty()) continue;
        }
        for (const std::string& text : address_texts(peer)) kept.push_back(text);
    }
    TRY(save_peers(context, config, kept));
    return sink.record({{"Peers", removed}});
}

// Sorted, each behind `prefix`.
auto printer(std::string prefix) {
    return [prefix = std::move(prefix)](const Json& record, const Request&, std::string& out) {
        if (!record["Peers"].is_array()) return;
        auto peers = record["Peers"].get<std::vector<std::string>>();
        std::ranges::sort(peers);
        for (const std::string& peer : peers) out += fmt::format("{}{}\n", prefix, peer);
    };
}

Argument peers_argument() {
    return {.name = "peer",
            .required = false,
            .variadic = true,
            .stdin_allowed = true,
            .help = "A peer, as <multiaddr>/p2p/<peer id>."};
}

}  // namespace

Command bootstrap_command() {
    return {.path = "bootstrap",
            .tagline = "Show or change the peers that are asked first.",
            .description =
                "Without a word it lists them. Peers in this list are trusted to tell "
                "of other peers: change it only when you know what you add.",
            .examples = {{"bootstrap", "The list."}},
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_list,
            .print = printer("")};
}

Command bootstrap_list_command() {
    return {.path = "bootstrap/list",
            .tagline = "List the peers that are asked first.",
            .description = "As they stand in the config: <multiaddr>/p2p/<peer id>, or \"auto\".",
            .options = {{.names = {"expand-auto"},
                         .help = "Write what \"auto\" stands for (needs the network)."}},
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_list,
            .print = printer("")};
}

Command bootstrap_add_command() {
    return {.path = "bootstrap/add",
            .tagline = "Add peers to the bootstrap list.",
            .description =
                "Prints those that were added. \"auto\" or \"default\" adds the "
                "placeholder for the peers that AutoConf names.",
            .examples = {{"bootstrap add auto", "Ask the public peers first."}},
            .arguments = {peers_argument()},
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_add,
            .print = printer("added ")};
}

Command bootstrap_rm_command() {
    return {
        .path = "bootstrap/rm",
        .tagline = "Remove peers from the bootstrap list.",
        .description =
            "Prints those that were removed. /p2p/<peer id> alone removes every "
            "address of that peer.",
        .arguments = {peers_argument()},
        .options = {{.names = {"all"}, .help = "Remove all of them. (Deprecated, use 'rm all')"}},
        .needs = Needs::config,
        .gives = Gives::record,
        .run = run_remove,
        .print = printer("removed ")};
}

Command bootstrap_rm_all_command() {
    return {.path = "bootstrap/rm/all",
            .tagline = "Remove every peer from the bootstrap list.",
            .description = "Prints those that were removed.",
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_remove_all,
            .print = printer("removed ")};
}

}  // namespace kit::commands
