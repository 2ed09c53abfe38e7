// `mount`: content, names and the mutable tree as folders of the daemon's machine.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"

namespace kit::commands {
namespace {

Result<void> run_mount(Context& context, const Request& request, Sink& sink) {
    if (context.daemon == nullptr) {
        TRY(load_config(context));
        return command_is_offline();
    }
    const MountPlaces places = TRY(context.daemon->mount({.ipfs = request.text("ipfs-path"),
                                                          .ipns = request.text("ipns-path"),
                                                          .mfs = request.text("mfs-path")}));
    return sink.record({{"IPFS", places.ipfs},
                        {"IPNS", places.ipns},
                        {"MFS", places.mfs},
                        {"FuseAllowOther", nullptr},
                        {"StoreMtime", nullptr},
                        {"StoreMode", nullptr}});
}

void print_mounts(const Json& record, const Request&, std::string& out) {
    const auto line = [&](std::string_view name, const char* field) {
        fmt::format_to(std::back_inserter(out), "{:4} mounted at: {}\n", name,
                       record.at(field).get<std::string>());
    };
    line("IPFS", "IPFS");
    line("IPNS", "IPNS");
    line("MFS", "MFS");
}

}  // namespace

Command mount_command() {
    return {.path = "mount",
            .tagline = "Show content, names and the mutable tree as folders.",
            .description =
                "The daemon mounts by FUSE: /ipfs/<cid> to be read, /ipns/<name> as links to it, "
                "/mfs to be read and written: what 'files' shows. What is written to a file is in "
                "the tree when it is closed or synced. The folders must be there, and are those "
                "of the config's section Mounts unless they are given. What was mounted before is "
                "unmounted. Root mounts by itself, others need the program fusermount3.",
            .examples = {{"mount", "At /ipfs, /ipns and /mfs."},
                         {"mount -f ~/ipfs -n ~/ipns -m ~/mfs", "Where the user may."}},
            .options =
                {{{"ipfs-path", "f"}, OptionType::text, {}, "Where /ipfs is mounted."},
                 {{"ipns-path", "n"}, OptionType::text, {}, "Where /ipns is mounted."},
                 {{"mfs-path", "m"}, OptionType::text, {}, "Where the mutable tree is mounted."}},
            .needs = Needs::config,
            .gives = Gives::record,
            .status = Status::experimental,
            .daemon_only = true,
            .run = run_mount,
            .print = print_mounts};
}

}  // namespace kit::commands
