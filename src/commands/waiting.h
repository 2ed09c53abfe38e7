// Waiting in a handler, as long as nobody cancels the request.
#pragma once

#include "commands/command.h"

namespace kit::commands {

// Waits until the monotonic clock says so; false when the request was cancelled before.
bool wait_until(const Context& context, int64_t until_monotonic_ns);

}  // namespace kit::commands
