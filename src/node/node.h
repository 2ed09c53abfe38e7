// The house itself, and the library's front door: one object that adds, reads, pins, names and
// collects content in a repository. Everything the command line does goes through it.
//
//   auto node = kit::node::Node::open(kit::real_env(), {.repo = "/home/me/.ipfs"});
//   auto added = (*node)->add({{.content = "photos"}}, {.import = {.recursive = true}}, ...);
//
// Every call is safe from any thread, and blocks until its work is done or `cancel` is true.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "blocks/store.h"
#include "dag/car_transfer.h"
#include "dag/collect_garbage.h"
#include "dag/path_resolve.h"
#include "dag/pin_query.h"
#include "dag/pins.h"
#include "dag/refs.h"
#include "formats/cid.h"
#include "naming/resolve.h"
#include "node/choices.h"
#include "node/config.h"
#include "node/denylists.h"
#include "node/keys.h"
#include "node/web.h"
#include "unixfs/exporter.h"
#include "unixfs/importer.h"
#include "unixfs/reader.h"

namespace kit::node {

using blocks::Access;
using naming::PublishOptions;
using unixfs::GzipWriter;
using unixfs::ReadBytes;
using unixfs::WriteBytes;

inline constexpr std::string_view version_text = "0.43.1";  // The Kubo whose surface this is.
inline constexpr std::string_view kit_version_text = "0.1.0";
inline constexpr int repo_version = 18;  // fs-repo@18: the shape of Kubo's config file.

class Files;
class Network;
class Reading;
struct ReadingOptions;
class Node final {
public:
    // Makes the repository. Fails with already_exists in Kubo's words, and with permission_denied
    // and nothing touched where a Kubo repository lies. Returns the CID of the read-me folder.
    static Result<std::optional<Cid>> init(Env& env, const InitOptions& options,
                                           const std::function<void(std::string_view)>& say);
    // Fails with not_found in Kubo's words ("no IPFS repo found in ..."), busy naming the holder.
    static Result<std::unique_ptr<Node>> open(Env& env, NodeOptions options);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    // The same node for one caller of many: what is called on it ends with cancelled when
    // `cancel` is set. This node must outlive it.
    std::unique_ptr<Node> session(const std::atomic<bool>& cancel, const Reach& reach = {});
    // The same, which ends when this node's calls do.
    std::unique_ptr<Node> session(const Reach& reach);

    // None in a node that is offline, and in a session that is.
    Network* network() const;
    // Who waits for a peer fails with cancelled, and so does every later wait.
    void stop_network();

    // The configuration as it was when the node was opened.
    const Config& config() const;
    const Path& repo() const;

    // Content (node/content.cc).
    // Fails with invalid_argument in Kubo's words for what does not go together.
    Result<unixfs::DagShape> shape(const ShapeChoice& choice) const;
    Result<uint64_t> measure(const std::vector<unixfs::ImportSource>& sources,
                             const AddOptions& options) const;
    Result<unixfs::ImportResult> add(
        const std::vector<unixfs::ImportSource>& sources, const AddOptions& options,
        const std::function<Result<void>(const unixfs::ImportEvent&)>& on_event);
    // The same for files that come one after the other.
    Result<unixfs::ImportResult> add(
        const unixfs::EntryStream& entries, const AddOptions& options,
        const std::function<Result<void>(const unixfs::ImportEvent&)>& on_event);
    Result<dag::Resolved> resolve(std::string_view path) const;
    // To a file-system node, whole: what cat, get, ls, pin and refs take.
    Result<Cid> resolve_to_cid(std::string_view path) const;
    // Follows names until the path is an /ipfs one: `ipfs resolve`.
    Result<std::string> resolve_text(std::string_view path, bool recursive,
                                     const std::function<std::string(const Cid&)>& cid_text) const;
    Result<unixfs::NodeInfo> info(const Cid& cid) const;
    // As info(); a directory fails in Kubo's words.
    Result<unixfs::NodeInfo> info_of_file(const Cid& cid) const;
    Result<void> read(const Cid& file, unixfs::ReadOptions options, const WriteBytes& write) const;
    Result<void> list(const Cid& directory, unixfs::ReadChildren read_children,
                      const std::function<Result<bool>(const unixfs::ListedEntry&)>& visit) const;
    // `name` is what a file is called when `destination` is a folder.
    Result<void> get_to_disk(const Cid& root, const std::string& name, const Path& destination,
                             const unixfs::OnProgress& on_progress) const;
    Result<void> get_tar(const Cid& root, const std::string& name, unixfs::TarTimes times,
                         const WriteBytes& write, const unixfs::OnProgress& on_progress) const;
    using RefsOptions = node::RefsOptions;
    using Ref = dag::Ref;
    Result<void> refs(std::span<const Cid> roots, const RefsOptions& options,
                      const std::function<Result<bool>(const Ref&)>& visit) const;
    Result<void> each_block(
        const std::function<Result<bool>(const Cid&, uint64_t size_bytes)>& visit) const;

    // For gateways (node/web.cc, node/web_car.cc).
    // Follows names and links from a root. Fails with not_found in Kubo's words (`no link named
    // "x" under <cid>`), also when a block on the way is not here.
    Result<Trail> follow(const Cid& root, std::span<const std::string> segments) const;
    // Fails with not_found, with corrupt for a dag-pb block that is no UnixFS node.
    Result<Opened> open_block(const Cid& cid) const;
    Result<bool> has_block(const Cid& cid) const;
    // A directory's entries as its links name them, without a look at the children; blocks of a
    // sharded one are read as they are visited.
    Result<void> each_entry(const Cid& directory,
                            const std::function<Result<bool>(const unixfs::Entry&)>& visit) const;
    // The CAR's sections in order, without a header: large blocks as they lie in the store. What
    // does not resolve ends it early with not_found.
    Result<void> write_web_car(const WebCar& car, const dag::WritePieces& write) const;

    // Blocks (node/data.cc). Sizes over 2 MiB need `allow_big_block`.
    Result<SharedBytes> get_block(const Cid& cid) const;
    Result<uint64_t> block_size(const Cid& cid) const;
    using PutBlockOptions = node::PutBlockOptions;
    Result<Cid> put_block(ByteView body, const PutBlockOptions& options);
    // Fails in Kubo's words when pinned.
    Result<bool> remove_block(const Cid& cid, bool force);

    // DAGs (node/data.cc).
    using PutDagOptions = node::PutDagOptions;
    Result<Cid> put_dag(ByteView input, const PutDagOptions& options);
    // The value at the path, encoded by `output_codec`.
    Result<Bytes> get_dag(std::string_view path, uint64_t output_codec) const;
    using ImportCarOptions = node::ImportCarOptions;
    using ImportCarReport = node::ImportCarReport;
    // `next_car` gives one stream after the other, nullopt after the last; `on_progress` tells
    // the bytes taken from all of them.
    using NextCar = std::function<Result<std::optional<ReadBytes>>()>;
    Result<ImportCarReport> import_cars(const NextCar& next_car, const ImportCarOptions& options,
                                        const std::function<void(uint64_t)>& on_progress);
    Result<void> export_car(const Cid& root, bool local_only, const dag::WritePieces& write,
                            const std::function<void(uint64_t)>& on_progress) const;
    Result<dag::DagStatSummary> dag_stat(
        std::span<const Cid> roots,
        const std::function<void(const dag::DagStatSummary&)>& on_progress) const;

    // The mutable tree (node/files.h). This node must outlive what it gives.
    Result<Files> files();
    // Links of dag-pb nodes (node/objects.cc); `path` is names with '/'. Errors: PatchOptions.
    Result<Cid> patch_link(const Cid& root, std::string_view path, const Cid& child,
                           const PatchOptions& options);
    Result<Cid> unlink(const Cid& root, std::string_view path, const PatchOptions& options);
    Result<std::vector<ObjectChange>> compare_objects(const Cid& before, const Cid& after) const;
    // Pins (node/pinning.cc).
    // `on_progress` tells nodes walked and bytes, at most every half second.
    Result<void> pin(std::span<const Cid> cids, const PinOptions& options,
                     const std::function<void(uint64_t nodes, uint64_t bytes)>& on_progress);
    Result<void> unpin(std::span<const Cid> cids, bool recursive);
    Result<void> update_pin(const Cid& from, const Cid& to, bool unpin);
    // All of them, of one kind or every kind; or those of `cids`, failing in Kubo's words
    // ("path '...' is not pinned") for one that is not.
    Result<void> each_pin(PinFilter filter,
                          const std::function<Result<bool>(const ListedPin&)>& visit) const;
    Result<ListedPin> find_pin(const Cid& cid, PinFilter filter, std::string_view as_asked) const;
    // How each is pinned, if it is, in their order; one walk for all.
    Result<std::vector<std::optional<ListedPin>>> find_pins(std::span<const Cid> cids,
                                                            PinFilter filter) const;
    Result<void> verify_pins(const std::function<Result<bool>(const PinCheck&)>& visit) const;

    // Names (node/names.cc).
    Result<Keys> keys() const;
    // Signs a record by the key of that name or peer id, keeps it, and in a node that is online
    // gives it to those who keep it for others; fails with offline when nobody took it, unless it
    // `may_stay_local`.
    Result<formats::PeerId> publish_name(std::string_view key_name, const dag::ContentPath& value,
                                         const PublishOptions& options, bool may_stay_local);
    // One that is valid now, in a node that is online the best that others have.
    // NameRecords::find_valid's and put's errors.
    Result<std::optional<formats::IpnsRecord>> find_name_record(const formats::PeerId& name) const;
    Result<void> put_name_record(const formats::PeerId& name, ByteView record);
    // Prolongs the records of all the node's keys, and says how many.
    Result<size_t> republish_names();
    // NameResolver::resolve, with the TTL bounded by Ipns.MaxCacheTTL.
    Result<naming::ResolvedPath> resolve_name(
        const dag::ContentPath& path, uint32_t steps_max = naming::limits::name_depth_max) const;
    Result<dag::ContentPath> immutable_path(std::string_view path) const;  // Names followed.

    // The repository (node/repo.cc).
    Result<dag::CollectReport> collect(
        const std::function<void(const Cid&, uint64_t size_bytes)>& on_removed);
    Result<RepoStat> stat() const;
    Result<blocks::VerifyReport> verify(
        const std::function<void(const Cid&, const Error&)>& on_bad,
        const std::function<void(uint64_t done_count, uint64_t all_count)>& on_progress,
        bool drop_bad);
    Result<void> each_reference(
        const std::vector<Cid>& only, bool verify,
        const std::function<Result<bool>(const ReferenceCheck&)>& visit) const;
    // Forgets a reference; false when there was none. A copy in the store stays.
    Result<bool> remove_reference(const Cid& cid);
    Result<void> each_duplicate_reference(
        const std::function<Result<bool>(const Cid&)>& visit) const;
    Result<void> sync();

    struct Parts;

private:
    Node(std::shared_ptr<Parts> parts, const std::atomic<bool>* cancel, const Reach& reach);
    const std::atomic<bool>& cancel() const;
    static Result<void> open_network(Parts& parts);
    Reading reading(const ReadingOptions& options) const;
    // How others are asked about a name.
    naming::FindNameOptions name_search() const;
    routing::Wait name_wait() const;
    Result<bool> republish_name(const formats::PrivateKey& key, int64_t lifetime_ns);
    const naming::NameResolver& resolver() const;
    // Fails when a block below `cid` is neither here nor to be had. With the parts' `pinning` held
    // by `lock`, but for the time of fetching.
    Result<void> make_whole(const Cid& cid, std::shared_lock<std::shared_mutex>& lock,
                            const std::function<void(uint64_t nodes, uint64_t bytes)>& on_progress);
    Result<unixfs::ImportResult> import_with(
        const AddOptions& options,
        const std::function<Result<unixfs::ImportResult>(unixfs::Importer&, blocks::Lease*)>& work);

    const std::shared_ptr<Parts> parts_;
    const std::atomic<bool>* const cancel_;
    const Reach reach_;
};

}  // namespace kit::node
