// name/publish and name/resolve: from a key to content, and back. The wire's shapes and the order
// of checks are kubo:core/commands/name's.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "commands/key_text.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "node/units.h"

namespace kit::commands {
namespace {

struct PublishTimes {
    int64_t lifetime_ns;
    int64_t ttl_ns;
};

Result<int64_t> lifetime_of(const Request& request) {
    if (!request.given("lifetime")) return naming::record_lifetime_ns;
    const std::string text = request.text("lifetime");
    const auto lifetime_ns = node::parse_duration_ns(text);
    if (!lifetime_ns) {
        return fail_because(lifetime_ns.error(), "error parsing lifetime option");
    }
    if (*lifetime_ns > 0) return *lifetime_ns;
    return fail(Code::invalid_argument, "lifetime must be greater than zero, got {}", text);
}

// A record is not kept past its end, so the TTL is at most the lifetime.
Result<PublishTimes> times_of(const Request& request) {
    const int64_t lifetime_ns = TRY(lifetime_of(request));
    if (!request.given("ttl")) {
        return PublishTimes{lifetime_ns, std::min(naming::record_ttl_ns, lifetime_ns)};
    }
    const std::string text = request.text("ttl");
    const int64_t ttl_ns = TRY(node::parse_duration_ns(text));
    if (ttl_ns < 0) {
        return fail(Code::invalid_argument, "ttl must not be negative, got {}", text);
    }
    if (ttl_ns > lifetime_ns) {
        return fail(Code::invalid_argument, "ttl ({}) must not be greater than lifetime ({})",
                    node::duration_text(ttl_ns), node::duration_text(lifetime_ns));
    }
    return PublishTimes{lifetime_ns, ttl_ns};
}

Result<void> run_publish(Context& context, const Request& request, Sink& sink) {
    TRY(check_allowed_together(request));
    const PublishTimes times = TRY(times_of(request));
    const auto value = TRY(dag::ContentPath::from_text(request.arguments.at(0)));
    if (request.flag("resolve")) {
        const formats::Cid cid = TRY(context.node->resolve_to_cid(request.arguments.at(0)));
        TRY(context.node->get_block(cid));
    }
    if (request.flag("allow-delegated")) TRY(check_delegated(context));
    const bool may_stay_local = request.flag("allow-offline");
    if (!may_stay_local && find_network(context) == nullptr) {
        return fail(Code::offline,
                    "can't publish while offline: pass `--allow-offline` to override or "
                    "`--allow-delegated` if Ipns.DelegatedPublishers are set up");
    }
    node::PublishOptions options{.lifetime_ns = times.lifetime_ns,
                                 .ttl_ns = times.ttl_ns,
                                 .sequence = {},
                                 .form = request.flag("v1compat") ? formats::IpnsForm::v1_and_v2
                                                                  : formats::IpnsForm::v2_only};
    if (request.given("sequence")) options.sequence = request.unsigned_integer("sequence");
    const formats::PeerId name =
        TRY(context.node->publish_name(request.text("key"), value, options, may_stay_local));
    return sink.record({{"Name", name.to_cid_text()}, {"Value", value.as_written()}});
}

void print_published(const Json& record, const Request& request, std::string& out) {
    const std::string name = escape_unprintable(record["Name"].get_ref<const std::string&>());
    const std::string value = escape_unprintable(record["Value"].get_ref<const std::string&>());
    out +=
        request.flag("quieter") ? name + "\n" : fmt::format("Published to {}: {}\n", name, value);
}

// A path or URI as it is, everything else a name.
Result<dag::ContentPath> path_of_name(const std::string& name) {
    for (const std::string_view scheme : {"/", "ipns:", "ipfs:", "ipld:"}) {
        if (!name.starts_with(scheme)) continue;
        auto path = TRY(dag::ContentPath::from_text(name));
        if (path.is_mutable()) return path;
        return fail(Code::invalid_argument, "{} is not an IPNS name", go_quote(name));
    }
    return dag::ContentPath::from_text("/ipns/" + name);
}

Result<void> run_resolve(Context& context, const Request& request, Sink& sink) {
    const int64_t timeout_ns = TRY(node::parse_duration_ns(request.text("dht-timeout")));
    if (timeout_ns < 0) return fail(Code::invalid_argument, "DHT timeout value must be >= 0");
    std::string name;
    if (request.arguments.empty()) {
        name = context.node->config().find_text("Identity.PeerID").value_or("");
    } else {
        name = request.arguments.front();
    }
    const auto path = TRY(path_of_name(name));
    const bool recursive = request.flag("recursive");
    auto answer =
        recursive ? context.node->resolve_name(path) : context.node->resolve_name(path, 1);
    // A stream of answers may as well have none.
    const bool has_none = !answer && answer.error().code == Code::not_found &&
                          answer.error().message == "could not resolve name";
    if (has_none && request.flag("stream")) return {};
    const auto resolved = TRY(std::move(answer));
    if (recursive && !resolved.is_final) {
        return fail(Code::not_found, "could not resolve name (recursion limit exceeded)");
    }
    return sink.record({{"Path", resolved.path.as_written()}});
}

}  // namespace

Command name_publish_command() {
    return {
        .path = "name/publish",
        .tagline = "Let a name of yours point to content.",
        .description =
            "Signs a record that says where the key's name leads, until when, and keeps it. The "
            "same path again keeps its sequence number and begins a new lifetime.",
        .examples = {{"name publish --allow-offline /ipfs/CID", "Under the node's own name."},
                     {"name publish --allow-offline --key=blog /ipfs/CID", "Under another key."}},
        .arguments = {{.name = "ipfs-path", .stdin_allowed = true, .help = "What to point to."}},
        .options =
            {{{"key", "k"},
              OptionType::text,
              std::string("self"),
              "The key's name or peer id, as 'key ls -l' shows them."},
             {{"resolve"}, OptionType::flag, true, "Check first that the path leads somewhere."},
             {{"lifetime", "t"},
              OptionType::text,
              {},
              "How long the record is valid, such as 300s or 36h; 48h0m0s without."},
             {{"ttl"},
              OptionType::text,
              {},
              "How long others may keep the record before they ask again; 5m0s without, "
              "and at most the lifetime."},
             {{"quieter", "Q"}, OptionType::flag, std::nullopt, "Print the name alone."},
             {{"v1compat"},
              OptionType::flag,
              true,
              "Sign so that nodes of before 2021 understand it too."},
             allow_offline_option(),
             allow_delegated_option(),
             {{"sequence"},
              OptionType::unsigned_integer64,
              {},
              "The record's sequence number, above the one before."},
             ipns_base_option()},
        .needs = Needs::write_store,
        .gives = Gives::record,
        .run = run_publish,
        .print = print_published};
}

Command name_resolve_command() {
    return {.path = "name/resolve",
            .tagline = "Print what a name points to.",
            .description =
                "The name is a key's id, as 'key ls -l' shows it, or a domain with a "
                "DNSLink. Without one it is this node's own.",
            .examples = {{"name resolve", "What this node published."},
                         {"name resolve example.org", "By the domain's DNSLink."}},
            .arguments = {{.name = "name", .required = false, .help = "The name."}},
            .options = {{{"recursive", "r"}, OptionType::flag, true, "Until it is no name."},
                        {{"nocache", "n"}, OptionType::flag, std::nullopt, "Ask again."},
                        {{"dht-record-count", "dhtrc"},
                         OptionType::unsigned_integer,
                         uint64_t{16},
                         "How many records to ask the network for."},
                        {{"dht-timeout", "dhtt"},
                         OptionType::text,
                         std::string("1m0s"),
                         "How long to ask the network; 0 for no bound."},
                        {{"stream", "s"},
                         OptionType::flag,
                         std::nullopt,
                         "Print each better answer as it comes."}},
            .needs = Needs::read_store,
            .gives = Gives::record,
            .run = run_resolve,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += record["Path"].get_ref<const std::string&>() + "\n";
            }};
}

}  // namespace kit::commands
