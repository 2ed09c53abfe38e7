#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace kit {

std::string_view code_name(Code code) {
    switch (code) {
        case Code::invalid_argument:
            return "invalid_argument";
        case Code::not_found:
            return "not_found";
        case Code::already_exists:
            return "already_exists";
        case Code::corrupt:
            return "corrupt";
        case Code::too_large:
            return "too_large";
        case Code::unsupported:
            return "unsupported";
        case Code::permission_denied:
            return "permission_denied";
        case Code::storage_full:
            return "storage_full";
        case Code::busy:
            return "busy";
        case Code::io_error:
            return "io_error";
        case Code::cancelled:
            return "cancelled";
        case Code::timeout:
            return "timeout";
        case Code::offline:
            return "offline";
        case Code::internal:
            return "internal";
    }
    return "internal";
}

std::string Error::to_text() const {
    std::string text = message;
    for (const Error* inner = cause.get(); inner != nullptr; inner = inner->cause.get()) {
        text += ": ";
        text += inner->message;
    }
    return text;
}

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: this must hold and does not: %s\n", file, line, condition);
    std::abort();
}

}  // namespace kit
