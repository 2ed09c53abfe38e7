// A Database for tests, small enough to be seen through: maps in memory and one log of batches on
// the Disk of its Env. On a simulated disk it loses, tears and refuses what that disk does, so a
// crash of the store and of its index is one and the same.
#pragma once

#include "blocks/database.h"

namespace kit::blocks {

Result<std::unique_ptr<Database>> open_simulated_database(Env& env, const Path& directory,
                                                          DatabaseOptions options);

}  // namespace kit::blocks
