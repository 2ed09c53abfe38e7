// `config`, `config show`, `config edit`: the repository's configuration.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/ascii.h"
#include "base/go_text.h"
#include "commands/makers.h"
#include "formats/peer_id.h"
#include "node/go_json.h"

namespace kit::commands {
namespace {

Result<void> refuse_secrets(const std::string& key) {
    const std::string folded = ascii_lower(key);
    if (folded == "identity" || folded == "identity.privkey") {
        return fail(Code::permission_denied, "cannot show or change private key through API");
    }
    // Pinning.RemoteServices.*.API.Key, whatever part of that path is asked for.
    constexpr std::string_view services = "pinning.remoteservices";
    const bool above = services.starts_with(folded) &&
                       (folded.size() == services.size() || services[folded.size()] == '.');
    if (!folded.empty() && (above || folded.starts_with(std::string(services) + "."))) {
        const auto parts = std::ranges::count(folded, '.');
        const bool other_leaf =
            parts >= 3 && folded.find(".api", services.size()) == std::string::npos;
        if (!other_leaf) {
            return fail(Code::permission_denied,
                        "cannot show or change pinning services credentials");
        }
    }
    return {};
}

// The peer id follows from the private key: only that very one can be set.
Result<Json> checked_peer_id(const node::Config& config, const Request& request) {
    std::string text = request.arguments[1];
    if (request.flag("json")) {
        const Json parsed = Json::parse(text, nullptr, false);
        if (parsed.is_string()) text = parsed.get<std::string>();
    }
    const auto own = TRY(node::identity_of(config.find_text("Identity.PrivKey").value_or("")));
    const auto given = formats::PeerId::from_text(text);
    if (!given || given->to_text() != own.peer_id) {
        return fail(Code::permission_denied,
                    "cannot set Identity.PeerID to a value that does not match the node's private "
                    "key; use 'ipfs key rotate' to change the node identity");
    }
    return Json(own.peer_id);
}

Result<Json> value_of(const node::Config& config, const Request& request) {
    const std::string& text = request.arguments[1];
    if (ascii_lower(request.arguments[0]) == "identity.peerid")
        return checked_peer_id(config, request);
    if (request.flag("json")) {
        Json value = Json::parse(text, nullptr, false);
        if (value.is_discarded()) {
            return fail(Code::invalid_argument, "failed to unmarshal json. {} is not valid JSON",
                        go_quote(text));
        }
        return value;
    }
    if (request.flag("bool")) return Json(text == "true");
    return Json(text);
}

Result<void> run_config(Context& context, const Request& request, Sink& sink) {
    const std::string& key = request.arguments[0];
    TRY(refuse_secrets(key));
    node::Config config = TRY(node::Config::load(context.env.disk, context.repo));
    if (request.arguments.size() == 2) {
        if (request.flag("expand-auto")) {
            return fail(Code::invalid_argument,
                        "--expand-auto can only be used for reading config values, not for "
                        "setting them");
        }
        const Json value = TRY(value_of(config, request));
        const auto done = config.set(key, value);
        if (!done) {
            return fail(done.error().code, "failed to set config value: {} (maybe use --json?)",
                        done.error().message);
        }
        TRY(config.save(context.env.disk, context.repo));
    }
    const auto value = config.get(key);
    if (!value) {
        return fail(value.error().code, "failed to get config value: {}",
                    go_quote(value.error().message));
    }
    return sink.record({{"Key", key}, {"Value", node::sorted_by_key(*value)}});
}

void append_for_people(const Json& value, std::string& out) {
    if (value.is_string()) {
        out += trimmed(value.get_ref<const std::string&>(), "\n");
    } else {
        out += node::go_json_indented(value, "  ");
    }
    out += '\n';
}

void print_config(const Json& record, const Request& request, std::string& out) {
    if (request.arguments.size() < 2) append_for_people(record.at("Value"), out);
}

// The file that --config-file names: a bare name lies in the repository.
Path config_path(const Context& context) {
    if (context.config_file.empty()) return join(context.repo, "config");
    const bool is_bare = context.config_file.find('/') == std::string::npos;
    return is_bare ? join(context.repo, context.config_file) : context.config_file;
}

Result<void> run_show(Context& context, const Request&, Sink& sink) {
    const Path path = config_path(context);
    if (!TRY(context.env.disk.find_info(path))) {
        return fail(Code::not_found, "open {}: no such file or directory", path);
    }
    const Bytes text = TRY(read_file(context.env.disk, path));
    const node::Config config = TRY(node::Config::from_text(as_text(text)));
    return sink.record(node::sorted_by_key(config.scrubbed()));
}

// "vim -n 'a b'" as words: quotes keep blanks, a backslash keeps what follows.
Result<std::vector<std::string>> shell_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool inside = false;
    char quote = '\0';
    for (size_t index = 0; index < text.size(); ++index) {
        const char letter = text[index];
        if (letter == '\\' && quote != '\'' && index + 1 < text.size()) {
            word += text[++index];
            inside = true;
        } else if (quote != '\0') {
            if (letter == quote) {
                quote = '\0';
            } else {
                word += letter;
            }
        } else if (letter == '\'' || letter == '"') {
            quote = letter;
            inside = true;
        } else if (letter == ' ' || letter == '\t' || letter == '\n') {
            if (inside) words.push_back(std::move(word));
            word.clear();
            inside = false;
        } else {
            word += letter;
            inside = true;
        }
    }
    if (quote != '\0') {
        return fail(Code::invalid_argument, "cannot parse $EDITOR value: No closing quotation");
    }
    if (inside) words.push_back(std::move(word));
    return words;
}

Result<void> run_edit(Context& context, const Request&, Sink&) {
    if (context.editor.empty()) {
        return fail(Code::invalid_argument, "ENV variable $EDITOR not set");
    }
    auto words = TRY(shell_words(context.editor));
    if (words.empty()) return fail(Code::invalid_argument, "ENV variable $EDITOR not set");
    words.push_back(config_path(context));
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) return fail(Code::io_error, "cannot start {}", words.front());
    if (child == 0) {
        ::execvp(arguments.front(), arguments.data());
        ::_exit(127);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        return fail(Code::not_found, "cannot start the editor {}: set $EDITOR to a program",
                    words.front());
    }
    return fail(Code::invalid_argument, "exit status {}",
                WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

}  // namespace

Command config_command() {
    return {
        .path = "config",
        .tagline = "Get and set configuration values.",
        .description =
            "Prints the value of a key, or sets it. Keys are names with dots between "
            "them, as in\nDatastore.StorageMax.",
        .examples = {{"config Datastore.StorageMax", "Show a value."},
                     {"config Datastore.StorageMax 100GB", "Set a text."},
                     {"config --json Import.UnixFSRawLeaves true", "Set something else."}},
        .arguments = {{.name = "key", .help = "Key of the value, such as \"Addresses.API\"."},
                      {.name = "value", .required = false, .help = "Value to set."}},
        .options =
            {
                {.names = {"bool"}, .help = "The value is true or false."},
                {.names = {"json"}, .help = "The value is JSON."},
                {.names = {"expand-auto"},
                 .help = "Show what 'auto' stands for; without a network it stands for itself."},
            },
        .needs = Needs::config,
        .gives = Gives::record,
        .run = run_config,
        .print = print_config,
    };
}

Command config_show_command() {
    return {
        .path = "config/show",
        .tagline = "Show the whole configuration.",
        .description =
            "Without the private key and other secrets: to keep a copy, copy the file "
            "'config' in the repository.",
        .needs = Needs::config,
        .gives = Gives::record,
        .run = run_show,
        .print = [](const Json& record, const Request&,
                    std::string& out) { append_for_people(record, out); },
    };
}

Command config_edit_command() {
    return {
        .path = "config/edit",
        .tagline = "Open the configuration in an editor.",
        .description = "Starts the editor that the environment variable $EDITOR names.",
        .local_only = true,
        .run = run_edit,
    };
}

}  // namespace kit::commands
