// An expected failure is a value. Result<T> carries it, TRY hands it on, and Error says what was
// wrong, where, and what to do, in one sentence that a user can act on. Codes are few because
// they are decided upon; everything else belongs into the message.
#pragma once

#include <fmt/core.h>

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace kit {

// The names are also the `error_type` on the wire: see code_name().
enum class Code : uint8_t {
    invalid_argument,   // The caller's words make no sense; the same call fails again.
    not_found,          // The thing named is not here.
    already_exists,     // The thing to be made is here already.
    corrupt,            // Bytes are not what they must be (hash, framing, encoding).
    too_large,          // Over a bound of limits.h.
    unsupported,        // Understood, and not something this build or format can do.
    permission_denied,  // The operating system or the caller's rights refuse.
    storage_full,       // StorageMax or the disk.
    busy,               // Held by another process or operation.
    io_error,           // The operating system reports a failure.
    cancelled,          // The user or a shutdown stopped it.
    timeout,            // A deadline passed.
    offline,            // Needs the network, and there is none.
    internal,           // A broken promise between our own parts.
};

std::string_view code_name(Code code);

struct Error {
    Code code = Code::internal;
    std::string message;
    std::shared_ptr<const Error> cause = nullptr;  // What this was made of, when it adds anything.

    // "message: cause: cause of the cause".
    std::string to_text() const;
};

template <typename T = void>
using Result = std::expected<T, Error>;

template <typename... Args>
std::unexpected<Error> fail(Code code, fmt::format_string<Args...> format, Args&&... args) {
    return std::unexpected(Error{code, fmt::vformat(format, fmt::make_format_args(args...))});
}

// The same error one level up: keeps the code of `cause`, puts the new sentence before it.
template <typename... Args>
std::unexpected<Error> fail_because(Error cause, fmt::format_string<Args...> format,
                                    Args&&... args) {
    const Code code = cause.code;
    return std::unexpected(Error{code, fmt::vformat(format, fmt::make_format_args(args...)),
                                 std::make_shared<const Error>(std::move(cause))});
}

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace kit

#define KIT_CONCAT_INNER(a, b) a##b
#define KIT_CONCAT(a, b) KIT_CONCAT_INNER(a, b)

// `auto block = TRY(store.get(cid));` hands an error to the caller. A whole statement or a whole
// initialiser, never an argument of something larger.
#define TRY(...) KIT_TRY_NAMED(KIT_CONCAT(kit_try_, __COUNTER__), __VA_ARGS__)
#define KIT_TRY_NAMED(name, ...)                                           \
    ({                                                                     \
        auto name = (__VA_ARGS__);                                         \
        if (!name.has_value()) [[unlikely]] {                              \
            return std::unexpected<::kit::Error>(std::move(name).error()); \
        }                                                                  \
        *std::move(name);                                                  \
    })

// A programmer's error ends the process, in release builds too. Never on input.
#define ASSERT(condition) \
    ((condition) ? (void)0 : ::kit::assertion_failed(#condition, __FILE__, __LINE__))
