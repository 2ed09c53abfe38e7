// What the config says of whom a node keeps company with: Bootstrap, Peering, Swarm.ConnMgr.
#pragma once

#include "node/company.h"
#include "node/config.h"

namespace kit::node {

// Fails with invalid_argument naming the setting.
Result<CompanySettings> company_settings(const Config& config);

}  // namespace kit::node
