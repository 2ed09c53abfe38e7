#include "unixfs/entry_name.h"

namespace kit::unixfs {

Result<void> check_entry_name(std::string_view name, const formats::Cid& directory) {
    const bool leaves = name == ".." || name.find('/') != std::string_view::npos;
    if (leaves) {
        return fail(Code::permission_denied,
                    "relative UnixFS paths outside the root are not allowed, use CAR instead: {} "
                    "has an entry '{}'",
                    directory.to_text(), name);
    }
    if (name.empty() || name == "." || name.find('\0') != std::string_view::npos) {
        return fail(Code::permission_denied,
                    "no file can be called '{}', as an entry of {} is; use CAR instead",
                    name.substr(0, name.find('\0')), directory.to_text());
    }
    return {};
}

}  // namespace kit::unixfs
