// filestore/*: blocks that stay in the user's own files (add --nocopy).
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

// boxo:filestore/util.go
enum Status : int {
    ok = 0,
    file_error = 10,
    file_not_found = 11,
    file_changed = 12,
    missing = 20,
    other = 30
};

std::string_view status_text(int status) {
    switch (status) {
        case ok:
            return "ok";
        case file_error:
            return "error";
        case file_not_found:
            return "no-file";
        case file_changed:
            return "changed";
        case missing:
            return "missing";
        default:
            return "ERROR";
    }
}

int status_of(const std::optional<Error>& error) {
    if (!error) return ok;
    const Error* innermost = &*error;
    while (innermost->cause) innermost = innermost->cause.get();
    if (innermost->code == Code::not_found) return file_not_found;
    if (error->code == Code::corrupt) return file_changed;
    return file_error;
}

Json record_of(const Request& request, const node::ReferenceCheck& check) {
    return {{"Status", status_of(check.error)},
            {"ErrorMsg", check.error ? check.error->to_text() : ""},
            {"Key", {{"/", request.cid_text(check.cid)}}},
            {"FilePath", check.range.path},
            {"Offset", check.range.offset_bytes},
            {"Size", check.range.size_bytes}};
}

Result<void> expect_enabled(const Context& context) {
    if (filestore_enabled(context)) return {};
    return fail(Code::invalid_argument, "filestore is not enabled, see https://git.io/vNItf");
}

Result<void> each(Context& context, const Request& request, bool verify, Sink& sink) {
    TRY(expect_enabled(context));
    std::vector<formats::Cid> only;
    only.reserve(request.arguments.size());
    for (const std::string& argument : request.arguments) {
        only.push_back(TRY(formats::Cid::from_text(argument)));
    }
    std::vector<node::ReferenceCheck> sorted;
    std::vector<formats::Cid> seen;
    const bool file_order = request.flag("file-order");
    TRY(context.node->each_reference(only, verify,
                                     [&](const node::ReferenceCheck& check) -> Result<bool> {
                                         if (!only.empty()) seen.push_back(check.cid);
                                         if (file_order) {
                                             sorted.push_back(check);
                                         } else {
                                             TRY(sink.record(record_of(request, check)));
                                         }
                                         return true;
                                     }));
    std::ranges::sort(sorted, {}, [](const node::ReferenceCheck& check) {
        return std::pair(check.range.path, check.range.offset_bytes);
    });
    for (const auto& check : sorted) TRY(sink.record(record_of(request, check)));
    for (const formats::Cid& cid : only) {
        const bool found = std::ranges::any_of(
            seen, [&](const formats::Cid& other) { return other.hash() == cid.hash(); });
        if (found) continue;
        TRY(sink.record({{"Status", static_cast<int>(missing)},
                         {"ErrorMsg", "no reference to a file under this CID"},
                         {"Key", {{"/", request.cid_text(cid)}}},
                         {"FilePath", ""},
                         {"Offset", 0},
                         {"Size", 0}}));
    }
    return {};
}

std::string long_text(const Json& record) {
    const std::string& path = record["FilePath"].get_ref<const std::string&>();
    const std::string& key = record["Key"]["/"].get_ref<const std::string&>();
    if (path.empty()) return key;
    return fmt::format("{:<50} {:>6} {} {}", key, record["Size"].get<uint64_t>(), path,
                       record["Offset"].get<uint64_t>());
}

Result<void> run_ls(Context& context, const Request& request, Sink& sink) {
    return each(context, request, false, sink);
}

void print_ls(const Json& record, const Request&, std::string& out) {
    out += long_text(record) + "\n";
}

Result<void> run_verify(Context& context, const Request& request, Sink& sink) {
    TRY(expect_enabled(context));
    if (!request.flag("remove-bad-blocks")) return each(context, request, true, sink);
    std::vector<formats::Cid> bad;
    TRY(context.node->each_reference({}, true,
                                     [&](const node::ReferenceCheck& check) -> Result<bool> {
                                         TRY(sink.record(record_of(request, check)));
                                         if (check.error) bad.push_back(check.cid);
                                         return true;
                                     }));
    for (const formats::Cid& cid : bad) TRY(context.node->remove_reference(cid));
    return {};
}

void print_verify(const Json& record, const Request& request, std::string& out) {
    const int status = record["Status"].get<int>();
    out += fmt::format("{:<7} {}", status_text(status), long_text(record));
    if (request.flag("remove-bad-blocks")) out += status == ok ? " keep" : " remove";
    out += '\n';
}

Result<void> run_dups(Context& context, const Request& request, Sink& sink) {
    TRY(expect_enabled(context));
    return context.node->each_duplicate_reference([&](const formats::Cid& cid) -> Result<bool> {
        TRY(sink.record({{"Ref", request.cid_text(cid)}, {"Err", ""}}));
        return true;
    });
}

Argument objects_argument() {
    return {.name = "obj", .required = false, .variadic = true, .help = "CIDs to look at alone."};
}

}  // namespace

Command filestore_ls_command() {
    return {
        .path = "filestore/ls",
        .tagline = "List the blocks that lie in files outside the store.",
        .description = "One line a block: size, CID, file and offset in it.",
        .examples = {{"filestore ls --file-order", "By file and offset."}},
        .arguments = {objects_argument()},
        .options = {{{"file-order"}, OptionType::flag, std::nullopt, "Sort by file and offset."}},
        .needs = Needs::read_store,
        .gives = Gives::records,
        .run = run_ls,
        .print = print_ls,
        .always_text = true};
}

Command filestore_verify_command() {
    return {.path = "filestore/verify",
            .tagline = "Check that files outside the store still hold their blocks.",
            .description =
                "ok: unchanged. changed: other bytes are there now. no-file: the file "
                "is gone. missing: no such reference. error: it cannot be read.",
            .examples = {{"filestore verify", "Check every reference."}},
            .arguments = {objects_argument()},
            .options = {{{"file-order"},
                         OptionType::flag,
                         std::nullopt,
                         "In the order of files and offsets."},
                        {{"remove-bad-blocks"},
                         OptionType::flag,
                         {},
                         "Forget references that no longer hold."}},
            .needs = Needs::write_store,
            .gives = Gives::records,
            .run = run_verify,
            .print = print_verify,
            .always_text = true};
}

Command filestore_dups_command() {
    return {.path = "filestore/dups",
            .tagline = "List blocks that lie both in a file outside and in the store.",
            .description = "Such blocks take space twice; the copy in the store can go.",
            .examples = {{"filestore dups", "What is kept twice."}},
            .needs = Needs::read_store,
            .gives = Gives::records,
            .run = run_dups,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += record["Ref"].get_ref<const std::string&>();
                out += '\n';
            }};
}

}  // namespace kit::commands
