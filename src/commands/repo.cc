// repo/*: the store as a whole.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/stores.h"
#include "commands/text.h"
#include "node/units.h"

namespace kit::commands {
namespace {

Result<void> run_gc(Context& context, const Request& request, Sink& sink) {
    Result<void> told;
    const bool silent = request.flag("silent");
    TRY(context.node->collect([&](const formats::Cid& cid, uint64_t) {
        if (silent || !told) return;
        told = sink.record({{"Key", {{"/", request.cid_text(cid)}}}});
    }));
    return told;
}

Result<void> run_stat(Context& context, const Request& request, Sink& sink) {
    const node::RepoStat stat = TRY(context.node->stat());
    Json record = {{"RepoSize", stat.size_bytes}, {"StorageMax", stat.storage_bytes_max}};
    const bool whole = !request.flag("size-only");
    record["NumObjects"] = whole ? stat.object_count : 0;
    record["RepoPath"] = whole ? stat.path : "";
    record["Version"] = whole ? fmt::format("fs-repo@{}", node::repo_version) : "";
    return sink.record(record);
}

void print_stat(const Json& record, const Request& request, std::string& out) {
    const auto size_text = [&](const char* key) {
        const uint64_t size = record[key].get<uint64_t>();
        return request.flag("human") ? node::size_text(size) : std::to_string(size);
    };
    std::string rows;
    const bool whole = !request.flag("size-only");
    if (whole) rows += fmt::format("NumObjects:\t{}\n", record["NumObjects"].get<uint64_t>());
    rows += fmt::format("RepoSize:\t{}\n", size_text("RepoSize"));
    rows += fmt::format("StorageMax:\t{}\n", size_text("StorageMax"));
    if (whole) {
        rows += fmt::format("RepoPath:\t{}\n", record["RepoPath"].get_ref<const std::string&>());
        rows += fmt::format("Version:\t{}\n", record["Version"].get_ref<const std::string&>());
    }
    align_columns(rows, 0, out);
}

Result<void> run_verify(Context& context, const Request& request, Sink& sink) {
    if (request.flag("heal")) {
        return fail(Code::offline,
                    "--heal fetches blocks from other peers, and this command works without the "
                    "network; use --drop, and add or import the content again");
    }
    const bool drop = request.flag("drop");
    Result<void> told;
    uint64_t told_count = 0;  // Kubo counts every block aloud.
    const auto report = TRY(context.node->verify(
        [&](const formats::Cid& cid, const Error& error) {
            if (!told) return;
            told = sink.record(
                {{"Msg", fmt::format("block {} was corrupt ({}){}", request.cid_text(cid),
                                     error.to_text(), drop ? ", removed" : "")},
                 {"Progress", 0}});
        },
        [&](uint64_t done_count, uint64_t) {
            while (told && told_count < done_count) {
                told = sink.record({{"Msg", ""}, {"Progress", ++told_count}});
            }
        },
        drop));
    TRY(std::move(told));
    if (report.corrupt_count == 0) {
        return sink.record({{"Msg", "verify complete, all blocks validated."}, {"Progress", 0}});
    }
    const std::string summary =
        fmt::format("verify complete, {} blocks corrupt{}", report.corrupt_count,
                    drop ? fmt::format(", {} removed", report.corrupt_count) : "");
    if (!drop) return fail(Code::corrupt, "{}", summary);
    return sink.record({{"Msg", summary}, {"Progress", 0}});
}

Result<void> run_ls(Context& context, const Request& request, Sink& sink) {
    return context.node->each_block([&](const formats::Cid& cid, uint64_t) -> Result<bool> {
        TRY(sink.record({{"Ref", request.cid_text(cid)}, {"Err", ""}}));
        return true;
    });
}

void print_ref(const Json& record, const Request&, std::string& out) {
    out += record["Ref"].get_ref<const std::string&>();
    out += '\n';
}

Result<void> run_version(Context&, const Request&, Sink& sink) {
    return sink.record({{"Version", std::to_string(node::repo_version)}});
}

}  // namespace

Command repo_gc_command() {
    return {.path = "repo/gc",
            .tagline = "Remove every block that no pin reaches, and give its space back.",
            .description = "Other work goes on meanwhile: what is being added is safe.",
            .examples = {{"repo gc", "Collect, and print what went."},
                         {"repo gc --silent", "Collect without a word."}},
            .options =
                {{{"stream-errors"}, OptionType::flag, std::nullopt, "Send failures as records."},
                 {{"quiet", "q"}, OptionType::flag, std::nullopt, "Print the CIDs alone."},
                 {{"silent"}, OptionType::flag, std::nullopt, "Print nothing."}},
            .needs = Needs::write_store,
            .gives = Gives::records,
            .run = run_gc,
            .print = [](const Json& record, const Request& request, std::string& out) {
                if (!request.flag("quiet")) out += "removed ";
                out += record["Key"]["/"].get_ref<const std::string&>();
                out += '\n';
            }};
}

Command repo_stat_command() {
    return {.path = "repo/stat",
            .tagline = "Say how much the repository holds and how much it may.",
            .description = "Read from counters: it takes no longer in a large store.",
            .examples = {{"repo stat --human", "Sizes as people write them."}},
            .options = {{{"size-only", "s"},
                         OptionType::flag,
                         std::nullopt,
                         "RepoSize and StorageMax alone."},
                        {{"human", "H"}, OptionType::flag, std::nullopt, "Sizes such as 1.2 MB."}},
            .needs = Needs::read_store,
            .gives = Gives::record,
            .run = run_stat,
            .print = print_stat};
}

Command repo_verify_command() {
    return {
        .path = "repo/verify",
        .tagline = "Read every block and check it against its CID.",
        .description = "Reads every block and compares its hash with its name.",
        .examples = {{"repo verify", "Look, and change nothing."},
                     {"repo verify --drop", "Remove blocks that are damaged."}},
        .options =
            {{{"drop"}, OptionType::flag, std::nullopt, "Remove damaged blocks."},
             {{"heal"}, OptionType::flag, std::nullopt, "Fetch them again (needs the network)."},
             {{"heal-timeout"},
              OptionType::text,
              std::string("30s"),
              "How long to try for each block."}},
        .needs = Needs::write_store,
        .gives = Gives::records,
        .run = run_verify,
        .print = [](const Json& record, const Request&, std::string& out) {
            const std::string& message = record["Msg"].get_ref<const std::string&>();
            out += message.empty()
                       ? fmt::format("{} blocks processed.\r", record["Progress"].get<uint64_t>())
                       : message + "\n";
        }};
}

Command repo_ls_command() {
    return {.path = "repo/ls",
            .tagline = "List every block in the store.",
            .description = "The store knows blocks by hash alone, so each is named as CIDv1 raw.",
            .examples = {{"repo ls | wc -l", "Count the blocks the slow way."}},
            .needs = Needs::read_store,
            .gives = Gives::records,
            .run = run_ls,
            .print = print_ref};
}

Command refs_local_command() {
    Command command = repo_ls_command();
    command.path = "refs/local";
    command.tagline = "List every block in the store (the same as repo ls).";
    command.examples = {{"refs local", "The CIDs of all local blocks."}};
    return command;
}

Command repo_version_command() {
    return {
        .path = "repo/version",
        .tagline = "Print the version of the repository's shape.",
        .description = "The version of the repository's format, as Kubo counts it.",
        .examples = {{"repo version -q", "As fs-repo@18."}},
        .options = {{{"quiet", "q"}, OptionType::flag, std::nullopt, "Print the version alone."}},
        .needs = Needs::nothing,
        .gives = Gives::record,
        .run = run_version,
        .print = [](const Json& record, const Request& request, std::string& out) {
            out += fmt::format("{}fs-repo@{}\n", request.flag("quiet") ? "" : "ipfs repo version ",
                               record["Version"].get_ref<const std::string&>());
        }};
}

}  // namespace kit::commands
