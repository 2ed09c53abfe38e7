// Named key pairs in $IPFS_PATH/keystore, a file each, laid out as Kubo does so that either program
// reads what the other wrote. The node's own key ("self") lies in the config and never here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "formats/key.h"

namespace kit::naming {

// Every call is safe from any thread and beside other processes: a file is made whole under its
// name or not at all. `env` must outlive it.
class Keystore final {
public:
    // Touches nothing: the folder is made with the first key.
    Keystore(Env& env, Path folder) : env_(env), folder_(std::move(folder)) {}

    // Sorted by their bytes. Files whose names are no key's are passed over.
    Result<std::vector<std::string>> names() const;
    // Fails with invalid_argument for the empty name, corrupt when the file holds no key.
    Result<std::optional<formats::PrivateKey>> find(std::string_view name) const;
    // On the disk when it returns. Fails with already_exists, invalid_argument for the empty name.
    Result<void> put(std::string_view name, const formats::PrivateKey& key);
    // Removing what is not there succeeds.
    Result<void> remove(std::string_view name);

private:
    Result<Path> path_of(std::string_view name) const;

    Env& env_;
    const Path folder_;
};

}  // namespace kit::naming
