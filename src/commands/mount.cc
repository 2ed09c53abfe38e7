// `mount`: content and names as folders of the daemon's machine. Of the mutable tree, which Kubo
// mounts as well, the record says "": it is not mounted.
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
        fmt::format_to(std::back_inserter(out), "{} mounted at: {}\n", name,
                       record.at(field).get<std::string>());
    };
    line("IPFS", "IPFS");
    line("IPNS", "IPNS");
}

}  // namespace

Command mount_command() {
    return {.path = "mount",
            .tagline = "Show content and names as folders.",
            .description =
                "The daemon mounts by FUSE: /ipfs/<cid> to be read, /ipns/<name> as links to it. "
                "The folders must be there, and are those of the config's section Mounts unless "
                "they are given. What was mounted before is unmounted. Root mounts by itself, "
                "others need the program fusermount3. The mutable tree cannot be mounted yet.",
            .examples = {{"mount", "At /ipfs and /ipns."},
                         {"mount -f ~/ipfs -n ~/ipns", "Where the user may."}},
            .options = {{{"ipfs-path", "f"}, OptionType::text, {}, "Where /ipfs is mounted."},
                        {{"ipns-path", "n"}, OptionType::text, {}, "Where /ipns is mounted."},
                        {{"mfs-path", "m"}, OptionType::text, {}, "Refused: not yet."}},
            .needs = Needs::config,
            .gives = Gives::record,
            .status = Status::experimental,
            .daemon_only = true,
            .run = run_mount,
            .print = print_mounts};
}

}  // namespace kit::commands
