// What a daemon says of where peers reach it.
#pragma once

#include <span>
#include <string>

#include "formats/multiaddr.h"

namespace kit::daemon {

// A line for each host and port, in Kubo's words: "Swarm listening on 127.0.0.1:4001 (TCP+UDP)".
std::string swarm_text(std::span<const formats::Multiaddr> addresses);

}  // namespace kit::daemon
