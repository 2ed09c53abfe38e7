// What a node announces: the keys that its strategy names, as they are when they are asked for.
#pragma once

#include "node/parts.h"
#include "routing/provide_strategy.h"
#include "routing/provider.h"

namespace kit::node {

// Blocks that are pinned or in the tree and not here are passed over. With "+entities" files and
// directories are announced with their inner blocks, which is more than is asked for. `parts` must
// outlive it.
routing::KeySource provide_keys(Node::Parts& parts, const routing::ProvideStrategy& strategy);

}  // namespace kit::node
