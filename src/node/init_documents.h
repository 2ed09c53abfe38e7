// What a new repository holds to begin with, so that there is something to read in it.
#pragma once

#include <span>
#include <string_view>

namespace kit::node {

struct InitDocument {
    std::string_view name;
    std::string_view text;
};

std::span<const InitDocument> init_documents();

}  // namespace kit::node
