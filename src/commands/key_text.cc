#include "commands/key_text.h"

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
    return {{"ipns-base"},
            OptionType::text,
            std::string("base36"),
            "How key ids are written: b58mh, or a multibase for their CID."};
}

Json key_record(const node::NamedKey& key, const KeyText& text) {
    return {{"Name", key.name}, {"Id", text(key.id)}};
}

Result<formats::PeerId> name_from_text(std::string_view text) {
    constexpr std::string_view prefix = "/ipns/";
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    return formats::PeerId::from_text(text);
}

}  // namespace kit::commands
