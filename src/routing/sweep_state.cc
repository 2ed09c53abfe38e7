// Four lines: what it is, when the cycle began, the position in hexadecimal, the strategy.
#include "routing/sweep_state.h"

#include <charconv>

#include "base/split.h"

namespace kit::routing {
namespace {

constexpr std::string_view first_line = "ipfs-kit sweep 1";
constexpr uint64_t state_size_bytes_max = 1 * KiB;

template <typename Number>
bool read_number(std::string_view text, Number& number, int base) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end == text.data() + text.size();
}

bool read_place(std::string_view text, Place& place) {
    if (text.size() != 2 * place.size()) return false;
    for (size_t i = 0; i < place.size(); ++i) {
        if (!read_number(text.substr(2 * i, 2), place[i], 16)) return false;
    }
    return true;
}

}  // namespace

std::optional<SweepState> load_sweep_state(Disk& disk, const Path& path) {
    const auto bytes = read_file(disk, path, state_size_bytes_max);
    if (!bytes) return std::nullopt;
    const auto lines = split(as_text(*bytes), '\n');
    SweepState state;
    const bool is_whole = lines.size() == 5 && lines[0] == first_line && lines[4].empty() &&
                          read_number(lines[1], state.cycle_start_unix_ns, 10) &&
                          read_place(lines[2], state.position);
    if (!is_whole) return std::nullopt;
    state.strategy = lines[3];
    return state;
}

Result<void> save_sweep_state(Disk& disk, const Path& path, const SweepState& state) {
    const std::string text = fmt::format("{}\n{}\n{}\n{}\n", first_line, state.cycle_start_unix_ns,
                                         to_hex(state.position), state.strategy);
    return replace_file(disk, path, as_bytes(text));
}

}  // namespace kit::routing
