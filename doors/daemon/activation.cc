#include "doors/daemon/activation.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

namespace kit::daemon {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START
constexpr int descriptor_count_max = 64;

std::optional<int> number_of(std::string_view text) {
    int number = 0;
    const char* const begin = std::to_address(text.begin());
    const char* const end = std::to_address(text.end());
    const auto [rest, error] = std::from_chars(begin, end, number);
    if (error != std::errc() || rest != end || text.empty()) return std::nullopt;
    return number;
}

}  // namespace

Result<std::vector<InheritedSocket>> inherited_sockets(const ActivationWords& words,
                                                       int own_process_id) {
    std::vector<InheritedSocket> found;
    if (number_of(words.process_id) != own_process_id) return found;
    const std::optional<int> count = number_of(words.descriptor_count);
    if (!count || *count < 0 || *count > descriptor_count_max) {
        return fail(Code::invalid_argument,
                    "LISTEN_FDS is \"{}\": a number of sockets from 0 to {} is wanted",
                    words.descriptor_count, descriptor_count_max);
    }
    std::string_view names = words.names;
    for (int i = 0; i < *count; ++i) {
        const size_t end = std::min(names.find(':'), names.size());
        std::string name(names.substr(0, end));
        names.remove_prefix(std::min(end + 1, names.size()));
        if (name.empty()) name = fmt::format("LISTEN_FD_{}", first_descriptor + i);
        found.push_back({.descriptor = first_descriptor + i, .name = std::move(name)});
    }
    return found;
}

Result<void> check_listens(const InheritedSocket& socket) {
    int listens = 0;
    socklen_t size = sizeof(listens);
    const bool known =
        ::getsockopt(socket.descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0;
    if (known && listens == 1) return {};
    return fail(Code::invalid_argument,
                "descriptor {} ({}) does not listen for connections: its socket unit needs "
                "ListenStream= and Accept=no",
                socket.descriptor, socket.name);
}

}  // namespace kit::daemon
