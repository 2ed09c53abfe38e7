// JSON byte for byte as Go's encoding/json writes it, which is what Kubo's clients compare with:
// compact, `<`, `>` and `&` escaped, U+2028 and U+2029 escaped, bytes that are no UTF-8 replaced.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace kit::node {

using Json = nlohmann::ordered_json;

// Appends the compact form, without a newline. Keys keep the order they have.
void append_go_json(std::string& out, const Json& value);
std::string go_json(const Json& value);
// As json.MarshalIndent(value, "", indent).
std::string go_json_indented(const Json& value, std::string_view indent);
// A Go map: the keys of this object and of every object in it sorted by their bytes.
Json sorted_by_key(const Json& value);
// The text between quotes, quotes included.
void append_go_json_text(std::string& out, std::string_view text);

}  // namespace kit::node
