// The one list of commands. A new command is a line here, a declaration in makers.h and a file.
#include <algorithm>

#include "commands/command.h"
#include "commands/makers.h"

namespace kit::commands {
namespace {

// Sorted by path, so that a group stands before its commands.
constexpr CommandEntry table[] = {
    {"add", add_command},
    {"block", block_command},
    {"block/get", block_get_command},
    {"block/put", block_put_command},
    {"block/rm", block_rm_command},
    {"block/stat", block_stat_command},
    {"cat", cat_command},
    {"cid", cid_command},
    {"cid/base32", cid_base32_command},
    {"cid/bases", cid_bases_command},
    {"cid/codecs", cid_codecs_command},
    {"cid/format", cid_format_command},
    {"cid/hashes", cid_hashes_command},
    {"cid/inspect", cid_inspect_command},
    {"commands", commands_command},
    {"commands/completion", commands_completion_command},
    {"commands/completion/bash", commands_completion_bash_command},
    {"commands/completion/fish", commands_completion_fish_command},
    {"commands/completion/zsh", commands_completion_zsh_command},
    {"config", config_command},
    {"config/edit", config_edit_command},
    {"config/profile", config_profile_command},
    {"config/profile/apply", config_profile_apply_command},
    {"config/replace", config_replace_command},
    {"config/show", config_show_command},
    {"daemon", daemon_command},
    {"dag", dag_command},
    {"dag/export", dag_export_command},
    {"dag/get", dag_get_command},
    {"dag/import", dag_import_command},
    {"dag/put", dag_put_command},
    {"dag/resolve", dag_resolve_command},
    {"dag/stat", dag_stat_command},
    {"files", files_command},
    {"files/chcid", files_chcid_command},
    {"files/chmod", files_chmod_command},
    {"files/chroot", files_chroot_command},
    {"files/cp", files_cp_command},
    {"files/flush", files_flush_command},
    {"files/ls", files_ls_command},
    {"files/mkdir", files_mkdir_command},
    {"files/mv", files_mv_command},
    {"files/read", files_read_command},
    {"files/rm", files_rm_command},
    {"files/stat", files_stat_command},
    {"files/touch", files_touch_command},
    {"files/write", files_write_command},
    {"filestore", filestore_command},
    {"filestore/dups", filestore_dups_command},
    {"filestore/ls", filestore_ls_command},
    {"filestore/verify", filestore_verify_command},
    {"get", get_command},
    {"id", id_command},
    {"init", init_command},
    {"key", key_command},
    {"key/export", key_export_command},
    {"key/gen", key_gen_command},
    {"key/import", key_import_command},
    {"key/list", key_list_command},
    {"key/ls", key_ls_command},
    {"key/rename", key_rename_command},
    {"key/rm", key_rm_command},
    {"key/rotate", key_rotate_command},
    {"key/sign", key_sign_command},
    {"key/verify", key_verify_command},
    {"ls", ls_command},
    {"multibase", multibase_command},
    {"multibase/decode", multibase_decode_command},
    {"multibase/encode", multibase_encode_command},
    {"multibase/list", multibase_list_command},
    {"multibase/transcode", multibase_transcode_command},
    {"name", name_command},
    {"name/get", name_get_command},
    {"name/inspect", name_inspect_command},
    {"name/publish", name_publish_command},
    {"name/pubsub", name_pubsub_command},
    {"name/pubsub/cancel", name_pubsub_cancel_command},
    {"name/pubsub/state", name_pubsub_state_command},
    {"name/pubsub/subs", name_pubsub_subs_command},
    {"name/put", name_put_command},
    {"name/resolve", name_resolve_command},
    {"pin", pin_command},
    {"pin/add", pin_add_command},
    {"pin/ls", pin_ls_command},
    {"pin/rm", pin_rm_command},
    {"pin/update", pin_update_command},
    {"pin/verify", pin_verify_command},
    {"refs", refs_command},
    {"refs/local", refs_local_command},
    {"repo", repo_command},
    {"repo/gc", repo_gc_command},
    {"repo/ls", repo_ls_command},
    {"repo/stat", repo_stat_command},
    {"repo/verify", repo_verify_command},
    {"repo/version", repo_version_command},
    {"resolve", resolve_command},
    {"routing", routing_command},
    {"routing/findpeer", routing_findpeer_command},
    {"routing/findprovs", routing_findprovs_command},
    {"routing/get", routing_get_command},
    {"routing/provide", routing_provide_command},
    {"routing/put", routing_put_command},
    {"routing/reprovide", routing_reprovide_command},
    {"shutdown", shutdown_command},
    {"version", version_command},
    {"version/deps", version_deps_command},
};

}  // namespace

std::span<const CommandEntry> command_table() {
    return table;
}

const CommandEntry* find_command(std::string_view path) {
    const auto* found = std::ranges::lower_bound(table, path, {}, &CommandEntry::path);
    return found != std::end(table) && found->path == path ? found : nullptr;
}

std::vector<CommandEntry> subcommands_of(std::string_view group) {
    std::vector<CommandEntry> found;
    for (const CommandEntry& entry : table) {
        std::string_view rest = entry.path;
        if (!group.empty()) {
            if (!rest.starts_with(group) || rest.size() <= group.size() + 1 ||
                rest[group.size()] != '/') {
                continue;
            }
            rest.remove_prefix(group.size() + 1);
        }
        if (rest.find('/') == std::string_view::npos) found.push_back(entry);
    }
    return found;
}

std::vector<Command> all_commands() {
    std::vector<Command> commands;
    for (const CommandEntry& entry : table) commands.push_back(entry.make());
    return commands;
}

std::string_view Command::name() const {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string_view(path)
                                      : std::string_view(path).substr(slash + 1);
}

}  // namespace kit::commands
