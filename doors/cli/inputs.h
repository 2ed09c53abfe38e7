// From the words left on a command line to a command's arguments: texts, files, and standard input
// where the command takes it, by Kubo's rules.
#pragma once

#include <atomic>

#include "base/env.h"
#include "doors/cli/command_line.h"

namespace kit::cli {

// Standard input, read only when an argument comes from it. The real one belongs to main.
class StandardInput {
public:
    virtual ~StandardInput() = default;
    virtual bool is_terminal() const = 0;
    // At most out.size() bytes; 0 at the end. Fails with cancelled when a signal came.
    virtual Result<size_t> read(std::span<uint8_t> out) = 0;
    // Told before the first read when somebody sits at the terminal.
    virtual void say_waiting() = 0;
};

// Fills line.request.arguments and files from line.words. `input` and `disk` must outlive the
// request. Fails with invalid_argument in Kubo's words, and with not_found for a file that is not
// there ("lstat x: no such file or directory"). True when text arguments are to come from standard
// input: read_stdin_arguments() fetches them.
Result<bool> bind_inputs(CommandLine& line, Disk& disk, const Path& working_directory,
                         StandardInput& input);
// Adds the lines of standard input to the arguments, and checks that none is missing.
Result<void> read_stdin_arguments(CommandLine& line, StandardInput& input);

// Lines of standard input as arguments end here: what a shell can hold many times over.
inline constexpr uint64_t stdin_arguments_size_bytes_max = 64 * MiB;

}  // namespace kit::cli
