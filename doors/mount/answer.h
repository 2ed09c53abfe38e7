// What a file system answers a kernel with: a value, or the number of an error. The one place
// where the house's errors become errno.
#pragma once

#include <expected>

#include "base/result.h"

namespace kit::mount {

struct Refusal {
    int number = 0;  // Of errno.h.
    friend bool operator==(const Refusal&, const Refusal&) = default;
};

template <typename T = void>
using Answer = std::expected<T, Refusal>;

int errno_of(Code code);

inline std::unexpected<Refusal> refuse(int number) {
    return std::unexpected(Refusal{number});
}
inline std::unexpected<Refusal> refuse(const Error& error) {
    return refuse(errno_of(error.code));
}

// A Result's value, or the refusal that its error is.
template <typename T>
Answer<T> answer_of(Result<T> result) {
    if (!result) return refuse(result.error());
    if constexpr (std::is_void_v<T>) {
        return {};
    } else {
        return *std::move(result);
    }
}

}  // namespace kit::mount

// As TRY, in functions that give an Answer: takes an Answer or a Result.
#define TRY_ANSWER(...) KIT_TRY_ANSWER_NAMED(KIT_CONCAT(kit_answer_, __COUNTER__), __VA_ARGS__)
#define KIT_TRY_ANSWER_NAMED(name, ...)                    \
    ({                                                     \
        auto name = (__VA_ARGS__);                         \
        if (!name.has_value()) [[unlikely]]                \
            return ::kit::mount::refusal_of(name.error()); \
        *std::move(name);                                  \
    })

namespace kit::mount {

inline std::unexpected<Refusal> refusal_of(const Error& error) {
    return refuse(error);
}
inline std::unexpected<Refusal> refusal_of(Refusal refusal) {
    return std::unexpected(refusal);
}

}  // namespace kit::mount
