// `version`: which Kubo's surface this is, and which ipfs-kit provides it.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "node/version.h"

namespace kit::commands {
namespace {

Result<void> run(Context&, const Request&, Sink& sink) {
    Json record;
    record["Version"] = node::version_text;
    record["Commit"] = "";
    record["Repo"] = fmt::format("{}", node::repo_version);
    record["System"] = fmt::format("{}/{}", node::architecture_text, node::system_text);
    // Clients only show this field; it is where they find out that this is no Go program.
    record["Golang"] = fmt::format("none, this is ipfs-kit {}", node::kit_version_text);
    return sink.record(record);
}

void print(const Json& record, const Request& request, std::string& out) {
    const auto text = [&](const char* key) { return record.at(key).get<std::string>(); };
    if (request.flag("all")) {
        out += fmt::format(
            "Kubo version: {}\nRepo version: {}\nSystem version: {}\nGolang version: {}\n",
            text("Version"), text("Repo"), text("System"), text("Golang"));
    } else if (request.flag("repo")) {
        out += text("Repo") + "\n";
    } else if (request.flag("number")) {
        out += text("Version") + "\n";
    } else {
        out += "ipfs version " + text("Version") + "\n";
    }
}

}  // namespace

Command version_command() {
    return {
        .path = "version",
        .tagline = "Show which version this is.",
        .description =
            "Prints the version of Kubo whose commands, texts and formats this "
            "program has. --all names ipfs-kit's own version too.",
        .examples = {{"version --all", "Everything there is to say about this build."}},
        .options =
            {
                {.names = {"number", "n"}, .help = "Only the version number."},
                {.names = {"commit"}, .help = "With the commit that it was built from."},
                {.names = {"repo"}, .help = "The version of the repository's format."},
                {.names = {"all"}, .help = "Everything."},
            },
        .gives = Gives::record,
        .run = run,
        .print = print,
    };
}

}  // namespace kit::commands
