#include "doors/rest/docs_page.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "http/url.h"

namespace kit::rest {
namespace {

using commands::Json;

// What the page is reached at, for the examples; the script puts the true origin there.
constexpr std::string_view example_origin = "http://127.0.0.1:5001";

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
}

std::string escaped(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

std::string_view text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return {};
    return found->get_ref<const std::string&>();
}

// A line with its `code`.
void append_words(std::string& out, std::string_view line) {
    bool in_code = false;
    for (const char& c : line) {
        if (c != '`') {
            append_escaped(out, {&c, 1});
            continue;
        }
        out += in_code ? "</code>" : "<code>";
        in_code = !in_code;
    }
    if (in_code) out += "</code>";
}

// Paragraphs at empty lines, lists of "- ", `code`.
std::string prose(std::string_view text) {
    std::string out;
    bool in_list = false;
    bool in_paragraph = false;
    const auto close = [&] {
        if (in_paragraph) out += "</p>";
        if (in_list) out += "</ul>";
        in_paragraph = in_list = false;
    };
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) {
            close();
            continue;
        }
        if (line.starts_with("- ")) {
            if (!in_list) close();
            out += in_list ? "<li>" : "<ul><li>";
            in_list = true;
            line.remove_prefix(2);
        } else if (!in_paragraph && !in_list) {
            out += "<p>";
            in_paragraph = true;
        }
        append_words(out, line);
        out += '\n';
    }
    close();
    return out;
}

// "array of string", "integer (int32)", "file".
std::string type_text(const Json& schema) {
    if (text_of(schema, "type") == "array") return "list of " + type_text(schema.at("items"));
    if (text_of(schema, "format") == "binary") return "file";
    return std::string(text_of(schema, "type"));
}

void append_parameter(std::string& out, const Json& parameter, std::string_view place) {
    const Json& schema = parameter.at("schema");
    const bool required = parameter.value("required", false);
    out += fmt::format("<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td><td>",
                       escaped(text_of(parameter, "name")),
                       required ? " <b class=\"required\">required</b>" : "",
                       escaped(type_text(schema)), place);
    append_escaped(out, text_of(parameter, "description"));
    if (schema.contains("default")) {
        out += " Default: <code>" + escaped(schema.at("default").dump()) + "</code>.";
    }
    out += "</td></tr>\n";
}

// The body's parts, as parameters.
std::vector<Json> file_parameters(const Json& operation) {
    std::vector<Json> files;
    if (!operation.contains("requestBody")) return files;
    const Json& body = operation.at("requestBody");
    const Json& schema = body.at("content").at("multipart/form-data").at("schema");
    for (const auto& [name, property] : schema.at("properties").items()) {
        files.push_back({{"name", name},
                         {"description", text_of(property, "description")},
                         {"required", body.at("required")},
                         {"schema", property}});
    }
    return files;
}

// With every parameter that is required, and the files.
std::string curl_line(std::string_view path, const Json& operation) {
    std::string query;
    for (const Json& parameter : operation.at("parameters")) {
        if (!parameter.value("required", false)) continue;
        const std::string_view name = text_of(parameter, "name");
        query +=
            fmt::format("{}{}=<{}>", query.empty() ? "?" : "&", http::encode_query(name), name);
    }
    std::string line = "curl -X POST";
    for (const Json& file : file_parameters(operation)) {
        line += fmt::format(" -F {}=@<file>", text_of(file, "name"));
    }
    if (!operation.at("responses").at("200").at("content").contains("application/json")) {
        line += " -o <output>";
    }
    return line + fmt::format(" \"{}/api/v1{}{}\"", example_origin, path, query);
}

std::string answer_text(const Json& operation) {
    const Json& content = operation.at("responses").at("200").at("content");
    if (!content.contains("application/json")) return "Answers with bytes.";
    const std::string_view schema = text_of(content.at("application/json").at("schema"), "$ref");
    if (schema.ends_with("/Done")) return "Answers with a record without a result.";
    if (schema.ends_with("/RecordAnswer")) return "Answers with one result.";
    if (schema.ends_with("/RecordsAnswer")) return "Answers with a list of results.";
    return "Answers with one result; with a list when it streams or shows progress.";
}

void append_operation(std::string& out, std::string_view path, const Json& operation) {
    const std::string id = escaped(text_of(operation, "operationId"));
    out += fmt::format(
        "<details class=\"operation\" id=\"{0}\"><summary><b>POST</b> "
        "<code>/api/v1{1}</code> <span>{2}</span>{3}</summary>\n",
        id, escaped(path), escaped(text_of(operation, "summary")),
        operation.contains("deprecated") ? " <i class=\"old\">deprecated</i>" : "");
    out += prose(text_of(operation, "description"));
    out +=
        "<table><thead><tr><th>Parameter</th><th>Type</th><th>In</th><th>What it is</th></tr>"
        "</thead><tbody>\n";
    for (const Json& file : file_parameters(operation)) append_parameter(out, file, "body");
    for (const Json& parameter : operation.at("parameters")) {
        if (parameter.contains("name")) append_parameter(out, parameter, "query");
    }
    out += fmt::format("</tbody></table>\n<p>{}</p>\n<pre>{}</pre></details>\n",
                       answer_text(operation), escaped(curl_line(path, operation)));
}

}  // namespace

std::string docs_page(const Json& document) {
    const Json& info = document.at("info");
    std::string out = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{0}: REST</title>\n<link rel=\"icon\" href=\"/webui/icon.svg\" "
        "type=\"image/svg+xml\">\n"
        "<link rel=\"stylesheet\" href=\"/api/v1/docs/docs.css\">\n"
        "<script src=\"/api/v1/docs/docs.js\" type=\"module\"></script></head>\n<body>\n"
        "<header><h1>{0} <small>REST, version {1}</small></h1>\n"
        "<a href=\"/api/v1/openapi.json\">openapi.json</a> "
        "<input id=\"filter\" type=\"search\" placeholder=\"Filter: pin add\" "
        "aria-label=\"Filter the operations\" hidden></header>\n<nav aria-label=\"Nouns\">",
        escaped(text_of(info, "title")), escaped(text_of(info, "version")));
    for (const Json& tag : document.at("tags")) {
        const std::string name = escaped(text_of(tag, "name"));
        out += fmt::format("<a href=\"#tag-{0}\">{0}</a>\n", name);
    }
    out += "</nav>\n<main>\n" + prose(text_of(info, "description"));
    out += "<p id=\"none\" role=\"status\" hidden>No operation has these words.</p>\n";
    for (const Json& tag : document.at("tags")) {
        const std::string_view name = text_of(tag, "name");
        out += fmt::format("<section><h2 id=\"tag-{0}\">{0}</h2><p>{1}</p>\n", escaped(name),
                           escaped(text_of(tag, "description")));
        for (const auto& [path, item] : document.at("paths").items()) {
            const Json& operation = item.at("post");
            if (operation.at("tags").at(0) == name) append_operation(out, path, operation);
        }
        out += "</section>\n";
    }
    return out + "</main></body></html>\n";
}

}  // namespace kit::rest
