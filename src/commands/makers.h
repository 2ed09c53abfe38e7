// The maker of every command, for table.cc. A command's file defines its makers and nothing else
// that is visible outside.
#pragma once

#include "commands/command.h"

namespace kit::commands {

Command version_command();
Command version_deps_command();

}  // namespace kit::commands
