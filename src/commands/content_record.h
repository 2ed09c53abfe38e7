// What nodes told each other, as the commands of content/* give it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

#include "commands/command.h"
#include "node/network.h"

namespace kit::commands {

// Fails with command_is_offline(), and with unsupported saying how to turn announcements on.
Result<announce::Announcements*> need_announcements(const Context& context);

// An announcement: who said what, and when it was heard by our clock. Fields that were not said are
// left out.
Json heard_record(const Request& request, const formats::PeerId& from,
                  const announce::Announcement& announcement, int64_t heard_unix_ns);
// One line: CID, name and type, size, tags, who and when.
std::string heard_line(const Json& record);

// The CID of an argument: a CID or a path, resolved with what is here.
Result<formats::Cid> content_named(const Context& context, const std::string& text);

}  // namespace kit::commands
