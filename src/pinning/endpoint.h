// How the address of a pinning service is written in the config.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace kit::pinning {

// "https://pins.example/api//v1/" to "https://pins.example/api/v1": paths such as "/pins" are put
// behind it. Fails with invalid_argument, in Kubo's words, for what is no address over HTTP, for
// one that has a query, and for one that ends in "/pins".
Result<std::string> normalized_endpoint(std::string_view text);

}  // namespace kit::pinning
