#include "commands/key_text.h"
#include "commands/choices.h"

#include <nlohmann/json.hpp>

#include "commands/base_name.h"

namespace kit::commands {

Result<KeyText> KeyText::of(const Request& request) {
    const std::string name = request.text("ipns-base");
    if (name == "b58mh" || name == "v0") return KeyText(std::nullopt);
    const auto base = base_named(name);
    if (!base) return fail(Code::invalid_argument, "unsupported multibase encoding: {}", name);
    return KeyText(base);
}

std::string KeyText::operator()(const formats::PeerId& id) const {
    return base_ ? id.to_cid_text(*base_) : id.to_text();
}

Option ipns_base_option() {
    return {.names = {"ipns-base"},
            .type = OptionType::text,
            .preset = std::string("base36"),
            .help = "How key ids are written: b58mh, or a multibase for their CID.",
            .choices = id_base_choices()};
}

Json key_record(const node::NamedKey& key, const KeyText& text) {
    return {{"Name", key.name}, {"Id", text(key.id)}};
}

Option allow_offline_option() {
    return {.names = {"allow-offline"}, .help = "Keep the record here when there is no network."};
}

Option allow_delegated_option() {
    return {.names = {"allow-delegated"},
            .help = "Publish over HTTP alone, by Ipns.DelegatedPublishers."};
}

Result<void> check_allowed_together(const Request& request) {
    if (!request.flag("allow-offline") || !request.flag("allow-delegated")) return {};
    return fail(Code::invalid_argument,
                "cannot use both --allow-offline and --allow-delegated flags");
}

Result<void> check_delegated(const Context& context) {
    const Json* publishers = context.node->config().find("Ipns.DelegatedPublishers");
    if (publishers == nullptr || !publishers->is_array() || publishers->empty()) {
        return fail(Code::invalid_argument,
                    "no delegated publishers configured: add Ipns.DelegatedPublishers or use "
                    "--allow-offline for local-only publishing");
    }
    return fail(Code::offline,
                "delegated publishers are reached by the network, and this node has none; use "
                "--allow-offline to keep the record here");
}

Result<formats::PeerId> name_from_text(std::string_view text) {
    constexpr std::string_view prefix = "/ipns/";
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    return formats::PeerId::from_text(text);
}

}  // namespace kit::commands
