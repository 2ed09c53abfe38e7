// Streams between real hosts: those that block, those of ports, and those that are carried.
#include <poll.h>
#include <sys/socket.h>

#include "p2p/shim_test_host.h"

namespace kit::p2p {
namespace {

using Kind = StreamNews::Kind;
const std::string protocol = "/test/stream/1.0.0";

class StreamsTest : public testing::Test {
protected:
    StreamsTest() : port_(server_->open_port().value()) {
        EXPECT_TRUE(port_->accept(protocol).has_value());
    }

    std::unique_ptr<Stream> open() {
        const std::vector<std::string> names{protocol};
        auto opened = client_->open_stream(server_.address(), names, patience);
        EXPECT_TRUE(opened.has_value()) << opened.error().to_text();
        return *std::move(opened);
    }

    static StreamNews next(StreamPort& port) {
        for (;;) {
            pollfd waiting{port.descriptor(), POLLIN, 0};
            if (::poll(&waiting, 1, 30'000) <= 0) return {.kind = Kind::carried};
            if (auto news = port.take()) return *std::move(news);
        }
    }

    static std::string read_all(Stream& stream) {
        std::string all;
        std::array<uint8_t, 100> piece{};
        for (;;) {
            const auto size = stream.read(piece, patience);
            if (!size) return all + " and " + std::string(code_name(size.error().code));
            if (*size == 0) return all;
            all.append(as_text(ByteView(piece).first(*size)));
        }
    }

    static std::string read_all(int socket) {
        std::string all;
        char piece[100];
        for (ssize_t size; (size = ::read(socket, piece, sizeof piece)) > 0;) {
            all.append(piece, static_cast<size_t>(size));
        }
        return all;
    }

    RunningHost server_;
    RunningHost client_;
    std::unique_ptr<StreamPort> port_;
};

TEST_F(StreamsTest, WordsGoBothWaysAndEnd) {
    const auto near = open();
    const StreamNews accepted = next(*port_);
    ASSERT_EQ(accepted.kind, Kind::accepted);
    EXPECT_EQ(accepted.stream->peer(), client_->id());
    EXPECT_EQ(accepted.stream->protocol(), protocol);
    ASSERT_TRUE(near->write(as_bytes("question"), patience).has_value());
    ASSERT_TRUE(near->close_write(patience).has_value());
    EXPECT_EQ(read_all(*accepted.stream), "question");
    ASSERT_TRUE(accepted.stream->write(as_bytes("answer"), patience).has_value());
    const auto listed = server_->streams();
    ASSERT_TRUE(listed.has_value());
    ASSERT_EQ(listed->size(), 1U);
    EXPECT_EQ(listed->front().direction, Direction::inbound);
    ASSERT_TRUE(accepted.stream->close_write(patience).has_value());
    EXPECT_EQ(read_all(*near), "answer");
}

TEST_F(StreamsTest, AResetIsSeenByTheOtherSide) {
    const auto near = open();
    const StreamNews accepted = next(*port_);
    ASSERT_TRUE(near->write(as_bytes("x"), patience).has_value());
    std::array<uint8_t, 1> byte{};
    ASSERT_TRUE(accepted.stream->read(byte, patience).has_value());
    near->reset();
    EXPECT_EQ(read_all(*accepted.stream), " and io_error");
}

TEST_F(StreamsTest, AStopEndsAReadThatWaits) {
    const auto near = open();
    std::stop_source stop;
    const ResetOnStop reset(*near, stop.get_token());
    std::thread stopping([&] { stop.request_stop(); });
    EXPECT_EQ(read_all(*near), " and io_error");
    stopping.join();
}

TEST_F(StreamsTest, AReadGivesUpInTimeAndLosesNothing) {
    const auto near = open();
    const StreamNews accepted = next(*port_);
    std::array<uint8_t, 8> bytes{};
    const auto nothing = accepted.stream->read(bytes, std::chrono::milliseconds(1));
    ASSERT_FALSE(nothing.has_value());
    EXPECT_EQ(nothing.error().code, Code::timeout);
    ASSERT_TRUE(near->write(as_bytes("late"), patience).has_value());
    EXPECT_EQ(accepted.stream->read(bytes, patience).value_or(0), 4U);
}

TEST_F(StreamsTest, APortOpensWithoutWaiting) {
    const auto asking = client_->open_port().value();
    const auto request = asking->open(server_.address(), {protocol}, patience);
    ASSERT_TRUE(request.has_value());
    const StreamNews opened = next(*asking);
    EXPECT_EQ(opened.kind, Kind::opened);
    EXPECT_EQ(opened.request, *request);
    ASSERT_NE(opened.stream, nullptr);
    EXPECT_EQ(next(*port_).kind, Kind::accepted);
    ASSERT_TRUE(asking->open(server_.address(), {"/nobody/speaks/this"}, patience).has_value());
    const StreamNews refused = next(*asking);
    ASSERT_TRUE(refused.error.has_value());
    EXPECT_EQ(refused.error->code, Code::unsupported);
}

TEST_F(StreamsTest, WhatIsRefusedIsNotSpoken) {
    ASSERT_TRUE(port_->refuse(protocol).has_value());
    EXPECT_FALSE(port_->refuse(protocol).has_value());
    const std::vector<std::string> names{protocol};
    const auto opened = client_->open_stream(server_.address(), names, patience);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Code::unsupported);
}

TEST_F(StreamsTest, ACarriedStreamIsASocket) {
    const auto near = open();
    StreamNews accepted = next(*port_);
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const Descriptor here(ends[1]);
    const auto request = port_->carry(std::move(accepted.stream), Descriptor(ends[0]));
    ASSERT_TRUE(request.has_value());
    const std::string much(3'000'000, 'm');
    std::string heard;
    std::thread reading([&] { heard = read_all(here.number()); });
    ASSERT_TRUE(near->write(as_bytes(much), patience).has_value());
    ASSERT_TRUE(near->close_write(patience).has_value());
    reading.join();
    EXPECT_EQ(heard, much);
    ASSERT_EQ(::write(here.number(), "answer", 6), 6);
    ASSERT_EQ(::shutdown(here.number(), SHUT_WR), 0);
    EXPECT_EQ(read_all(*near), "answer");
    const StreamNews carried = next(*port_);
    EXPECT_EQ(carried.kind, Kind::carried);
    EXPECT_EQ(carried.request, *request);
    EXPECT_FALSE(carried.error.has_value());
    EXPECT_EQ(carried.received_bytes, much.size());
    EXPECT_EQ(carried.sent_bytes, 6U);
}

TEST_F(StreamsTest, WhatIsCarriedCanBeCutOff) {
    const auto near = open();
    StreamNews accepted = next(*port_);
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const Descriptor here(ends[1]);
    const auto request = port_->carry(std::move(accepted.stream), Descriptor(ends[0]));
    ASSERT_TRUE(request.has_value());
    port_->cancel(*request);
    EXPECT_EQ(read_all(here.number()), "");
    EXPECT_EQ(read_all(*near), " and io_error");
    EXPECT_FALSE(port_->take().has_value());
}

TEST_F(StreamsTest, APortThatGoesCutsOffWhatItCarries) {
    const auto near = open();
    StreamNews accepted = next(*port_);
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const Descriptor here(ends[1]);
    ASSERT_TRUE(port_->carry(std::move(accepted.stream), Descriptor(ends[0])).has_value());
    port_.reset();
    EXPECT_EQ(read_all(here.number()), "");
    EXPECT_EQ(read_all(*near), " and io_error");
}

}  // namespace
}  // namespace kit::p2p
