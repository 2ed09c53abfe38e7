// `config replace` and `config profile apply`: many settings at once.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "commands/config_diff.h"
#include "commands/makers.h"
#include "commands/stores.h"
#include "node/go_json.h"
#include "node/limits.h"

namespace kit::commands {
namespace {

Json services_of(const node::Config& config) {
    const Json* services = config.find("Pinning.RemoteServices");
    return services != nullptr && services->is_object() ? *services : Json::object();
}

// The addresses and keys of remote pinning services stay what they are: the new file may leave
// them out, as `config show` does, but not change them.
Result<Json> kept_services(const Json& old_services, Json new_services) {
    const auto moved = [] {
        return fail(Code::permission_denied,
                    "cannot add or remove remote pinning services with 'config replace'");
    };
    if (old_services.size() != new_services.size()) return moved();
    for (auto service = old_services.begin(); service != old_services.end(); ++service) {
        const auto found = new_services.find(service.key());
        if (found == new_services.end()) return moved();
        const Json old_api = service->value("API", Json::object());
        const Json new_api = found->value("API", Json::object());
        const auto endpoint = new_api.value("Endpoint", std::string());
        if (!new_api.value("Key", std::string()).empty() ||
            (!endpoint.empty() && endpoint != old_api.value("Endpoint", std::string()))) {
            return fail(Code::permission_denied,
                        "cannot change remote pinning services api info with `config replace`");
        }
        (*found)["API"] = old_api;
    }
    return new_services;
}

Result<void> run_replace(Context& context, const Request& request, Sink&) {
    const node::Config old_config = TRY(node::Config::load(context.env.disk, context.repo));
    const Bytes text = TRY(read_only_input(context, request, node::limits::config_size_bytes_max));
    auto new_config = node::Config::from_text(as_text(text));
    if (!new_config) {
        return fail_because(std::move(new_config).error(), "failed to decode file as config");
    }
    if (!new_config->find_text("Identity.PrivKey").value_or("").empty()) {
        return fail(Code::permission_denied, "setting private key with API is not supported");
    }
    const auto private_key = old_config.find_text("Identity.PrivKey");
    if (!private_key) return fail(Code::not_found, "failed to get PrivKey");
    new_config->set_private_key(TRY(node::identity_of(*private_key)));
    Json services = TRY(kept_services(services_of(old_config), services_of(*new_config)));
    if (!services.empty()) TRY(new_config->set("Pinning.RemoteServices", services));
    return new_config->save(context.env.disk, context.repo);
}

// Kubo keeps what a profile replaces beside the config.
Result<void> save_backup(Context& context, const std::string& profile) {
    const Bytes text = TRY(read_file(context.env.disk, join(context.repo, "config")));
    const Path path = join(context.repo, fmt::format("config-pre-{}-{}", profile,
                                                     context.env.random.next() % 10'000'000'000));
    return replace_file(context.env.disk, path, text, 0600);
}

Json without_private_key(const node::Config& config) {
    Json json = config.json();
    if (json.contains("Identity")) json["Identity"].erase("PrivKey");
    return node::sorted_by_key(json);
}

Result<void> run_apply(Context& context, const Request& request, Sink& sink) {
    const std::string& name = request.arguments.front();
    const node::Profile* profile = node::find_profile(name);
    if (profile == nullptr) return fail(Code::invalid_argument, "{} is not a profile", name);
    // The layout that every config of ours names is Kubo's default one; its other names are fine.
    if (profile->is_datastore_layout && !name.starts_with("flatfs-levelds") && name != "flatfs" &&
        name != "flatfs-measure" && name != "default-datastore") {
        return fail(Code::unsupported,
                    "profile {} changes the datastore layout, which is fixed when the repo is "
                    "created; this program has one store, and no other layout to change to",
                    go_quote(name));
    }
    const node::Config before = TRY(node::Config::load(context.env.disk, context.repo));
    node::Config after = before;
    TRY(profile->apply(after));
    if (!request.flag("dry-run")) {
        TRY(save_backup(context, name));
        TRY(after.save(context.env.disk, context.repo));
    }
    return sink.record(
        {{"OldCfg", without_private_key(before)}, {"NewCfg", without_private_key(after)}});
}

std::string profile_list() {
    std::string text = "Available profiles:\n";
    for (const node::Profile& profile : node::profiles()) {
        text += fmt::format("  '{}':\n    {}\n", profile.name, profile.description);
    }
    return text;
}

}  // namespace

Command config_replace_command() {
    return {
        .path = "config/replace",
        .tagline = "Replace the configuration by a file.",
        .description =
            "The node's key pair stays what it is: a private key in the file is "
            "refused, and the peer id follows the key. Keep a copy of the old file, "
            "this cannot be undone.",
        .examples = {{"config replace new-config.json", "Take this file."}},
        .arguments = {{.name = "file",
                       .kind = ArgumentKind::file,
                       .help = "File to use as the new configuration."}},
        .needs = Needs::config,
        .run = run_replace,
    };
}

Command config_profile_command() {
    return {.path = "config/profile",
            .tagline = "Apply profiles to the configuration.",
            .description = profile_list()};
}

Command config_profile_apply_command() {
    return {
        .path = "config/profile/apply",
        .tagline = "Apply a profile to the configuration.",
        .description = "A copy of the old configuration is kept beside it.",
        .examples = {{"config profile apply --dry-run lowpower", "Show what would change."}},
        .arguments = {{.name = "profile", .help = "Profile to apply."}},
        .options = {{.names = {"dry-run"}, .help = "Print what would change, and change nothing."}},
        .needs = Needs::config,
        .gives = Gives::record,
        .run = run_apply,
        .print =
            [](const Json& record, const Request&, std::string& out) {
                out += config_difference(record.at("OldCfg"), record.at("NewCfg"));
            },
    };
}

}  // namespace kit::commands
