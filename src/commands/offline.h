// What the verbs of the network answer while the node has none: Kubo's own words, so that
// programs that look for them find them.
#pragma once

#include "commands/command.h"

namespace kit::commands {

// Both have Code::offline: "this command must be run in online mode. Try running 'ipfs daemon'
// first", and "this action must be run in online mode, try running 'ipfs daemon' first", which
// Kubo's inner interface says.
std::unexpected<Error> command_is_offline();
std::unexpected<Error> action_is_offline();

// The configuration of the repository that the command works on; from the disk when the store is
// not open. Fails with not_found where there is no repository.
Result<node::Config> load_config(const Context& context);

// The network of the node that runs the command; nullptr where there is none. --offline changes
// nothing: Kubo lets most verbs look at the daemon all the same.
node::Network* find_network(const Context& context);
// The same, but with --offline nullptr, for the verbs that follow it.
node::Network* find_network(const Context& context, const Request& request);
// The network, or command_is_offline(). A missing repository is said first.
Result<node::Network*> need_network(const Context& context);
// Of the verbs that follow --offline: or action_is_offline().
Result<node::Network*> need_network(const Context& context, const Request& request);

// The whole handler of a verb that does nothing without a network. A missing repository is said
// first, as Kubo does.
Result<void> refuse_command(Context& context, const Request& request, Sink& sink);
Result<void> refuse_action(Context& context, const Request& request, Sink& sink);

// The check of figures of the network: that there is one is the caller's own matter to Kubo.
Result<void> check_statistics_online(const Context& context, const Request& request);

// The handler of a verb that Kubo has removed: `message` is all that it says.
Command removed_command(std::string path, const char* tagline, const char* message);

}  // namespace kit::commands
