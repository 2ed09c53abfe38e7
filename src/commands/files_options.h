// What the commands on the mutable tree have in common: options and how they are read.
#pragma once

#include "commands/command.h"
#include "node/files.h"

namespace kit::commands {

// --cid-version and --hash: the form of what is made.
std::vector<Option> files_form_options();
Result<unixfs::CidForm> files_form_of(const Request& request, const node::Files& files);
// --flush, an option of the whole group.
unixfs::Flush files_flush_of(const Request& request);

}  // namespace kit::commands
