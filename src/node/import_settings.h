// The config's Import section decides CIDs: a value that makes no sense must not pass for a
// default.
#pragma once

#include "node/config.h"

namespace kit::node {

// Fails with invalid_argument, in Kubo's words, at the first value of Import.* that nothing can be
// made with.
Result<void> check_import_settings(const Config& config);

}  // namespace kit::node
