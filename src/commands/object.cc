// object/*: dag-pb nodes patched and compared link by link. Kubo has removed the rest.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

using Kind = node::ObjectChange::Kind;

Result<void> tell_root(const Request& request, Sink& sink, const formats::Cid& root) {
    return sink.record({{"Hash", request.cid_text(root)}});
}

node::PatchOptions patch_options(const Request& request) {
    return {.create = request.flag("create"),
            .allow_non_unixfs = request.flag("allow-non-unixfs"),
            .allow_big_block = request.flag("allow-big-block")};
}

Result<void> run_add_link(Context& context, const Request& request, Sink& sink) {
    const auto root = TRY(context.node->resolve_to_cid(request.arguments[0]));
    const auto child = TRY(context.node->resolve_to_cid(request.arguments[2]));
    const auto changed =
        TRY(context.node->patch_link(root, request.arguments[1], child, patch_options(request)));
    return tell_root(request, sink, changed);
}

Result<void> run_rm_link(Context& context, const Request& request, Sink& sink) {
    const auto root = TRY(context.node->resolve_to_cid(request.arguments[0]));
    const auto changed =
        TRY(context.node->unlink(root, request.arguments[1], patch_options(request)));
    return tell_root(request, sink, changed);
}

Result<void> run_diff(Context& context, const Request& request, Sink& sink) {
    const auto before = TRY(context.node->resolve_to_cid(request.arguments[0]));
    const auto after = TRY(context.node->resolve_to_cid(request.arguments[1]));
    const auto changes = TRY(context.node->compare_objects(before, after));
    const auto link = [](const std::optional<formats::Cid>& cid) {
        return cid ? Json{{"/", cid->to_text()}} : Json();
    };
    Json records = Json::array();
    for (const node::ObjectChange& change : changes) {
        records.push_back({{"Type", static_cast<int>(change.kind)},
                           {"Path", change.path},
                           {"Before", link(change.before)},
                           {"After", link(change.after)}});
    }
    return sink.record({{"Changes", records}});
}

void print_change(const Json& change, const Request& request, std::string& out) {
    const auto cid = [&](const char* side) {
        const auto& text = change[side]["/"].get_ref<const std::string&>();
        const auto parsed = formats::Cid::from_text(text);
        return parsed ? request.cid_text(*parsed) : text;
    };
    const std::string path = go_quote(change["Path"].get_ref<const std::string&>());
    const bool verbose = request.flag("verbose");
    switch (static_cast<Kind>(change["Type"].get<int>())) {
        case Kind::added:
            out += verbose ? fmt::format("Added new link {} pointing to {}.\n", path, cid("After"))
                           : fmt::format("+ {} {}\n", cid("After"), path);
            break;
        case Kind::removed:
            out += verbose ? fmt::format("Removed link {} (was {}).\n", path, cid("Before"))
                           : fmt::format("- {} {}\n", cid("Before"), path);
            break;
        case Kind::changed:
            out += verbose ? fmt::format("Changed {} from {} to {}.\n", path, cid("Before"),
                                         cid("After"))
                           : fmt::format("~ {} {} {}\n", cid("Before"), cid("After"), path);
            break;
    }
}

Command patch(std::string path, const char* tagline, const char* description,
              decltype(Command::run) run) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .arguments = {{.name = "root", .help = "The node to change."},
                          {.name = "name", .help = "Name of the link; 'a/b' is below 'a'."}},
            .options = {{.names = {"allow-non-unixfs"},
                         .help = "Take nodes that are no plain folder."}},
            .needs = Needs::write_store,
            .gives = Gives::record,
            .status = Status::deprecated,
            .run = std::move(run),
            .print = [](const Json& record, const Request&, std::string& out) {
                out += record["Hash"].get_ref<const std::string&>();
                out += '\n';
            }};
}

Command removed(const char* path) {
    return removed_command(path, "Removed, use 'ipfs dag' or 'ipfs files' instead.",
                           "removed, use 'ipfs dag' or 'ipfs files' instead");
}

}  // namespace

Command object_command() {
    return {.path = "object",
            .tagline = "Work with dag-pb nodes; use 'dag' or 'files'.",
            .description = "What Kubo left of it: comparing and patching links.",
            .status = Status::deprecated};
}

Command object_data_command() {
    return removed("object/data");
}
Command object_get_command() {
    return removed("object/get");
}
Command object_links_command() {
    return removed("object/links");
}
Command object_new_command() {
    return removed("object/new");
}
Command object_put_command() {
    return removed("object/put");
}
Command object_stat_command() {
    return removed("object/stat");
}
Command object_patch_append_data_command() {
    return removed("object/patch/append-data");
}
Command object_patch_set_data_command() {
    return removed("object/patch/set-data");
}

Command object_diff_command() {
    return {.path = "object/diff",
            .tagline = "Compare two nodes link by link.",
            .description =
                "Links are compared by name, and looked into where both lead to nodes "
                "with links.",
            .examples = {{"object diff -v <a> <b>", "In sentences."}},
            .arguments = {{.name = "obj_a", .help = "Node to compare with."},
                          {.name = "obj_b", .help = "Node to compare."}},
            .options = {{.names = {"verbose", "v"}, .help = "Print sentences."}},
            .needs = Needs::read_store,
            .gives = Gives::record,
            .status = Status::deprecated,
            .run = run_diff,
            .print = [](const Json& record, const Request& request, std::string& out) {
                for (const Json& change : record["Changes"]) print_change(change, request, out);
            }};
}

Command object_patch_command() {
    return {.path = "object/patch",
            .tagline = "Change the links of a dag-pb node; use 'files cp' and 'files rm'.",
            .description = "Each makes a new node and prints its CID.",
            .options = {allow_big_block_option()},
            .status = Status::deprecated};
}

Command object_patch_add_link_command() {
    Command command = patch("object/patch/add-link", "Add a link to a node.",
                            "A link of that name is replaced. Safe for plain folders alone: "
                            "files and sharded folders know of their links in their data, too.",
                            run_add_link);
    command.arguments.push_back({.name = "ref", .help = "What the link leads to."});
    command.options.push_back({.names = {"create", "p"}, .help = "Make folders on the way."});
    return command;
}

Command object_patch_rm_link_command() {
    return patch("object/patch/rm-link", "Remove a link from a node.",
                 "Every link of that name. Safe for plain folders alone.", run_rm_link);
}

}  // namespace kit::commands
