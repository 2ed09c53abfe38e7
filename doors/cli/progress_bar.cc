#include "doors/cli/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>

#include "doors/cli/terminal_sink.h"
#include "node/units.h"

namespace kit::cli {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t appear_after_ns = second_ns / 2;
constexpr int64_t interval_ns = second_ns / 10;

std::string bar_text(uint64_t done, uint64_t all, size_t width) {
    const auto filled = static_cast<size_t>(static_cast<double>(width) *
                                            (static_cast<double>(done) / static_cast<double>(all)));
    std::string bar(width, ' ');
    std::fill_n(bar.begin(), std::min(filled, width), '=');
    if (filled < width) bar[filled] = '>';
    return "[" + bar + "]";
}

std::string time_text(uint64_t seconds) {
    if (seconds < 60) return fmt::format("{}s", seconds);
    if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
    return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
}

}  // namespace

std::string progress_line(uint64_t done_bytes, uint64_t all_bytes, int64_t elapsed_ns,
                          size_t width) {
    const double seconds = std::max(static_cast<double>(elapsed_ns) / second_ns, 1e-9);
    const auto rate = static_cast<uint64_t>(static_cast<double>(done_bytes) / seconds);
    const std::string speed = fmt::format("{}/s", node::size_text(rate));
    if (all_bytes == 0) return fmt::format(" {}  {}", node::size_text(done_bytes), speed);
    const uint64_t done = std::min(done_bytes, all_bytes);
    const std::string amount =
        fmt::format(" {} / {}", node::size_text(done), node::size_text(all_bytes));
    std::string tail = fmt::format(
        "{:3}%  {}",
        static_cast<uint64_t>(100.0 * static_cast<double>(done) / static_cast<double>(all_bytes)),
        speed);
    if (rate > 0) tail += "  " + time_text((all_bytes - done + rate - 1) / rate);
    const size_t used = amount.size() + tail.size() + 6;
    constexpr size_t bar_width_min = 10;
    constexpr size_t bar_width_max = 40;
    if (width < used + bar_width_min) return amount + "  " + tail;
    return amount + "  " + bar_text(done, all_bytes, std::min(width - used, bar_width_max)) + "  " +
           tail;
}

ProgressBar::ProgressBar(Clock& clock, Output& err, bool is_shown)
    : clock_(clock), err_(err), is_shown_(is_shown), begin_ns_(clock.monotonic_ns()) {}

ProgressBar::~ProgressBar() {
    clear();
}

void ProgressBar::show(uint64_t done_bytes, uint64_t all_bytes) {
    if (!is_shown_) return;
    const int64_t now_ns = clock_.monotonic_ns();
    if (now_ns - begin_ns_ < appear_after_ns || now_ns - last_ns_ < interval_ns) return;
    last_ns_ = now_ns;
    on_screen_ = true;
    const std::string line =
        "\r\x1b[K" + progress_line(done_bytes, all_bytes, now_ns - begin_ns_, err_.width());
    (void)err_.write(as_bytes(line));  // Decoration.
}

void ProgressBar::clear() {
    if (!on_screen_) return;
    on_screen_ = false;
    (void)err_.write(as_bytes("\r\x1b[K"));  // Decoration.
}

}  // namespace kit::cli
