// The OpenAPI document as a page for people: one file that reads without its script, by nouns, each
// operation with its parameters and a line for curl.
#pragma once

#include <string>

#include "commands/command.h"

namespace kit::rest {

// `document` is openapi_document()'s.
std::string docs_page(const commands::Json& document);

}  // namespace kit::rest
