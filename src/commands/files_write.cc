// files/write and chroot: bytes into a file of the mutable tree, and another root for it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/files_options.h"
#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

Result<void> run_write(Context& context, const Request& request, Sink&) {
    const std::string path = TRY(unixfs::check_mfs_path(request.arguments[0]));
    node::Files files = TRY(context.node->files());
    unixfs::Mfs::Write options{.create = request.flag("create"),
                               .parents = request.flag("parents"),
                               .truncate = request.flag("truncate"),
                               .form = TRY(files_form_of(request, files)),
                               .flush = files_flush_of(request)};
    const int64_t offset = request.integer("offset");
    if (offset < 0) return fail(Code::invalid_argument, "cannot have negative write offset");
    options.offset_bytes = static_cast<uint64_t>(offset);
    if (request.given("count")) options.count_max = request.integer("count");
    if (request.given("raw-leaves")) options.raw_leaves = request.flag("raw-leaves");
    Files inputs(request);
    const auto file = TRY(inputs.next());
    if (!file) return fail(Code::invalid_argument, "file argument 'data' is required");
    const node::ReadBytes read = TRY(open_input(context, *file));
    return files.write(path, options, read);
}

Result<void> run_chroot(Context& context, const Request& request, Sink& sink) {
    if (!request.flag("confirm")) {
        return fail(Code::invalid_argument,
                    "this is a potentially destructive operation; pass --confirm to proceed");
    }
    std::optional<formats::Cid> root;
    if (!request.arguments.empty()) {
        const auto cid = formats::Cid::from_text(request.arguments[0]);
        if (!cid) {
            return fail(Code::invalid_argument, "invalid CID \"{}\": {}", request.arguments[0],
                        cid.error().to_text());
        }
        root = *cid;
    }
    node::Files files = TRY(context.node->files());
    const node::Files::Replaced replaced = TRY(files.replace_root(root));
    const std::string now = request.cid_text(replaced.after);
    if (!replaced.before) {
        return sink.record({{"Message", fmt::format("MFS root set to {}\n", now)}});
    }
    const std::string before = request.cid_text(*replaced.before);
    return sink.record(
        {{"Message", fmt::format("MFS root changed from {} to {}\nThe old root {} will be garbage "
                                 "collected unless pinned.\n",
                                 before, now, before)}});
}

}  // namespace

Command files_write_command() {
    return {
        .path = "files/write",
        .tagline = "Write bytes into a file of the mutable tree.",
        .description =
            "At the beginning, or at --offset; what is there is overwritten, and what lies between "
            "the file's end and the offset becomes zeros. Only the blocks that the bytes touch are "
            "made anew. The CID differs from that of 'add': what is appended is laid out as a "
            "trickle tree.",
        .examples = {{"files write --create --parents /a/b/notes.txt notes.txt", "A new file."},
                     {"files write --truncate /a/b/notes.txt", "Other content, from a pipe."}},
        .arguments = {{.name = "path", .help = "The file."},
                      {.name = "data",
                       .kind = ArgumentKind::file,
                       .stdin_allowed = true,
                       .help = "What is written."}},
        .options =
            std::vector<Option>{
                {{"offset", "o"}, OptionType::integer64, {}, "Where the bytes go."},
                {{"create", "e"}, OptionType::flag, std::nullopt, "Make the file if need be."},
                {{"parents", "p"}, OptionType::flag, std::nullopt, "And the folders above it."},
                {{"truncate", "t"}, OptionType::flag, std::nullopt, "Empty the file first."},
                {{"count", "n"}, OptionType::integer64, {}, "Take at most so many bytes."},
                {{"raw-leaves"},
                 OptionType::flag,
                 std::nullopt,
                 "New leaves are the bytes alone."}} +
            files_form_options(),
        .needs = Needs::write_store,
        .gives = Gives::nothing,
        .run = run_write};
}

Command files_chroot_command() {
    return {.path = "files/chroot",
            .tagline = "Give the mutable tree another root.",
            .description =
                "For when the tree cannot be read any more, or to go back to a root "
                "that was. Without a CID the tree is empty. What only the old root kept "
                "goes with the next collection: pin it first to keep it.",
            .examples = {{"files chroot --confirm", "An empty tree."},
                         {"files chroot --confirm CID", "The tree as it was."}},
            .arguments = {{.name = "cid", .required = false, .help = "A folder that is here."}},
            .options = {{{"confirm"}, OptionType::flag, std::nullopt, "Yes, do it."}},
            .needs = Needs::write_store,
            .gives = Gives::record,
            .status = Status::experimental,
            .local_only = true,
            .run = run_chroot,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += record["Message"].get_ref<const std::string&>();
            }};
}

}  // namespace kit::commands
