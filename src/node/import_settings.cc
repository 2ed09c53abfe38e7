#include "node/import_settings.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <span>
#include <vector>

#include "base/go_text.h"
#include "base/split.h"
#include "formats/multihash.h"
#include "node/parts.h"

namespace kit::node {
namespace {

constexpr int64_t fanout_min = 8;
constexpr int64_t fanout_max = 1024;

// A setting that has one of a few values.
struct Choice {
    std::string_view key;
    std::string_view rule;
    std::vector<std::string_view> values;
};

Result<void> check_choice(const Config& config, const Choice& choice) {
    const auto text = config.find_text(choice.key);
    if (!text || std::ranges::find(choice.values, *text) != choice.values.end()) return {};
    return fail(Code::invalid_argument, "{} must be {}, got {}", choice.key, choice.rule,
                go_quote(*text));
}

Result<void> check_at_least(const Config& config, std::string_view key, int64_t least,
                            std::string_view rule) {
    const auto number = config.find_number(key);
    if (!number || *number >= least) return {};
    return fail(Code::invalid_argument, "{} must be {}, got {}", key, rule, *number);
}

// As strconv.Atoi reads it.
std::optional<int64_t> whole_number(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// kubo:config/import.go, isValidChunker: fewer forms than --chunker takes.
bool is_chunker(std::string_view text) {
    if (text == "buzhash") return true;
    const auto parts = split(text, '-');
    if (parts[0] == "size" && parts.size() == 2) {
        const auto size_bytes = whole_number(parts[1]);
        return size_bytes && *size_bytes > 0;
    }
    if (parts[0] != "rabin" || parts.size() != 4) return false;
    const auto least = whole_number(parts[1]);
    const auto average = whole_number(parts[2]);
    const auto most = whole_number(parts[3]);
    return least && average && most && *least <= *average && *average <= *most;
}

Result<void> check_chunker(const Config& config) {
    const auto text = config.find_text("Import.UnixFSChunker");
    if (!text || is_chunker(*text)) return {};
    return fail(Code::invalid_argument,
                "Import.UnixFSChunker invalid format: {} (expected \"size-<bytes>\", "
                "\"rabin-<min>-<avg>-<max>\", or \"buzhash\")",
                go_quote(*text));
}

Result<void> check_hash(const Config& config) {
    const auto name = config.find_text("Import.HashFunction");
    if (!name) return {};
    const auto code = hash_code_named(*name);
    if (!code) {
        return fail(Code::invalid_argument, "Import.HashFunction unrecognized: {}",
                    go_quote(*name));
    }
    if (formats::is_allowed_hash(*code)) return {};
    return fail(Code::invalid_argument, "Import.HashFunction {} is not allowed for use in IPFS",
                go_quote(*name));
}

}  // namespace

// kubo:config/import.go, ValidateImportConfig, in its order.
Result<void> check_import_settings(const Config& config) {
    const auto version = config.find_number("Import.CidVersion");
    if (version && *version != 0 && *version != 1) {
        return fail(Code::invalid_argument, "Import.CidVersion must be 0 or 1, got {}", *version);
    }
    TRY(check_at_least(config, "Import.UnixFSFileMaxLinks", 1, "positive"));
    TRY(check_at_least(config, "Import.UnixFSDirectoryMaxLinks", 0, "non-negative"));
    const auto fanout = config.find_number("Import.UnixFSHAMTDirectoryMaxFanout");
    if (fanout && (*fanout < fanout_min || *fanout > fanout_max ||
                   !std::has_single_bit(static_cast<uint64_t>(*fanout)))) {
        return fail(Code::invalid_argument,
                    "Import.UnixFSHAMTDirectoryMaxFanout must be a power of 2, between {} and {} "
                    "(got {})",
                    fanout_min, fanout_max, *fanout);
    }
    TRY(check_at_least(config, "Import.BatchMaxNodes", 1, "positive"));
    TRY(check_at_least(config, "Import.BatchMaxSize", 1, "positive"));
    TRY(check_chunker(config));
    TRY(check_hash(config));
    TRY(check_choice(config, {.key = "Import.UnixFSHAMTDirectorySizeEstimation",
                              .rule = "\"links\", \"block\", or \"disabled\"",
                              .values = {"links", "block", "disabled"}}));
    TRY(check_choice(config, {.key = "Import.UnixFSDAGLayout",
                              .rule = "\"balanced\" or \"trickle\"",
                              .values = {"balanced", "trickle"}}));
    return check_choice(config, {.key = "Import.UnixFSPBNodeFieldOrder",
                                 .rule = "\"links-first\" or \"data-first\"",
                                 .values = {"links-first", "data-first"}});
}

}  // namespace kit::node
