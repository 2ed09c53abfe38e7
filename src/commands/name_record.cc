// Signed records as bytes: name/get, name/put, name/inspect.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "base/limits.h"
#include "commands/key_text.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/stores.h"
#include "commands/text.h"
#include "node/units.h"

namespace kit::commands {
namespace {

using formats::IpnsRecord;

constexpr uint64_t input_size_bytes_max = 1 * MiB;  // Kubo's; a record has 10 KiB at most.

// The record's fields of which there is something to say: all of them, or none when it is damaged.
Json entry_of(const IpnsRecord& record) {
    const auto content = record.content();
    if (!content) {
        return {{"Value", ""},
                {"ValidityType", nullptr},
                {"Validity", nullptr},
                {"Sequence", nullptr},
                {"TTL", nullptr}};
    }
    return {{"Value", content->value},
            {"ValidityType", 0},
            {"Validity", formats::to_rfc3339(content->valid_until)},
            {"Sequence", content->sequence},
            {"TTL", content->ttl_ns}};
}

// As Go's hex.Dump: sixteen bytes a line, in two halves, and what of them is ASCII.
std::string hex_dump(ByteView bytes) {
    constexpr size_t row_size = 16;
    std::string dump;
    for (size_t offset = 0; offset < bytes.size(); offset += row_size) {
        dump += fmt::format("{:08x} ", offset);
        std::string text;
        for (size_t i = 0; i < row_size; ++i) {
            if (i % 8 == 0) dump += ' ';
            if (offset + i >= bytes.size()) {
                dump += "   ";
                continue;
            }
            const uint8_t byte = bytes[offset + i];
            dump += fmt::format("{:02x} ", byte);
            text += byte < 32 || byte > 126 ? '.' : static_cast<char>(byte);
        }
        dump += fmt::format(" |{}|\n", text);
    }
    return dump;
}

formats::Moment now_of(const Context& context) {
    constexpr int64_t ns_per_s = 1'000'000'000;
    const int64_t unix_ns = context.env.clock.unix_ns();
    return {.seconds = unix_ns / ns_per_s,
            .nanoseconds = static_cast<uint32_t>(unix_ns % ns_per_s)};
}

Result<void> run_inspect(Context& context, const Request& request, Sink& sink) {
    const Bytes bytes = TRY(read_only_input(context, request, input_size_bytes_max));
    const IpnsRecord record = TRY(IpnsRecord::from_bytes(bytes));
    const char* signature_type = record.has_v2_signature() ? "V2" : "Unknown";
    if (record.has_v1_signature()) signature_type = "V1+V2";
    Json result = {{"Entry", entry_of(record)},
                   {"PbSize", bytes.size()},
                   {"SignatureType", signature_type},
                   {"HexDump", request.flag("dump") ? hex_dump(bytes) : ""},
                   {"Validation", nullptr}};
    if (request.given("verify")) {
        const formats::PeerId name = TRY(name_from_text(request.text("verify")));
        const auto valid = record.validate(name, now_of(context));
        result["Validation"] = {{"Valid", valid.has_value()},
                                {"Reason", valid ? "" : valid.error().to_text()},
                                {"Name", name.to_cid_text()}};
    }
    return sink.record(result);
}

void print_inspected(const Json& record, const Request&, std::string& out) {
    const Json& entry = record["Entry"];
    std::string rows;
    const auto& value = entry["Value"].get_ref<const std::string&>();
    if (!value.empty()) rows += fmt::format("Value:\t{}\n", go_quote(value));
    if (!entry["ValidityType"].is_null()) {
        rows += fmt::format("Validity Type:\t{}\n", entry["ValidityType"].get<int64_t>());
    }
    if (!entry["Validity"].is_null()) {
        rows += fmt::format("Validity:\t{}\n",
                            go_quote(entry["Validity"].get_ref<const std::string&>()));
    }
    if (!entry["Sequence"].is_null()) {
        rows += fmt::format("Sequence:\t{}\n", entry["Sequence"].get<uint64_t>());
    }
    if (!entry["TTL"].is_null()) {
        rows += fmt::format("TTL:\t{}\n", node::duration_text(entry["TTL"].get<int64_t>()));
    }
    rows += fmt::format("Protobuf Size:\t{}\n", record["PbSize"].get<uint64_t>());
    rows +=
        fmt::format("Signature Type:\t{}\n", record["SignatureType"].get_ref<const std::string&>());
    align_columns(rows, 0, out);
    const Json& validation = record["Validation"];
    if (validation.is_null()) {
        out += "\nThis record was not verified. Pass '--verify k51...' to verify.\n";
    } else {
        out += "\nValidation results:\n";
        rows = fmt::format("\tValid:\t{}\n", validation["Valid"].get<bool>());
        const auto& reason = validation["Reason"].get_ref<const std::string&>();
        if (!reason.empty()) rows += fmt::format("\tReason:\t{}\n", reason);
        rows += fmt::format("\tName:\t{}\n", validation["Name"].get_ref<const std::string&>());
        align_columns(rows, 0, out);
    }
    const auto& dump = record["HexDump"].get_ref<const std::string&>();
    if (!dump.empty()) out += "\nHex Dump:\n" + dump;
}

// DEPARTURE: Kubo asks the network alone; a record that is here is an answer without it as well.
Result<void> run_get(Context& context, const Request& request, Sink& sink) {
    const formats::PeerId name = TRY(name_from_text(request.arguments.at(0)));
    const auto record = TRY(context.node->find_name_record(name));
    if (!record) return action_is_offline();
    sink.expect_bytes(record->bytes().size());
    return sink.bytes(record->bytes());
}

Result<void> check_record(const Context& context, const formats::PeerId& name, ByteView bytes) {
    if (bytes.size() > limits::ipns_record_size_bytes_max) {
        return fail(Code::too_large,
                    "record exceeds maximum size of {} bytes, use --force to skip size check",
                    limits::ipns_record_size_bytes_max);
    }
    const auto record = IpnsRecord::from_bytes(bytes);
    if (!record) return fail_because(record.error(), "invalid IPNS record");
    const auto valid = record->validate(name, now_of(context));
    if (!valid) return fail_because(valid.error(), "record validation failed");
    const auto held = TRY(context.node->find_name_record(name));
    if (!held || equal(held->bytes(), bytes)) return {};
    const auto old_content = held->content();
    const auto new_content = record->content();
    if (!old_content || !new_content || old_content->sequence < new_content->sequence) return {};
    return fail(Code::already_exists,
                "existing IPNS record has sequence {} >= new record sequence {}, use 'ipfs name "
                "put --force' to skip this check",
                old_content->sequence, new_content->sequence);
}

Result<void> run_put(Context& context, const Request& request, Sink& sink) {
    TRY(check_allowed_together(request));
    if (request.flag("allow-delegated")) TRY(check_delegated(context));
    const auto name = name_from_text(request.arguments.at(0));
    if (!name) return fail_because(name.error(), "invalid IPNS name");
    const Bytes bytes = TRY(read_only_input(context, request, input_size_bytes_max));
    if (bytes.empty()) return fail(Code::invalid_argument, "record is empty");
    if (!request.flag("force")) TRY(check_record(context, *name, bytes));
    if (!request.flag("allow-offline")) {
        return fail(Code::offline,
                    "can't put while offline: pass `--allow-offline` to store locally or "
                    "`--allow-delegated` if Ipns.DelegatedPublishers are set up");
    }
    TRY(context.node->put_name_record(*name, bytes));
    std::string value;
    if (const auto record = IpnsRecord::from_bytes(bytes)) {
        if (const auto content = record->content()) value = content->value;
    }
    return sink.record({{"Name", name->to_cid_text()}, {"Value", value}});
}

}  // namespace

Command name_get_command() {
    return {.path = "name/get",
            .tagline = "Write out the signed record of a name.",
            .description =
                "The bytes of the best valid record that is known, as others sign and "
                "exchange them; 'name inspect' reads them.",
            .examples = {{"name get NAME > record", "Keep it in a file."}},
            .arguments = {{.name = "name", .help = "The name."}},
            .needs = Needs::read_store,
            .gives = Gives::bytes,
            .content_type = "application/vnd.ipfs.ipns-record",
            .status = Status::experimental,
            .run = run_get};
}

Command name_inspect_command() {
    return {.path = "name/inspect",
            .tagline = "Show what a signed record says.",
            .description = "With --verify its signature is checked against a name.",
            .examples = {{"name inspect --verify=NAME record", "Is it really the name's?"}},
            .arguments = {{.name = "record",
                           .kind = ArgumentKind::file,
                           .stdin_allowed = true,
                           .help = "The record."}},
            .options = {{{"verify"}, OptionType::text, {}, "The name to check it against."},
                        {{"dump"}, OptionType::flag, true, "Show its bytes in hexadecimal."}},
            .needs = Needs::nothing,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = run_inspect,
            .print = print_inspected};
}

Command name_put_command() {
    return {.path = "name/put",
            .tagline = "Keep a record that somebody signed.",
            .description =
                "It is kept when its signature is the name's, it is not over, and its "
                "sequence number is above that of the record held.",
            .examples = {{"name put --allow-offline NAME record", "What 'name get' wrote."}},
            .arguments = {{.name = "name", .help = "The name."},
                          {.name = "record",
                           .kind = ArgumentKind::file,
                           .stdin_allowed = true,
                           .help = "The record."}},
            .options = {{{"force", "f"},
                         OptionType::flag,
                         std::nullopt,
                         "Leave the checks to the place where records are kept."},
                        allow_offline_option(),
                        allow_delegated_option(),
                        {{"quiet", "q"}, OptionType::flag, std::nullopt, "Print nothing."}},
            .needs = Needs::write_store,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = run_put,
            .print = [](const Json& record, const Request& request, std::string& out) {
                if (request.flag("quiet")) return;
                out += escape_unprintable(record["Name"].get_ref<const std::string&>()) + "\n";
            }};
}

}  // namespace kit::commands
