// Files and directories in: read, cut, hashed on all cores, laid out, stored. The CIDs are Kubo's
// for the same options.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/env.h"
#include "blocks/store.h"
#include "formats/cid.h"
#include "unixfs/import_options.h"

namespace kit::unixfs {

// Gives the next bytes of a stream: fills up to out.size(), returns how many, 0 at the end.
using ReadBytes = std::function<Result<size_t>(std::span<uint8_t> out)>;

// One thing to import, with the name it goes by.
struct ImportSource {
    std::string name;  // "" lets a path's last segment or, for a stream, the CID be the name.
    std::variant<Path, ReadBytes> content;  // A file, directory or symlink on disk; or a stream.
};

// One of the files that come one after the other, such as the parts of a request.
struct StreamedEntry {
    std::string path;                   // "photos/a.jpg"; "": the CID is its name.
    FileType type = FileType::regular;  // Or directory, or symlink.
    std::string target;                 // Of a symlink.
    Stat stat;                          // Kept with the entry; the mode is Go's fs.FileMode.
    Path original_path;                 // Where it lies on this machine, for nocopy.
    ReadBytes read;                     // Until the next entry is asked for.
};
struct EntryStream {
    std::function<Result<std::optional<StreamedEntry>>()> next;  // nullopt after the last.
    // Whether next() would return without waiting for whoever sends.
    std::function<bool()> has_more_here;
};

// Told in Kubo's order: files as they are reached, then each directory after its entries.
struct ImportEvent {
    enum class Kind : uint8_t { progress, added };
    Kind kind = Kind::added;
    std::string name;    // Path from the argument's own name on; "" for the wrapping root.
    formats::Cid cid;    // Of what was added.
    uint64_t bytes = 0;  // progress: read so far of this file: while it is large, and all of it.
    uint64_t total_size = 0;  // added: cumulative size of the DAG.
    // Of the source on disk, as Kubo tells them: the mode is Go's fs.FileMode with its type bits.
    std::optional<uint32_t> mode = {};
    std::optional<Mtime> mtime = {};
};

struct ImportResult {
    std::vector<formats::Cid> roots;  // One for each source, or the wrapping directory alone.
    uint64_t bytes_read = 0;
    uint64_t bytes_stored = 0;  // New ones.
};

// One import. `store` may be null with only_hash. Any number may run at once.
class Importer final {
public:
    // Checks the options; fails with invalid_argument in Kubo's words.
    static Result<std::unique_ptr<Importer>> create(Env& env, blocks::Store* store,
                                                    ImportOptions options);
    ~Importer();

    // How many bytes the sources hold, for a progress bar; streams count nothing.
    Result<uint64_t> measure(const std::vector<ImportSource>& sources) const;

    // Imports in order. `on_event` is called from the caller's thread. Stored blocks are under
    // `lease` until its end: pin the roots before. When it fails or is cancelled, blocks stored so
    // far stay for the next collection.
    Result<ImportResult> run(const std::vector<ImportSource>& sources, blocks::Lease* lease,
                             const std::function<Result<void>(const ImportEvent&)>& on_event,
                             const std::atomic<bool>& cancel);
    // The same for entries that come depth first, each top-level one a root of its own; ignore
    // rules and hidden files are their sender's business.
    Result<ImportResult> run(const EntryStream& entries, blocks::Lease* lease,
                             const std::function<Result<void>(const ImportEvent&)>& on_event,
                             const std::atomic<bool>& cancel);

private:
    struct Impl;
    explicit Importer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace kit::unixfs
