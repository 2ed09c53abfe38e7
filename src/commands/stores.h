// What the verbs over a store share: input read whole, codecs by name, options of the same words.
#pragma once

#include "commands/command.h"

namespace kit::commands {

// The whole of a file argument, at most `size_bytes_max`; a folder is refused.
Result<Bytes> read_input(const Context& context, const FileInput& file, uint64_t size_bytes_max);
// The first file argument, for commands that take one.
Result<Bytes> read_only_input(const Context& context, const Request& request,
                              uint64_t size_bytes_max);
// A file argument as a stream, from wherever it comes.
Result<node::ReadBytes> open_input(const Context& context, const FileInput& file);

// The base that the CID of a path is written in, for answers in the base of the question; nullopt
// for version 0 and for what is no path to content.
std::optional<formats::Base> base_of_path(std::string_view path);

// Whether Experimental.FilestoreEnabled is set in the config.
bool filestore_enabled(const Context& context);

Option allow_big_block_option();
Option progress_option();
// --fast-provide-root and its like: accepted, and without effect until the node has a network.
std::vector<Option> fast_provide_options();
// Adds the second to the first.
std::vector<Option> operator+(std::vector<Option> first, std::vector<Option> second);

// Fails in Kubo's words when the name of a pin is too long.
Result<void> check_pin_name(const std::string& name);
// "24h", "90m", "7d"... as whole seconds; absent when the option was not given.
Result<std::optional<int64_t>> expires_in_of(const Request& request);
Option expires_in_option();

}  // namespace kit::commands
