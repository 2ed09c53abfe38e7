// Every verb is one literal: path, words, arguments, options, what it needs and gives, a handler
// on the node, and how a record reads as text. The command line, the RPC and REST doors, OpenAPI
// and the reference are all derived from it. No socket, no argv, no terminal here.
// README.md says how to write one.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "commands/request.h"
#include "node/node.h"

namespace kit {
class Log;
}

namespace kit::commands {

using Json = nlohmann::ordered_json;

enum class ArgumentKind : uint8_t {
    text,
    file  // On the command line a path; over RPC a part of the body.
};

struct Argument {
    std::string name;
    ArgumentKind kind = ArgumentKind::text;
    bool required = true;
    bool variadic = false;       // The last argument alone.
    bool stdin_allowed = false;  // When none is given: text, one a line; file, the stream.
    bool recursive = false;      // A file that may be a folder (with option "recursive").
    std::string help;
};

// The names on the right are what help shows, and say the range: int and uint have 32 bits.
enum class OptionType : uint8_t {
    flag,                // bool
    integer,             // int
    integer64,           // int64
    unsigned_integer,    // uint
    unsigned_integer64,  // uint64
    real,                // float64
    text,                // string
    texts                // array: may be given several times
};

struct Option {
    std::vector<std::string> names;  // The one that handlers ask for first; "-x" for one letter.
    OptionType type = OptionType::flag;
    // The default, when there is one. It must hold the alternative that belongs to `type`: write
    // int64_t{32}, uint64_t{0}, std::string("b58mh"), true.
    std::optional<OptionValue> preset = std::nullopt;
    std::string help = "";        // A sentence; the default is added where it is shown.
    std::string value_name = "";  // For the synopsis, when it is not the name.
    char separator = '\0';        // texts: "a,b" means two values.
    // Every value there is, where the set is closed; the handler says what is wrong with others.
    std::vector<std::string> choices = {};
};

enum class Needs : uint8_t {
    nothing,     // Not even a repository.
    config,      // The repository's config file; the handler loads it.
    network,     // The same, and the peers of the daemon when one runs.
    read_store,  // Opens the store to read.
    write_store  // Opens it as its one writer.
};

// `record`: one, or several with the option "stream" or "progress".
enum class Gives : uint8_t { nothing, record, records, bytes };

enum class Status : uint8_t { active, experimental, deprecated, removed };

struct Example {
    std::string command;  // After the program's name: "add -r photos".
    std::string meaning;
};

// Folders of the daemon's machine; "" is the one that the config says.
struct MountPlaces {
    Path ipfs;
    Path ipns;
    Path mfs;
};

// What a running daemon lets its commands do; implemented by the door that runs it.
class DaemonControl {
public:
    virtual ~DaemonControl() = default;
    // Asks it to end, as a signal would; returns at once.
    virtual void shut_down() = 0;
    // Shows content, names and the mutable tree there until it ends; what was mounted before is
    // unmounted. Returns the places as they are now. Fails with unsupported without FUSE.
    virtual Result<MountPlaces> mount(const MountPlaces& places) = 0;
    // Lives as long as any command runs.
    virtual Log& log() = 0;
};

// One request that a daemon serves or has served.
struct ServedRequest {
    uint64_t id = 0;
    std::string command;
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, OptionValue>> options;  // As they were given.
    int64_t start_unix_ns = 0;
    int64_t end_unix_ns = 0;  // 0: it is still being served.
};

// What a daemon remembers of its requests. Any thread; implemented by the door that serves them.
class ServedRequests {
public:
    virtual ~ServedRequests() = default;
    // In the order they came.
    virtual std::vector<ServedRequest> report() const = 0;
    // Forgets those that are over.
    virtual void forget_done() = 0;
    // How long one that is over is remembered, at the least, within a bound of their number.
    virtual void keep_done(int64_t duration_ns) = 0;
};

// Where results go. Implemented by the doors; called from the handler's thread alone.
class Sink {
public:
    virtual ~Sink() = default;
    virtual Result<void> record(const Json& record) = 0;
    virtual Result<void> bytes(ByteView bytes) = 0;
    // Bytes that lie in pieces (below IOV_MAX), for doors that write them in one call.
    virtual Result<void> pieces(std::span<const ByteView> pieces) {
        for (const ByteView piece : pieces) TRY(bytes(piece));
        return {};
    }
    // How many bytes will come in all, before the first (X-Content-Length, progress bars).
    virtual void expect_bytes(uint64_t byte_count) = 0;
    // Work done so far, in bytes, of `all` (0: unknown); for people alone.
    virtual void progress(uint64_t done_bytes, uint64_t all_bytes) = 0;
    // A sentence for people beside the results (standard error).
    virtual void note(std::string_view sentence) = 0;
    // Lets what was given so far reach whoever waits for it.
    virtual Result<void> flush() { return {}; }
    // Whether progress() reaches anybody: what it costs to know the whole (a walk over a tree)
    // is spent only then.
    virtual bool wants_progress() const { return false; }
};

// What a handler works with. Opening what Command::needs asks for is the door's part.
struct Context {
    Env& env;
    node::Node* node = nullptr;  // With read_store and write_store.
    Path repo;                   // $IPFS_PATH or --repo-dir; may not exist yet.
    Path working_directory;
    const std::atomic<bool>* cancel = nullptr;
    Path config_file = {};          // --config-file; empty without it.
    std::string editor = {};        // $EDITOR.
    std::string static_names = {};  // $IPFS_NS_MAP, as node::NodeOptions takes it.
    bool asks_dns = false;          // Whether domains are looked up.
    node::DenylistFolders denylist_folders = {};
    DaemonControl* daemon = nullptr;   // The daemon that the command runs in.
    ServedRequests* served = nullptr;  // With `daemon`.
    // Runs a daemon until it is asked to end: what the command "daemon" does. Set by the command
    // line alone.
    std::function<Result<void>(const Context&, const Request&, Sink&)> run_daemon = nullptr;
};

struct Command {
    std::string path;                   // "pin/add"; a group such as "pin" has no handler.
    std::string tagline;                // One line.
    std::string description = "";       // Shown by -h and --help; may have several paragraphs.
    std::string long_description = "";  // Shown by --help in place of it, when there is one.
    std::vector<Example> examples = {};
    std::vector<Argument> arguments = {};
    std::vector<Option> options = {};  // Those of a group are taken by its commands too.
    Needs needs = Needs::nothing;
    Gives gives = Gives::nothing;
    std::string content_type = "";  // Of bytes; "" is text/plain.
    Status status = Status::active;
    bool local_only = false;   // Never over RPC (key export, repo migrate).
    bool daemon_only = false;  // Makes sense in a daemon alone (shutdown).
    bool is_live = false;      // Tells what happens as it happens: each result goes out at once.
    // Before the run: whether the request makes sense at all. What fails here is the client's own
    // mistake, which Kubo's RPC tells with the status 400 (500 is what other failures have).
    std::function<Result<void>(const Context&, const Request&)> check = nullptr;
    std::function<Result<void>(Context&, const Request&, Sink&)> run = nullptr;
    // How one record reads as text, appended to `out`. Without it records are shown as JSON.
    std::function<void(const Json& record, const Request&, std::string& out)> print = nullptr;
    // What is written before the first record and after the last, when the output is text.
    std::function<void(const Request&, std::string& out)> print_begin = nullptr;
    std::function<void(const Request&, std::string& out)> print_end = nullptr;
    // What is wrong with one record, "" when nothing: written to standard error as a line in place
    // of the record's text, and the command then ends with "errors while displaying some entries".
    std::function<std::string(const Json& record)> error_of = nullptr;
    // Text arguments are binary data: over RPC they are in multibase (base64url).
    bool binary_arguments = false;
    // Kubo's command line shows this command's records as text even with --enc=json.
    bool always_text = false;
    // For commands that do better on this machine than over RPC (get writes files): the command
    // line runs this in place of `run` when it has opened the store itself.
    std::function<Result<void>(Context&, const Request&, Sink&)> run_in_place = nullptr;

    // The last part of the path.
    std::string_view name() const;
};

// One line of the table. A command's words and functions are only made when somebody asks for
// them, so that starting the program costs the one command that is run.
struct CommandEntry {
    std::string_view path;
    Command (*make)();
};

// Every command and group, sorted by path; the root is not among them.
std::span<const CommandEntry> command_table();
const CommandEntry* find_command(std::string_view path);
// The entries right below `group` ("" for the root).
std::vector<CommandEntry> subcommands_of(std::string_view group);

// The program itself: its words, and the options that every command takes (--enc, --cid-base,
// --timeout, --offline, ...).
Command root_command();
const std::vector<Option>& global_options();

// Every command made, sorted by path.
std::vector<Command> all_commands();

}  // namespace kit::commands
