#include "doors/cli/remote_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "formats/multibase.h"
#include "http/url.h"

namespace kit::cli {
namespace {

using commands::Command;
using commands::Option;
using commands::OptionType;
using commands::Request;

// They are about this machine and this terminal alone, or said otherwise below.
constexpr std::array local_options = {"api", "api-auth", "config",   "config-file",     "debug",
                                      "h",   "help",     "repo-dir", "stream-channels", "encoding"};

// As Go's %v.
std::string value_text(const Request& request, const Option& option) {
    const std::string& name = option.names.front();
    switch (option.type) {
        case OptionType::flag:
            return request.flag(name) ? "true" : "false";
        case OptionType::integer:
        case OptionType::integer64:
            return std::to_string(request.integer(name));
        case OptionType::unsigned_integer:
        case OptionType::unsigned_integer64:
            return std::to_string(request.unsigned_integer(name));
        case OptionType::real:
            return fmt::format("{}", request.real(name));
        case OptionType::text:
        case OptionType::texts:
            break;
    }
    return request.text(name);
}

class Query final {
public:
    void add(std::string_view name, std::string_view value) {
        text_ += text_.empty() ? '?' : '&';
        text_ += http::encode_query(name);
        text_ += '=';
        text_ += http::encode_query(value);
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

void add_options(const CommandLine& line, Query& query) {
    for (const Command& command : line.chain) {
        for (const Option& option : command.options) {
            const std::string& name = option.names.front();
            if (!line.request.given(name)) continue;
            if (std::ranges::find(local_options, name) != local_options.end()) continue;
            if (option.type != OptionType::texts) {
                query.add(name, value_text(line.request, option));
                continue;
            }
            for (const std::string& value : line.request.texts(name)) query.add(name, value);
        }
    }
}

bool may_come_in_body(const CommandLine& line) {
    const auto& definitions = line.command().arguments;
    if (definitions.empty() || line.request.has_files()) return false;
    const commands::Argument& last = definitions.back();
    return last.kind == commands::ArgumentKind::text && last.stdin_allowed && last.variadic;
}

}  // namespace

RemoteTarget remote_target(const CommandLine& line,
                           const std::vector<std::pair<std::string, std::string>>& more) {
    RemoteTarget target;
    Query query;
    add_options(line, query);
    for (const auto& [name, value] : more) query.add(name, value);
    query.add("encoding", "json");
    query.add("stream-channels", "true");
    const bool splits = may_come_in_body(line);
    for (const std::string& given : line.request.arguments) {
        const std::string argument =
            line.command().binary_arguments
                ? formats::encode_multibase(formats::Base::base64url, as_bytes(given))
                : given;
        // What comes in the body follows what stands in the query, so the order stays.
        if (splits && (target.argument_lines || query.text().size() > query_size_bytes_max) &&
            argument.find('\n') == std::string::npos) {
            if (!target.argument_lines) target.argument_lines.emplace();
            *target.argument_lines += argument + "\n";
        } else {
            query.add("arg", argument);
        }
    }
    target.path_and_query = "/api/v0/" + line.command().path + query.text();
    return target;
}

}  // namespace kit::cli
