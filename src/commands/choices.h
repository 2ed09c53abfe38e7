// Closed sets of values that several commands' options share: Option::choices.
#pragma once

#include <string>
#include <vector>

namespace kit::commands {

std::vector<std::string> base_choices();      // Multibases by name.
std::vector<std::string> id_base_choices();   // How ids of peers and keys may be written.
std::vector<std::string> hash_choices();      // Hash functions that blocks may have.
std::vector<std::string> ipld_choices();      // Codecs that values are read and written in.
std::vector<std::string> key_type_choices();  // Kinds of keys that can be made.

}  // namespace kit::commands
