// A daemon's answer as it streams in: records one by one, or bytes, or an error in the form that
// Kubo's RPC gives it (a status with JSON or plain text; later the trailer X-Stream-Error).
#pragma once

#include <functional>
#include <string>

#include "commands/command.h"
#include "http/client.h"

namespace kit::cli {

// Where an answer goes. Called from the thread that sends the request.
class RemoteTaker {
public:
    virtual ~RemoteTaker() = default;
    // A good answer begins. `size_bytes` is what it says to hold, 0 when it does not.
    virtual Result<void> begin(uint64_t size_bytes) = 0;
    virtual Result<void> record(commands::Json record) = 0;
    virtual Result<void> bytes(ByteView bytes) = 0;
    // When nothing more comes, also when nothing came or something failed.
    virtual Result<void> finish(bool is_whole) = 0;
};

class RemoteAnswer final : public http::AnswerReader {
public:
    explicit RemoteAnswer(RemoteTaker& taker) : taker_(taker) {}

    Result<void> begin(const http::ResponseHead& head) override;
    Result<void> bytes(ByteView bytes) override;
    Result<void> end(const http::Headers& trailers) override;

    // Whether the daemon said anything: then there is one.
    bool has_begun() const { return status_ != 0; }

private:
    Result<void> take_line(std::string_view line);
    Result<void> failure() const;

    RemoteTaker& taker_;
    int status_ = 0;
    bool is_json_ = false;
    std::string buffer_;  // A record's beginning, or the text of an error.
};

// One record, such as all entries of a folder: what a folder of a million entries needs, twice.
inline constexpr uint64_t record_size_bytes_max = 512 * MiB;

}  // namespace kit::cli
