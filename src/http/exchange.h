// One request and its answer, both as streams, and both at once: a handler may answer while the
// body still comes. A write never waits for a client that is itself waiting to send (that would
// hold both for ever): what it cannot take yet is kept, and its body read ahead, within bounds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/env.h"
#include "base/result.h"
#include "http/message.h"

namespace kit::http {

class Connection;

// Lives while its handler runs, and belongs to the handler's thread.
class Exchange final {
public:
    Exchange(Connection& connection, RequestHead head);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    const RequestHead& request() const;
    // "127.0.0.1:40000", or "unix".
    const std::string& peer() const;
    // Which of the server's listeners it came by: its index as given to Server::start.
    size_t listener() const;

    // The next bytes of the body, 0 at its end. Fails with io_error when the client is gone,
    // timeout when it sends nothing for stall_time_ns_max, invalid_argument on bad framing.
    Result<size_t> read_body(std::span<uint8_t> out);
    bool body_done() const;

    // The answer's head; once. It goes out with the first flush.
    void begin(ResponseHead head);
    bool begun() const;
    // To the body. HEAD requests and answers without a body drop the bytes.
    Result<void> write(ByteView bytes);
    // Sends what was gathered; write() does so by itself when some milliseconds have passed since
    // the last time, when much has gathered, and before the handler waits for the body.
    Result<void> flush();
    // The end of the body, with trailer fields (their names must stand in the head's Trailer
    // field). Done by itself when the handler did not.
    Result<void> end(const Headers& trailers = {});
    // A whole answer in one call.
    void answer(int status, std::string_view content_type, std::string_view body);
    // Ends the connection so that the client sees that the answer is not whole.
    void abort();

    // The handler works for long, or waits for others: another worker takes its place until the
    // exchange ends. From any thread that knows that the exchange has not ended.
    void may_take_long();
    // Whether the client has gone; asks the socket. Safe from any thread while the exchange lives.
    bool client_is_gone() const;

    // Called by the connection when the handler is done: ends the answer, reads away what little
    // is left of the body. False when the connection cannot be used again.
    bool finish();

private:
    struct State;
    const std::unique_ptr<State> state_;
};

using Handler = std::function<void(Exchange&)>;

}  // namespace kit::http
