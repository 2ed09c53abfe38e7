#include "doors/cli/run.h"

#include <algorithm>

#include "doors/cli/command_line.h"
#include "doors/cli/help.h"
#include "doors/cli/remote.h"
#include "node/units.h"

namespace kit::cli {
namespace {

using commands::Command;
using commands::Needs;

// `ipfs --version`, `ipfs help` and `ipfs help add` mean `version`, `--help` and `add --help`.
std::vector<std::string> plain_words(std::vector<std::string> words) {
    if (words.empty()) return words;
    if (words[0] == "--version") {
        words[0] = "version";
    } else if (words[0] == "help") {
        if (words.size() == 1) return {"--help"};
        words.erase(words.begin());
        if (words[0] != "--help") words.emplace_back("--help");
    }
    return words;
}

class Run final {
public:
    explicit Run(const Process& process) : process_(process) {}

    int run() {
        const auto parsed = parse_command_line(plain_words(process_.words), line_);
        const commands::Request& request = line_.request;
        if (line_.complete && (request.flag("help") || request.flag("h"))) {
            show_help(process_.out, request.flag("help") ? HelpLength::full : HelpLength::brief);
            return 0;
        }
        if (!parsed) return refuse(parsed.error());
        if (!line_.command().run && line_.words.empty()) {
            show_help(process_.out, HelpLength::brief);
            return 0;
        }
        const auto bound =
            bind_inputs(line_, process_.env.disk, process_.working_directory, process_.in);
        if (!bound) return refuse(bound.error());
        const auto done = run_command(*bound);
        return done ? 0 : tell(done.error());
    }

private:
    void show_help(Output& output, HelpLength length) const {
        const size_t width = output.is_terminal() ? output.width() : 80;
        const std::string text =
            render_help(line_.command(), length, {.program = process_.program, .width = width});
        (void)output.write(as_bytes(text));  // A reader that left has read enough.
    }

    // Prints the error and gives the exit code.
    int tell(const Error& error) const {
        std::string message;
        if (error.code == Code::cancelled && process_.timed_out) {
            message = "timed out";
        } else if (error.code == Code::cancelled && process_.cancel) {
            message = "canceled";
        } else {
            message = line_.request.flag("debug")
                          ? fmt::format("{} [{}]", error.to_text(), code_name(error.code))
                          : error.to_text();
        }
        (void)process_.err.write(as_bytes("Error: " + message + "\n"));
        return 1;
    }

    // The command line makes no sense: say so, and how the command is to be called.
    int refuse(const Error& error) const {
        const int exit_code = tell(error);
        if (line_.complete) {
            (void)process_.err.write(as_bytes("\n"));
            show_help(process_.err, HelpLength::brief);
        }
        return exit_code;
    }

    Result<Encoding> encoding() const {
        const std::string name = line_.request.text("encoding");
        if (line_.command().always_text) return Encoding::text;
        if (name == "json") return Encoding::json;
        if (name == "text" || name.empty()) return Encoding::text;
        if (name == "xml") {
            return fail(Code::unsupported,
                        "invalid encoding: xml is not written by this build; use json or text");
        }
        return fail(Code::invalid_argument, "invalid encoding: {}", name);
    }

    // Standard error takes sentences from any thread.
    std::function<void(const std::string&)> notice() const {
        return [this](const std::string& sentence) {
            (void)process_.err.write(as_bytes(sentence + "\n"));
        };
    }

    Result<void> run_command(bool reads_stdin_arguments) {
        const Command& command = line_.command();
        const auto encoding = TRY(this->encoding());
        line_.request.wants_json = encoding == Encoding::json;
        line_.request.now_s = process_.env.clock.unix_ns() / 1'000'000'000;
        if (line_.request.given("timeout")) {
            const int64_t timeout_ns = TRY(node::parse_duration_ns(line_.request.text("timeout")));
            process_.start_timer(timeout_ns);
        }
        if (reads_stdin_arguments) TRY(read_stdin_arguments(line_, process_.in));
        if (command.needs != Needs::nothing) TRY(line_.request.cid_base());
        commands::Context context{.env = process_.env,
                                  .repo = process_.repo,
                                  .working_directory = process_.working_directory,
                                  .cancel = &process_.cancel,
                                  .config_file = line_.request.text("config-file"),
                                  .editor = process_.editor,
                                  .static_names = process_.static_names,
                                  .asks_dns = process_.asks_dns,
                                  .denylist_folders = process_.denylist_folders};
        context.run_daemon = process_.run_daemon;
        if (line_.request.given("repo-dir") && !line_.request.text("repo-dir").empty()) {
            context.repo = line_.request.text("repo-dir");
        }
        TerminalSink sink(command, line_.request, encoding, process_.env.clock, process_.out,
                          process_.err);
        auto done = run_somewhere(context, sink);
        if (!done) {
            sink.abandon();
            return done;
        }
        return sink.finish();
    }

    // By the daemon where there is one, else here.
    Result<void> run_somewhere(commands::Context& context, TerminalSink& sink) {
        auto remote = TRY(find_remote(process_.env.disk, line_, context.repo));
        if (!remote) return run_here(context, sink);
        remote->certificates_file = process_.certificates_file;
        const auto is_done = run_on_remote(*remote, context, line_, sink);
        if (!is_done) {
            const bool is_late = is_done.error().code == Code::cancelled && process_.timed_out;
            // As the daemon says it when it is first.
            if (is_late) return fail(Code::timeout, "context deadline exceeded");
            return std::unexpected(is_done.error());
        }
        if (*is_done) return {};
        return run_here(context, sink);
    }

    Result<void> run_here(commands::Context& context, TerminalSink& sink) {
        const Command& command = line_.command();
        std::unique_ptr<node::Node> node;
        if (command.needs == Needs::read_store || command.needs == Needs::write_store) {
            node = TRY(node::Node::open(
                process_.env, {.repo = context.repo,
                               .access = command.needs == Needs::read_store ? node::Access::read
                                                                            : node::Access::write,
                               .cancel = &process_.cancel,
                               .on_notice = notice(),
                               .static_names = process_.static_names,
                               .asks_dns = process_.asks_dns,
                               .denylist_folders = process_.denylist_folders}));
            context.node = node.get();
        }
        const auto& handler = command.run_in_place && node ? command.run_in_place : command.run;
        if (command.check) TRY(command.check(context, line_.request));
        TRY(handler(context, line_.request, sink));
        // What is said to be stored is on the disk when the program ends.
        if (node && command.needs == Needs::write_store) TRY(node->sync());
        return {};
    }

    const Process& process_;
    CommandLine line_;
};

}  // namespace

int run(const Process& process) {
    return Run(process).run();
}

}  // namespace kit::cli
