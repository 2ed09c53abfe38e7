// What a command is asked to do: options, arguments and files, checked against the command before a
// handler sees them. Filled by the doors.
#pragma once

#include <functional>
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

using OptionValue =
    std::variant<bool, int64_t, uint64_t, double, std::string, std::vector<std::string>>;

// One file argument.
struct FileInput {
    // What it is called in a directory: its last part; "" for a stream. With its folders when it
    // came in a request's body: "photos/a.jpg".
    std::string name;
    Path path;  // On this machine; empty for a stream.
    // For a stream (standard input, a pipe, a request's body); reads 0 bytes at the end.
    node::ReadBytes read;
    // What a request's body says of it.
    FileType type = FileType::regular;  // Or directory, or symlink.
    std::string target = {};            // Of a symlink.
    std::optional<uint32_t> mode = {};  // As Go's fs.FileMode.
    std::optional<unixfs::Mtime> mtime = {};
    Path original_path = {};  // Where it lies on the client's machine.
};

// Files that come one after the other, each to be read before the next is asked for.
struct StreamedFiles {
    std::function<Result<std::optional<FileInput>>()> next;  // nullopt after the last.
    // Whether next() would return without waiting for whoever sends.
    std::function<bool()> has_more_here;
};

// Checked against the command before a handler sees it: types are right, required things there.
class Request final {
public:
    // All text arguments in order; those from standard input too, one a line.
    std::vector<std::string> arguments;
    // The file arguments: all known from the start, or streamed. Files reads either.
    std::vector<FileInput> files;
    std::optional<StreamedFiles> streamed_files;
    bool has_files() const { return streamed_files || !files.empty(); }
    // By any name of the option that was given, or the first name for a default.
    bool flag(std::string_view name) const;  // The default when not given; false without one.
    int64_t integer(std::string_view name) const;
    uint64_t unsigned_integer(std::string_view name) const;
    double real(std::string_view name) const;
    std::string text(std::string_view name) const;  // "" without value and default.
    std::vector<std::string> texts(std::string_view name) const;
    bool given(std::string_view name) const;  // By the user, whatever the default.

    // Those the user gave, by their first names.
    std::vector<std::pair<std::string, OptionValue>> given_options() const;

    // `name` is the option's first name; a second value replaces the first.
    void set(std::string_view name, OptionValue value, bool by_user);

    // How CIDs are to be written (--cid-base, --upgrade-cidv0-in-output), for records and text.
    std::string cid_text(const formats::Cid& cid) const;
    // The base that --cid-base names; nullopt without one. Fails with invalid_argument.
    Result<std::optional<formats::Base>> cid_base() const;
    bool is_remote = false;   // Came over RPC: what its sender's program adds is left to it.
    bool wants_json = false;  // --enc=json: a handler may give cheaper records without it.
    int64_t now_s = 0;  // When it was asked, in Unix seconds: for texts that tell how long ago.

private:
    struct Given {
        std::string name;
        OptionValue value;
        bool by_user;
    };
    const Given* find(std::string_view name) const;
    std::vector<Given> options_;
    // Worked out when --cid-base and its fellow are set, since cid_text() runs once a record.
    std::optional<formats::Base> cid_base_;
    std::optional<bool> upgrade_;
};

// The file arguments one after the other, wherever they come from.
class Files final {
public:
    explicit Files(const Request& request) : request_(request) {}
    Result<std::optional<FileInput>> next();

private:
    const Request& request_;
    size_t at_ = 0;
};

}  // namespace kit::commands
