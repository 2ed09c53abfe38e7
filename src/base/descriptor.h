// A descriptor of the operating system that is closed at the end.
#pragma once

#include <unistd.h>

#include <utility>

namespace kit {

class Descriptor final {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }
    // The caller closes it from now on.
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

}  // namespace kit
