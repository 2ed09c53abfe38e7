// How a verb's arguments and options are called over REST, for the document and for the reader of
// requests alike: an argument and an option by their own names.
#pragma once

#include <string>
#include <vector>

#include "commands/command.h"
#include "doors/rpc/request_reader.h"
#include "doors/rpc/verbs.h"
#include "http/exchange.h"

namespace kit::rest {

// What the command line takes for itself (--repo-dir, --api, --help) is not among them.
std::vector<const commands::Option*> offered_options(const rpc::Verb& verb);
// The file argument, whose name the parts of a multipart body have; nullptr without one.
const commands::Argument* file_argument(const commands::Command& command);

// The words of a request, from its query and from a body of type application/json. Fails with
// invalid_argument on a name that the verb does not have, a second value for what takes one, a body
// that is no JSON object; with too_large. An option that has its default is left out: clients made
// by a generator send every default that the document names.
Result<rpc::Words> read_words(const rpc::Verb& verb, http::Exchange& exchange);
// The same; `json_body` is empty when there is none.
Result<rpc::Words> find_words(const rpc::Verb& verb, std::string_view query,
                              std::string_view json_body);

}  // namespace kit::rest
