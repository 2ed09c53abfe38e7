// pin/ls and pin/verify: what is kept, by which kind of pin, and whether it is whole.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

using node::ListedPin;
using node::PinFilter;
using node::PinType;

Result<PinFilter> filter_of(const std::string& type) {
    if (type == "all") return PinFilter::all;
    if (type == "recursive") return PinFilter::recursive;
    if (type == "direct") return PinFilter::direct;
    if (type == "indirect") return PinFilter::indirect;
    return fail(Code::invalid_argument,
                "invalid type '{}', must be one of {{direct, indirect, recursive, all}}", type);
}

std::string type_text(const Request& request, const ListedPin& pin) {
    if (pin.kind == PinType::recursive) return "recursive";
    if (pin.kind == PinType::direct) return "direct";
    return pin.through ? "indirect through " + request.cid_text(*pin.through) : "indirect";
}

// Either one record for each pin, or, as clients of the JSON expect unless they ask for a stream,
// one record with all of them by CID.
class PinList final {
public:
    PinList(const Request& request, Sink& sink)
        : request_(request),
          sink_(sink),
          at_once_(request.wants_json && !request.flag("stream")),
          names_(request.flag("names") || request.given("name")) {}

    Result<void> add(const ListedPin& pin) {
        const std::string name = names_ ? pin.name : std::string();
        if (at_once_) {
            rows_.push_back({request_.cid_text(pin.cid), type_text(request_, pin), name});
            return {};
        }
        Json record = {{"Cid", request_.cid_text(pin.cid)}};
        if (!name.empty()) record["Name"] = name;
        record["Type"] = type_text(request_, pin);
        return sink_.record(record);
    }

    Result<void> finish() {
        if (!at_once_) return {};
        std::ranges::sort(rows_, {}, &Row::cid);  // As Go writes maps.
        Json record = Json::object();
        if (!rows_.empty()) {
            Json::object_t keys;
            keys.reserve(rows_.size());
            for (Row& row : rows_) {
                // Appended at the end: a look-up for each key would be quadratic.
                keys.Container::emplace_back(
                    std::move(row.cid),
                    Json{{"Type", std::move(row.type)}, {"Name", std::move(row.name)}});
            }
            record["Keys"] = std::move(keys);
        }
        return sink_.record(record);
    }

private:
    struct Row {
        std::string cid;
        std::string type;
        std::string name;
    };

    const Request& request_;
    Sink& sink_;
    const bool at_once_;
    const bool names_;
    std::vector<Row> rows_;
};

// The named contents in their order; an error comes in its turn, after what stands before it.
Result<void> list_named(Context& context, const Request& request, PinFilter filter, PinList& list) {
    std::vector<formats::Cid> cids;
    Result<void> resolved;
    for (const std::string& argument : request.arguments) {
        auto cid = context.node->resolve_to_cid(argument);
        if (!cid) {
            resolved = std::unexpected(std::move(cid).error());
            break;
        }
        cids.push_back(*std::move(cid));
    }
    const auto pins = TRY(context.node->find_pins(cids, filter));
    for (size_t i = 0; i < pins.size(); ++i) {
        if (!pins[i]) {
            return fail(Code::not_found, "path '{}' is not pinned", request.arguments[i]);
        }
        TRY(list.add(*pins[i]));
    }
    return resolved;
}

Result<void> run_ls(Context& context, const Request& request, Sink& sink) {
    const PinFilter filter = TRY(filter_of(request.text("type")));
    const std::string name = request.text("name");
    TRY(check_pin_name(name));
    PinList list(request, sink);
    TRY(list_named(context, request, filter, list));
    if (request.arguments.empty()) {
        TRY(context.node->each_pin(filter, [&](const ListedPin& pin) -> Result<bool> {
            if (!name.empty() && pin.name.find(name) == std::string::npos) return true;
            TRY(list.add(pin));
            return true;
        }));
    }
    return list.finish();
}

void print_pin(const Request& request, std::string_view cid, std::string_view type,
               std::string_view name, std::string& out) {
    out += cid;
    if (!request.flag("quiet")) {
        out += ' ';
        out += type;
        if (!name.empty()) {
            out += ' ';
            out += name;
        }
    }
    out += '\n';
}

void print_ls(const Json& record, const Request& request, std::string& out) {
    if (record.contains("Cid")) {
        const auto name = record.find("Name");
        print_pin(request, record["Cid"].get_ref<const std::string&>(),
                  record["Type"].get_ref<const std::string&>(),
                  name == record.end() ? "" : name->get_ref<const std::string&>(), out);
        return;
    }
    if (!record.contains("Keys")) return;
    for (const auto& [cid, pin] : record["Keys"].items()) {
        print_pin(request, cid, pin["Type"].get_ref<const std::string&>(),
                  pin["Name"].get_ref<const std::string&>(), out);
    }
}

Result<void> run_verify(Context& context, const Request& request, Sink& sink) {
    const bool verbose = request.flag("verbose");
    const bool quiet = request.flag("quiet");
    if (verbose && quiet) {
        return fail(Code::invalid_argument,
                    "the --verbose and --quiet options can not be used at the same time");
    }
    return context.node->verify_pins([&](const node::PinCheck& check) -> Result<bool> {
        if (check.bad_nodes.empty() && !verbose) return true;
        Json record = {{"Cid", request.cid_text(check.cid)}};
        if (check.bad_nodes.empty()) record["Ok"] = true;
        for (const auto& bad : check.bad_nodes) {
            if (quiet) break;
            record["BadNodes"].push_back({{"Cid", request.cid_text(bad.cid)}, {"Err", bad.error}});
        }
        TRY(sink.record(record));
        return true;
    });
}

void print_verify(const Json& record, const Request& request, std::string& out) {
    const std::string& cid = record["Cid"].get_ref<const std::string&>();
    const bool ok = record.contains("Ok");
    if (request.flag("quiet")) {
        if (!ok) out += cid + "\n";
        return;
    }
    out += fmt::format("{} {}\n", cid, ok ? "ok" : "broken");
    if (!record.contains("BadNodes")) return;
    for (const Json& bad : record["BadNodes"]) {
        out += fmt::format("  {}: {}\n", bad["Cid"].get_ref<const std::string&>(),
                           bad["Err"].get_ref<const std::string&>());
    }
}

}  // namespace

Command pin_ls_command() {
    return {.path = "pin/ls",
            .tagline = "List what is pinned.",
            .description =
                "Kinds: recursive (with all it links to), direct (the one block), "
                "indirect (linked from a recursive one). Naming contents asks for "
                "them alone, and fails when one of them is not pinned.",
            .examples = {{"pin ls --type=recursive", "The roots alone: quick in any store."},
                         {"pin ls --names", "With the names given to them."},
                         {"pin ls CID", "Is this pinned, and by what?"}},
            .arguments = {{.name = "ipfs-path",
                           .required = false,
                           .variadic = true,
                           .help = "Contents to ask for."}},
            .options = {{.names = {"type", "t"},
                         .type = OptionType::text,
                         .preset = std::string("all"),
                         .help = "The kind: direct, indirect, recursive or all.",
                         .choices = {"direct", "indirect", "recursive", "all"}},
                        {{"quiet", "q"}, OptionType::flag, std::nullopt, "Print CIDs alone."},
                        {{"name", "n"},
                         OptionType::text,
                         {},
                         "Only pins whose name contains this; shows the names."},
                        {{"stream", "s"},
                         OptionType::flag,
                         std::nullopt,
                         "Send each pin when it is found."},
                        {{"names"}, OptionType::flag, std::nullopt, "Show the names."}},
            .needs = Needs::read_store,
            .gives = Gives::record,
            .run = run_ls,
            .print = print_ls};
}

Command pin_verify_command() {
    return {.path = "pin/verify",
            .tagline = "Check that everything under the recursive pins is here.",
            .description = "Walks what is pinned and names the pins that miss blocks.",
            .examples = {{"pin verify --verbose", "Tell of the whole ones as well."}},
            .options = {{{"verbose"},
                         OptionType::flag,
                         std::nullopt,
                         "Also print the pins that are whole."},
                        {{"quiet", "q"},
                         OptionType::flag,
                         std::nullopt,
                         "Print the CIDs of broken pins alone."}},
            .needs = Needs::read_store,
            .gives = Gives::records,
            .run = run_verify,
            .print = print_verify};
}

}  // namespace kit::commands
