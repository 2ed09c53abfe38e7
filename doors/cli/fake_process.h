// A process of strings: what the program reads and writes in a test.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "doors/cli/run.h"

namespace kit::cli {

class FakeInput final : public StandardInput {
public:
    explicit FakeInput(std::string text = "") : text_(std::move(text)) {}
    bool is_terminal() const override { return is_terminal_; }
    Result<size_t> read(std::span<uint8_t> out) override {
        // In small pieces, as pipes give them.
        const size_t size = std::min({out.size(), text_.size() - position_, size_t{7}});
        std::copy_n(text_.begin() + static_cast<ptrdiff_t>(position_), size, out.begin());
        position_ += size;
        return size;
    }
    void say_waiting() override { ++waiting_count_; }

    bool is_terminal_ = false;
    int waiting_count_ = 0;

private:
    std::string text_;
    size_t position_ = 0;
};

class FakeOutput final : public Output {
public:
    Result<void> write_pieces(std::span<const ByteView> pieces) override {
        if (reader_left_) return fail(Code::cancelled, "nobody reads the output any more");
        for (const ByteView piece : pieces) text_ += as_text(piece);
        ++write_count_;
        return {};
    }
    bool is_terminal() const override { return is_terminal_; }
    size_t width() const override { return 80; }

    std::string text_;
    int write_count_ = 0;
    bool is_terminal_ = false;
    bool reader_left_ = false;
};

// A clock that a test moves.
class FakeClock final : public Clock {
public:
    int64_t unix_ns() const override { return now_ns_; }
    int64_t monotonic_ns() const override { return now_ns_; }
    int64_t now_ns_ = 1'000'000'000;
};

}  // namespace kit::cli
