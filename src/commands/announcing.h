// Announcing content on demand: `provide once` and what Kubo had before it.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "commands/command.h"
#include "formats/cid.h"

namespace kit::commands {

// The provider of the node that runs the command. Fails in Kubo's words: without a network, with
// Provide.Enabled=false (`switched_off` says so), and with nobody connected.
Result<node::Network*> need_provider(const Context& context, const char* switched_off);

// Each CID that is asked for, which must be here, and with `recursive` all below it, each once.
Result<void> each_announced(const Context& context, std::span<const std::string> asked,
                            bool recursive,
                            const std::function<Result<void>(const formats::Cid&)>& visit);

}  // namespace kit::commands
