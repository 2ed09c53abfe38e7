// One line on a terminal that says how far a long piece of work is: bytes, rate, time left. It
// appears only after half a second, so that short work shows none, and is wiped before other text.
#pragma once

#include <string>

#include "base/env.h"

namespace kit::cli {

class Output;

// The line itself, for tests and for show(): " 1.2 GB / 5.0 GB  [=====>    ]  24%  310 MB/s  12s".
// `all_bytes` 0 means that the whole is unknown.
std::string progress_line(uint64_t done_bytes, uint64_t all_bytes, int64_t elapsed_ns,
                          size_t width);

// One thread.
class ProgressBar final {
public:
    ProgressBar(Clock& clock, Output& err, bool is_shown);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    bool is_shown() const { return is_shown_; }
    void show(uint64_t done_bytes, uint64_t all_bytes);
    void clear();

private:
    Clock& clock_;
    Output& err_;
    const bool is_shown_;
    int64_t begin_ns_;
    int64_t last_ns_ = 0;
    bool on_screen_ = false;
};

}  // namespace kit::cli
