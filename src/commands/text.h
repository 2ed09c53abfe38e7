// Text as Kubo's commands print it: aligned columns, sizes for people, names without surprises.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace kit::commands {

class Request;

// Prints Kubo's list of texts ("Strings"), one a line, made fit for a terminal.
void print_strings(const nlohmann::ordered_json& record, const Request& request, std::string& out);

// Aligns the cells of `rows` (lines whose cells end in tabs, the last cell free) as Go's
// text/tabwriter does with a padding of one space, and appends them to `out`.
void align_columns(std::string_view rows, size_t width_min, std::string& out);

// A UnixFS mode with the type of its entry (1 folder, 2 file, 4 symlink) as Go's os.FileMode, which
// is what Kubo's JSON carries; and that as `ls -l` writes it ("-" for 0, which means unknown).
uint32_t go_mode(uint32_t permissions, int unixfs_type);
std::string mode_text(uint32_t go_mode);

// RFC 3339 in UTC as Go writes times: "2020-02-03T04:05:06.789Z".
std::string go_time(int64_t seconds, uint32_t nanoseconds);
// That time as Kubo's `ls -l` shows it: with the clock within six months before `now_s`, else with
// the year; "-" for Go's zero time.
std::string listed_time(std::string_view go_time, int64_t now_s);

}  // namespace kit::commands
