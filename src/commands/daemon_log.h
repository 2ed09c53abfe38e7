// What `log` asks of the daemon that it runs in.
#pragma once

#include "base/log.h"
#include "commands/command.h"

namespace kit::commands {

// A daemon that has a log; others answer `log` with an error.
class LoggingDaemon : public DaemonControl {
public:
    // Lives as long as any command runs.
    virtual Log& log() = 0;
};

}  // namespace kit::commands
