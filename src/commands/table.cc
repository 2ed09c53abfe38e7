// The one list of commands. A new command is a line here, a declaration in makers.h and a file.
#include <algorithm>

#include "commands/command.h"
#include "commands/makers.h"

namespace kit::commands {
namespace {

// Sorted by path, so that a group stands before its commands.
constexpr CommandEntry table[] = {
    {"add", add_command},
    {"bitswap", bitswap_command},
    {"bitswap/ledger", bitswap_ledger_command},
    {"bitswap/reprovide", bitswap_reprovide_command},
    {"bitswap/stat", bitswap_stat_command},
    {"bitswap/wantlist", bitswap_wantlist_command},
    {"block", block_command},
    {"block/get", block_get_command},
    {"block/put", block_put_command},
    {"block/rm", block_rm_command},
    {"block/stat", block_stat_command},
    {"bootstrap", bootstrap_command},
    {"bootstrap/add", bootstrap_add_command},
    {"bootstrap/list", bootstrap_list_command},
    {"bootstrap/rm", bootstrap_rm_command},
    {"bootstrap/rm/all", bootstrap_rm_all_command},
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
    {"content", content_command},
    {"content/announce", content_announce_command},
    {"content/heard", content_heard_command},
    {"content/peers", content_peers_command},
    {"content/request", content_request_command},
    {"content/watch", content_watch_command},
    {"daemon", daemon_command},
    {"dag", dag_command},
    {"dag/export", dag_export_command},
    {"dag/get", dag_get_command},
    {"dag/import", dag_import_command},
    {"dag/put", dag_put_command},
    {"dag/resolve", dag_resolve_command},
    {"dag/stat", dag_stat_command},
    {"dht", dht_command},
    {"dht/findpeer", dht_findpeer_command},
    {"dht/findprovs", dht_findprovs_command},
    {"dht/get", dht_get_command},
    {"dht/provide", dht_provide_command},
    {"dht/put", dht_put_command},
    {"dht/query", dht_query_command},
    {"diag", diag_command},
    {"diag/cmds", diag_cmds_command},
    {"diag/cmds/clear", diag_cmds_clear_command},
    {"diag/cmds/set-time", diag_cmds_set_time_command},
    {"diag/healthy", diag_healthy_command},
    {"diag/profile", diag_profile_command},
    {"diag/sys", diag_sys_command},
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
    {"log", log_command},
    {"log/level", log_level_command},
    {"log/ls", log_ls_command},
    {"log/tail", log_tail_command},
    {"ls", ls_command},
    {"mount", mount_command},
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
    {"object", object_command},
    {"object/data", object_data_command},
    {"object/diff", object_diff_command},
    {"object/get", object_get_command},
    {"object/links", object_links_command},
    {"object/new", object_new_command},
    {"object/patch", object_patch_command},
    {"object/patch/add-link", object_patch_add_link_command},
    {"object/patch/append-data", object_patch_append_data_command},
    {"object/patch/rm-link", object_patch_rm_link_command},
    {"object/patch/set-data", object_patch_set_data_command},
    {"object/put", object_put_command},
    {"object/stat", object_stat_command},
    {"p2p", p2p_command},
    {"p2p/close", p2p_close_command},
    {"p2p/forward", p2p_forward_command},
    {"p2p/listen", p2p_listen_command},
    {"p2p/ls", p2p_ls_command},
    {"p2p/stream", p2p_stream_command},
    {"p2p/stream/close", p2p_stream_close_command},
    {"p2p/stream/ls", p2p_stream_ls_command},
    {"pin", pin_command},
    {"pin/add", pin_add_command},
    {"pin/ls", pin_ls_command},
    {"pin/remote", pin_remote_command},
    {"pin/remote/add", pin_remote_add_command},
    {"pin/remote/ls", pin_remote_ls_command},
    {"pin/remote/rm", pin_remote_rm_command},
    {"pin/remote/service", pin_remote_service_command},
    {"pin/remote/service/add", pin_remote_service_add_command},
    {"pin/remote/service/ls", pin_remote_service_ls_command},
    {"pin/remote/service/rm", pin_remote_service_rm_command},
    {"pin/rm", pin_rm_command},
    {"pin/update", pin_update_command},
    {"pin/verify", pin_verify_command},
    {"ping", ping_command},
    {"provide", provide_command},
    {"provide/clear", provide_clear_command},
    {"provide/once", provide_once_command},
    {"provide/stat", provide_stat_command},
    {"pubsub", pubsub_command},
    {"pubsub/ls", pubsub_ls_command},
    {"pubsub/peers", pubsub_peers_command},
    {"pubsub/pub", pubsub_pub_command},
    {"pubsub/reset", pubsub_reset_command},
    {"pubsub/sub", pubsub_sub_command},
    {"refs", refs_command},
    {"refs/local", refs_local_command},
    {"repo", repo_command},
    {"repo/gc", repo_gc_command},
    {"repo/ls", repo_ls_command},
    {"repo/migrate", repo_migrate_command},
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
    {"stats", stats_command},
    {"stats/bitswap", stats_bitswap_command},
    {"stats/bw", stats_bw_command},
    {"stats/dht", stats_dht_command},
    {"stats/provide", stats_provide_command},
    {"stats/repo", stats_repo_command},
    {"stats/reprovide", stats_reprovide_command},
    {"swarm", swarm_command},
    {"swarm/addrs", swarm_addrs_command},
    {"swarm/addrs/autonat", swarm_addrs_autonat_command},
    {"swarm/addrs/listen", swarm_addrs_listen_command},
    {"swarm/addrs/local", swarm_addrs_local_command},
    {"swarm/connect", swarm_connect_command},
    {"swarm/disconnect", swarm_disconnect_command},
    {"swarm/filters", swarm_filters_command},
    {"swarm/filters/add", swarm_filters_add_command},
    {"swarm/filters/rm", swarm_filters_rm_command},
    {"swarm/peering", swarm_peering_command},
    {"swarm/peering/add", swarm_peering_add_command},
    {"swarm/peering/ls", swarm_peering_ls_command},
    {"swarm/peering/rm", swarm_peering_rm_command},
    {"swarm/peers", swarm_peers_command},
    {"swarm/resources", swarm_resources_command},
    {"update", update_command},
    {"update/check", update_check_command},
    {"update/clean", update_clean_command},
    {"update/install", update_install_command},
    {"update/revert", update_revert_command},
    {"update/versions", update_versions_command},
    {"version", version_command},
    {"version/check", version_check_command},
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
