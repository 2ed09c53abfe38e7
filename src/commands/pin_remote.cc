// pin/remote/*: pins that somebody else's computer keeps, through the Pinning Service API. Which
// services there are stands in the config, under Pinning.RemoteServices.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/stores.h"
#include "commands/text.h"
#include "commands/waiting.h"
#include "node/go_json.h"
#include "pinning/endpoint.h"
#include "pinning/service.h"

namespace kit::commands {
namespace {

using formats::Cid;
using pinning::PinStatus;
using pinning::Service;

constexpr const char* services_key = "Pinning.RemoteServices";
constexpr int64_t ask_again_ns = 500'000'000;  // Between two looks at a pin that is not done.

Json services_of(const node::Config& config) {
    const Json* services = config.find(services_key);
    return services != nullptr && services->is_object() ? *services : Json::object();
}

// "" when the config has no such text there.
std::string api_text(const Json& service, const char* key) {
    const auto api = service.find("API");
    if (api == service.end() || !api->is_object()) return "";
    const auto found = api->find(key);
    return found != api->end() && found->is_string() ? found->get<std::string>() : "";
}

Result<std::unique_ptr<Service>> open_service(const Context& context, const Json& service) {
    std::string endpoint = TRY(pinning::normalized_endpoint(api_text(service, "Endpoint")));
    return Service::open({.endpoint = std::move(endpoint), .key = api_text(service, "Key")},
                         *context.cancel);
}

// The one that --service names.
Result<std::unique_ptr<Service>> asked_service(const Context& context, const Request& request) {
    if (!request.given("service")) {
        return fail(Code::invalid_argument, "a service name must be passed");
    }
    const std::string name = request.text("service");
    if (name.empty()) {
        return fail(Code::invalid_argument, "remote pinning service name not specified");
    }
    const node::Config config = TRY(load_config(context));
    const Json services = services_of(config);
    const auto found = services.find(name);
    if (found == services.end()) return fail(Code::not_found, "service not known");
    return open_service(context, *found);
}

// A base that everybody reads: version 0 has but one.
std::string wire_text(const Cid& cid) {
    return cid.version() == 0 ? cid.to_text() : cid.to_text(formats::Base::base32);
}

Result<void> emit(const PinStatus& pin, const Request& request, Sink& sink) {
    const auto cid = Cid::from_text(pin.cid);
    if (!cid) {
        return fail_because(cid.error(), "invalid pinning service response: requestid={}",
                            go_quote(pin.request_id));
    }
    return sink.record(
        {{"Status", pin.status}, {"Cid", request.cid_text(*cid)}, {"Name", pin.name}});
}

// False when it was cancelled.
bool wait_a_while(const Context& context) {
    return wait_until(context, context.env.clock.monotonic_ns() + ask_again_ns);
}

// Until the service has it, or gives up.
Result<PinStatus> wait_until_pinned(const Context& context, Service& service,
                                    const std::string& request_id) {
    const std::string id = go_quote(request_id);
    for (;;) {
        auto pin = service.get(request_id);
        if (!pin && pin.error().code != Code::cancelled) {
            return fail(pin.error().code,
                        "failed to check pin status for requestid={} due to error: {}", id,
                        pin.error().to_text());
        }
        if (pin && pin->request_id != request_id) {
            return fail(Code::corrupt,
                        "failed to check pin status for requestid={}, remote service sent "
                        "unexpected requestid={}",
                        id, go_quote(pin->request_id));
        }
        if (pin && pin->status == "pinned") return pin;
        if (pin && pin->status == "failed") {
            return fail(Code::io_error, "remote service failed to pin requestid={}", id);
        }
        // Not Code::cancelled, whose words are the doors' own: the id must reach the user.
        if (!pin || !wait_a_while(context)) {
            return fail(Code::busy,
                        "waiting for pin interrupted, requestid={} remains on remote service", id);
        }
    }
}

Result<void> run_add(Context& context, const Request& request, Sink& sink) {
    const auto service = TRY(asked_service(context, request));
    const dag::Resolved resolved = TRY(context.node->resolve(request.arguments.at(0)));
    const std::string name = request.text("name");
    TRY(check_pin_name(name));
    const bool is_here = TRY(context.node->has_block(resolved.cid));
    if (is_here && !request.is_remote && !request.wants_json) {
        constexpr std::string_view warning =
            "WARNING: the local node is offline and remote pinning may fail if there is no other "
            "provider for this CID\n";
        TRY(sink.bytes(as_bytes(warning)));
    }
    PinStatus pin = TRY(service->add(wire_text(resolved.cid), name));
    if (!request.flag("background")) {
        pin = TRY(wait_until_pinned(context, *service, pin.request_id));
    }
    return emit(pin, request, sink);
}

void print_pin(const Json& record, const Request&, std::string& out) {
    out += fmt::format("CID:    {}\nName:   {}\nStatus: {}\n",
                       record["Cid"].get_ref<const std::string&>(),
                       record["Name"].get_ref<const std::string&>(),
                       record["Status"].get_ref<const std::string&>());
}

// kubo:core/commands/cmdutils/utils.go, CidFromArg.
Result<Cid> cid_from_argument(const std::string& text) {
    if (auto cid = Cid::from_text(text)) return *std::move(cid);
    const dag::ContentPath path = TRY(dag::ContentPath::from_text(text));
    if (path.is_mutable()) {
        return fail(Code::invalid_argument, "invalid path {}: path was expected to be immutable",
                    go_quote(text));
    }
    if (!path.segments.empty()) {
        return fail(Code::invalid_argument, "{} points below a root CID, expected a single CID",
                    go_quote(text));
    }
    return path.root;
}

Result<pinning::PinFilter> filter_of(const Request& request) {
    pinning::PinFilter filter{.cids = {}, .name = request.text("name"), .statuses = {}};
    TRY(check_pin_name(filter.name));
    for (const std::string& text : request.texts("cid")) {
        const auto cid = cid_from_argument(text);
        if (!cid) {
            return fail(cid.error().code, "CID {} cannot be parsed: {}", go_quote(text),
                        cid.error().to_text());
        }
        filter.cids.push_back(wire_text(*cid));
    }
    filter.statuses = request.texts("status");
    for (const std::string& status : filter.statuses) {
        if (pinning::is_status(status)) continue;
        return fail(Code::invalid_argument, "status {} is not valid", go_quote(status));
    }
    return filter;
}

Result<void> run_ls(Context& context, const Request& request, Sink& sink) {
    const auto service = TRY(asked_service(context, request));
    const pinning::PinFilter filter = TRY(filter_of(request));
    return service->list(filter, [&](const PinStatus& pin) { return emit(pin, request, sink); });
}

void print_row(const Json& record, const Request&, std::string& out) {
    out += fmt::format("{}\t{}\t{}\n", record["Cid"].get_ref<const std::string&>(),
                       record["Status"].get_ref<const std::string&>(),
                       escape_unprintable(record["Name"].get_ref<const std::string&>()));
}

Result<void> run_rm(Context& context, const Request& request, Sink&) {
    const auto service = TRY(asked_service(context, request));
    std::vector<std::string> request_ids;
    const auto filter = filter_of(request);
    const auto listed = filter ? service->list(*filter,
                                               [&](const PinStatus& pin) {
                                                   request_ids.push_back(pin.request_id);
                                                   return Result<void>();
                                               })
                               : std::unexpected(filter.error());
    if (!listed) return fail_because(listed.error(), "error while listing remote pins");
    if (request_ids.size() > 1 && !request.flag("force")) {
        return fail(Code::invalid_argument,
                    "multiple remote pins are matching this query, add --force to confirm the bulk "
                    "removal");
    }
    for (const std::string& id : request_ids) {
        const auto removed = service->remove(id);
        if (removed) continue;
        return fail_because(removed.error(), "removing pin identified by requestid={} failed",
                            go_quote(id));
    }
    return {};
}

Result<void> run_service_add(Context& context, const Request& request, Sink&) {
    node::Config config = TRY(load_config(context));
    const std::string& name = request.arguments.at(0);
    const std::string endpoint = TRY(pinning::normalized_endpoint(request.arguments.at(1)));
    Json services = services_of(config);
    if (services.contains(name)) return fail(Code::already_exists, "service already present");
    services[name] = {
        {"API", {{"Endpoint", endpoint}, {"Key", request.arguments.at(2)}}},
        {"Policies", {{"MFS", {{"Enable", false}, {"PinName", ""}, {"RepinInterval", ""}}}}}};
    TRY(config.set(services_key, node::sorted_by_key(services)));
    return config.save(context.env.disk, context.repo);
}

Result<void> run_service_rm(Context& context, const Request& request, Sink&) {
    node::Config config = TRY(load_config(context));
    Json services = services_of(config);
    if (services.erase(request.arguments.at(0)) == 0) return {};
    TRY(config.set(services_key, services));
    return config.save(context.env.disk, context.repo);
}

// How many pins there are of each status; fails with the first that cannot be had.
Result<Json> counted(const Context& context, const Json& described) {
    const auto service = TRY(open_service(context, described));
    Json counts = Json::object();
    for (const std::string_view status : pinning::statuses) {
        std::string key(status);
        key[0] = static_cast<char>(key[0] - 'a' + 'A');
        counts[key] = TRY(service->count(status));
    }
    return counts;
}

Result<void> run_service_ls(Context& context, const Request& request, Sink& sink) {
    const node::Config config = TRY(load_config(context));
    Json list = Json::array();
    const Json services = node::sorted_by_key(services_of(config));
    for (const auto& [name, service] : services.items()) {
        Json row = {{"Service", name}, {"ApiEndpoint", api_text(service, "Endpoint")}};
        if (request.flag("stat")) {
            const auto counts = counted(context, service);
            if (!counts && counts.error().code == Code::cancelled) {
                return std::unexpected(counts.error());
            }
            row["Stat"] = {{"Status", counts ? "valid" : "invalid"}};
            if (counts) row["Stat"]["PinCount"] = *counts;
        }
        list.push_back(std::move(row));
    }
    return sink.record({{"RemoteServices", std::move(list)}});
}

void print_services(const Json& record, const Request& request, std::string& out) {
    std::string rows;
    for (const Json& service : record["RemoteServices"]) {
        rows += service["Service"].get_ref<const std::string&>() + "\t" +
                service["ApiEndpoint"].get_ref<const std::string&>();
        if (request.flag("stat")) {
            const Json& stat = service["Stat"];
            rows += "\t";
            if (stat.contains("PinCount")) {
                const Json& counts = stat["PinCount"];
                rows +=
                    fmt::format("{}/{}/{}/{}", counts["Queued"].get<uint64_t>(),
                                counts["Pinning"].get<uint64_t>(), counts["Pinned"].get<uint64_t>(),
                                counts["Failed"].get<uint64_t>());
            } else {
                rows += stat["Status"].get_ref<const std::string&>();
            }
        }
        rows += "\n";
    }
    align_columns(rows, 0, out);
}

Option service_option() {
    return {.names = {"service"}, .type = OptionType::text, .help = "The service; must be given."};
}

std::vector<Option> filter_options() {
    const std::vector<std::string> words(std::begin(pinning::statuses),
                                         std::end(pinning::statuses));
    return {service_option(),
            {.names = {"name"}, .type = OptionType::text, .help = "Those of exactly this name."},
            {.names = {"cid"},
             .type = OptionType::texts,
             .help = "Those of these CIDs, parted by commas.",
             .separator = ','},
            {.names = {"status"},
             .type = OptionType::texts,
             .preset = std::vector<std::string>{"pinned"},
             .help = "Those of these statuses: queued, pinning, pinned, failed.",
             .separator = ',',
             .choices = words}};
}

}  // namespace

Command pin_remote_command() {
    return {.path = "pin/remote",
            .tagline = "Let pinning services keep content.",
            .description =
                "Any service that has the Pinning Service API; 'pin remote service add' "
                "tells this node of one."};
}

Command pin_remote_add_command() {
    return {
        .path = "pin/remote/add",
        .tagline = "Ask a pinning service to keep content.",
        .description =
            "Waits until the service has all of it, which it fetches from whoever has it. With "
            "--background it is asked and left alone; 'pin remote ls' shows how far it is.",
        .examples = {{"pin remote add --service=mine --name=photos CID", "And wait for it."},
                     {"pin remote add --service=mine --background CID", "And go on."}},
        .arguments = {{.name = "ipfs-path", .help = "What to keep."}},
        .options = {service_option(),
                    {.names = {"name"}, .type = OptionType::text, .help = "A name for the pin."},
                    {.names = {"background"},
                     .preset = false,
                     .help = "Do not wait until the service has it."}},
        .needs = Needs::read_store,
        .gives = Gives::records,
        .run = run_add,
        .print = print_pin};
}

Command pin_remote_ls_command() {
    return {.path = "pin/remote/ls",
            .tagline = "List what a pinning service keeps.",
            .description = "What it has whole, unless other statuses are asked for.",
            .examples = {{"pin remote ls --service=mine", "Everything that is pinned there."},
                         {"pin remote ls --service=mine --status=queued,pinning,failed",
                          "What is not there yet."}},
            .options = filter_options(),
            .needs = Needs::config,
            .gives = Gives::records,
            .run = run_ls,
            .print = print_row};
}

Command pin_remote_rm_command() {
    std::vector<Option> options = filter_options();
    options.push_back({.names = {"force"}, .preset = false, .help = "Also when several match."});
    return {.path = "pin/remote/rm",
            .tagline = "Let a pinning service forget pins.",
            .description = "Takes the options of 'pin remote ls', which shows what would go.",
            .examples = {{"pin remote rm --service=mine --cid=CID", "This one."},
                         {"pin remote rm --service=mine --name=old --force", "All of that name."}},
            .options = std::move(options),
            .needs = Needs::config,
            .gives = Gives::nothing,
            .run = run_rm};
}

Command pin_remote_service_command() {
    return {.path = "pin/remote/service",
            .tagline = "Say which pinning services there are.",
            .description = "They are kept in the config, under Pinning.RemoteServices."};
}

Command pin_remote_service_add_command() {
    return {.path = "pin/remote/service/add",
            .tagline = "Add a pinning service.",
            .description = "The key is kept in the config, and no command shows it again.",
            .examples = {{"pin remote service add mine https://pins.example/api KEY",
                          "As the service tells you."}},
            .arguments = {{.name = "service", .help = "What to call it here."},
                          {.name = "endpoint", .help = "Its address, without /pins."},
                          {.name = "key", .help = "Your key for it."}},
            .needs = Needs::config,
            .gives = Gives::nothing,
            .run = run_service_add};
}

Command pin_remote_service_ls_command() {
    return {.path = "pin/remote/service/ls",
            .tagline = "List the pinning services.",
            .description = "With --stat it asks each how many pins it has.",
            .examples = {{"pin remote service ls --stat", "Does my key still work?"}},
            .options = {{.names = {"stat"},
                         .preset = false,
                         .help = "Show how many pins are queued/pinning/pinned/failed."}},
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_service_ls,
            .print = print_services};
}

Command pin_remote_service_rm_command() {
    return {.path = "pin/remote/service/rm",
            .tagline = "Forget a pinning service.",
            .description = "What it keeps stays there.",
            .arguments = {{.name = "service", .help = "What it is called here."}},
            .needs = Needs::config,
            .gives = Gives::nothing,
            .run = run_service_rm};
}

}  // namespace kit::commands
