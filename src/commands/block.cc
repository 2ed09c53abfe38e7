// block/*: single blocks, by their CID.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "commands/choices.h"
#include "commands/makers.h"
#include "commands/stores.h"
#include "formats/multicodec.h"

namespace kit::commands {
namespace {

Json stat_record(const Request& request, const formats::Cid& cid, uint64_t size_bytes) {
    return {{"Key", request.cid_text(cid)}, {"Size", size_bytes}};
}

Result<void> run_stat(Context& context, const Request& request, Sink& sink) {
    const formats::Cid cid = TRY(context.node->resolve_to_cid(request.arguments.at(0)));
    const uint64_t size_bytes = TRY(context.node->block_size(cid));
    return sink.record(stat_record(request, cid, size_bytes));
}

Result<void> run_get(Context& context, const Request& request, Sink& sink) {
    const formats::Cid cid = TRY(context.node->resolve_to_cid(request.arguments.at(0)));
    const SharedBytes body = TRY(context.node->get_block(cid));
    return sink.bytes(body.view());
}

// The names that --format knew before --cid-codec: kubo:core/coreiface/options/block.go.
Result<void> take_legacy_format(const std::string& format, node::Node::PutBlockOptions& options) {
    if (format == "v0") {
        options.codec = static_cast<uint64_t>(formats::Codec::dag_pb);
        options.cid_version = 0;
        return {};
    }
    const std::string name = format == "protobuf" ? "dag-pb"
                             : format == "cbor"   ? "dag-cbor"
                                                  : format;
    options.codec = TRY(formats::codec_from_text(name));
    return {};
}

Result<void> run_put(Context& context, const Request& request, Sink& sink) {
    node::Node::PutBlockOptions options;
    options.pin = request.flag("pin");
    options.allow_big_block = request.flag("allow-big-block");
    options.digest_size = request.integer("mhlen");
    const std::string hash_name = request.text("mhtype");
    if (hash_name.empty()) {
        const unixfs::DagShape shape = TRY(context.node->shape({}));
        options.hash_code = shape.hash_code;
    } else {
        const auto hash = formats::find_hash(hash_name);
        if (!hash) {
            return fail(Code::invalid_argument, "unrecognized multihash function: {}", hash_name);
        }
        options.hash_code = hash->code;
    }
    const std::string format = request.text("format");
    const std::string codec = request.text("cid-codec");
    if (format.empty()) {
        options.codec = TRY(formats::codec_from_text(codec));
    } else {
        if (!codec.empty() && codec != "raw") {
            return fail(Code::invalid_argument,
                        "unable to use \"format\" (deprecated) and a custom \"cid-codec\" at the "
                        "same time");
        }
        TRY(take_legacy_format(format, options));
    }
    Files files(request);
    for (;;) {
        const auto file = TRY(files.next());
        if (!file) break;
        const Bytes body = TRY(read_input(context, *file, limits::block_size_bytes_max));
        const formats::Cid cid = TRY(context.node->put_block(body, options));
        TRY(sink.record(stat_record(request, cid, body.size())));
    }
    return {};
}

Result<void> run_rm(Context& context, const Request& request, Sink& sink) {
    bool all_removed = true;
    for (const std::string& argument : request.arguments) {
        const formats::Cid cid = TRY(context.node->resolve_to_cid(argument));
        Json record = {{"Hash", request.cid_text(cid)}};
        const auto removed = context.node->remove_block(cid, request.flag("force"));
        if (!removed) {
            all_removed = false;
            record["Error"] = removed.error().to_text();
        } else if (request.flag("quiet")) {
            continue;
        }
        TRY(sink.record(record));
    }
    if (!all_removed) return fail(Code::invalid_argument, "some blocks not removed");
    return {};
}

void print_key(const Json& record, const Request&, std::string& out) {
    out += record["Key"].get_ref<const std::string&>();
    out += '\n';
}

}  // namespace

Command block_stat_command() {
    return {.path = "block/stat",
            .tagline = "Print the CID and the size of a block.",
            .description = "Reads the size from the index: the block itself is not read.",
            .examples = {{"block stat QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH",
                          "How large is the block of the empty file?"}},
            .arguments = {{.name = "cid", .stdin_allowed = true, .help = "The block's CID."}},
            .needs = Needs::read_store,
            .gives = Gives::record,
            .run = run_stat,
            .print = [](const Json& record, const Request&, std::string& out) {
                out +=
                    fmt::format("Key: {}\nSize: {}\n", record["Key"].get_ref<const std::string&>(),
                                record["Size"].get<uint64_t>());
            }};
}

Command block_get_command() {
    return {.path = "block/get",
            .tagline = "Write the bytes of a block to standard output.",
            .description = "A block that is not here is an error: nothing is fetched.",
            .examples = {{"block get CID > block.bin", "Keep a block's bytes in a file."}},
            .arguments = {{.name = "cid", .stdin_allowed = true, .help = "The block's CID."}},
            .needs = Needs::read_store,
            .gives = Gives::bytes,
            .content_type = "application/vnd.ipld.raw",
            .run = run_get};
}

Command block_put_command() {
    return {
        .path = "block/put",
        .tagline = "Store bytes as a block and print its CID.",
        .description =
            "The CID is version 1 with codec raw unless --cid-codec names another; "
            "the bytes are stored as they are, and not checked against the codec.",
        .examples = {{"block put file.bin", "Store a file of at most 2 MiB as one block."},
                     {"block put --cid-codec=dag-cbor node.cbor", "Name it as dag-cbor."}},
        .arguments = {{.name = "data",
                       .kind = ArgumentKind::file,
                       .variadic = true,
                       .stdin_allowed = true,
                       .help = "The bytes of the block."}},
        .options =
            {{{"cid-codec"}, OptionType::text, std::string("raw"), "The codec that the CID names."},
             {.names = {"mhtype"},
              .type = OptionType::text,
              .help = "The hash function of the CID.",
              .choices = hash_choices()},
             {{"mhlen"}, OptionType::integer, int64_t{-1}, "Cut the digest to so many bytes."},
             {{"pin"}, OptionType::flag, false, "Pin the block, and what it links to."},
             allow_big_block_option(),
             {{"format", "f"}, OptionType::text, {}, "Old form of --cid-codec (deprecated)."}},
        .needs = Needs::write_store,
        .gives = Gives::records,
        .run = run_put,
        .print = print_key};
}

Command block_rm_command() {
    return {.path = "block/rm",
            .tagline = "Remove blocks from the store.",
            .description = "A block that a pin holds is kept, and said so.",
            .examples = {{"block rm CID", "Remove one block that nothing pins."}},
            .arguments = {{.name = "cid", .variadic = true, .help = "The blocks' CIDs."}},
            .options = {{{"force", "f"},
                         OptionType::flag,
                         std::nullopt,
                         "Pass over blocks that are not here."},
                        {{"quiet", "q"}, OptionType::flag, std::nullopt, "Print failures alone."}},
            .needs = Needs::write_store,
            .gives = Gives::records,
            .run = run_rm,
            .print = [](const Json& record, const Request&, std::string& out) {
                const std::string& hash = record["Hash"].get_ref<const std::string&>();
                if (record.contains("Error")) {
                    out += fmt::format("cannot remove {}: {}\n", hash,
                                       record["Error"].get_ref<const std::string&>());
                } else {
                    out += fmt::format("removed {}\n", hash);
                }
            }};
}

}  // namespace kit::commands
