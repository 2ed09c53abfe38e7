// `version deps`: the libraries that this build holds, as the build system found them.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

#include "commands/makers.h"

namespace kit::commands {
namespace {

struct Dependency {
    std::string_view path;
    std::string_view version;
};

constexpr std::array dependencies = {
    Dependency{"ipfs-kit", node::kit_version_text},
    Dependency{"github.com/facebook/rocksdb", KIT_ROCKSDB_VERSION},
    Dependency{"github.com/fmtlib/fmt", KIT_FMT_VERSION},
    Dependency{"github.com/nlohmann/json", KIT_JSON_VERSION},
    Dependency{"github.com/openssl/openssl", KIT_OPENSSL_VERSION},
    Dependency{"zlib.net", KIT_ZLIB_VERSION},
};

Result<void> run(Context&, const Request&, Sink& sink) {
    for (const Dependency& dependency : dependencies) {
        Json record;
        record["Path"] = dependency.path;
        record["Version"] = dependency.version;
        record["ReplacedBy"] = "";
        record["Sum"] = "";
        TRY(sink.record(record));
    }
    return {};
}

}  // namespace

Command version_deps_command() {
    return {
        .path = "version/deps",
        .tagline = "Show the libraries that this build uses.",
        .description = "Prints each library with its version, one a line.",
        .gives = Gives::records,
        .run = run,
        .print =
            [](const Json& record, const Request&, std::string& out) {
                out += fmt::format("{}@{}\n", record.at("Path").get<std::string>(),
                                   record.at("Version").get<std::string>());
            },
    };
}

}  // namespace kit::commands
