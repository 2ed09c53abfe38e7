// dag/import and dag/export: whole DAGs as CAR files.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

Result<uint64_t> size_of_inputs(const Context& context, const Request& request) {
    uint64_t size_bytes = 0;  // 0: nobody knows.
    for (const FileInput& file : request.files) {
        if (file.path.empty()) return 0;
        const auto info = TRY(context.env.disk.find_info(file.path));
        if (!info || info->type != FileType::regular) return 0;
        size_bytes += info->size_bytes;
    }
    return size_bytes;
}

Result<void> run_import(Context& context, const Request& request, Sink& sink) {
    const bool local_only = request.flag("local-only");
    if (local_only && request.given("pin-roots") && request.flag("pin-roots")) {
        return fail(Code::invalid_argument,
                    "--local-only implies --pin-roots=false and cannot be combined with "
                    "--pin-roots=true; please drop one of them");
    }
    Files files(request);
    const auto next_car = [&]() -> Result<std::optional<node::ReadBytes>> {
        const auto file = TRY(files.next());
        if (!file) return std::nullopt;
        return open_input(context, *file);
    };
    const uint64_t all_bytes = TRY(size_of_inputs(context, request));
    const auto report = TRY(context.node->import_cars(
        next_car,
        {.pin_roots = request.flag("pin-roots") && !local_only,
         .local_only = local_only,
         .allow_big_block = request.flag("allow-big-block")},
        [&](uint64_t done_bytes) { sink.progress(done_bytes, all_bytes); }));
    // As in Kubo, it is who prints that is silent.
    if (request.flag("silent") && !request.wants_json) return {};
    for (const auto& root : report.roots) {
        TRY(sink.record(
            {{"Root",
              {{"Cid", {{"/", request.cid_text(root.cid)}}}, {"PinErrorMsg", root.pin_error}}}}));
        if (!root.pin_error.empty() && !request.wants_json) {
            return fail(Code::not_found, "pinning root \"{}\" FAILED: {}",
                        request.cid_text(root.cid), root.pin_error);
        }
    }
    if (!request.flag("stats")) return {};
    return sink.record(
        {{"Stats", {{"BlockCount", report.block_count}, {"BlockBytesCount", report.block_bytes}}}});
}

void print_import(const Json& record, const Request&, std::string& out) {
    if (record.contains("Stats")) {
        out += fmt::format("Imported {} blocks ({} bytes)\n",
                           record["Stats"]["BlockCount"].get<uint64_t>(),
                           record["Stats"]["BlockBytesCount"].get<uint64_t>());
        return;
    }
    const Json& root = record["Root"];
    if (!root["PinErrorMsg"].get_ref<const std::string&>().empty()) return;  // An error follows.
    out +=
        fmt::format("Pinned root\t{}\tsuccess\n", root["Cid"]["/"].get_ref<const std::string&>());
}

Result<void> run_export(Context& context, const Request& request, Sink& sink) {
    const formats::Cid root = TRY(context.node->resolve_to_cid(request.arguments.at(0)));
    return context.node->export_car(
        root, request.flag("local-only"),
        [&](std::span<const ByteView> pieces) { return sink.pieces(pieces); },
        [&](uint64_t done_bytes) { sink.progress(done_bytes, 0); });
}

}  // namespace

Command dag_import_command() {
    return {.path = "dag/import",
            .tagline = "Store the blocks of CAR files and pin their roots.",
            .description =
                "Every block is checked against its CID. All blocks of the files are stored, also "
                "those that no root reaches: the next collection takes them.",
            .examples = {{"dag import data.car", "Import and pin."},
                         {"dag import --pin-roots=false --stats data.car",
                          "Import, count, do not pin."}},
            .arguments = {{.name = "path",
                           .kind = ArgumentKind::file,
                           .variadic = true,
                           .stdin_allowed = true,
                           .help = "CAR files, version 1 or 2."}},
            .options =
                std::vector<Option>{
                    {{"pin-roots"}, OptionType::flag, true, "Pin the roots named in the files."},
                    {{"local-only"}, OptionType::flag, {}, "The files are partial: do not pin."},
                    {{"silent"}, OptionType::flag, std::nullopt, "Print nothing."},
                    {{"stats"}, OptionType::flag, std::nullopt, "Print counts."}} +
                fast_provide_options() + std::vector<Option>{allow_big_block_option()},
            .needs = Needs::write_store,
            .gives = Gives::records,
            .run = run_import,
            .print = print_import};
}

Command dag_export_command() {
    return {
        .path = "dag/export",
        .tagline = "Write a DAG to standard output as a CAR file.",
        .description = "The blocks come depth first, each once.",
        .examples = {{"dag export CID > data.car", "Keep a DAG in a file."},
                     {"dag export --local-only CID > part.car", "What of it is here."}},
        .arguments = {{.name = "root", .stdin_allowed = true, .help = "The DAG's root."}},
        .options = {progress_option(),
                    {{"local-only"}, OptionType::flag, {}, "Leave out blocks that are not here."}},
        .needs = Needs::read_store,
        .gives = Gives::bytes,
        .content_type = "application/vnd.ipld.car",
        .run = run_export};
}

}  // namespace kit::commands
