// What callers of a node may choose, and what it tells them: plain values.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "blocks/store.h"
#include "dag/pin_query.h"
#include "dag/pins.h"
#include "node/config.h"
#include "node/denylists.h"
#include "unixfs/importer.h"

namespace kit::node {

using formats::Cid;

// What the daemon's command line says in place of the config.
struct NetworkChoices {
    std::optional<bool> pubsub = {};           // Pubsub.Enabled
    std::optional<bool> names_by_pubsub = {};  // Ipns.UsePubsub
    std::string routing = {};                  // Routing.Type; "" or "default" is the config's.
    std::string agent_suffix = {};             // Where Version.AgentSuffix says nothing.
};

struct InitOptions {
    Path repo;
    std::string algorithm = "ed25519";
    std::optional<int> bits;  // Of an RSA key; 2048 without. The other kinds have one size.
    bool empty = false;       // Without the read-me files.
    std::vector<std::string> profiles;
    std::optional<Config> config;  // Instead of the defaults.
};

// What a user chose of the shape of DAGs; what is absent comes from the config's Import section,
// and from Kubo's rules (version 1 brings raw leaves, another hash brings version 1, ...).
struct ShapeChoice {
    std::optional<int> cid_version;
    std::optional<std::string> hash;
    std::optional<bool> raw_leaves;
    std::optional<std::string> chunker;
    std::optional<bool> trickle;
    std::optional<uint32_t> file_links_max;
    std::optional<uint32_t> directory_links_max;
    std::optional<uint32_t> hamt_fanout;
    bool has_metadata = false;  // Modes or times are kept: no raw leaves.
    bool nocopy = false;        // Leaves stay in the user's files: raw leaves.
};

struct AddOptions {
    unixfs::ImportOptions import;
    bool pin = true;
    std::string pin_name;
    std::optional<int64_t> expires_in_s;
    // Called when everything is stored and pinned, before a collection could take what is not.
    std::function<Result<void>(const unixfs::ImportResult&)> on_stored = {};
};

using PinType = dag::PinKind;
using dag::ListedPin;
using dag::PinCheck;
using dag::PinFilter;
struct PinOptions {
    bool recursive = true;
    std::string name;
    std::optional<int64_t> expires_in_s;
};
struct ReferenceCheck {  // filestore ls and verify
    Cid cid;
    blocks::Store::FileRange range;
    std::optional<Error> error;
};

struct RepoStat {
    uint64_t size_bytes = 0;
    uint64_t storage_bytes_max = 0;
    uint64_t object_count = 0;
    Path path;
};

// What `object diff` says of one link; paths are below the two objects, "" for themselves.
struct ObjectChange {
    enum class Kind : uint8_t { added, removed, changed };  // The numbers that Kubo writes.
    Kind kind;
    std::string path;
    std::optional<Cid> before;
    std::optional<Cid> after;
};

// For changing links of dag-pb nodes (node/objects.cc). Nodes on the way keep their CID version and
// hash. It fails with invalid_argument for what is not dag-pb, with not_found ("no link by that
// name"), and with unsupported for UnixFS nodes that are no plain folder, unless
// `allow_non_unixfs`.
struct PatchOptions {
    bool create = false;  // Make folders on the way.
    bool allow_non_unixfs = false;
    bool allow_big_block = false;
};

// For Node::refs.
struct RefsOptions {
    bool unique = false;
    int64_t depth_max = 1;  // -1: no bound.
};

struct PutBlockOptions {
    uint64_t codec = 0x55;
    uint64_t hash_code = 0x12;
    int64_t digest_size = -1;
    int cid_version = 1;
    bool pin = false;
    bool allow_big_block = false;
};

struct PutDagOptions {
    uint64_t input_codec = 0x0129;
    uint64_t store_codec = 0x71;
    uint64_t hash_code = 0x12;
    bool pin = false;
    bool allow_big_block = false;
};

struct ImportCarOptions {
    bool pin_roots = true;
    bool local_only = false;
    bool allow_big_block = false;
};

struct ImportedRoot {
    Cid cid;
    std::string pin_error;
};

struct ImportCarReport {
    std::vector<ImportedRoot> roots;
    uint64_t block_count = 0;
    uint64_t block_bytes = 0;
};

// How far the calls of a session go.
struct Reach {
    bool is_offline = false;  // What is not here is not there, also in a node that is online.
    // How long one block may take to come; nullopt: until the session is cancelled.
    std::optional<std::chrono::milliseconds> block_timeout = std::nullopt;
    // Asked while a block is waited for, by the thread that waits: whether its caller has gone,
    // which ends the wait with cancelled.
    std::function<bool()> is_abandoned = {};
};

struct NodeOptions {
    Path repo;
    blocks::Access access = blocks::Access::write;
    const std::atomic<bool>* cancel = nullptr;  // From a signal: every call ends with cancelled.
    // Sentences for the user: what was repaired at opening, what failed at closing. Any thread.
    std::function<void(const std::string&)> on_notice = {};
    std::string static_names = {};  // "domain:path,...": what these names lead to (IPFS_NS_MAP).
    bool asks_dns = false;          // Whether other domains are looked up.
    bool is_online = false;         // Listens, serves peers and fetches from them what is not here.
    NetworkChoices network = {};
    DenylistFolders denylist_folders = std::vector<Path>();
};

}  // namespace kit::node
