#include "doors/cli/remote.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "doors/cli/remote_answer.h"
#include "doors/cli/remote_get.h"
#include "doors/cli/remote_records.h"
#include "doors/cli/remote_request.h"
#include "doors/cli/upload_body.h"
#include "doors/rpc/access.h"
#include "http/client.h"

namespace kit::cli {
namespace {

using commands::Command;
using commands::Needs;

// What every client of Kubo's commands says it is.
constexpr const char* user_agent = "go-ipfs-cmds/http";

bool needs_store(const Command& command) {
    return command.needs == Needs::read_store || command.needs == Needs::write_store;
}

// Commands over the config and over nothing do the same here as there, and sooner.
bool may_run_remotely(const Command& command, bool is_forced) {
    if (command.local_only) return false;
    if (needs_store(command) || command.needs == Needs::network || command.daemon_only) return true;
    return is_forced && command.needs != Needs::nothing;
}

// An answer into the sink of a command that was run here.
class IntoSink final : public RemoteTaker {
public:
    IntoSink(RemoteRecords& records, commands::Sink& sink) : records_(records), sink_(sink) {}
    Result<void> begin(uint64_t size_bytes) override {
        if (size_bytes != 0) sink_.expect_bytes(size_bytes);
        return {};
    }
    Result<void> record(commands::Json record) override { return records_.take(std::move(record)); }
    Result<void> bytes(ByteView bytes) override { return sink_.bytes(bytes); }
    Result<void> finish(bool is_whole) override {
        return is_whole ? records_.finish() : Result<void>();
    }

private:
    RemoteRecords& records_;
    commands::Sink& sink_;
};

Result<std::unique_ptr<RemoteTaker>> taker_of(const commands::Context& context,
                                              const CommandLine& line, RemoteRecords& records,
                                              commands::Sink& sink) {
    if (line.command().path != "get") return std::make_unique<IntoSink>(records, sink);
    auto target = TRY(commands::get_target(context, line.request));
    return std::make_unique<RemoteGet>(context, std::move(target), sink);
}

http::ClientRequest request_to(const Remote& remote, const RemoteTarget& target) {
    http::ClientRequest request{.url = remote.address.origin + target.path_and_query,
                                .unix_path = remote.address.unix_path};
    request.headers.add("User-Agent", user_agent);
    request.headers.add("Content-Type", "application/octet-stream");
    if (!remote.secret.empty()) {
        request.headers.add("Authorization", rpc::authorization_field(remote.secret));
    }
    return request;
}

// Gives the bytes of a text.
node::ReadBytes reader_of(std::string text) {
    return [text = std::move(text), at = size_t{0}](std::span<uint8_t> out) mutable {
        const size_t count = std::min(out.size(), text.size() - at);
        std::copy_n(text.begin() + static_cast<ptrdiff_t>(at), count, out.begin());
        at += count;
        return Result<size_t>(count);
    };
}

// What goes into the body: files, or arguments that are too many for the query. nullptr: nothing.
Result<std::unique_ptr<node::Upload>> upload_of(Env& env, const CommandLine& line,
                                                RemoteTarget& target) {
    const commands::Request& request = line.request;
    std::vector<unixfs::ImportSource> sources;
    for (const commands::FileInput& file : request.files) {
        unixfs::ImportSource source{.name = file.name, .content = file.path};
        if (file.read) source.content = file.read;
        sources.push_back(std::move(source));
    }
    if (target.argument_lines) {
        sources.push_back(
            {.name = "stdin", .content = reader_of(*std::exchange(target.argument_lines, {}))});
    }
    if (sources.empty()) return nullptr;
    node::UploadOptions options;
    // Only a tree keeps links as links; a command that wants bytes takes what they lead to.
    options.follows_arguments = line.command().path != "add" || request.flag("dereference-args");
    options.follows_links = request.flag("dereference-symlinks");
    options.hidden = request.flag("hidden");
    options.ignore = request.texts("ignore");
    options.ignore_rules_path = request.text("ignore-rules-path");
    options.empty_directories = !request.given("empty-dirs") || request.flag("empty-dirs");
    return node::Upload::create(env, std::move(sources), std::move(options));
}

}  // namespace

// kubo:cmd/ipfs/kubo/start.go, makeExecutor.
Result<std::optional<Remote>> find_remote(Disk& disk, const CommandLine& line, const Path& repo) {
    const Command& command = line.command();
    const std::string given = line.request.text("api");
    const bool is_forced = line.request.given("api") && command.path != "daemon";
    if (is_forced && command.local_only && command.needs != Needs::nothing) {
        return fail(Code::invalid_argument,
                    "api flag specified but command cannot be run on the daemon");
    }
    if (!may_run_remotely(command, is_forced)) return std::nullopt;
    std::optional<std::string> text;
    if (is_forced) {
        text = given;
    } else {
        text = TRY(find_api_file(disk, repo));
    }
    if (!text) return std::nullopt;
    RemoteAddress address = TRY(remote_address(*text));
    return Remote{.address = std::move(address),
                  .is_forced = is_forced,
                  .secret = line.request.text("api-auth")};
}

Result<bool> run_on_remote(const Remote& remote, const commands::Context& context,
                           const CommandLine& line, commands::Sink& sink) {
    const auto client = TRY(http::Client::create({.certificates_file = remote.certificates_file}));
    RemoteRecords records(line.command(), line.request, sink);
    RemoteTarget target = remote_target(line, records.more_options());
    http::ClientRequest request = request_to(remote, target);
    const auto upload = TRY(upload_of(context.env, line, target));
    std::optional<UploadBody> body;
    if (upload) {
        // What is added is told by the daemon's records; of everything else, what has gone out.
        const bool is_added = line.command().path == "add";
        const uint64_t all_bytes = sink.wants_progress() ? TRY(upload->measure()) : 0;
        records.expect_upload(all_bytes);
        body.emplace(context.env, *upload, [&sink, all_bytes, is_added](uint64_t done_bytes) {
            if (!is_added) sink.progress(done_bytes, all_bytes);
        });
        request.headers.set("Content-Type", body->content_type());
        request.body = [&body](std::span<uint8_t> out) { return body->read(out); };
    }
    const auto taker = TRY(taker_of(context, line, records, sink));
    RemoteAnswer answer(*taker);
    const auto sent = client->send(request, answer, *context.cancel);
    if (!sent && sent.error().code == Code::offline && !answer.has_begun()) {
        if (!remote.is_forced) return false;
        return fail(Code::offline,
                    "cannot connect to the api. Is the daemon running? To run as a standalone CLI "
                    "command remove the api file in `$IPFS_PATH/api`");
    }
    const auto finished = taker->finish(sent.has_value());
    if (!sent) return std::unexpected(sent.error());
    TRY(finished);
    return true;
}

}  // namespace kit::cli
