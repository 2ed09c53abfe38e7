// files/*: what changes the mutable tree, but for writing to files.
#include <nlohmann/json.hpp>

#include <charconv>

#include "commands/choices.h"
#include "commands/files_options.h"
#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {

std::vector<Option> files_form_options() {
    return {
        {{"cid-version", "cid-ver"}, OptionType::integer, {}, "The CID version of what is made."},
        {.names = {"hash"},
         .type = OptionType::text,
         .help = "The hash function of what is made; it brings CID version 1.",
         .choices = hash_choices()}};
}

Result<unixfs::CidForm> files_form_of(const Request& request, const node::Files& files) {
    std::optional<int> version;
    if (request.given("cid-version")) version = static_cast<int>(request.integer("cid-version"));
    std::optional<std::string> hash;
    if (request.given("hash")) hash = request.text("hash");
    return files.form(version, hash);
}

unixfs::Flush files_flush_of(const Request& request) {
    return request.flag("flush") ? unixfs::Flush::yes : unixfs::Flush::no;
}

namespace {

using unixfs::Flush;

Result<void> run_mkdir(Context& context, const Request& request, Sink&) {
    node::Files files = TRY(context.node->files());
    const std::string path = TRY(unixfs::check_mfs_path(request.arguments[0]));
    return files.tree().make_directory(path, {.parents = request.flag("parents"),
                                              .form = TRY(files_form_of(request, files)),
                                              .flush = files_flush_of(request)});
}

Result<void> run_cp(Context& context, const Request& request, Sink&) {
    node::Files files = TRY(context.node->files());
    const unixfs::CidForm form = TRY(files_form_of(request, files));
    return files.copy(request.arguments[0], request.arguments[1],
                      {.parents = request.flag("parents"),
                       .force = request.flag("force"),
                       .form = form,
                       .flush = files_flush_of(request)});
}

Result<void> run_mv(Context& context, const Request& request, Sink&) {
    node::Files files = TRY(context.node->files());
    const std::string from = TRY(unixfs::check_mfs_path(request.arguments[0]));
    const std::string to = TRY(unixfs::check_mfs_path(request.arguments[1]));
    return files.tree().move(from, to, files_flush_of(request));
}

Result<void> run_rm(Context& context, const Request& request, Sink& sink) {
    if (files_flush_of(request) == Flush::no) {
        return fail(Code::invalid_argument,
                    "files rm always flushes for safety. The --flush flag cannot be set to false "
                    "for this command");
    }
    node::Files files = TRY(context.node->files());
    std::vector<std::string> errors;
    for (const std::string& argument : request.arguments) {
        const auto path = unixfs::check_mfs_path(argument);
        if (!path) {
            errors.push_back(argument + " is not a valid path: " + path.error().to_text());
            continue;
        }
        const auto removed =
            files.tree().remove(*path, request.flag("recursive"), request.flag("force"));
        if (!removed) errors.push_back(*path + ": " + removed.error().to_text());
    }
    if (errors.empty()) return {};
    for (const std::string& error : errors) TRY(sink.record(error));
    return fail(Code::invalid_argument, "can't remove some files");
}

Result<void> run_flush(Context& context, const Request& request, Sink& sink) {
    node::Files files = TRY(context.node->files());
    const std::string path = request.arguments.empty() ? "/" : request.arguments[0];
    const formats::Cid cid = TRY(files.tree().flush(path));
    return sink.record({{"Cid", request.cid_text(cid)}});
}

Result<void> run_chcid(Context& context, const Request& request, Sink&) {
    const std::string& path = request.arguments[0];
    if (path == "/") {
        return fail(Code::invalid_argument,
                    "cannot change CID format of the MFS root; use 'ipfs config "
                    "Import.CidVersion' and 'ipfs config Import.HashFunction' instead");
    }
    node::Files files = TRY(context.node->files());
    if (request.given("cid-version") || request.given("hash")) {
        const unixfs::CidForm form = TRY(files_form_of(request, files));
        TRY(files.tree().set_form(path, form, files_flush_of(request)));
    }
    if (files_flush_of(request) == Flush::yes) TRY(files.tree().flush(path));
    return {};
}

// As Go's strconv.ParseInt(text, 8, 32), and what of it os.FileMode keeps in a UnixFS node:
// permissions from the low bits, the special bits from where Go has them.
Result<uint32_t> mode_of(const std::string& text) {
    int64_t number = 0;
    const char* begin = text.data();
    const char* const end = text.data() + text.size();
    const bool has_plus = text.starts_with('+') && text.size() > 1 && text[1] != '-';
    if (has_plus) ++begin;
    const auto [stop, error] = std::from_chars(begin, end, number, 8);
    if (stop != end || error == std::errc::invalid_argument) {
        return fail(Code::invalid_argument, "strconv.ParseInt: parsing \"{}\": invalid syntax",
                    text);
    }
    if (error != std::errc() || number > INT32_MAX || number < INT32_MIN) {
        return fail(Code::invalid_argument, "strconv.ParseInt: parsing \"{}\": value out of range",
                    text);
    }
    const auto mode = static_cast<uint32_t>(number);
    return (mode & 0xC00000) >> 12 | (mode & 0x100000) >> 11 | (mode & 0x1FF);
}

Result<void> run_chmod(Context& context, const Request& request, Sink&) {
    const std::string path = TRY(unixfs::check_mfs_path(request.arguments[1]));
    const uint32_t mode = TRY(mode_of(request.arguments[0]));
    node::Files files = TRY(context.node->files());
    return files.tree().set_mode(path, mode);
}

Result<void> run_touch(Context& context, const Request& request, Sink&) {
    const std::string path = TRY(unixfs::check_mfs_path(request.arguments[0]));
    constexpr int64_t ns_per_s = 1'000'000'000;
    const int64_t now_ns = context.env.clock.unix_ns();
    int64_t seconds = request.integer("mtime");
    auto nanoseconds = static_cast<int64_t>(request.unsigned_integer("mtime-nsecs"));
    if (seconds == 0) {
        seconds = now_ns / ns_per_s;
        nanoseconds = now_ns % ns_per_s;
    }
    unixfs::Mtime mtime{.seconds = seconds + nanoseconds / ns_per_s};
    if (nanoseconds % ns_per_s != 0) {
        mtime.nanoseconds = static_cast<uint32_t>(nanoseconds % ns_per_s);
    }
    node::Files files = TRY(context.node->files());
    return files.tree().set_mtime(path, mtime);
}

Argument path_argument(std::string help) {
    return {.name = "path", .help = std::move(help)};
}

Option parents_option() {
    return {{"parents", "p"}, OptionType::flag, std::nullopt, "Make the folders above as needed."};
}

}  // namespace

Command files_mkdir_command() {
    return {.path = "files/mkdir",
            .tagline = "Make folders in the mutable tree.",
            .description = "With --parents a folder that is there already is no error.",
            .examples = {{"files mkdir /photos", "One folder."},
                         {"files mkdir -p /photos/2026/may", "With the folders above it."}},
            .arguments = {path_argument("The folder to make.")},
            .options = std::vector<Option>{parents_option()} + files_form_options(),
            .needs = Needs::write_store,
            .gives = Gives::nothing,
            .run = run_mkdir};
}

Command files_cp_command() {
    return {.path = "files/cp",
            .tagline = "Put content, or what the tree holds, at another path of the tree.",
            .description =
                "Nothing is copied but the link: the content stays where it is, and is kept from "
                "collection while the tree has it.",
            .examples = {{"files cp /ipfs/CID /photos/may", "Content into the tree."},
                         {"files cp /photos/may /photos/june", "From the tree."}},
            .arguments = {{.name = "source", .help = "A path of content or of the tree."},
                          {.name = "dest", .help = "Where in the tree it goes."}},
            .options = {{{"force"},
                         OptionType::flag,
                         std::nullopt,
                         "A file at the destination makes way."},
                        parents_option()},
            .needs = Needs::write_store,
            .gives = Gives::nothing,
            .run = run_cp};
}

Command files_mv_command() {
    return {.path = "files/mv",
            .tagline = "Move files and folders in the mutable tree.",
            .description = "Into a folder when the destination is one; over a file when it is one.",
            .examples = {{"files mv /draft /photos/final", "Another name, another folder."}},
            .arguments = {{.name = "source", .help = "What is moved."},
                          {.name = "dest", .help = "Where it goes."}},
            .needs = Needs::write_store,
            .gives = Gives::nothing,
            .run = run_mv};
}

Command files_rm_command() {
    return {.path = "files/rm",
            .tagline = "Remove files and folders from the mutable tree.",
            .description =
                "The content stays in the store until a collection, if nothing else "
                "keeps it.",
            .examples = {{"files rm /draft", "A file."},
                         {"files rm -r /photos", "A folder with all it holds."}},
            .arguments = {{.name = "path", .variadic = true, .help = "What goes."}},
            .options = {{{"recursive", "r"}, OptionType::flag, std::nullopt, "Folders too."},
                        {{"force"},
                         OptionType::flag,
                         std::nullopt,
                         "Whatever is there, and nothing said when there is nothing."}},
            .needs = Needs::write_store,
            .gives = Gives::records,
            .run = run_rm};
}

Command files_flush_command() {
    return {.path = "files/flush",
            .tagline = "Record the mutable tree on disk.",
            .description =
                "Needed only after changes with --flush=false. Prints the CID of what "
                "is at the path.",
            .examples = {{"files flush", "All of it."}},
            .arguments = {{.name = "path", .required = false, .help = "Whose CID to print."}},
            .needs = Needs::write_store,
            .gives = Gives::record,
            .run = run_flush};
}

Command files_chcid_command() {
    return {.path = "files/chcid",
            .tagline = "Change the CID version or the hash function of a folder.",
            .description =
                "Of its own node, and of what is made in it later. The root's comes "
                "from the config.",
            .examples = {{"files chcid --cid-version=1 /photos", "Version 1 from now on."}},
            .arguments = {path_argument("The folder; not the root.")},
            .options = files_form_options(),
            .needs = Needs::write_store,
            .gives = Gives::nothing,
            .run = run_chcid};
}

Command files_chmod_command() {
    return {
        .path = "files/chmod",
        .tagline = "Change the permissions of a file or folder in the mutable tree.",
        .description = "They are kept with the content, and change its CID.",
        .examples = {{"files chmod 0644 /notes.txt", "As octal digits."}},
        .arguments = {{.name = "mode", .help = "Octal digits."}, path_argument("What gets them.")},
        .needs = Needs::write_store,
        .gives = Gives::nothing,
        .status = Status::experimental,
        .run = run_chmod};
}

Command files_touch_command() {
    return {
        .path = "files/touch",
        .tagline = "Set when a file or folder of the mutable tree was modified.",
        .description = "The time is kept with the content, and changes its CID.",
        .examples = {{"files touch /notes.txt", "Now."},
                     {"files touch --mtime=1630937926 /notes.txt", "Another time."}},
        .arguments = {path_argument("What gets it.")},
        .options = {{{"mtime"}, OptionType::integer64, {}, "Seconds since 1970; now without it."},
                    {{"mtime-nsecs"}, OptionType::unsigned_integer, {}, "Its nanoseconds."}},
        .needs = Needs::write_store,
        .gives = Gives::nothing,
        .status = Status::experimental,
        .run = run_touch};
}

}  // namespace kit::commands
