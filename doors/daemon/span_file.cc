#include "doors/daemon/span_file.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "formats/ipns_record.h"
#include "node/go_json.h"
#include "node/node.h"

namespace kit::daemon {
namespace {

using node::Json;

constexpr int64_t second_ns = 1'000'000'000;
constexpr int span_kind_server = 2;

std::string time_text(int64_t unix_ns) {
    return formats::to_rfc3339({.seconds = unix_ns / second_ns,
                                .nanoseconds = static_cast<uint32_t>(unix_ns % second_ns)});
}

Json context_json(const std::string& trace_id, const std::string& span_id, uint8_t flags,
                  bool is_remote) {
    return {{"TraceID", trace_id},
            {"SpanID", span_id},
            {"TraceFlags", fmt::format("{:02x}", flags)},
            {"TraceState", ""},
            {"Remote", is_remote}};
}

Json attribute(const char* key, std::string_view value) {
    return {{"Key", key}, {"Value", {{"Type", "STRING"}, {"Value", value}}}};
}

Json attribute(const char* key, int64_t value) {
    return {{"Key", key}, {"Value", {{"Type", "INT64"}, {"Value", value}}}};
}

// `byte_count` random bytes as hex; all zero is no number.
std::string random_number(Random& random, size_t byte_count) {
    Bytes bytes(byte_count);
    random.fill(bytes);
    bytes.back() |= 1;
    return to_hex(bytes);
}

}  // namespace

std::string span_line(const http::Served& served, const std::string& trace_id,
                      const std::string& span_id, const std::optional<http::TraceContext>& parent) {
    const bool has_failed = served.status == 0 || served.status >= 500;
    const Json span = {
        {"Name", "HTTP " + served.request.method},
        {"SpanContext", context_json(trace_id, span_id, 1, false)},
        {"Parent", parent ? context_json(trace_id, parent->parent_id, parent->flags, true)
                          : context_json(std::string(32, '0'), std::string(16, '0'), 0, false)},
        {"SpanKind", span_kind_server},
        {"StartTime", time_text(served.began_unix_ns)},
        {"EndTime", time_text(served.began_unix_ns + served.duration_ns)},
        {"Attributes", Json::array({attribute("http.request.method", served.request.method),
                                    attribute("url.path", served.request.path()),
                                    attribute("http.response.status_code", int64_t{served.status}),
                                    attribute("client.address", served.peer)})},
        {"Events", nullptr},
        {"Links", nullptr},
        {"Status", {{"Code", has_failed ? "Error" : "Unset"}, {"Description", ""}}},
        {"DroppedAttributes", 0},
        {"DroppedEvents", 0},
        {"DroppedLinks", 0},
        {"ChildSpanCount", 0},
        {"Resource", Json::array({attribute("service.name", "ipfs-kit"),
                                  attribute("service.version", node::kit_version_text)})},
        {"InstrumentationScope",
         {{"Name", "http"}, {"Version", ""}, {"SchemaURL", ""}, {"Attributes", nullptr}}}};
    return node::go_json(span) + "\n";
}

Result<std::unique_ptr<SpanFile>> SpanFile::open(Env& env, const Path& path) {
    auto file = TRY(env.disk.open(path, OpenMode::create_or_open));
    const uint64_t size_bytes = TRY(file->size_bytes());
    return std::unique_ptr<SpanFile>(new SpanFile(env, std::move(file), size_bytes));
}

std::string SpanFile::write(const http::Served& served,
                            const std::optional<http::TraceContext>& context) {
    std::string trace_id = context ? context->trace_id : random_number(env_.random, 16);
    const std::string line = span_line(served, trace_id, random_number(env_.random, 8), context);
    const std::scoped_lock lock(mutex_);
    if (size_bytes_ + line.size() > size_bytes_max) return trace_id;
    const std::array<ByteView, 1> pieces = {as_bytes(line)};
    // What a full disk tore is written over by the next one.
    if (file_->write_at(size_bytes_, pieces)) size_bytes_ += line.size();
    return trace_id;
}

}  // namespace kit::daemon
