// What this program runs on, in the words that Go has for it and Kubo prints.
#pragma once

#include <string_view>

namespace kit::node {

#if defined(__x86_64__)
inline constexpr std::string_view architecture_text = "amd64";
#elif defined(__aarch64__)
inline constexpr std::string_view architecture_text = "arm64";
#else
inline constexpr std::string_view architecture_text = "unknown";
#endif

#if defined(__APPLE__)
inline constexpr std::string_view system_text = "darwin";
#else
inline constexpr std::string_view system_text = "linux";
#endif

}  // namespace kit::node
