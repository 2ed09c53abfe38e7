// The physical limit of answering over HTTP: a thread for each connection that sends the same bytes
// for every request, prepared beforehand.
//   http_limit FILE    prints the port of loopback that it listens at, and runs until it is ended
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

namespace {

bool send_all(int client, std::string_view head, std::string_view body) {
    iovec pieces[2] = {{const_cast<char*>(head.data()), head.size()},
                       {const_cast<char*>(body.data()), body.size()}};
    while (pieces[0].iov_len + pieces[1].iov_len > 0) {
        ssize_t sent = ::writev(client, pieces, 2);
        if (sent <= 0) return false;
        for (iovec& piece : pieces) {
            const size_t taken = std::min(piece.iov_len, static_cast<size_t>(sent));
            piece.iov_base = static_cast<char*>(piece.iov_base) + taken;
            piece.iov_len -= taken;
            sent -= static_cast<ssize_t>(taken);
        }
    }
    return true;
}

void serve(int client, std::string_view head, std::string_view body) {
    const int on = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    std::string request;
    char piece[4096];
    for (ssize_t got; (got = ::read(client, piece, sizeof(piece))) > 0;) {
        request.append(piece, static_cast<size_t>(got));
        for (size_t end; (end = request.find("\r\n\r\n")) != std::string::npos;) {
            request.erase(0, end + 4);
            if (!send_all(client, head, body)) break;
        }
    }
    ::close(client);
}

}  // namespace

int main(int count, char** values) {
    if (count != 2) return 2;
    std::signal(SIGPIPE, SIG_IGN);
    const int file = ::open(values[1], O_RDONLY);
    struct stat info = {};
    if (file < 0 || ::fstat(file, &info) != 0) return 1;
    const auto size = static_cast<size_t>(info.st_size);
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
    if (mapped == MAP_FAILED) return 1;
    const std::string_view body(static_cast<char*>(mapped), size);
    const std::string head =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    socklen_t address_size = sizeof(address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* name = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, name, sizeof(address)) != 0 || ::listen(listener, 128) != 0 ||
        ::getsockname(listener, name, &address_size) != 0) {
        return 1;
    }
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    for (int client; (client = ::accept(listener, nullptr, nullptr)) >= 0;) {
        std::thread([client, &head, body] { serve(client, head, body); }).detach();
    }
}
