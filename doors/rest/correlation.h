// The id that joins a request, its answer and what others wrote down about either.
#pragma once

#include <string>

#include "base/env.h"
#include "http/message.h"

namespace kit::rest {

inline constexpr std::string_view correlation_field = "X-Correlation-Id";

// What the client named (X-Correlation-Id, else the trace of `traceparent`) when it is well formed:
// 1 to 128 letters, digits and "-_.:". Else 32 hexadecimal digits from `random`.
std::string correlation_id(const http::RequestHead& request, Random& random);

}  // namespace kit::rest
