#include "doors/mount/session.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "doors/mount/limits.h"

namespace kit::mount {

Session::Session(Descriptor device, Descriptor wake, FileSystem& system)
    : device_(std::move(device)),
      wake_(std::move(wake)),
      system_(system),
      protocol_(system, ::getuid(), ::getgid()) {}

Result<std::unique_ptr<Session>> Session::start(Descriptor device, FileSystem& system) {
    Descriptor wake(::eventfd(0, EFD_CLOEXEC));
    if (wake.number() < 0) return fail(Code::io_error, "eventfd: {}", std::strerror(errno));
    const int flags = ::fcntl(device.number(), F_GETFL);
    if (flags < 0 || ::fcntl(device.number(), F_SETFL, flags | O_NONBLOCK) < 0) {
        return fail(Code::io_error, "fcntl of the mount's device: {}", std::strerror(errno));
    }
    std::unique_ptr<Session> session(new Session(std::move(device), std::move(wake), system));
    for (size_t i = 0; i < limits::thread_count; ++i) {
        session->threads_.emplace_back([&session = *session] { session.work(); });
    }
    return session;
}

Session::~Session() {
    const uint64_t one = 1;
    // An eventfd takes this always.
    if (::write(wake_.number(), &one, sizeof(one)) < 0) is_over_ = true;
    threads_.clear();
}

void Session::work() {
    const size_t buffer_size = request_size_bytes_max(system_.traits());
    const auto buffer = std::make_unique_for_overwrite<uint8_t[]>(buffer_size);
    while (true) {
        const size_t size = take_request({buffer.get(), buffer_size});
        if (size == 0) return;
        const Reply reply = protocol_.serve({buffer.get(), size});
        if (reply.is_wanted) send(reply);
    }
}

size_t Session::take_request(std::span<uint8_t> buffer) {
    const std::scoped_lock lock(turn_);
    while (!is_over_) {
        pollfd waited[] = {{device_.number(), POLLIN, 0}, {wake_.number(), POLLIN, 0}};
        if (::poll(waited, std::size(waited), -1) < 0 && errno != EINTR) break;
        if (waited[1].revents != 0) return 0;
        const ssize_t size = ::read(device_.number(), buffer.data(), buffer.size());
        if (size > 0) return static_cast<size_t>(size);
        // ENOENT: the request was taken back before it was read.
        if (size < 0 && (errno == EINTR || errno == EAGAIN || errno == ENOENT)) continue;
        break;  // ENODEV: unmounted.
    }
    is_over_ = true;
    return 0;
}

void Session::send(const Reply& reply) const {
    fuse_out_header header = {};
    header.unique = reply.request;
    header.error = -reply.error;
    std::vector<iovec> parts;
    parts.push_back({&header, sizeof(header)});
    size_t size = sizeof(header);
    const auto add = [&](ByteView bytes) {
        if (bytes.empty()) return;
        parts.push_back({const_cast<uint8_t*>(bytes.data()), bytes.size()});
        size += bytes.size();
    };
    Bytes gathered;
    add(reply.head);
    if (reply.pieces.size() > limits::reply_piece_count_max) {
        for (const SharedBytes& piece : reply.pieces) append(gathered, piece.view());
        add(gathered);
    } else {
        for (const SharedBytes& piece : reply.pieces) add(piece.view());
    }
    header.len = static_cast<uint32_t>(size);
    // Fails when whoever asked is gone, or the mount: nobody is there to be told.
    while (::writev(device_.number(), parts.data(), static_cast<int>(parts.size())) < 0 &&
           errno == EINTR) {
    }
}

}  // namespace kit::mount
