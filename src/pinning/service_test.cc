// The client against answers written out here, over real sockets on loopback. A whole service that
// checks every request is in tests/daemon/pinning_service.py.
#include "pinning/service.h"

#include <gtest/gtest.h>

#include <deque>
#include <mutex>

#include "http/server.h"

namespace kit::pinning {
namespace {

struct Canned {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
};

std::string pin(std::string_view id, std::string_view status, std::string_view created) {
    return fmt::format(R"({{"requestid":"{}","status":"{}","created":"{}",)"
                       R"("pin":{{"cid":"bafkqaaa","name":"n"}},"delegates":[]}})",
                       id, status, created);
}

class ServiceTest : public testing::Test {
protected:
    void SetUp() override {
        auto started = http::Server::start(
            real_env(),
            {{.address = {.host = "127.0.0.1", .port = 0, .unix_path = {}},
              .handler = [this](http::Exchange& exchange) { serve(exchange); }}},
            {});
        ASSERT_TRUE(started) << started.error().message;
        server_ = *std::move(started);
    }

    // Gives the next answer, and keeps what was asked.
    void serve(http::Exchange& exchange) {
        const http::RequestHead& head = exchange.request();
        std::string body;
        std::array<uint8_t, 4096> buffer;
        for (;;) {
            const auto count = exchange.read_body(buffer);
            if (!count || *count == 0) break;
            body += as_text(ByteView(buffer).first(*count));
        }
        const std::scoped_lock lock(mutex_);
        asked_.push_back(head.method + " " + head.target + " " + body);
        key_ = head.headers.find("Authorization").value_or("");
        is_chunked_ = head.framing == http::Framing::chunked;
        ASSERT_FALSE(answers_.empty());
        const Canned answer = answers_.front();
        answers_.pop_front();  // Before the client goes on.
        exchange.answer(answer.status, answer.content_type, answer.body);
    }

    void will_answer(std::deque<Canned> answers) {
        const std::scoped_lock lock(mutex_);
        answers_ = std::move(answers);
    }
    std::string asked(size_t index) {
        const std::scoped_lock lock(mutex_);
        return asked_.at(index);
    }

    Service& service() {
        if (!service_) {
            auto opened =
                Service::open({.endpoint = "http://" + server_->addresses()[0].to_text() + "/api",
                               .key = wanted_key_},
                              cancel_);
            service_ = std::move(opened).value();
        }
        return *service_;
    }
    // The request ids of a list, or why there is none.
    std::string listed(const PinFilter& filter = {}) {
        std::string ids;
        const auto done = service().list(filter, [&](const PinStatus& pin) {
            ids += pin.request_id + " ";
            return Result<void>();
        });
        return done ? ids : ids + done.error().to_text();
    }
    std::string failed(Canned answer) {
        will_answer({std::move(answer)});
        const auto got = service().get("x");
        return got ? "ok" : fmt::format("{}: {}", code_name(got.error().code), got.error().message);
    }

    std::mutex mutex_;
    std::deque<Canned> answers_;
    std::vector<std::string> asked_;
    std::string wanted_key_ = "k";
    std::string key_;
    bool is_chunked_ = false;
    std::atomic<bool> cancel_ = false;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<Service> service_;
};

TEST_F(ServiceTest, APinIsAskedForWithTheKeyAndALength) {
    will_answer({{.status = 202, .body = pin("one", "queued", "2026-01-02T03:04:05Z")}});
    const auto added = service().add("bafkqaaa", "a \"name\"");
    ASSERT_TRUE(added) << added.error().message;
    EXPECT_EQ(added->request_id + added->status + added->cid + added->name, "onequeuedbafkqaaan");
    EXPECT_EQ(asked(0), R"(POST /api/pins {"cid":"bafkqaaa","name":"a \"name\""})");
    EXPECT_EQ(key_, "Bearer k");
    EXPECT_FALSE(is_chunked_);
}

TEST_F(ServiceTest, RequestIdsAreOnePartOfThePath) {
    will_answer({{.body = pin("a/b c", "pinned", "")}, {.status = 202, .body = ""}});
    EXPECT_TRUE(service().get("a/b c"));
    EXPECT_TRUE(service().remove("a/b c"));
    EXPECT_EQ(asked(0), "GET /api/pins/a%2Fb%20c ");
    EXPECT_EQ(asked(1), "DELETE /api/pins/a%2Fb%20c ");
}

TEST_F(ServiceTest, AListIsReadPageByPage) {
    const std::string first = pin("3", "pinned", "2026-01-03T00:00:00.5Z") + "," +
                              pin("2", "pinned", "2026-01-02T00:00:00Z");
    will_answer({{.body = R"({"count":3,"results":[)" + first + "]}"},
                 {.body = R"({"count":1,"results":[)" + pin("1", "pinned", "2026-01-01T00:00:00Z") +
                          "]}"}});
    EXPECT_EQ(listed({.cids = {"a", "b"}, .name = "x y", .statuses = {"queued", "pinned"}}),
              "3 2 1 ");
    EXPECT_EQ(asked(0), "GET /api/pins?cid=a%2Cb&limit=10&name=x+y&status=queued%2Cpinned ");
    EXPECT_EQ(asked(1),
              "GET /api/pins?before=2026-01-02T00%3A00%3A00Z&cid=a%2Cb&limit=10&name=x+y"
              "&status=queued%2Cpinned ");
}

TEST_F(ServiceTest, AServiceThatGivesTheSamePageForEverIsLeft) {
    const std::string page = R"({"count":3,"results":[)" + pin("3", "pinned", "2026") + "]}";
    will_answer({{.body = page}, {.body = page}});
    EXPECT_EQ(listed(),
              "3 3 invalid pinning service response: PinResults.count=3, and the next page is the "
              "same as this");
}

TEST_F(ServiceTest, ReasonAndDetailsAreTold) {
    EXPECT_EQ(failed({.status = 401,
                      .body = R"({"error":{"reason":"UNAUTHORIZED","details":"no \"key\""}})"}),
              "permission_denied: reason: \"UNAUTHORIZED\", details: \"no \\\"key\\\"\": 401 "
              "Unauthorized");
    EXPECT_EQ(failed({.status = 500, .body = ""}),
              "io_error: reason: \"\", details: \"\": 500 Internal Server Error");
    EXPECT_EQ(failed({.status = 502, .body = "<html>", .content_type = "text/html"}),
              "io_error: remote pinning service returned http error 502: undefined response type");
}

TEST_F(ServiceTest, AKeyThatAServiceRepeatsIsNotShown) {
    wanted_key_ = "a-long-secret";
    EXPECT_EQ(
        failed(
            {.status = 401,
             .body = R"({"error":{"reason":"a-long-secret","details":"Bearer a-long-secret?"}})"}),
        "permission_denied: reason: \"***\", details: \"Bearer ***?\": 401 Unauthorized");
}

TEST_F(ServiceTest, AnswersThatMakeNoSenseAreRefused) {
    const std::string words = "corrupt: invalid pinning service response: ";
    EXPECT_EQ(failed({.body = "{", .content_type = "application/json"}),
              words + "its body is no JSON");
    EXPECT_EQ(failed({.body = "[]"}), words + "a PinStatus is no object");
    EXPECT_EQ(failed({.body = R"({"pin":{}})"}), words + "a PinStatus has no requestid");
    EXPECT_EQ(failed({.body = pin("1", "lost", "")}), words + "lost is not a valid Status");
    EXPECT_EQ(failed({.body = R"({"pin":{"cid":5}})"}), words + "cid is no text");
}

TEST_F(ServiceTest, CountsComeFromTheSmallestPage) {
    will_answer({{.body = R"({"count":7,"results":[)" + pin("1", "failed", "x") + "]}"}});
    const auto count = service().count("failed");
    ASSERT_TRUE(count) << count.error().message;
    EXPECT_EQ(*count, 7U);
    EXPECT_EQ(asked(0), "GET /api/pins?limit=1&status=failed ");
}

TEST_F(ServiceTest, NobodyThereIsTold) {
    const std::string where = server_->addresses()[0].to_text();
    service();
    server_->stop(0);
    server_.reset();
    const auto got = service().get("x");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::offline);
    EXPECT_EQ(
        got.error().message,
        fmt::format("empty response from remote pinning service: Get \"http://{0}/api/pins/x\": "
                    "dial tcp {0}: connect: connection refused",
                    where));
}

TEST_F(ServiceTest, AKeyThatWouldEndItsLineIsRefused) {
    const auto opened = Service::open({.endpoint = "http://127.0.0.1:1", .key = "a\r\nb"}, cancel_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace kit::pinning
