// Every verb is one literal: path, words, arguments, options, what it needs and gives, a handler
// on the node, and how a record reads as text. The command line, and later the RPC door, OpenAPI,
// Python and the reference, are all derived from it. No socket, no argv, no terminal here.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "formats/multibase.h"
#include "node/node.h"

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

enum class OptionType : uint8_t { flag, integer, unsigned_integer, real, text, texts };
using OptionValue =
    std::variant<bool, int64_t, uint64_t, double, std::string, std::vector<std::string>>;

struct Option {
    std::vector<std::string> names;  // The long one first; one-letter names are short.
    OptionType type = OptionType::flag;
    std::optional<OptionValue> preset;  // The default, when there is one.
    std::string help;
};

enum class Needs : uint8_t {
    nothing,     // Not even a repository.
    config,      // The repository's config file.
    read_store,  // Opens the store to read.
    write_store  // Opens it as its one writer.
};

enum class Gives : uint8_t { nothing, record, records, bytes };

struct Example {
    std::string command;  // After the program's name: "add -r photos".
    std::string meaning;
};

// One file argument.
struct FileInput {
    std::string name;      // As given; "" for standard input.
    Path path;             // On this machine; empty for a stream.
    node::ReadBytes read;  // For a stream.
};

// Checked against the command before a handler sees it: types are right, required things there.
class Request final {
public:
    // The values of a text argument; empty when none was given.
    std::vector<std::string> arguments;  // All text arguments in order.
    std::vector<FileInput> files;
    // By the option's long name.
    bool flag(std::string_view name) const;  // The default when not given; false without one.
    int64_t integer(std::string_view name) const;
    uint64_t unsigned_integer(std::string_view name) const;
    std::string text(std::string_view name) const;  // "" without value and default.
    std::vector<std::string> texts(std::string_view name) const;
    bool given(std::string_view name) const;  // By the user, whatever the default.

    void set(std::string_view name, OptionValue value, bool by_user);

    // How CIDs are to be written (--cid-base, --upgrade-cidv0-in-output), for records and text.
    std::string cid_text(const formats::Cid& cid) const;
    bool wants_json = false;  // --enc=json: a handler may give cheaper records without it.

private:
    struct Given {
        std::string name;
        OptionValue value;
        bool by_user;
    };
    std::vector<Given> options_;
};

// Where results go. Implemented by the doors; called from the handler's thread alone.
class Sink {
public:
    virtual ~Sink() = default;
    virtual Result<void> record(const Json& record) = 0;
    virtual Result<void> bytes(ByteView bytes) = 0;
    // How many bytes will come in all, before the first (X-Content-Length, progress bars).
    virtual void expect_bytes(uint64_t byte_count) = 0;
    // Work done so far, in bytes, of `all` (0: unknown); for people alone.
    virtual void progress(uint64_t done_bytes, uint64_t all_bytes) = 0;
    // A sentence for people beside the results (standard error).
    virtual void note(std::string_view sentence) = 0;
};

// What a handler works with. Opening what Command::needs asks for is the door's part.
struct Context {
    Env& env;
    node::Node* node = nullptr;  // With read_store and write_store.
    Path repo;                   // $IPFS_PATH or --repo-dir; may not exist yet.
    Path working_directory;
    const std::atomic<bool>* cancel = nullptr;
};

struct Command {
    std::string path;     // "pin/add"; a group such as "pin" has no handler.
    std::string tagline;  // One line.
    std::string description;
    std::vector<Example> examples;
    std::vector<Argument> arguments;
    std::vector<Option> options;
    Needs needs = Needs::nothing;
    Gives gives = Gives::nothing;
    std::string content_type;  // Of bytes; "" is text/plain.
    bool hidden = false;       // Deprecated: works, and is not listed.
    bool local_only = false;   // Never over RPC (key export, repo migrate).
    std::function<Result<void>(Context&, const Request&, Sink&)> run;
    // How one record reads as text, appended to `out`. Without it records are shown as JSON.
    std::function<void(const Json& record, const Request&, std::string& out)> print;
    // What is written before the first record and after the last, when the output is text.
    std::function<void(const Request&, std::string& out)> print_begin;
    std::function<void(const Request&, std::string& out)> print_end;
    // For commands that do better on this machine than over RPC (get writes files): the command
    // line runs this in place of `run` when it has opened the store itself.
    std::function<Result<void>(Context&, const Request&, Sink&)> run_in_place;
};

// Every command, sorted by path; made once by the door and passed on.
std::vector<Command> all_commands();
// Options that every command takes (--enc, --cid-base, --timeout, --offline, ...).
const std::vector<Option>& global_options();

}  // namespace kit::commands
