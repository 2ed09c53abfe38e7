// add: files and folders into the store.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "base/limits.h"
#include "commands/choices.h"
#include "commands/makers.h"
#include "commands/stores.h"
#include "commands/text.h"
#include "node/files.h"

namespace kit::commands {
namespace {

template <typename T>
std::optional<T> if_given(const Request& request, std::string_view name) {
    if (!request.given(name)) return std::nullopt;
    return static_cast<T>(request.integer(name));
}
std::optional<bool> flag_if_given(const Request& request, std::string_view name) {
    if (!request.given(name)) return std::nullopt;
    return request.flag(name);
}
std::optional<std::string> text_if_given(const Request& request, std::string_view name) {
    if (!request.given(name) || request.text(name).empty()) return std::nullopt;
    return request.text(name);
}

Result<void> take_metadata(const Request& request, unixfs::ImportOptions& import) {
    import.preserve_mode = request.flag("preserve-mode");
    import.preserve_mtime = request.flag("preserve-mtime");
    const uint64_t mode = request.unsigned_integer("mode");
    if (mode != 0) import.mode = static_cast<uint32_t>(mode);
    const int64_t seconds = request.integer("mtime");
    const uint64_t nanoseconds = request.unsigned_integer("mtime-nsecs");
    if (seconds != 0) {
        import.mtime = unixfs::Mtime{.seconds = seconds, .nanoseconds = std::nullopt};
        if (nanoseconds != 0) import.mtime->nanoseconds = static_cast<uint32_t>(nanoseconds);
    } else if (nanoseconds != 0) {
        return fail(Code::invalid_argument,
                    "option \"mtime-nsecs\" requires \"mtime\" to be provided as well");
    }
    return {};
}

Result<void> check_inline_limit(const Request& request) {
    const int64_t limit = request.integer("inline-limit");
    if (!request.flag("inline") || limit <= static_cast<int64_t>(limits::digest_size_bytes_max)) {
        return {};
    }
    return fail(Code::invalid_argument, "inline-limit {} exceeds maximum allowed size of {} bytes",
                limit, limits::digest_size_bytes_max);
}

Result<void> take_shape(const Context& context, const Request& request,
                        unixfs::ImportOptions& import) {
    node::ShapeChoice choice;
    choice.cid_version = if_given<int>(request, "cid-version");
    choice.hash = text_if_given(request, "hash");
    choice.raw_leaves = flag_if_given(request, "raw-leaves");
    choice.chunker = text_if_given(request, "chunker");
    choice.trickle = flag_if_given(request, "trickle");
    choice.file_links_max = if_given<uint32_t>(request, "max-file-links");
    choice.directory_links_max = if_given<uint32_t>(request, "max-directory-links");
    choice.hamt_fanout = if_given<uint32_t>(request, "max-hamt-fanout");
    choice.has_metadata =
        import.preserve_mode || import.preserve_mtime || import.mode || import.mtime;
    choice.nocopy = import.nocopy;
    import.shape = TRY(context.node->shape(choice));
    import.shape.inline_blocks = request.flag("inline");
    import.shape.inline_size_bytes_max = static_cast<uint32_t>(request.integer("inline-limit"));
    return {};
}

Result<node::AddOptions> options_of(const Context& context, const Request& request) {
    node::AddOptions options;
    unixfs::ImportOptions& import = options.import;
    import.only_hash = request.flag("only-hash");
    options.pin = request.flag("pin") && !import.only_hash;
    options.pin_name = request.text("pin-name");
    TRY(check_inline_limit(request));
    TRY(check_pin_name(options.pin_name));
    options.expires_in_s = TRY(expires_in_of(request));
    if (import.only_hash && request.given("to-files")) {
        return fail(Code::invalid_argument, "only-hash and to-files options are not compatible");
    }
    if (!options.pin && request.given("pin-name")) {
        return fail(Code::invalid_argument, "pin-name option requires pin to be set");
    }
    if (!options.pin && options.expires_in_s) {
        return fail(Code::invalid_argument, "expires-in option requires pin to be set");
    }
    if (request.flag("wrap-with-directory") && request.given("to-files")) {
        return fail(Code::invalid_argument,
                    "wrap-with-directory and to-files options are not compatible");
    }
    import.recursive = request.flag("recursive");
    import.wrap = request.flag("wrap-with-directory");
    import.hidden = request.flag("hidden");
    import.ignore = request.texts("ignore");
    // A file of the sender's machine, who has applied it.
    if (!request.streamed_files) import.ignore_rules_path = request.text("ignore-rules-path");
    import.empty_directories = request.flag("empty-dirs");
    import.dereference_arguments = request.flag("dereference-args");
    import.dereference_symlinks = request.flag("dereference-symlinks");
    import.stdin_name = request.text("stdin-name");
    import.nocopy = request.flag("nocopy");
    if (import.nocopy && !filestore_enabled(context) &&
        !context.node->config().find_flag("Experimental.UrlstoreEnabled").value_or(false)) {
        return fail(Code::invalid_argument,
                    "either the filestore or the urlstore must be enabled to use nocopy, see: "
                    "https://github.com/ipfs/kubo/blob/master/docs/experimental-features.md"
                    "#ipfs-filestore");
    }
    TRY(take_metadata(request, import));
    TRY(take_shape(context, request, import));
    return options;
}

Json added_record(const Request& request, const unixfs::ImportEvent& event) {
    Json record = {{"Name", event.name},
                   {"Hash", request.cid_text(event.cid)},
                   {"Size", std::to_string(event.total_size)}};
    if (event.mode && *event.mode != 0) record["Mode"] = fmt::format("0{:o}", *event.mode);
    if (event.mtime && event.mtime->seconds > 0) {
        record["Mtime"] = event.mtime->seconds;
        if (event.mtime->nanoseconds) record["MtimeNsecs"] = *event.mtime->nanoseconds;
    }
    return record;
}

// Turns events into records, and keeps the last for --quieter, where no other is wanted.
class Reporter final {
public:
    Reporter(const Request& request, Sink& sink, uint64_t all_bytes)
        : request_(request),
          sink_(sink),
          all_bytes_(all_bytes),
          silent_(request.flag("silent")),
          last_only_(request.flag("quieter") && !request.wants_json) {}

    // What --to-files puts into the tree: each argument, as far as it was told of.
    const std::vector<node::Files::Added>& tops() const { return tops_; }

    Result<void> take(const unixfs::ImportEvent& event) {
        if (event.kind == unixfs::ImportEvent::Kind::progress) {
            if (event.name != file_name_) {
                file_name_ = event.name;
                file_bytes_ = 0;
            }
            done_bytes_ += event.bytes - file_bytes_;
            file_bytes_ = event.bytes;
            sink_.progress(done_bytes_, all_bytes_);
            if (!request_.wants_json || !request_.flag("progress")) return {};
            return sink_.record({{"Name", event.name}, {"Bytes", event.bytes}});
        }
        if (event.name.find('/') == std::string::npos) {
            // What has no name goes by its CID.
            const bool is_named = event.name != event.cid.to_text();
            tops_.push_back({.name = is_named ? event.name : "", .cid = event.cid});
        }
        if (silent_) return {};
        if (last_only_) {
            last_ = event;
            return {};
        }
        return sink_.record(added_record(request_, event));
    }

    Result<void> finish() {
        if (!last_) return {};
        return sink_.record(added_record(request_, *last_));
    }

private:
    const Request& request_;
    Sink& sink_;
    const uint64_t all_bytes_;
    const bool silent_;
    const bool last_only_;
    std::optional<unixfs::ImportEvent> last_;
    std::vector<node::Files::Added> tops_;
    std::string file_name_;
    uint64_t file_bytes_ = 0;
    uint64_t done_bytes_ = 0;
};

// With --dereference-args an argument that is a link goes by the name of what it leads to.
Result<std::string> name_behind_links(Disk& disk, const FileInput& file) {
    static constexpr int links_count_max = 40;  // As the kernel follows at most.
    Path path = file.path;
    for (int count = 0; count < links_count_max; ++count) {
        const auto info = TRY(disk.find_info(path, false));
        if (!info || info->type != FileType::symlink) break;
        auto target = disk.read_link(path);
        if (!target) return target;
        const size_t slash = path.rfind('/');
        const bool absolute = target->starts_with('/') || slash == Path::npos;
        path = absolute ? *std::move(target) : join(path.substr(0, slash + 1), *target);
    }
    return path == file.path ? file.name : path.substr(path.rfind('/') + 1);
}

Result<std::optional<unixfs::StreamedEntry>> next_entry(const StreamedFiles& files) {
    auto file = TRY(files.next());
    if (!file) return std::nullopt;
    return unixfs::StreamedEntry{.path = std::move(file->name),
                                 .type = file->type,
                                 .target = std::move(file->target),
                                 .stat = {.mode = file->mode, .mtime = file->mtime},
                                 .original_path = std::move(file->original_path),
                                 .read = std::move(file->read)};
}

void put_into_tree(Context& context, const Request& request, Reporter& reporter,
                   node::AddOptions& options) {
    if (!request.given("to-files")) return;
    options.on_stored = [&](const unixfs::ImportResult&) -> Result<void> {
        node::Files files = TRY(context.node->files());
        auto done = files.put_added(reporter.tops(), request.text("to-files"));
        // It was added all the same, and is told of.
        if (!done) TRY(reporter.finish());
        return done;
    };
}

// The files of a request's body: what to leave out is its sender's business.
Result<void> run_streamed(Context& context, const Request& request, node::AddOptions& options,
                          Sink& sink) {
    const unixfs::EntryStream entries = {
        .next = [&] { return next_entry(*request.streamed_files); },
        .has_more_here = request.streamed_files->has_more_here};
    Reporter reporter(request, sink, 0);
    put_into_tree(context, request, reporter, options);
    TRY(context.node->add(entries, options,
                          [&](const unixfs::ImportEvent& event) { return reporter.take(event); }));
    return reporter.finish();
}

Result<void> run(Context& context, const Request& request, Sink& sink) {
    node::AddOptions options = TRY(options_of(context, request));
    if (request.streamed_files) return run_streamed(context, request, options, sink);
    std::vector<unixfs::ImportSource> sources;
    for (const FileInput& file : request.files) {
        unixfs::ImportSource source{.name = file.name, .content = file.path};
        if (options.import.dereference_arguments && !file.read) {
            source.name = TRY(name_behind_links(context.env.disk, file));
        }
        if (file.read) source.content = file.read;
        sources.push_back(std::move(source));
    }
    uint64_t all_bytes = 0;
    if (sink.wants_progress()) all_bytes = TRY(context.node->measure(sources, options));
    Reporter reporter(request, sink, all_bytes);
    put_into_tree(context, request, reporter, options);
    TRY(context.node->add(sources, options,
                          [&](const unixfs::ImportEvent& event) { return reporter.take(event); }));
    return reporter.finish();
}

void print(const Json& record, const Request& request, std::string& out) {
    const auto hash = record.find("Hash");
    if (hash == record.end()) return;  // Progress.
    if (request.flag("quiet") || request.flag("quieter")) {
        out += hash->get_ref<const std::string&>() + "\n";
        return;
    }
    out += fmt::format("added {} {}\n", hash->get_ref<const std::string&>(),
                       escape_unprintable(record["Name"].get_ref<const std::string&>()));
}

std::vector<Option> input_options() {
    return {
        {{"recursive", "r"}, OptionType::flag, std::nullopt, "Take folders with all they hold."},
        {{"dereference-args"},
         OptionType::flag,
         std::nullopt,
         "Follow links given as arguments (deprecated)."},
        {{"stdin-name"}, OptionType::text, {}, "A name for standard input."},
        {{"hidden", "H"},
         OptionType::flag,
         std::nullopt,
         "Take entries whose name begins with a dot."},
        {{"ignore"}, OptionType::texts, {}, "A pattern of names to leave out."},
        {{"ignore-rules-path"}, OptionType::text, {}, "A file of such patterns, as .gitignore."},
        {{"empty-dirs", "E"}, OptionType::flag, true, "Take empty folders."},
        {{"dereference-symlinks"},
         OptionType::flag,
         std::nullopt,
         "Take what links lead to, not the links."}};
}

std::vector<Option> output_options() {
    return {
        {{"quiet", "q"}, OptionType::flag, std::nullopt, "Print CIDs alone."},
        {{"quieter", "Q"}, OptionType::flag, std::nullopt, "Print the last CID alone."},
        {{"silent"}, OptionType::flag, std::nullopt, "Print nothing."},
        progress_option(),
        {{"only-hash", "n"}, OptionType::flag, std::nullopt, "Find the CIDs and store nothing."},
        {{"wrap-with-directory", "w"},
         OptionType::flag,
         std::nullopt,
         "Put everything into one folder."},
        {{"pin"}, OptionType::flag, true, "Keep it from collection."},
        {{"pin-name"}, OptionType::text, {}, "A name for the pin."},
        expires_in_option(),
        {{"to-files"}, OptionType::text, {}, "Put it into the mutable tree at this path."}};
}

std::vector<Option> shape_options() {
    return {
        {{"cid-version"}, OptionType::integer, {}, "0 or 1; 1 brings raw leaves."},
        {.names = {"hash"},
         .type = OptionType::text,
         .help = "The hash function; any but sha2-256 brings version 1.",
         .choices = hash_choices()},
        {{"raw-leaves"}, OptionType::flag, std::nullopt, "Leaves are the bytes alone."},
        {{"chunker", "s"},
         OptionType::text,
         {},
         "How files are cut: size-[bytes], rabin-[min]-[avg]-[max] or buzhash."},
        {{"trickle", "t"},
         OptionType::flag,
         std::nullopt,
         "Lay files out for reading from the front."},
        {{"max-file-links"}, OptionType::integer, {}, "Links in one node of a file."},
        {{"max-directory-links"},
         OptionType::integer,
         {},
         "Entries of a folder before it is sharded."},
        {{"max-hamt-fanout"},
         OptionType::integer,
         {},
         "Slots of a shard: 8 to 1024, a power of two."},
        {{"inline"}, OptionType::flag, std::nullopt, "Small blocks live inside their CID."},
        {{"inline-limit"}, OptionType::integer, int64_t{32}, "Up to how many bytes."},
        {{"nocopy"}, OptionType::flag, std::nullopt, "Leave the bytes in your files (filestore)."},
        {{"fscache"}, OptionType::flag, std::nullopt, "Look for blocks in the filestore first."}};
}

std::vector<Option> metadata_options() {
    return {{{"preserve-mode"}, OptionType::flag, std::nullopt, "Keep permissions."},
            {{"preserve-mtime"}, OptionType::flag, std::nullopt, "Keep times of modification."},
            {{"mode"}, OptionType::unsigned_integer, {}, "Permissions for every entry."},
            {{"mtime"},
             OptionType::integer64,
             {},
             "A time of modification for every entry, in seconds."},
            {{"mtime-nsecs"}, OptionType::unsigned_integer, {}, "Its nanoseconds."}};
}

}  // namespace

Command add_command() {
    return {.path = "add",
            .tagline = "Add files and folders.",
            .description =
                "Reads, cuts, hashes and stores, prints a CID for each file and folder, the last "
                "for the whole, and pins it. The same content with the same options always has "
                "the same CID.",
            .examples = {{"add notes.txt", "One file."},
                         {"add -r photos", "A folder."},
                         {"add -Q --cid-version=1 --chunker=size-1048576 data.bin",
                          "Large blocks, and print the CID alone."},
                         {"add -rn photos", "What would the CID be?"},
                         {"add -r --nocopy dataset", "Keep the bytes where they are."}},
            .arguments = {{.name = "path",
                           .kind = ArgumentKind::file,
                           .variadic = true,
                           .stdin_allowed = true,
                           .recursive = true,
                           .help = "Files and folders."}},
            .options = input_options() + output_options() + shape_options() + metadata_options() +
                       fast_provide_options(),
            .needs = Needs::write_store,
            .gives = Gives::records,
            .run = run,
            .print = print,
            .always_text = true};
}

}  // namespace kit::commands
