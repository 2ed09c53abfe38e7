// `id`: who this node is, and other forms of peer ids.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/base_name.h"
#include "commands/choices.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_record.h"
#include "formats/peer_id.h"
#include "node/go_json.h"
#include "node/network.h"

namespace kit::commands {
namespace {

using formats::Base;
using formats::PeerId;

// nullopt: the classic form in base58btc.
Result<std::optional<Base>> base_of(const Request& request) {
    const std::string name = request.text("peerid-base");
    if (name == "b58mh" || name == "v0") return std::nullopt;
    const auto base = base_named(name);
    if (!base) return fail(Code::invalid_argument, "unsupported multibase encoding: {}", name);
    return base;
}

std::string id_text(const PeerId& id, std::optional<Base> base) {
    return base ? id.to_cid_text(*base) : id.to_text();
}

Result<Json> describe_self(const Context& context, const PeerId& self, const node::Config& config,
                           std::optional<Base> base) {
    const auto private_key = config.find_text("Identity.PrivKey").value_or("");
    const node::Identity identity = TRY(node::identity_of(private_key));
    return self_record(find_network(context), id_text(self, base), identity.public_key);
}

Result<void> run(Context& context, const Request& request, Sink& sink) {
    const auto base = TRY(base_of(request));
    const auto config = TRY(node::Config::load(context.env.disk, context.repo));
    const auto self = TRY(PeerId::from_text(config.find_text("Identity.PeerID").value_or("")));
    if (request.arguments.empty())
        return sink.record(TRY(describe_self(context, self, config, base)));
    const auto peer = PeerId::from_text(request.arguments.front());
    if (!peer) return fail(Code::invalid_argument, "invalid peer id");
    if (*peer == self) return sink.record(TRY(describe_self(context, self, config, base)));
    node::Network* const network = find_network(context);
    if (!request.flag("offline") && network == nullptr) {
        return fail(Code::offline,
                    "'ipfs id' cannot query information on remote peers without a running daemon; "
                    "if you only want to convert --peerid-base, pass --offline option");
    }
    if (!request.flag("offline"))
        TRY(network->contacts().connect({.peer = *peer, .addresses = {}}, *context.cancel));
    return sink.record(peer_record(network, *peer, id_text(*peer, base)));
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
}

std::string joined(const Json& list) {
    std::string text;
    for (const Json& item : list) {
        if (!text.empty()) text += '\n';
        text += item.get<std::string>();
    }
    return text;
}

void print(const Json& record, const Request& request, std::string& out) {
    if (!request.given("format")) {
        out += node::go_json_indented(record, "\t") + "\n\n";
        return;
    }
    std::string text = request.text("format");
    replace_all(text, "<id>", record.at("ID").get<std::string>());
    replace_all(text, "<aver>", record.at("AgentVersion").get<std::string>());
    replace_all(text, "<pubkey>", record.at("PublicKey").get<std::string>());
    replace_all(text, "<addrs>", joined(record.at("Addresses")));
    replace_all(text, "<protocols>", joined(record.at("Protocols")));
    replace_all(text, "\\n", "\n");
    replace_all(text, "\\t", "\t");
    out += text;
}

}  // namespace

Command id_command() {
    return {
        .path = "id",
        .tagline = "Show who this node is.",
        .description = R"(
Prints the node's peer id and public key, or what a peer id says by itself.

--format is a text in which these words are replaced:
<id>         the peer id
<aver>       the agent's version
<pubkey>     the public key, in base64
<addrs>      addresses, one a line
<protocols>  protocols, one a line
\n and \t    line break and tab
)",
        .examples = {{"id -f '<id>\\n'", "The peer id alone."},
                     {"id --peerid-base=base36 -f '<id>\\n'", "As IPNS writes it."}},
        .arguments = {{.name = "peerid",
                       .required = false,
                       .help = "Peer id to look up; this node without one."}},
        .options =
            {
                {.names = {"format", "f"}, .type = OptionType::text, .help = "Output format."},
                {.names = {"peerid-base"},
                 .type = OptionType::text,
                 .preset = std::string("b58mh"),
                 .help = "How peer ids are written: b58mh, or a multibase for their CID.",
                 .choices = id_base_choices()},
            },
        .needs = Needs::network,
        .gives = Gives::record,
        .run = run,
        .print = print,
    };
}

}  // namespace kit::commands
