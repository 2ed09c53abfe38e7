// ping: whether a peer answers, and how fast.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"
#include "commands/waiting.h"
#include "node/network.h"
#include "p2p/ping.h"

namespace kit::commands {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr auto answer_time_max = std::chrono::seconds(10);

Result<void> tell(Sink& sink, bool success, int64_t time_ns, const std::string& text) {
    TRY(sink.record({{"Success", success}, {"Time", time_ns}, {"Text", text}}));
    return sink.flush();
}

// Where the peer is, when nothing is known of it.
Result<void> look_up(const Context& context, node::Network& network, p2p::PeerAddress& peer,
                     Sink& sink) {
    const auto known = network.contacts().find_identified(peer.peer);
    if (known || !peer.addresses.empty()) return {};
    TRY(tell(sink, true, 0, fmt::format("Looking up peer {}", peer.peer.to_text())));
    const int64_t until_ns =
        context.env.clock.monotonic_ns() + std::chrono::nanoseconds(answer_time_max).count();
    auto found = network.router().find_peer(
        peer.peer, {.until_monotonic_ns = until_ns, .cancel = context.cancel});
    if (!found) {
        const Code code = found.error().code;
        const bool is_nowhere =
            code == Code::not_found || code == Code::offline || code == Code::unsupported;
        return fail(code, "peer lookup failed: {}",
                    is_nowhere ? "routing: not found" : found.error().message);
    }
    peer.addresses = std::move(found->addresses);
    return {};
}

Result<std::unique_ptr<p2p::Pinger>> open_pinger(const Context& context, node::Network& network,
                                                 const p2p::PeerAddress& peer) {
    TRY(network.contacts().connect(peer, *context.cancel));
    return p2p::Pinger::open(context.env, network.host(), peer, answer_time_max);
}

Result<void> run(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    const std::string& text = request.arguments.at(0);
    const auto asked = parse_peer_or_address(text);
    if (!asked) {
        return fail(Code::invalid_argument, "failed to parse peer address '{}': {}", text,
                    asked.error().message);
    }
    auto id = TRY(formats::PeerId::from_text(asked->peer_id));
    if (id == network->host().id()) {
        return fail(Code::invalid_argument, "error: can't ping self");
    }
    const int64_t count = request.integer("count");
    if (count <= 0) {
        return fail(Code::invalid_argument, "ping count must be greater than 0, was {}", count);
    }
    p2p::PeerAddress peer{std::move(id), {}};
    if (!asked->transport.empty()) peer.addresses.push_back(asked->transport);
    TRY(look_up(context, *network, peer, sink));
    TRY(tell(sink, true, 0, fmt::format("PING {}.", peer.peer.to_text())));
    const Clock& clock = context.env.clock;
    int64_t next_ns = clock.monotonic_ns();
    int64_t total_ns = 0;
    int64_t pong_count = 0;
    const auto pinger = open_pinger(context, *network, peer);
    for (int64_t i = 0; i < count; ++i) {
        Result<std::chrono::nanoseconds> pong = std::chrono::nanoseconds(0);
        if (pinger) {
            pong = (*pinger)->ping(answer_time_max);
        } else {
            pong = std::unexpected(pinger.error());
        }
        if (pong) {
            ++pong_count;
            total_ns += pong->count();
            TRY(tell(sink, true, pong->count(), ""));
        } else {
            TRY(tell(sink, false, 0, "Ping error: " + pong.error().message));
        }
        next_ns = std::max(next_ns + second_ns, clock.monotonic_ns());
        if (!wait_until(context, next_ns)) return fail(Code::cancelled, "context canceled");
        if (!pong) break;
    }
    if (pong_count == 0) return fail(Code::offline, "ping failed");
    const double average_ms = static_cast<double>(total_ns) / 1e6 / static_cast<double>(pong_count);
    return tell(sink, true, 0, fmt::format("Average latency: {:.2f}ms", average_ms));
}

void print(const Json& record, const Request&, std::string& out) {
    const auto& text = record["Text"].get_ref<const std::string&>();
    if (!text.empty()) {
        out += text + "\n";
    } else if (record["Success"].get<bool>()) {
        out += fmt::format("Pong received: time={:.2f} ms\n", record["Time"].get<double>() / 1e6);
    } else {
        out += "Pong failed\n";
    }
}

}  // namespace

Command ping_command() {
    return {.path = "ping",
            .tagline = "Ask a peer for a sign of life.",
            .description =
                "Finds the peer and measures how long its answers take. Needs the "
                "network.",
            .arguments = {{.name = "peer ID",
                           .variadic = true,
                           .stdin_allowed = true,
                           .help = "Peer to ask."}},
            .options = {{{"count", "n"}, OptionType::integer, int64_t{10}, "How often."}},
            .needs = Needs::network,
            .gives = Gives::records,
            .is_live = true,
            .run = run,
            .print = print};
}

}  // namespace kit::commands
