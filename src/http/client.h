// One HTTP/1.1 request to a server, over TCP, TLS or a Unix socket, by libcurl: the body streams
// out while the answer streams in. The library is loaded when the first client is made, since
// linking it would slow every start of the program (docs/decisions/libcurl.md).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/env.h"
#include "base/result.h"
#include "http/message.h"

namespace kit::http {

// Gives the next bytes of a body: fills up to out.size(), returns how many, 0 at its end.
using ReadBody = std::function<Result<size_t>(std::span<uint8_t> out)>;

struct ClientRequest {
    std::string method = "POST";
    std::string url;      // "http://127.0.0.1:5001/api/v0/version?number=true"
    Path unix_path = {};  // Where to connect, whatever the URL's host says.
    Headers headers = {};
    ReadBody body = nullptr;  // Without one the body is empty.
    // What `body` gives in all, for servers that take no chunks; absent: it is sent in chunks.
    std::optional<uint64_t> body_size_bytes = std::nullopt;
    int64_t time_ns_max = 0;  // From connecting to the answer's last byte; 0: no bound.
};

// What comes back, in this order. Called from the thread that sends; what fails ends the request.
class AnswerReader {
public:
    virtual ~AnswerReader() = default;
    // `head` has a status of 200 or more, and no size.
    virtual Result<void> begin(const ResponseHead& head) = 0;
    virtual Result<void> bytes(ByteView bytes) = 0;
    virtual Result<void> end(const Headers& trailers) = 0;
};

struct ClientOptions {
    Path certificates_file = {};  // Whom to trust; the system's without it.
    int64_t connect_time_ns_max = 30'000'000'000;
    int64_t stall_time_ns_max = 0;  // Without a byte either way, whole seconds; 0: no bound.
};

// One request at a time, from any thread; connections are kept for the next.
class Client final {
public:
    // Fails with unsupported when the machine has no libcurl.
    static Result<std::unique_ptr<Client>> create(ClientOptions options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Returns after end(), or the first failure: offline when nobody could be reached (in Go's
    // words when the system says why; nothing was asked of request.body then), cancelled soon after
    // `cancel` is set, io_error when the connection broke, else what the body or the reader failed
    // with. A status of 400 and more is an answer like another; the server may give one without
    // taking the whole body. After request.time_ns_max it fails with timeout.
    Result<void> send(const ClientRequest& request, AnswerReader& reader,
                      const std::atomic<bool>& cancel);

private:
    struct Impl;
    explicit Client(std::unique_ptr<Impl> impl);
    const std::unique_ptr<Impl> impl_;
};

}  // namespace kit::http
