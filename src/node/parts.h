// What a Node is made of. Concrete classes of different rooms meet here and in wiring.cc alone.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "blocks/store.h"
#include "dag/pins.h"
#include "naming/resolve.h"
#include "node/config.h"
#include "node/denylists.h"
#include "node/network.h"
#include "node/node.h"
#include "node/recent_blocks.h"
#include "unixfs/mfs.h"
#include "unixfs/reader.h"

namespace kit::node {

struct Node::Parts {
    Parts(Env& env_given, NodeOptions options_given, Config config_given,
          std::unique_ptr<blocks::Store> store_given,
          std::unique_ptr<naming::TxtLookup> texts_given, naming::StaticNames static_names,
          std::unique_ptr<Denylists> denylists_given)
        : env(env_given),
          options(std::move(options_given)),
          config(std::move(config_given)),
          store(std::move(store_given)),
          denylists(std::move(denylists_given)),
          recent(*store),
          pins(env, *store),
          name_records(env.clock, store->records(), store->durability()),
          texts(std::move(texts_given)),
          names(name_records, *texts, static_names),
          local_names(name_records, *texts, std::move(static_names)) {}

    // Fails with permission_denied for a path that a denylist names.
    Result<void> check(const dag::ContentPath& path) const {
        return denylists ? denylists->check(path) : Result<void>();
    }

    // Also what makes room when StorageMax would be passed.
    Result<dag::CollectReport> collect(
        const std::function<void(const Cid&, uint64_t size_bytes)>& on_removed,
        const std::atomic<bool>& cancel) {
        const std::unique_lock lock(pinning);
        auto report =
            dag::collect_garbage(*store, pins, [this] { return files_kept(); }, on_removed, cancel);
        recent.forget_all();
        return report;
    }

    // What the mutable tree keeps, whether it was used since the node was opened or not.
    Result<std::vector<Cid>> files_kept() {
        const std::scoped_lock lock(files_mutex);
        if (files) return files->kept();
        const auto root = TRY(unixfs::recorded_mfs_root(*store));
        return root ? std::vector<Cid>{*root} : std::vector<Cid>();
    }

    Env& env;
    const NodeOptions options;
    const Config config;
    const std::unique_ptr<blocks::Store> store;
    const std::unique_ptr<Denylists> denylists;  // None when no list counts.
    RecentBlocks recent;  // What reads of content ask, in place of the store.
    dag::Pins pins;
    naming::NameRecords name_records;
    const std::unique_ptr<naming::TxtLookup> texts;
    naming::NameResolver names;              // Asks others, too, in a node that is online.
    const naming::NameResolver local_names;  // Of sessions that stay offline.
    const unixfs::DirectoryLookup entries;
    // Pinning what is stored already shares it, a collection holds it alone: no block goes between
    // the walk that finds a DAG whole and the pin that keeps it. Adding never waits for it: what is
    // being added is under a lease.
    std::shared_mutex pinning;
    std::unique_ptr<Network> network;  // None offline. The tree is read through it.
    std::mutex files_mutex;
    std::unique_ptr<unixfs::Mfs> files;  // Made when it is first asked for.
    const std::atomic<bool> never = false;
};

// Reads the config and opens the store as it says. The one place that knows every class.
Result<std::unique_ptr<blocks::Store>> open_store(Env& env, const NodeOptions& options,
                                                  const Config& config);

// Of a hash function, in any case. Fails with invalid_argument in Kubo's words.
Result<uint64_t> hash_code_named(std::string name);

// Fails with permission_denied when `repo` holds a Kubo repository, which is never touched.
Result<void> refuse_kubo_repository(Disk& disk, const Path& repo);

}  // namespace kit::node
