// The maker of every command, for table.cc. A command's file defines its makers and nothing else
// that is visible outside.
#pragma once

#include "commands/command.h"

namespace kit::commands {

Command add_command();
Command block_command();
Command block_get_command();
Command block_put_command();
Command block_rm_command();
Command block_stat_command();
Command cat_command();
Command cid_base32_command();
Command cid_bases_command();
Command cid_codecs_command();
Command cid_command();
Command cid_format_command();
Command cid_hashes_command();
Command cid_inspect_command();
Command commands_command();
Command commands_completion_bash_command();
Command commands_completion_command();
Command commands_completion_fish_command();
Command commands_completion_zsh_command();
Command config_command();
Command config_edit_command();
Command config_profile_apply_command();
Command config_profile_command();
Command config_replace_command();
Command config_show_command();
Command dag_command();
Command dag_export_command();
Command dag_get_command();
Command dag_import_command();
Command dag_put_command();
Command dag_resolve_command();
Command dag_stat_command();
Command filestore_command();
Command filestore_dups_command();
Command filestore_ls_command();
Command filestore_verify_command();
Command get_command();
Command id_command();
Command daemon_command();
Command init_command();
Command ls_command();
Command multibase_command();
Command multibase_decode_command();
Command multibase_encode_command();
Command multibase_list_command();
Command multibase_transcode_command();
Command pin_add_command();
Command pin_command();
Command pin_ls_command();
Command pin_rm_command();
Command pin_update_command();
Command pin_verify_command();
Command refs_command();
Command refs_local_command();
Command repo_command();
Command repo_gc_command();
Command repo_ls_command();
Command repo_stat_command();
Command repo_verify_command();
Command repo_version_command();
Command resolve_command();
Command shutdown_command();
Command version_command();
Command version_deps_command();

}  // namespace kit::commands
