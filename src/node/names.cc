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
                                  const PublishOptions& options) {
    const Keys keys = TRY(this->keys());
    const formats::PrivateKey key = TRY(keys.get(key_name));
    TRY(parts_->name_records.publish(key, value.as_written(), options));
    return PeerId::of(key.public_key());
}

Result<std::optional<IpnsRecord>> Node::find_name_record(const PeerId& name) const {
    return parts_->name_records.find_valid(name);
}

Result<void> Node::put_name_record(const PeerId& name, ByteView record) {
    return parts_->name_records.put(name, record);
}

Result<size_t> Node::republish_names() {
    constexpr std::string_view lifetime_key = "Ipns.RecordLifetime";
    const int64_t lifetime_ns =
        parts_->config.find_duration_ns(lifetime_key).value_or(naming::record_lifetime_ns);
    const Keys keys = TRY(this->keys());
    size_t count = 0;
    if (TRY(parts_->name_records.republish(keys.self(), lifetime_ns))) ++count;
    const std::vector<NamedKey> named = TRY(keys.list());
    for (const NamedKey& each : named) {
        if (each.name == self_key_name) continue;
        const auto key = TRY(keys.find(each.name));
        if (key && TRY(parts_->name_records.republish(*key, lifetime_ns))) ++count;
    }
    return count;
}

Result<naming::ResolvedPath> Node::resolve_name(const ContentPath& path, uint32_t steps_max) const {
    TRY(parts_->check(path));
    naming::ResolvedPath resolved = TRY(parts_->names.resolve(path, steps_max));
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
    naming::ResolvedPath resolved = TRY(parts_->names.resolve(parsed));
    if (!resolved.is_final) {
        return fail(Code::not_found, "could not resolve name (recursion limit exceeded)");
    }
    return std::move(resolved.path);
}

}  // namespace kit::node
