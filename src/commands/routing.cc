// routing: what is known about keys and peers beyond this node. Without a network there are the
// IPNS records that are held; everything else says that it needs one.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "commands/announcing.h"
#include "commands/key_text.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"
#include "commands/routing_event.h"
#include "commands/stores.h"
#include "node/network.h"

namespace kit::commands {
namespace {

constexpr int value_event = 5;  // libp2p's routing.Value.

Json value_record(std::string id, std::string extra) {
    return {{"ID", std::move(id)},
            {"Type", value_event},
            {"Responses", nullptr},
            {"Extra", std::move(extra)}};
}

// "/ipns/<name>"; the other kind of key that Kubo knows, /pk/, is of no use without a network.
Result<formats::PeerId> name_of_key(std::string_view key) {
    if (!key.starts_with("/ipns/") || key.find('/', 6) != std::string_view::npos) {
        return fail(Code::invalid_argument, "invalid key");
    }
    return name_from_text(key);
}

// DEPARTURE: as name/get.
Result<void> run_get(Context& context, const Request& request, Sink& sink) {
    const formats::PeerId name = TRY(name_of_key(request.arguments.at(0)));
    const auto record = TRY(context.node->find_name_record(name));
    if (!record) {
        if (find_network(context, request) == nullptr) return action_is_offline();
        return fail(Code::not_found, "routing: not found");
    }
    return sink.record(
        value_record("", formats::encode_base(formats::Base::base64pad, record->bytes())));
}

// DEPARTURE: Kubo says yes to a record that it then does not keep; here that is an error.
Result<void> run_put(Context& context, const Request& request, Sink& sink) {
    const Bytes bytes = TRY(read_only_input(context, request, limits::block_size_bytes_soft_max));
    const std::string& key = request.arguments.at(0);
    TRY(name_from_text(key));
    node::Network* const network = find_network(context, request);
    const bool may_stay_local = request.flag("allow-offline");
    if (!may_stay_local && network == nullptr) {
        return fail(Code::offline, "can't put while offline: pass `--allow-offline` to override");
    }
    const formats::PeerId name = TRY(name_of_key(key));
    TRY(context.node->put_name_record(name, bytes));
    if (network != nullptr) {
        const auto taken = network->names().put(name, bytes, {.cancel = context.cancel});
        if (!taken && !may_stay_local) return std::unexpected(taken.error());
    }
    return sink.record(value_record(name.to_text(), ""));
}

// Without any router (Routing.Type=none) a node asks nobody.
bool asks_nobody(const Error& error) {
    return error.code == Code::offline || error.code == Code::unsupported;
}

// A node that asks nobody finds nothing, which is no error.
Result<void> run_findprovs(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    const int64_t count = request.integer("num-providers");
    if (count < 1) {
        return fail(Code::invalid_argument, "number of providers must be greater than 0");
    }
    const auto cid = TRY(formats::Cid::from_text(request.arguments.at(0)));
    const auto searched = network->router().find_providers(
        cid, static_cast<size_t>(count),
        [&sink](const p2p::PeerAddress& provider) -> Result<bool> {
            TRY(sink.record(routing_record(RoutingEvent::provider, provider)));
            TRY(sink.flush());
            return true;
        },
        {.cancel = context.cancel});
    if (!searched && asks_nobody(searched.error())) return {};
    return searched;
}

constexpr const char* provide_off_text = "invalid configuration: Provide.Enabled is set to 'false'";

// Nothing is told of each, as in Kubo.
Result<void> run_provide(Context& context, const Request& request, Sink&) {
    node::Network* const network = TRY(need_provider(context, provide_off_text));
    const auto connected = TRY(network->host().connections());
    if (connected.empty()) return fail(Code::offline, "cannot provide, no connected peers");
    return each_announced(context, request.arguments, request.flag("recursive"),
                          [&](const formats::Cid& cid) -> Result<void> {
                              const formats::Multihash key(cid.hash());
                              network->provider()->announce(std::span(&key, 1));
                              return {};
                          });
}

Result<void> run_reprovide(Context& context, const Request&, Sink&) {
    TRY(need_provider(context, provide_off_text));
    return fail(Code::unsupported,
                "manual reprovide is not available with the sweep provider; set "
                "Provide.DHT.SweepEnabled=false to use the legacy provider, or run 'ipfs provide "
                "stat --all' to monitor the sweep schedule");
}

Result<void> run_findpeer(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    const formats::PeerId peer = TRY(parse_peer(request.arguments.at(0)));
    if (peer == network->host().id()) {
        return fail(Code::invalid_argument,
                    "finding your own node in the DHT is currently not supported");
    }
    auto found = network->router().find_peer(peer, {.cancel = context.cancel});
    if (!found) {
        Error error = std::move(found).error();
        const bool is_nowhere = error.code == Code::not_found || asks_nobody(error);
        if (is_nowhere) error = Error{.code = Code::not_found, .message = "routing: not found"};
        TRY(sink.record(routing_record(RoutingEvent::query_error, "", error.message)));
        TRY(sink.flush());
        return std::unexpected(std::move(error));
    }
    return sink.record(routing_record(RoutingEvent::final_peer, *found));
}

Option verbose_option() {
    return {{"verbose", "v"}, OptionType::flag, std::nullopt, "Print more about the search."};
}

}  // namespace

Command routing_findpeer_command() {
    return {.path = "routing/findpeer",
            .tagline = "Find the addresses of a peer.",
            .description = "Needs the network.",
            .arguments = {{.name = "peerID", .variadic = true, .help = "Whose addresses."}},
            .options = {verbose_option()},
            .needs = Needs::network,
            .gives = Gives::records,
            .run = run_findpeer,
            .print = print_final_addresses};
}

Command routing_findprovs_command() {
    return {.path = "routing/findprovs",
            .tagline = "Find peers that have some content.",
            .description = "Needs the network.",
            .arguments = {{.name = "key", .variadic = true, .help = "The content's CID."}},
            .options = {verbose_option(),
                        {{"num-providers", "n"},
                         OptionType::integer,
                         int64_t{20},
                         "How many peers to find."}},
            .needs = Needs::network,
            .gives = Gives::records,
            .run = run_findprovs,
            .print = print_providers};
}

Command routing_get_command() {
    return {.path = "routing/get",
            .tagline = "Write out the best record that is known for a key.",
            .description = "Keys are /ipns/ and a name. 'name get' does the same.",
            .examples = {{"routing get /ipns/NAME > record", "Keep it in a file."}},
            .arguments = {{.name = "key", .variadic = true, .help = "The key."}},
            .needs = Needs::read_store,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = run_get,
            .print = [](const Json& record, const Request&, std::string& out) {
                const auto bytes = formats::decode_base(
                    formats::Base::base64pad, record["Extra"].get_ref<const std::string&>());
                if (bytes) out += as_text(*bytes);
            }};
}

Command routing_provide_command() {
    return {.path = "routing/provide",
            .tagline = "DEPRECATED: use 'provide once'.",
            .description = "Needs the network.",
            .arguments = {{.name = "key",
                           .variadic = true,
                           .stdin_allowed = true,
                           .help = "What to announce."}},
            .options = {verbose_option(),
                        {{"recursive", "r"},
                         OptionType::flag,
                         std::nullopt,
                         "Announce everything below as well."}},
            .needs = Needs::network,
            .gives = Gives::records,
            .status = Status::deprecated,
            .run = run_provide};
}

Command routing_put_command() {
    return {.path = "routing/put",
            .tagline = "Keep a record under a key.",
            .description =
                "Keys are /ipns/ and a name; the record must be the name's. 'name put' "
                "does the same and says more about what is wrong.",
            .examples = {{"routing put --allow-offline /ipns/NAME record", "Keep it here."}},
            .arguments = {{.name = "key", .help = "The key."},
                          {.name = "value-file",
                           .kind = ArgumentKind::file,
                           .stdin_allowed = true,
                           .help = "The record."}},
            .options = {allow_offline_option()},
            .needs = Needs::write_store,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = run_put,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += record["ID"].get_ref<const std::string&>() + "\n";
            }};
}

Command routing_reprovide_command() {
    return {.path = "routing/reprovide",
            .tagline = "DEPRECATED: announce everything again.",
            .description = "Needs the network.",
            .needs = Needs::network,
            .gives = Gives::nothing,
            .status = Status::deprecated,
            .run = run_reprovide};
}

}  // namespace kit::commands
