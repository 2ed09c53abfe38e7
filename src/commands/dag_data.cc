// dag/get, dag/put, dag/resolve and dag/stat: structured content.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "commands/choices.h"
#include "commands/makers.h"
#include "commands/stores.h"
#include "commands/text.h"
#include "formats/cid.h"
#include "formats/multicodec.h"
#include "node/units.h"

namespace kit::commands {
namespace {

Result<void> run_get(Context& context, const Request& request, Sink& sink) {
    const auto codec = formats::codec_from_text(request.text("output-codec"));
    if (!codec) return std::unexpected(codec.error());
    const Bytes encoded = TRY(context.node->get_dag(request.arguments.at(0), *codec));
    return sink.bytes(encoded);
}

Result<void> run_put(Context& context, const Request& request, Sink& sink) {
    node::Node::PutDagOptions options;
    options.input_codec = TRY(formats::codec_from_text(request.text("input-codec")));
    options.store_codec = TRY(formats::codec_from_text(request.text("store-codec")));
    options.pin = request.flag("pin");
    options.allow_big_block = request.flag("allow-big-block");
    const std::string hash = request.text("hash");
    if (hash.empty()) {
        const unixfs::DagShape shape = TRY(context.node->shape({}));
        options.hash_code = shape.hash_code;
    } else {
        options.hash_code = TRY(formats::codec_from_text(hash));
    }
    Files files(request);
    for (;;) {
        const auto file = TRY(files.next());
        if (!file) break;
        const Bytes input = TRY(read_input(context, *file, limits::block_size_bytes_max));
        const formats::Cid cid = TRY(context.node->put_dag(input, options));
        TRY(sink.record({{"Cid", {{"/", request.cid_text(cid)}}}}));
    }
    return {};
}

Result<void> run_resolve(Context& context, const Request& request, Sink& sink) {
    const dag::Resolved resolved = TRY(context.node->resolve(request.arguments.at(0)));
    std::string remainder;
    for (const std::string& segment : resolved.remainder) remainder += "/" + segment;
    return sink.record({{"Cid", {{"/", request.cid_text(resolved.cid)}}}, {"RemPath", remainder}});
}

// For people the answer is in the base of the question.
void print_resolved(const Json& record, const Request& request, std::string& out) {
    const std::string& text = record["Cid"]["/"].get_ref<const std::string&>();
    const auto cid = formats::Cid::from_text(text);
    const auto base =
        request.given("cid-base") ? std::nullopt : base_of_path(request.arguments.at(0));
    out += cid && base ? cid->to_text(*base) : text;
    out += record["RemPath"].get_ref<const std::string&>();
}

Json stat_record(const Request& request, const dag::DagStatSummary& summary) {
    Json record = Json::object();
    const auto set = [&record](const char* key, uint64_t value) {
        if (value != 0) record[key] = value;
    };
    set("UniqueBlocks", summary.unique_block_count);
    set("TotalSize", summary.total_size_bytes);
    set("SharedSize", summary.shared_size_bytes);
    // JSON has no word for the ratio of an empty DAG, over which Kubo fails.
    if (std::isfinite(summary.ratio)) record["Ratio"] = static_cast<float>(summary.ratio);
    for (const dag::DagStat& dag : summary.dags) {
        Json row = {{"Cid", request.cid_text(dag.cid)}};
        if (dag.size_bytes != 0) row["Size"] = dag.size_bytes;
        if (dag.block_count != 0) row["NumBlocks"] = dag.block_count;
        record["DagStats"].push_back(std::move(row));
    }
    return record;
}

Result<void> run_stat(Context& context, const Request& request, Sink& sink) {
    std::vector<formats::Cid> roots;
    for (const std::string& argument : request.arguments) {
        dag::Resolved resolved = TRY(context.node->resolve(argument));
        if (!resolved.remainder.empty()) {
            return fail(Code::invalid_argument,
                        "cannot return size for anything other than a DAG with a root CID");
        }
        roots.push_back(std::move(resolved.cid));
    }
    const auto summary = TRY(context.node->dag_stat(roots, [&](const dag::DagStatSummary& so_far) {
        uint64_t done_bytes = 0;
        for (const dag::DagStat& dag : so_far.dags) done_bytes += dag.size_bytes;
        sink.progress(done_bytes, 0);
    }));
    return sink.record(stat_record(request, summary));
}

uint64_t number(const Json& record, const char* key) {
    const auto found = record.find(key);
    return found == record.end() ? 0 : found->get<uint64_t>();
}

void print_stat(const Json& record, const Request&, std::string& out) {
    const Json& dags = record["DagStats"];
    const size_t cid_width = dags[0]["Cid"].get_ref<const std::string&>().size();
    out += fmt::format("\n{:<{}}\t{:<15}\tSize\n", "CID", cid_width, "Blocks");
    for (const Json& dag : dags) {
        out += fmt::format("{}\t{:<15}\t{}\n", dag["Cid"].get_ref<const std::string&>(),
                           number(dag, "NumBlocks"), number(dag, "Size"));
    }
    const uint64_t total = number(record, "TotalSize");
    const uint64_t shared = number(record, "SharedSize");
    const auto ratio = record.find("Ratio");
    const std::string ratio_text =
        ratio == record.end() ? "NaN" : fmt::format("{:.6f}", ratio->get<double>());
    out += fmt::format(
        "\nSummary\nTotal Size: {} ({})\nUnique Blocks: {}\nShared Size: {} ({})\n"
        "Ratio: {}\n\n\n",
        total, node::size_text(total), number(record, "UniqueBlocks"), shared,
        node::size_text(shared), ratio_text);
}

}  // namespace

Command dag_get_command() {
    return {.path = "dag/get",
            .tagline = "Print the value at a path, as dag-json unless told otherwise.",
            .description =
                "The path may lead into the data of a block; --output-codec says how the value is "
                "written.",
            .examples = {{"dag get CID/name/list/0", "One value of a document."},
                         {"dag get --output-codec=dag-cbor CID > value.cbor", "As dag-cbor."}},
            .arguments = {{.name = "ref", .stdin_allowed = true, .help = "What to get."}},
            .options = {{.names = {"output-codec"},
                         .type = OptionType::text,
                         .preset = std::string("dag-json"),
                         .help = "How the value is written.",
                         .choices = ipld_choices()}},
            .needs = Needs::read_store,
            .gives = Gives::bytes,
            .run = run_get};
}

Command dag_put_command() {
    return {.path = "dag/put",
            .tagline = "Store a value and print its CID.",
            .description =
                "Each file holds one value; it is decoded, encoded by --store-codec and stored.",
            .examples = {{"dag put value.json", "From dag-json into a dag-cbor block."},
                         {"dag put --store-codec=dag-json value.json", "Keep it as dag-json."}},
            .arguments = {{.name = "object data",
                           .kind = ArgumentKind::file,
                           .variadic = true,
                           .stdin_allowed = true,
                           .help = "The value."}},
            .options = {{.names = {"store-codec"},
                         .type = OptionType::text,
                         .preset = std::string("dag-cbor"),
                         .help = "The codec of the block.",
                         .choices = ipld_choices()},
                        {.names = {"input-codec"},
                         .type = OptionType::text,
                         .preset = std::string("dag-json"),
                         .help = "The codec that the input is written in.",
                         .choices = ipld_choices()},
                        {{"pin"}, OptionType::flag, std::nullopt, "Pin it, and what it links to."},
                        {.names = {"hash"},
                         .type = OptionType::text,
                         .help = "The hash function of the CID.",
                         .choices = hash_choices()},
                        allow_big_block_option()},
            .needs = Needs::write_store,
            .gives = Gives::records,
            .run = run_put,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += record["Cid"]["/"].get_ref<const std::string&>();
                out += '\n';
            }};
}

Command dag_resolve_command() {
    return {
        .path = "dag/resolve",
        .tagline = "Print the block that a path ends in, and what is left of the path.",
        .description =
            "Prints the CID of the last block on the path, and what is left of the path inside it.",
        .examples = {{"dag resolve CID/a/b", "Which block holds a/b?"}},
        .arguments = {{.name = "ref", .stdin_allowed = true, .help = "The path."}},
        .needs = Needs::read_store,
        .gives = Gives::record,
        .run = run_resolve,
        .print = print_resolved};
}

Command dag_stat_command() {
    return {
        .path = "dag/stat",
        .tagline = "Count the blocks and bytes of DAGs, and what they share.",
        .description =
            "Walks everything below each CID; blocks that several of them share are counted once.",
        .examples = {{"dag stat CID", "How large is it really?"},
                     {"dag stat OLD-CID NEW-CID", "How much do two versions share?"}},
        .arguments =
            {{.name = "root", .variadic = true, .stdin_allowed = true, .help = "The roots."}},
        .options = {progress_option()},
        .needs = Needs::read_store,
        .gives = Gives::records,
        .run = run_stat,
        .print = print_stat};
}

}  // namespace kit::commands
