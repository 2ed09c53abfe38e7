#include "naming/keystore.h"

#include <algorithm>

#include "formats/multibase.h"
#include "naming/limits.h"

namespace kit::naming {
namespace {

// boxo:keystore/keystore.go: the prefix and the name in base32, lower case, without padding.
constexpr std::string_view file_prefix = "key_";
constexpr uint32_t file_mode = 0400;
constexpr uint32_t folder_mode = 0700;

}  // namespace

Result<Path> Keystore::path_of(std::string_view name) const {
    if (name.empty()) {
        return fail(Code::invalid_argument, "key name must be at least one character");
    }
    const std::string encoded = formats::encode_base(formats::Base::base32, as_bytes(name));
    return join(folder_, std::string(file_prefix) + encoded);
}

Result<std::vector<std::string>> Keystore::names() const {
    std::vector<std::string> names;
    if (!TRY(env_.disk.find_info(folder_))) return names;
    const std::vector<DirectoryEntry> entries = TRY(env_.disk.list(folder_));
    for (const DirectoryEntry& entry : entries) {
        if (!entry.name.starts_with(file_prefix)) continue;
        const auto name =
            formats::decode_base(formats::Base::base32, entry.name.substr(file_prefix.size()));
        if (name && !name->empty()) names.emplace_back(as_text(*name));
    }
    std::ranges::sort(names);
    return names;
}

Result<std::optional<formats::PrivateKey>> Keystore::find(std::string_view name) const {
    const Path path = TRY(path_of(name));
    if (!TRY(env_.disk.find_info(path))) return std::nullopt;
    const Bytes message = TRY(read_file(env_.disk, path, limits::key_file_size_bytes_max));
    auto key = formats::PrivateKey::from_protobuf(message);
    if (!key) {
        return fail_because(std::move(key).error(), "cannot deserialize private key file {}", path);
    }
    return *std::move(key);
}

Result<void> Keystore::put(std::string_view name, const formats::PrivateKey& key) {
    const Path path = TRY(path_of(name));
    if (!TRY(env_.disk.find_info(folder_))) {
        TRY(env_.disk.make_directories(folder_, folder_mode));
        const size_t slash = folder_.rfind('/');
        TRY(env_.disk.sync_directory(slash == Path::npos ? "." : folder_.substr(0, slash + 1)));
    }
    const Bytes message = key.to_protobuf();
    const ByteView piece = message;
    const auto written = env_.disk.write_new_file(path, std::span(&piece, 1), file_mode);
    if (!written && written.error().code == Code::already_exists) {
        return fail(Code::already_exists, "key by that name already exists, refusing to overwrite");
    }
    TRY(Result<void>(written));
    const auto file = TRY(env_.disk.open(path, OpenMode::read));
    TRY(file->sync());
    return env_.disk.sync_directory(folder_);
}

Result<void> Keystore::remove(std::string_view name) {
    const Path path = TRY(path_of(name));
    TRY(env_.disk.remove(path));
    return env_.disk.sync_directory(folder_);
}

}  // namespace kit::naming
