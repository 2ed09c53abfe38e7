#include "doors/rest/parameters.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "commands/option_value.h"
#include "http/multipart.h"
#include "http/url.h"

namespace kit::rest {
namespace {

using commands::Argument;
using commands::ArgumentKind;
using commands::Json;
using commands::Option;

// Of the options of the program itself, those that a command heeds wherever it runs.
constexpr std::string_view options_over_the_wire[] = {"cid-base", "offline", "timeout",
                                                      "upgrade-cidv0-in-output"};

bool is_offered(const rpc::Verb& verb, const Option& option) {
    const std::string& name = option.names.front();
    if (verb.by_name.at(name) != &option) return false;  // A command's own has the name.
    const auto index = static_cast<size_t>(&option - verb.options.data());
    return index >= commands::global_options().size() ||
           std::ranges::find(options_over_the_wire, name) != std::end(options_over_the_wire);
}

class WordsReader final {
public:
    explicit WordsReader(const rpc::Verb& verb)
        : verb_(verb), values_(verb.command.arguments.size()) {}

    Result<void> take(const std::string& name, const std::string& value) {
        const auto& arguments = verb_.command.arguments;
        const auto argument = std::ranges::find(arguments, name, &Argument::name);
        if (argument == arguments.end()) return take_option(name, value);
        if (argument->kind == ArgumentKind::file) {
            return fail(Code::invalid_argument,
                        "\"{}\" is a file: send it as a part of a multipart/form-data body", name);
        }
        auto& values = values_[static_cast<size_t>(argument - arguments.begin())];
        if (!argument->variadic && !values.empty()) {
            return fail(Code::invalid_argument, "\"{}\" takes one value, and was given several",
                        name);
        }
        values.push_back(value);
        return {};
    }

    Result<void> take_json(std::string_view text) {
        const Json body = Json::parse(text, nullptr, false);
        if (!body.is_object()) {
            return fail(Code::invalid_argument,
                        "the body is no JSON object: send the parameters as its members");
        }
        for (const auto& [name, value] : body.items()) {
            if (!value.is_array()) {
                TRY(take_value(name, value));
                continue;
            }
            for (const Json& each : value) TRY(take_value(name, each));
        }
        return {};
    }

    // Arguments are told apart by their places from here on, so there may be no gap.
    Result<rpc::Words> words() {
        const Argument* missing = nullptr;
        for (size_t i = 0; i < values_.size(); ++i) {
            const Argument& argument = verb_.command.arguments[i];
            if (argument.kind == ArgumentKind::file) continue;
            if (values_[i].empty()) {
                missing = &argument;
            } else if (missing != nullptr) {
                return fail(Code::invalid_argument, "argument \"{}\" is required with \"{}\"",
                            missing->name, argument.name);
            }
            std::ranges::move(values_[i], std::back_inserter(words_.arguments));
        }
        words_.verb = &verb_;
        return std::move(words_);
    }

private:
    Result<void> take_option(const std::string& name, const std::string& value) {
        const auto known = verb_.by_name.find(name);
        if (known == verb_.by_name.end() || !is_offered(verb_, *known->second)) {
            return fail(Code::invalid_argument,
                        "{} has no parameter \"{}\": /api/v1/docs lists those that it has",
                        verb_.command.path, name);
        }
        const Option& option = *known->second;
        const auto parsed = commands::parse_option_value(option, value);
        if (parsed && option.preset && *parsed == *option.preset) return {};
        words_.options.emplace_back(name, value);
        return {};
    }

    Result<void> take_value(const std::string& name, const Json& value) {
        if (value.is_null()) return {};
        if (value.is_structured()) {
            return fail(Code::invalid_argument,
                        "\"{}\" is a text, a number, true, false or a list of those", name);
        }
        return take(name, value.is_string() ? value.get<std::string>() : value.dump());
    }

    const rpc::Verb& verb_;
    std::vector<std::vector<std::string>> values_;  // Of each argument.
    rpc::Words words_;
};

bool is_json(const http::RequestHead& request) {
    const auto type = http::parse_field_value(request.headers.find("Content-Type").value_or(""));
    return type && type->value == "application/json";
}

Result<std::string> read_text_body(http::Exchange& exchange) {
    std::string text;
    Bytes piece(64 * KiB);
    for (;;) {
        const size_t count = TRY(exchange.read_body(piece));
        if (count == 0) return text;
        text += as_text(ByteView(piece).first(count));
        if (text.size() > rpc::body_arguments_size_bytes_max) {
            return fail(Code::too_large, "parameters in the body have at most {} bytes",
                        rpc::body_arguments_size_bytes_max);
        }
    }
}

}  // namespace

std::vector<const Option*> offered_options(const rpc::Verb& verb) {
    std::vector<const Option*> offered;
    for (const Option& option : verb.options) {
        if (is_offered(verb, option)) offered.push_back(&option);
    }
    // The command's own come first, as they do in its help.
    const Option* end_of_programs = verb.options.data() + commands::global_options().size();
    std::ranges::stable_partition(offered,
                                  [&](const Option* option) { return option >= end_of_programs; });
    return offered;
}

const Argument* file_argument(const commands::Command& command) {
    const auto found = std::ranges::find(command.arguments, ArgumentKind::file, &Argument::kind);
    return found == command.arguments.end() ? nullptr : &*found;
}

Result<rpc::Words> find_words(const rpc::Verb& verb, std::string_view query,
                              std::string_view json_body) {
    WordsReader reader(verb);
    const auto pairs = TRY(http::parse_query(query));
    for (const auto& [name, value] : pairs) TRY(reader.take(name, value));
    if (!json_body.empty()) TRY(reader.take_json(json_body));
    return reader.words();
}

Result<rpc::Words> read_words(const rpc::Verb& verb, http::Exchange& exchange) {
    std::string body;
    if (is_json(exchange.request())) body = TRY(read_text_body(exchange));
    return find_words(verb, exchange.request().query(), body);
}

}  // namespace kit::rest
