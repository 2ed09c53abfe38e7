// A _redirects file is anybody's, and so is the path that its rules are tried on: the first line
// of the input is the path. What a rule makes of it has a bound, and begins as the rule says.
#include "base/limits.h"
#include "base/result.h"
#include "doors/gateway/redirects.h"

using namespace kit;
using namespace kit::gateway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text = as_text(ByteView(data, size));
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view path = text.substr(0, end);
    const auto rules = parse_redirects(text.substr(std::min(end + 1, text.size())));
    if (!rules) return 0;
    for (const RedirectRule& rule : *rules) {
        ASSERT(rule.from.starts_with('/') && !rule.to.empty());
        ASSERT(rule.status >= 200 && rule.status <= 451);
        const auto to = rule.match(path);
        if (!to) continue;
        ASSERT(to->size() <= limits::path_size_bytes_max);
        if (rule.to.find(':') == std::string::npos) ASSERT(*to == rule.to);
    }
    return 0;
}
