#include "commands/stores.h"

#include <array>

#include "base/limits.h"
#include "node/units.h"

namespace kit::commands {

Result<node::ReadBytes> open_input(const Context& context, const FileInput& file) {
    if (file.type == FileType::directory) {
        return fail(Code::invalid_argument, "expected a file");
    }
    if (file.read) return file.read;
    const auto info = TRY(context.env.disk.find_info(file.path));
    if (!info) return fail(Code::not_found, "lstat {}: no such file or directory", file.path);
    if (info->type == FileType::directory) {
        return fail(Code::invalid_argument, "{} is a folder, and a file is wanted", file.path);
    }
    std::shared_ptr<File> opened = TRY(context.env.disk.open(file.path, OpenMode::read));
    return [opened](std::span<uint8_t> out) { return opened->read(out); };
}

Result<Bytes> read_input(const Context& context, const FileInput& file, uint64_t size_bytes_max) {
    const node::ReadBytes read = TRY(open_input(context, file));
    Bytes content;
    std::array<uint8_t, 64 * KiB> buffer;
    for (;;) {
        const size_t n = TRY(read(buffer));
        if (n == 0) return content;
        if (content.size() + n > size_bytes_max) {
            return fail(Code::too_large, "{} has more than {} bytes; add it as a file instead",
                        file.name.empty() ? "standard input" : file.name, size_bytes_max);
        }
        append(content, std::span(buffer).first(n));
    }
}

Result<Bytes> read_only_input(const Context& context, const Request& request,
                              uint64_t size_bytes_max) {
    const auto file = TRY(Files(request).next());
    if (!file) return fail(Code::invalid_argument, "a file argument is required");
    return read_input(context, *file, size_bytes_max);
}

bool filestore_enabled(const Context& context) {
    return context.node->config().find_flag("Experimental.FilestoreEnabled").value_or(false);
}

Option allow_big_block_option() {
    return {{"allow-big-block"},
            OptionType::flag,
            {},
            "Take blocks over 2 MiB, which other peers refuse."};
}

Option progress_option() {
    return {{"progress", "p"},
            OptionType::flag,
            {},
            "Show how far the work is; on by itself when standard error is a terminal."};
}

std::vector<Option> fast_provide_options() {
    return {{{"fast-provide-root"}, OptionType::flag, {}, "Announce the root at once when online."},
            {{"fast-provide-dag"}, OptionType::flag, {}, "Announce every block when online."},
            {{"fast-provide-wait"}, OptionType::flag, {}, "Wait for the announcement."}};
}

std::vector<Option> operator+(std::vector<Option> first, std::vector<Option> second) {
    for (Option& option : second) first.push_back(std::move(option));
    return first;
}

Result<void> check_pin_name(const std::string& name) {
    if (name.size() <= limits::pin_name_size_bytes_max) return {};
    return fail(Code::invalid_argument, "pin name is {} bytes (max {} bytes)", name.size(),
                limits::pin_name_size_bytes_max);
}

Option expires_in_option() {
    return {{"expires-in"},
            OptionType::text,
            {},
            "Let the pin end after this time (such as 90m, 24h or 720h); the next collection "
            "takes what nothing else holds."};
}

Result<std::optional<int64_t>> expires_in_of(const Request& request) {
    if (!request.given("expires-in")) return std::nullopt;
    const int64_t duration_ns = TRY(node::parse_duration_ns(request.text("expires-in")));
    if (duration_ns < 1'000'000'000) {
        return fail(Code::invalid_argument, "--expires-in must be at least one second");
    }
    return duration_ns / 1'000'000'000;
}

std::optional<formats::Base> base_of_path(std::string_view path) {
    for (const std::string_view prefix : {"/ipfs/", "/ipns/", "/ipld/"}) {
        if (path.starts_with(prefix)) path.remove_prefix(prefix.size());
    }
    const std::string_view text = path.substr(0, path.find('/'));
    const auto cid = formats::Cid::from_text(text);
    if (!cid || cid->version() == 0) return std::nullopt;
    return formats::find_base_by_prefix(text.substr(0, 1));
}

}  // namespace kit::commands
