// files, files/ls, read and stat: the mutable tree as it is.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>

#include "commands/files_options.h"
#include "commands/makers.h"
#include "commands/text.h"
#include "node/units.h"

namespace kit::commands {
namespace {

using unixfs::NodeType;

constexpr int directory_type = 1;

Result<void> run_ls(Context& context, const Request& request, Sink& sink) {
    const std::string path =
        TRY(unixfs::check_mfs_path(request.arguments.empty() ? "/" : request.arguments[0]));
    const bool is_long = request.flag("long");
    node::Files files = TRY(context.node->files());
    Json entries;
    TRY(files.list(path, is_long, [&](const node::FilesEntry& entry) -> Result<void> {
        entries.push_back({{"Name", entry.name},
                           {"Type", entry.is_directory ? directory_type : 0},
                           {"Size", entry.size_bytes},
                           {"Hash", is_long ? request.cid_text(entry.cid) : ""}});
        return {};
    }));
    return sink.record({{"Entries", std::move(entries)}});
}

void print_ls(const Json& record, const Request& request, std::string& out) {
    std::vector<const Json*> entries;
    for (const Json& entry : record["Entries"]) entries.push_back(&entry);
    const auto name_of = [](const Json* entry) -> const std::string& {
        return (*entry)["Name"].get_ref<const std::string&>();
    };
    if (!request.flag("U")) std::ranges::stable_sort(entries, {}, name_of);
    for (const Json* entry : entries) {
        if (!request.flag("long")) {
            out += name_of(entry) + "\n";
            continue;
        }
        const bool is_directory = (*entry)["Type"].get<int>() == directory_type;
        out += fmt::format("{}{}\t{}\t{}\n", name_of(entry), is_directory ? "/" : "",
                           (*entry)["Hash"].get_ref<const std::string&>(),
                           (*entry)["Size"].get<uint64_t>());
    }
}

Result<void> run_read(Context& context, const Request& request, Sink& sink) {
    const std::string path = TRY(unixfs::check_mfs_path(request.arguments[0]));
    node::Files files = TRY(context.node->files());
    node::Files::Range range{.offset_bytes = request.integer("offset")};
    if (request.given("count")) range.count_max = request.integer("count");
    return files.read(
        path, range, [](uint64_t) {}, [&](ByteView bytes) { return sink.bytes(bytes); });
}

constexpr std::string_view stat_format =
    "<hash>\nSize: <size>\nCumulativeSize: <cumulsize>\nChildBlocks: <childs>\nType: <type>\n"
    "Mode: <mode> (<mode-octal>)\nMtime: <mtime>";

Result<void> check_formats(const Context&, const Request& request) {
    const bool has_format = request.text("format") != stat_format;
    const int count = static_cast<int>(request.flag("hash")) +
                      static_cast<int>(request.flag("size")) + static_cast<int>(has_format);
    if (count < 2) return {};
    return fail(Code::invalid_argument,
                "invalid parameters: format was set by multiple options. Only one format option "
                "is allowed");
}

Result<void> run_stat(Context& context, const Request& request, Sink& sink) {
    const std::string path = TRY(node::check_content_or_mfs_path(request.arguments[0]));
    node::Files files = TRY(context.node->files());
    const node::FilesStat stat = TRY(files.stat(path));
    const bool is_directory = stat.type == NodeType::directory || stat.type == NodeType::hamt_shard;
    Json record = {{"Hash", request.cid_text(stat.cid)},
                   {"Size", stat.size_bytes},
                   {"CumulativeSize", stat.total_size_bytes},
                   {"Blocks", stat.link_count},
                   {"Type", is_directory ? "directory" : "file"}};
    if (request.flag("with-local")) {
        const node::Files::Local local = TRY(files.measure_local(stat.cid));
        record["WithLocality"] = true;
        if (local.is_whole) record["Local"] = true;
        if (local.size_bytes != 0) record["SizeLocal"] = local.size_bytes;
    }
    if (stat.mtime) {
        record["Mtime"] = stat.mtime->seconds;
        if (stat.mtime->nanoseconds) record["MtimeNsecs"] = *stat.mtime->nanoseconds;
    }
    // Without a mode of its own a link has the one that links have.
    const bool is_link = stat.type == NodeType::symlink;
    const uint32_t permissions = stat.mode.value_or(is_link ? 0777 : 0);
    if (permissions != 0) {
        const int kind = is_directory ? 1 : is_link ? 4 : 2;
        record["Mode"] = fmt::format("{:04o}", go_mode(permissions, kind));
    }
    return sink.record(record);
}

void replace_all(std::string& text, std::string_view token, const std::string& value) {
    for (size_t at = text.find(token); at != std::string::npos; at = text.find(token, at)) {
        text.replace(at, token.size(), value);
        at += value.size();
    }
}

// "2 Jan 2006, 15:04:05 UTC".
std::string time_text(int64_t seconds) {
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t time = seconds;
    std::tm parts = {};
    if (::gmtime_r(&time, &parts) == nullptr) return std::to_string(seconds);
    return fmt::format("{} {} {:04}, {:02}:{:02}:{:02} UTC", parts.tm_mday, months[parts.tm_mon],
                       parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

// Go's FileMode.String in lower case, which shows special bits before the letters of a file.
std::string stat_mode_text(uint32_t mode) {
    constexpr uint32_t letters_bit = 0x80000000;
    constexpr std::string_view letters = "dalTLDpSugct?";
    std::string text;
    for (size_t i = 0; i < letters.size(); ++i) {
        if ((mode & letters_bit >> i) == 0) continue;
        const char letter = letters[i];
        text += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    if (text.empty()) text = "-";
    constexpr std::string_view bits = "rwxrwxrwx";
    for (size_t i = 0; i < bits.size(); ++i) {
        text += (mode >> (bits.size() - 1 - i) & 1) != 0 ? bits[i] : '-';
    }
    return text;
}

void print_stat(const Json& record, const Request& request, std::string& out) {
    const std::string unset = "not set";
    std::string mode = unset;
    std::string mode_octal = unset;
    if (record.contains("Mode")) {
        const auto number = static_cast<uint32_t>(
            std::stoul(record["Mode"].get_ref<const std::string&>(), nullptr, 8));
        mode = stat_mode_text(number);
        mode_octal = fmt::format("0{:o}", number & 0777);
    }
    std::string time = unset;
    std::string seconds = unset;
    std::string nanoseconds = unset;
    if (record.contains("Mtime") && record["Mtime"].get<int64_t>() > 0) {
        time = time_text(record["Mtime"].get<int64_t>());
        seconds = std::to_string(record["Mtime"].get<int64_t>());
        nanoseconds = record.contains("MtimeNsecs")
                          ? std::to_string(record["MtimeNsecs"].get<uint32_t>())
                          : "0";
    }
    const uint64_t total_size = record["CumulativeSize"].get<uint64_t>();
    std::string text = request.flag("hash")   ? "<hash>"
                       : request.flag("size") ? "<cumulsize>"
                                              : request.text("format");
    replace_all(text, "<hash>", record["Hash"].get_ref<const std::string&>());
    replace_all(text, "<size>", std::to_string(record["Size"].get<uint64_t>()));
    replace_all(text, "<cumulsize>", std::to_string(total_size));
    replace_all(text, "<childs>", std::to_string(record["Blocks"].get<uint64_t>()));
    replace_all(text, "<type>", record["Type"].get_ref<const std::string&>());
    replace_all(text, "<mode>", mode);
    replace_all(text, "<mode-octal>", mode_octal);
    replace_all(text, "<mtime>", time);
    replace_all(text, "<mtime-secs>", seconds);
    replace_all(text, "<mtime-nsecs>", nanoseconds);
    out += text + "\n";
    if (!record.contains("WithLocality")) return;
    const uint64_t local = record.contains("SizeLocal") ? record["SizeLocal"].get<uint64_t>() : 0;
    out += fmt::format("Local: {} of {} ({:.2f}%)\n", node::size_text(local),
                       node::size_text(total_size),
                       100.0 * static_cast<double>(local) / static_cast<double>(total_size));
}

}  // namespace

Command files_command() {
    return {
        .path = "files",
        .tagline = "Work with the mutable tree: content under paths that stay.",
        .description =
            "One folder of this node that changes in place. Its CID is always that of what it "
            "holds ('files stat --hash /'), and all it holds is kept from collection, apart "
            "from pins. Changes are recorded at once; with --flush=false they are gathered "
            "until 'files flush', at most 256 of them.",
        .options = {
            {{"flush", "f"}, OptionType::flag, true, "Record the tree before the command ends."}}};
}

Command files_ls_command() {
    return {.path = "files/ls",
            .tagline = "List a folder of the mutable tree.",
            .description = "Names, or with --long names, CIDs and sizes.",
            .examples = {{"files ls", "The root."}, {"files ls -l /photos", "With CIDs."}},
            .arguments = {{.name = "path", .required = false, .help = "The folder; the root."}},
            .options = {{{"long", "l"}, OptionType::flag, std::nullopt, "CIDs and sizes too."},
                        {{"U"}, OptionType::flag, std::nullopt, "In the folder's own order."}},
            .needs = Needs::read_store,
            .gives = Gives::record,
            .run = run_ls,
            .print = print_ls};
}

Command files_read_command() {
    return {.path = "files/read",
            .tagline = "Write the bytes of a file of the mutable tree to standard output.",
            .description = "All of them, or --count of them from --offset on.",
            .examples = {{"files read /notes.txt", "A file's content."}},
            .arguments = {{.name = "path", .help = "The file."}},
            .options = {{{"offset", "o"}, OptionType::integer64, {}, "Begin at this byte."},
                        {{"count", "n"}, OptionType::integer64, {}, "At most so many bytes."}},
            .needs = Needs::read_store,
            .gives = Gives::bytes,
            .run = run_read};
}

Command files_stat_command() {
    return {.path = "files/stat",
            .tagline = "Say what is at a path of the mutable tree, or of content.",
            .description = "CID, sizes, kind, permissions and time.",
            .examples = {{"files stat --hash /", "The CID of the whole tree."},
                         {"files stat --with-local /photos", "How much of it is here."}},
            .arguments = {{.name = "path", .help = "A path of the tree or of content."}},
            .options =
                {{{"format"},
                  OptionType::text,
                  std::string(stat_format),
                  "How to print it: <hash> <size> <cumulsize> <type> <childs> <mode> <mode-octal> "
                  "<mtime> <mtime-secs> <mtime-nsecs>."},
                 {{"hash"}, OptionType::flag, std::nullopt, "The CID alone."},
                 {{"size"}, OptionType::flag, std::nullopt, "The cumulative size alone."},
                 {{"with-local"}, OptionType::flag, std::nullopt, "How much of the DAG is here."}},
            .needs = Needs::read_store,
            .gives = Gives::record,
            .check = check_formats,
            .run = run_stat,
            .print = print_stat};
}

}  // namespace kit::commands
