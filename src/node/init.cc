// Making a repository: a key pair, the config, an empty store, and a few documents to read.
#include <fmt/format.h>

#include "node/init_documents.h"
#include "node/node.h"
#include "node/parts.h"

namespace kit::node {
namespace {

using Say = std::function<void(std::string_view)>;

Result<Config> make_config(Random& random, const InitOptions& options, const Say& say) {
    if (options.config) return *options.config;
    const Identity identity =
        TRY(create_identity_aloud(random, options.algorithm, options.bits, say));
    return Config::defaults(identity);
}

Result<void> apply_profiles(const std::vector<std::string>& names, Config& config) {
    for (const std::string& name : names) {
        const Profile* profile = find_profile(name);
        if (profile == nullptr) {
            return fail(Code::invalid_argument, "invalid configuration profile: {}", name);
        }
        TRY(profile->apply(config));
    }
    return {};
}

// One level is made, no more: a mistyped path shall not become a tree of folders.
Result<void> make_repository_folder(Disk& disk, const Path& repo) {
    if (TRY(disk.find_info(repo))) return {};
    const size_t slash = repo.find_last_of('/', repo.size() - 2);
    const Path parent = slash == std::string::npos ? "." : repo.substr(0, slash + 1);
    if (!TRY(disk.find_info(parent))) {
        return fail(Code::not_found, "mkdir {}: no such file or directory", repo);
    }
    return disk.make_directories(repo, 0775);
}

Result<Cid> add_documents(Node& node) {
    std::vector<unixfs::ImportSource> sources;
    for (const InitDocument& document : init_documents()) {
        ReadBytes read = [rest = as_bytes(document.text)](std::span<uint8_t> out) mutable {
            const size_t size = std::min(out.size(), rest.size());
            std::copy_n(rest.begin(), size, out.begin());
            rest = rest.subspan(size);
            return Result<size_t>(size);
        };
        sources.push_back({.name = std::string(document.name), .content = std::move(read)});
    }
    AddOptions options;
    options.import.wrap = true;
    options.import.shape = TRY(node.shape({}));
    const auto added = TRY(node.add(sources, options, [](const auto&) { return Result<void>(); }));
    return added.roots.back();
}

// Kubo's new repositories hold and pin the empty directory.
Result<void> pin_empty_directory(Node& node) {
    constexpr uint8_t empty_directory[] = {0x0a, 0x02, 0x08, 0x01};
    const Cid cid =
        TRY(node.put_block(empty_directory, {.codec = static_cast<uint64_t>(formats::Codec::dag_pb),
                                             .cid_version = 0}));
    return node.pin(std::array{cid}, {}, [](uint64_t, uint64_t) {});
}

Result<std::optional<Cid>> fill(Env& env, const InitOptions& options) {
    const auto node = TRY(Node::open(env, {.repo = options.repo}));
    std::optional<Cid> documents;
    if (!options.empty) documents = TRY(add_documents(*node));
    TRY(pin_empty_directory(*node));
    TRY(node->sync());
    return documents;
}

}  // namespace

Result<std::optional<Cid>> Node::init(Env& env, const InitOptions& options, const Say& say) {
    TRY(refuse_kubo_repository(env.disk, options.repo));
    Config config = TRY(make_config(env.random, options, say));
    if (config.find_text("Identity.PrivKey").value_or("").empty()) {
        return fail(Code::invalid_argument,
                    "config file has no Identity.PrivKey. Pass a copy of a repo's 'config' file, "
                    "not the output of 'ipfs config show'");
    }
    say(fmt::format("initializing IPFS node at {}\n", options.repo));
    TRY(make_repository_folder(env.disk, options.repo));
    const Path config_path = join(options.repo, "config");
    if (TRY(env.disk.find_info(config_path))) {
        return fail(Code::already_exists,
                    "ipfs configuration file already exists!\nReinitializing would overwrite your "
                    "keys\n");
    }
    TRY(apply_profiles(options.profiles, config));
    TRY(config.save(env.disk, options.repo));
    auto documents = fill(env, options);
    if (!documents) {
        // Without its config the folder is no repository, and init can be tried again.
        TRY(env.disk.remove(config_path));
        return documents;
    }
    if (*documents) {
        say(fmt::format("to get started, enter:\n\n\tipfs cat /ipfs/{}/readme\n\n",
                        (*documents)->to_text()));
    }
    return documents;
}

}  // namespace kit::node
