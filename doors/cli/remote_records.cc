#include "doors/cli/remote_records.h"

#include <nlohmann/json.hpp>

namespace kit::cli {

using commands::Json;

namespace {

std::string text_of(const Json& record, const char* key) {
    const auto found = record.find(key);
    return found == record.end() || !found->is_string() ? "" : found->get<std::string>();
}

uint64_t number_of(const Json& record, const char* key) {
    const auto found = record.find(key);
    return found == record.end() || !found->is_number() ? 0 : found->get<uint64_t>();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> RemoteRecords::more_options() const {
    const std::string& path = command_.path;
    if ((path == "add" || path == "pin/add") && !request_.given("progress")) {
        return {{"progress", sink_.wants_progress() ? "true" : "false"}};
    }
    // One pin after the other, in the store's order, instead of one record with all of them.
    if (path == "pin/ls" && !request_.wants_json && !request_.given("stream")) {
        return {{"stream", "true"}};
    }
    return {};
}

Result<void> RemoteRecords::take(Json record) {
    const std::string& path = command_.path;
    if (path == "add") return take_added(std::move(record));
    if (path == "pin/add" && record.contains("Progress") && !record.contains("Pins")) {
        sink_.progress(number_of(record, "Bytes"), 0);
        return {};
    }
    if (request_.wants_json) return sink_.record(record);
    if (path == "ls" && request_.flag("stream")) return take_listing(record);
    if (path == "dag/import") return take_imported(record);
    if (path == "block/rm" && !text_of(record, "Error").empty()) has_failures_ = true;
    // Told again and again while the walk goes on; the last is the result.
    if (path == "dag/stat") {
        last_.clear();
        last_.push_back(std::move(record));
        return {};
    }
    return sink_.record(record);
}

Result<void> RemoteRecords::take_added(Json record) {
    if (!record.contains("Hash")) {
        const std::string name = text_of(record, "Name");
        const uint64_t bytes = number_of(record, "Bytes");
        if (name != file_name_ || bytes < file_bytes_) file_bytes_ = 0;
        file_name_ = name;
        done_bytes_ += bytes - file_bytes_;
        file_bytes_ = bytes;
        sink_.progress(done_bytes_, all_bytes_);
        return {};
    }
    if (!request_.flag("quieter")) return sink_.record(record);
    last_.clear();
    last_.push_back(std::move(record));
    return {};
}

// For people an object without links stands where its heading belongs, as `ls` itself gives it.
Result<void> RemoteRecords::take_headings(std::string_view until) {
    const auto& arguments = request_.arguments;
    while (heading_count_ < arguments.size()) {
        const bool is_under = heading_count_ > 0 && arguments[heading_count_ - 1] == until;
        if (is_under) break;
        TRY(sink_.record({{"Objects", Json::array({{{"Hash", arguments[heading_count_]},
                                                    {"Links", Json::array()}}})}}));
        ++heading_count_;
    }
    return {};
}

Result<void> RemoteRecords::take_listing(const Json& record) {
    const auto objects = record.find("Objects");
    if (objects != record.end() && objects->is_array() && !objects->empty()) {
        TRY(take_headings(text_of((*objects)[0], "Hash")));
    }
    return sink_.record(record);
}

Result<void> RemoteRecords::take_imported(const Json& record) {
    const auto root = record.find("Root");
    if (root == record.end() || !root->is_object()) return sink_.record(record);
    const std::string error = text_of(*root, "PinErrorMsg");
    // Kubo's daemon tells the roots whether it was asked to be silent or not.
    if (error.empty()) return request_.flag("silent") ? Result<void>() : sink_.record(record);
    TRY(sink_.record(record));
    const auto cid = root->find("Cid");
    return fail(Code::not_found, "pinning root \"{}\" FAILED: {}",
                cid == root->end() ? "" : text_of(*cid, "/"), error);
}

Result<void> RemoteRecords::finish() {
    if (command_.path == "ls" && request_.flag("stream") && !request_.wants_json) {
        TRY(take_headings({}));
    }
    for (const Json& record : last_) TRY(sink_.record(record));
    if (has_failures_) return fail(Code::invalid_argument, "some blocks not removed");
    return {};
}

}  // namespace kit::cli
