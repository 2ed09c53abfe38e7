#include "doors/rpc/request_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/go_text.h"
#include "commands/option_value.h"
#include "doors/rpc/file_parts.h"
#include "http/url.h"

namespace kit::rpc {
namespace {

using commands::Argument;
using commands::ArgumentKind;
using commands::Option;
using commands::OptionType;
using commands::OptionValue;

std::unexpected<Error> bad(std::string message) {
    return std::unexpected(Error{Code::invalid_argument, std::move(message)});
}

// A name with folders is a folder to a command that takes files alone.
Result<std::optional<commands::FileInput>> next_wanted_file(http::MultipartReader& parts,
                                                            bool takes_folders) {
    auto file = TRY(next_file(parts));
    if (file && !takes_folders && file->name.find('/') != std::string::npos) {
        file->type = FileType::directory;
    }
    return file;
}

class Reader final {
public:
    Reader(Words words, http::Exchange& exchange) : words_(std::move(words)), exchange_(exchange) {
        result_.verb = words_.verb;
    }

    Result<RpcRequest> read() {
        for (const auto& [name, value] : words_.options) TRY(take_option(name, value));
        for (const Option& option : words_.verb->options) {
            const std::string& name = option.names.front();
            if (option.preset && !result_.request.given(name)) {
                result_.request.set(name, *option.preset, false);
            }
        }
        if (!result_.request.given("encoding")) {
            result_.request.set("encoding", std::string("json"), true);
        }
        TRY(open_body());
        return place(std::move(words_.arguments));
    }

private:
    Result<void> take_option(const std::string& name, const std::string& value) {
        const auto known = words_.verb->by_name.find(name);
        if (known == words_.verb->by_name.end()) return {};
        const Option& option = *known->second;
        const std::string& first = option.names.front();
        if (option.type != OptionType::texts && result_.request.given(first)) {
            return bad(fmt::format("expected key {} to have only a single value, received [{}]",
                                   first, fmt::join(values_of(name), " ")));
        }
        auto parsed = commands::parse_option_value(option, value);
        if (!parsed) {
            const std::string shown = value.empty() ? "empty value" : "value " + go_quote(value);
            return bad(fmt::format("could not convert {} to type \"{}\" (for option \"-{}\")",
                                   shown, commands::type_name(option.type), first));
        }
        if (option.type == OptionType::texts) {
            auto all = result_.request.texts(first);
            auto& more = std::get<std::vector<std::string>>(*parsed);
            all.insert(all.end(), more.begin(), more.end());
            *parsed = std::move(all);
        }
        result_.request.set(first, *std::move(parsed), true);
        return {};
    }

    // Every value that the query has for an option, as Go prints a list.
    std::vector<std::string> values_of(const std::string& name) const {
        std::vector<std::string> values;
        for (const auto& [each, value] : words_.options) {
            if (each == name) values.push_back(value);
        }
        return values;
    }

    bool takes_folders() const {
        return std::ranges::any_of(words_.verb->command.arguments, &Argument::recursive);
    }

    Result<void> open_body() {
        const std::string_view type = exchange_.request().headers.find("Content-Type").value_or("");
        const auto field = http::parse_field_value(type);
        if (!field || field->value != "multipart/form-data") return {};
        auto parts = TRY(http::MultipartReader::create(
            type, [this_exchange = &exchange_](std::span<uint8_t> out) {
                return this_exchange->read_body(out);
            }));
        result_.parts = std::make_unique<http::MultipartReader>(std::move(parts));
        return {};
    }

    // The texts' places among the definitions, and what is missing.
    Result<RpcRequest> place(std::vector<std::string> arguments) {
        const auto& definitions = words_.verb->command.arguments;
        const bool body_has_texts = !definitions.empty() && definitions.back().stdin_allowed &&
                                    definitions.back().kind == ArgumentKind::text && result_.parts;
        if (body_has_texts) TRY(read_texts(arguments));
        size_t required = 0;
        size_t texts_max = 0;
        bool unbounded = false;
        for (const Argument& definition : definitions) {
            if (definition.kind == ArgumentKind::file) {
                if (!definition.required || result_.parts) continue;
                return bad(fmt::format("file argument '{}' is required", definition.name));
            }
            ++texts_max;
            unbounded = unbounded || definition.variadic;
            if (!definition.required) continue;
            if (++required > arguments.size()) {
                return bad(fmt::format("argument \"{}\" is required", definition.name));
            }
        }
        // More than there are definitions for: Kubo leaves them out.
        if (!unbounded && arguments.size() > texts_max) arguments.resize(texts_max);
        result_.request.arguments = std::move(arguments);
        if (result_.parts && !body_has_texts) {
            http::MultipartReader* parts = result_.parts.get();
            result_.request.streamed_files =
                commands::StreamedFiles{.next =
                                            [parts, takes_folders = takes_folders()] {
                                                return next_wanted_file(*parts, takes_folders);
                                            },
                                        .has_more_here = [parts] { return parts->has_buffered(); }};
        }
        return std::move(result_);
    }

    // The first part's lines are arguments.
    Result<void> read_texts(std::vector<std::string>& arguments) {
        const auto file = TRY(next_file(*result_.parts));
        if (!file) return {};
        std::string text;
        Bytes piece(64 * KiB);
        for (;;) {
            const size_t count = TRY(result_.parts->read(piece));
            if (count == 0) break;
            text += as_text(ByteView(piece).first(count));
            if (text.size() > body_arguments_size_bytes_max) {
                return fail(Code::too_large, "arguments in the body have at most {} bytes",
                            body_arguments_size_bytes_max);
            }
        }
        std::string_view rest = text;
        while (!rest.empty()) {
            const size_t end = std::min(rest.find('\n'), rest.size());
            std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (line.ends_with('\r')) line.remove_suffix(1);
            arguments.emplace_back(line);
        }
        return {};
    }

    Words words_;
    http::Exchange& exchange_;
    RpcRequest result_;
};

}  // namespace

Result<RpcRequest> read_request(Verbs& verbs, std::string_view path, http::Exchange& exchange) {
    const auto decoded = http::decode_path(path);
    if (!decoded) return fail(Code::invalid_argument, "400 Bad Request");
    auto found = verbs.find(*decoded);
    if (!found) return fail(Code::not_found, "404 page not found");
    Words words = {.verb = found->verb, .arguments = {}, .options = {}};
    if (found->has_argument) words.arguments.push_back(std::move(found->argument));
    auto pairs = TRY(http::parse_query(exchange.request().query()));
    for (auto& [name, value] : pairs) {
        if (name == "arg") {
            words.arguments.push_back(std::move(value));
        } else {
            words.options.emplace_back(std::move(name), std::move(value));
        }
    }
    return read_request(std::move(words), exchange);
}

Result<RpcRequest> read_request(Words words, http::Exchange& exchange) {
    return Reader(std::move(words), exchange).read();
}

}  // namespace kit::rpc
