// Makes a Node out of the rooms: reads the config, opens the store, joins them.
#include <fmt/format.h>
#include <unistd.h>

#include "node/import_settings.h"
#include "node/parts.h"
#include "node/provide_keys.h"
#include "node/reading.h"

namespace kit::node {
namespace {

Result<blocks::Durability> durability_of(const Config& config) {
    const std::string text = config.find_text("Kit.Durability").value_or("periodic");
    if (text == "periodic") return blocks::Durability::periodic;
    if (text == "operation") return blocks::Durability::operation;
    return fail(Code::invalid_argument,
                "Kit.Durability in the config is \"{}\"; it can be \"periodic\" or \"operation\"",
                text);
}

// Whom to ask about domains.
Result<std::unique_ptr<naming::TxtLookup>> text_lookup(Env& env, const NodeOptions& options,
                                                       const Config& config) {
    if (!options.asks_dns) return naming::no_txt_lookup();
    const auto settings = TRY(routing_settings(config));
    auto lookup =
        TRY(naming::configured_txt_lookup(settings.dns_resolvers, naming::system_txt_lookup()));
    return naming::cached_txt_lookup(env.clock, std::move(lookup), settings.dns_keep_s_max);
}

}  // namespace

Result<void> refuse_kubo_repository(Disk& disk, const Path& repo) {
    const auto ours = TRY(disk.find_info(join(repo, "kit.version")));
    if (ours) return {};
    for (const char* name : {"datastore_spec", "datastore"}) {
        const auto theirs = TRY(disk.find_info(join(repo, name)));
        if (!theirs) continue;
        return fail(Code::permission_denied,
                    "{} holds a Kubo repository, which is left as it is; move its content with "
                    "'ipfs dag export' there and 'ipfs-kit dag import' here, and set IPFS_PATH to "
                    "another folder",
                    repo);
    }
    return {};
}

Result<std::unique_ptr<blocks::Store>> open_store(Env& env, const NodeOptions& options,
                                                  const Config& config) {
    blocks::StoreOptions store_options;
    store_options.access = options.access;
    store_options.on_notice = options.on_notice;
    store_options.durability = TRY(durability_of(config));
    const auto storage_max = TRY(config.find_size_bytes("Datastore.StorageMax"));
    if (storage_max && *storage_max > 0) store_options.storage_bytes_max = *storage_max;
    store_options.verify_on_read = config.find_flag("Datastore.HashOnRead").value_or(false);
    store_options.lock_holder = fmt::format("ipfs-kit, process {}", ::getpid());
    return blocks::Store::open(env, options.repo, std::move(store_options));
}

// What others can be told and asked.
Result<void> Node::open_network(Parts& parts) {
    const auto settings = TRY(
        network_settings(parts.env.disk, parts.options.repo, parts.config, parts.options.network));
    const auto routing = TRY(routing_settings(parts.config));
    const auto& on_notice = parts.options.on_notice;
    const auto may_give = [inner = &parts](const Cid& cid) {
        return !inner->denylists || inner->denylists->check(cid).has_value();
    };
    parts.network =
        TRY(Network::open({.env = parts.env,
                           .store = *parts.store,
                           .records = parts.name_records,
                           .provided = provide_keys(parts, routing.strategy),
                           .repo = parts.options.repo,
                           .on_notice = on_notice ? on_notice : [](const std::string&) {},
                           .may_give = may_give},
                          settings, routing));
    parts.names.use_network(&parts.network->names());
    return {};
}

Result<std::unique_ptr<Node>> Node::open(Env& env, NodeOptions options) {
    const auto config_info = TRY(env.disk.find_info(join(options.repo, "config")));
    if (!config_info) {
        return fail(Code::not_found, "no IPFS repo found in {}.\nplease run: 'ipfs init'",
                    options.repo);
    }
    TRY(refuse_kubo_repository(env.disk, options.repo));
    Config config = TRY(Config::load(env.disk, options.repo));
    TRY(check_import_settings(config));
    std::unique_ptr<blocks::Store> store = TRY(open_store(env, options, config));
    auto texts = TRY(text_lookup(env, options, config));
    auto static_names = TRY(naming::static_names_from_text(options.static_names));
    std::unique_ptr<Denylists> denylists;
    if (options.denylist_folders) {
        std::vector<Path> folders = *options.denylist_folders;
        folders.push_back(join(options.repo, "denylists"));
        denylists = TRY(Denylists::open(env, std::move(folders), options.on_notice));
    }
    auto parts =
        std::make_shared<Parts>(env, std::move(options), std::move(config), std::move(store),
                                std::move(texts), std::move(static_names), std::move(denylists));
    if (parts->options.is_online) TRY(open_network(*parts));
    const std::atomic<bool>* cancel = parts->options.cancel;
    std::unique_ptr<Node> node(new Node(std::move(parts), cancel, {}));
    // StorageMax: what nothing pins makes room before anything is refused.
    node->parts_->store->set_make_room([inner = node->parts_.get()]() -> Result<void> {
        const auto* asked = inner->options.cancel;
        TRY(inner->collect([](const Cid&, uint64_t) {}, asked ? *asked : inner->never));
        return {};
    });
    return node;
}

Node::Node(std::shared_ptr<Parts> parts, const std::atomic<bool>* cancel, const Reach& reach)
    : parts_(std::move(parts)), cancel_(cancel), reach_(reach) {}
Node::~Node() = default;

std::unique_ptr<Node> Node::session(const std::atomic<bool>& cancel, const Reach& reach) {
    return std::unique_ptr<Node>(new Node(parts_, &cancel, reach));
}

std::unique_ptr<Node> Node::session(const Reach& reach) {
    return std::unique_ptr<Node>(new Node(parts_, cancel_, reach));
}

Network* Node::network() const {
    return reach_.is_offline ? nullptr : parts_->network.get();
}

void Node::stop_network() {
    if (parts_->network) parts_->network->stop();
}

Reading Node::reading(const ReadingOptions& options) const {
    return {*parts_, reach_, cancel(), options};
}

const std::atomic<bool>& Node::cancel() const {
    return cancel_ != nullptr ? *cancel_ : parts_->never;
}

const Config& Node::config() const {
    return parts_->config;
}
const Path& Node::repo() const {
    return parts_->options.repo;
}

}  // namespace kit::node
