// From what a user chose, what the config says and Kubo's rules to the one shape of DAGs that
// decides CIDs: kubo:core/commands/add.go, core/coreiface/options/unixfs.go, config/import.go.
#include <fmt/format.h>

#include <algorithm>

#include "formats/multicodec.h"
#include "node/parts.h"

namespace kit::node {
namespace {

using unixfs::DagShape;

constexpr uint64_t sha2_256_code = static_cast<uint64_t>(formats::HashCode::sha2_256);

template <typename T>
void take_number(const Config& config, std::string_view key, const std::optional<T>& chosen,
                 T& into) {
    const auto configured = config.find_number(key);
    if (chosen) {
        into = *chosen;
    } else if (configured && *configured >= 0) {
        into = static_cast<T>(*configured);
    }
}

Result<void> take_directories(const Config& config, const ShapeChoice& choice, DagShape& shape) {
    take_number(config, "Import.UnixFSFileMaxLinks", choice.file_links_max, shape.file_links_max);
    take_number(config, "Import.UnixFSDirectoryMaxLinks", choice.directory_links_max,
                shape.directory_links_max);
    take_number(config, "Import.UnixFSHAMTDirectoryMaxFanout", choice.hamt_fanout,
                shape.hamt_fanout);
    const auto threshold = TRY(config.find_size_bytes("Import.UnixFSHAMTDirectorySizeThreshold"));
    if (threshold) shape.hamt_threshold_bytes = *threshold;
    const std::string estimate =
        config.find_text("Import.UnixFSHAMTDirectorySizeEstimation").value_or("links");
    if (estimate == "block") shape.size_estimate = unixfs::SizeEstimate::block;
    if (estimate == "disabled") shape.size_estimate = unixfs::SizeEstimate::disabled;
    return {};
}

std::optional<int> version_of(const Config& config, const ShapeChoice& choice) {
    if (choice.cid_version) return choice.cid_version;
    const auto configured = config.find_number("Import.CidVersion");
    if (configured) return static_cast<int>(*configured);
    return std::nullopt;
}

// Version and hash must go together: another hash than sha2-256 brings version 1.
Result<int> settle_version(std::optional<int> version, uint64_t hash_code) {
    if (hash_code == sha2_256_code) {
        if (!version || *version < 0) return 0;
        if (*version <= 1) return *version;
        return fail(Code::invalid_argument, "unknown CID version: {}", *version);
    }
    if (!version || *version == 1 || *version == -1) return 1;
    if (*version == 0) return fail(Code::invalid_argument, "CIDv0 only supports sha2-256");
    return fail(Code::invalid_argument, "unknown CID version: {}", *version);
}

// Raw leaves: as chosen, else as configured, else by version; metadata rules them out and nocopy
// needs them.
Result<bool> settle_raw_leaves(const Config& config, const ShapeChoice& choice, int version) {
    std::optional<bool> raw = choice.raw_leaves;
    if (!raw) raw = config.find_flag("Import.UnixFSRawLeaves");
    if (choice.has_metadata) {
        if (raw && *raw) {
            return fail(Code::invalid_argument,
                        "raw-leaves can't be used with UnixFS metadata like mode or modification "
                        "time");
        }
        raw = false;
    }
    if (choice.nocopy && !raw.value_or(false)) {
        if (raw) {
            return fail(Code::invalid_argument,
                        "nocopy option requires '--raw-leaves' to be enabled as well");
        }
        return true;
    }
    return raw.value_or(version > 0);
}

}  // namespace

Result<uint64_t> hash_code_named(std::string name) {
    const std::string given = name;
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto info = formats::find_hash(name);
    if (info) return info->code;
    // A name without an implementation is refused where a block is hashed.
    const auto named = formats::find_codec(name);
    if (named && named->tag == "multihash") return named->code;
    return fail(Code::invalid_argument, "unrecognized hash function: \"{}\"", given);
}

Result<DagShape> Node::shape(const ShapeChoice& choice) const {
    const Config& config = parts_->config;
    DagShape shape;
    shape.hash_code = TRY(hash_code_named(
        choice.hash.value_or(config.find_text("Import.HashFunction").value_or("sha2-256"))));
    shape.cid_version = TRY(settle_version(version_of(config, choice), shape.hash_code));
    shape.raw_leaves = TRY(settle_raw_leaves(config, choice, shape.cid_version));
    shape.chunker =
        choice.chunker.value_or(config.find_text("Import.UnixFSChunker").value_or(shape.chunker));
    shape.trickle = choice.trickle.value_or(
        config.find_text("Import.UnixFSDAGLayout").value_or("balanced") == "trickle");
    shape.data_first = config.find_text("Import.UnixFSPBNodeFieldOrder") == "data-first";
    TRY(take_directories(config, choice, shape));
    return shape;
}

}  // namespace kit::node
