// Mutable names: publishing under the node's keys, records in and out, and what paths lead to.
#include "node/parts.h"

namespace kit::node {
namespace {

using dag::ContentPath;
using formats::IpnsRecord;
using formats::PeerId;

}  // namespace

Result<Keys> Node::keys() const {
    return Keys::open(parts_->env, parts_->options.repo, parts_->config);
}

Result<PeerId> Node::publish_name(std::string_view key_name, const ContentPath& value,
                                  const PublishOptions& options, bool may_stay_local) {
    const Keys keys = TRY(this->keys());
    const formats::PrivateKey key = TRY(keys.get(key_name));
    PeerId name = PeerId::of(key.public_key());
    Network* const network = this->network();
    if (network == nullptr) {
        TRY(parts_->name_records.publish(key, value.as_written(), options));
        return name;
    }
    const routing::Wait wait = name_wait();
    const IpnsRecord record = TRY(network->names().publish(key, value.as_written(), options, wait));
    const auto told = network->names().put(name, record.bytes(), wait);
    if (!told && !may_stay_local) return std::unexpected(told.error());
    return name;
}

routing::Wait Node::name_wait() const {
    return routing::wait_for(parts_->env.clock,
                             std::chrono::nanoseconds(naming::limits::network_time_ns_max),
                             &cancel());
}

naming::FindNameOptions Node::name_search() const {
    return {.wait = name_wait()};
}

const naming::NameResolver& Node::resolver() const {
    return reach_.is_offline ? parts_->local_names : parts_->names;
}

Result<std::optional<IpnsRecord>> Node::find_name_record(const PeerId& name) const {
    Network* const network = this->network();
    if (network == nullptr) return parts_->name_records.find_valid(name);
    auto found = TRY(network->names().find(name, name_search()));
    if (!found) return std::nullopt;
    return std::move(found->record);
}

Result<void> Node::put_name_record(const PeerId& name, ByteView record) {
    return parts_->name_records.put(name, record);
}

Result<bool> Node::republish_name(const formats::PrivateKey& key, int64_t lifetime_ns) {
    const bool is_held = TRY(parts_->name_records.republish(key, lifetime_ns));
    Network* const network = this->network();
    if (!is_held || network == nullptr) return is_held;
    const PeerId name = PeerId::of(key.public_key());
    const auto record = TRY(parts_->name_records.find_valid(name));
    if (record) TRY(network->names().put(name, record->bytes(), name_wait()));
    return true;
}

Result<size_t> Node::republish_names() {
    constexpr std::string_view lifetime_key = "Ipns.RecordLifetime";
    const int64_t lifetime_ns =
        parts_->config.find_duration_ns(lifetime_key).value_or(naming::record_lifetime_ns);
    const Keys keys = TRY(this->keys());
    size_t count = 0;
    if (TRY(republish_name(keys.self(), lifetime_ns))) ++count;
    const std::vector<NamedKey> named = TRY(keys.list());
    for (const NamedKey& each : named) {
        if (each.name == self_key_name) continue;
        const auto key = TRY(keys.find(each.name));
        if (key && TRY(republish_name(*key, lifetime_ns))) ++count;
    }
    return count;
}

Result<naming::ResolvedPath> Node::resolve_name(const ContentPath& path, uint32_t steps_max) const {
    TRY(parts_->check(path));
    naming::ResolvedPath resolved = TRY(resolver().resolve(path, steps_max, name_search()));
    // boxo:namesys capTTL: the bound counts for what is told as well.
    const auto ttl_ns_max = parts_->config.find_duration_ns("Ipns.MaxCacheTTL");
    if (ttl_ns_max && *ttl_ns_max > 0) {
        resolved.ttl_ns = std::min(resolved.ttl_ns, static_cast<uint64_t>(*ttl_ns_max));
    }
    return resolved;
}

Result<ContentPath> Node::immutable_path(std::string_view path) const {
    ContentPath parsed = TRY(ContentPath::from_text(path));
    if (!parsed.is_mutable()) return parsed;
    TRY(parts_->check(parsed));
    naming::ResolvedPath resolved =
        TRY(resolver().resolve(parsed, naming::limits::name_depth_max, name_search()));
    if (!resolved.is_final) {
        return fail(Code::not_found, "could not resolve name (recursion limit exceeded)");
    }
    return std::move(resolved.path);
}

}  // namespace kit::node
