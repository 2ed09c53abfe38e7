// What a daemon's records need before they read as those of this machine: progress goes to the bar,
// and the few commands whose answers over the wire are others than those for people are translated.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "commands/command.h"

namespace kit::cli {

// One thread, one command.
class RemoteRecords final {
public:
    // Everything given must outlive this.
    RemoteRecords(const commands::Command& command, const commands::Request& request,
                  commands::Sink& sink)
        : command_(command), request_(request), sink_(sink) {}

    // Options to ask with beside the user's.
    std::vector<std::pair<std::string, std::string>> more_options() const;
    // How many bytes the command sends, for the bar; 0: unknown.
    void expect_upload(uint64_t all_bytes) { all_bytes_ = all_bytes; }
    Result<void> take(commands::Json record);
    // After the last record.
    Result<void> finish();

private:
    Result<void> take_added(commands::Json record);
    Result<void> take_listing(const commands::Json& record);
    Result<void> take_headings(std::string_view until);
    Result<void> take_imported(const commands::Json& record);

    const commands::Command& command_;
    const commands::Request& request_;
    commands::Sink& sink_;
    uint64_t all_bytes_ = 0;
    // add: the file whose progress is told, and the bytes of those before it.
    std::string file_name_;
    uint64_t file_bytes_ = 0;
    uint64_t done_bytes_ = 0;
    size_t heading_count_ = 0;          // ls --stream: of the arguments.
    bool has_failures_ = false;         // block/rm.
    std::vector<commands::Json> last_;  // The one record that is shown, at most.
};

}  // namespace kit::cli
