// A tar archive onto the disk as it streams by: what `get` does with what another node sends. The
// archive is not trusted: nothing is written outside of the destination, and nothing through a
// symbolic link. boxo:tar/extractor.go has the rules.
#pragma once

#include <memory>
#include <vector>

#include "base/env.h"
#include "unixfs/exporter.h"
#include "unixfs/tar_reader.h"

namespace kit::unixfs {

// One thread.
class TarExtraction final {
public:
    // A directory in the archive becomes `destination`; a file or symbolic link too, unless a
    // folder is there: then it goes into it under its own name. `env` must outlive it.
    TarExtraction(Env& env, const Path& destination, OnProgress on_progress);
    ~TarExtraction();
    TarExtraction(const TarExtraction&) = delete;
    TarExtraction& operator=(const TarExtraction&) = delete;

    // The next bytes of the archive. Fails as TarReader does, with permission_denied for names that
    // leave the destination or lead through a link, and as the disk does. A file that is not whole
    // is never found under its own name.
    Result<void> write(ByteView bytes);
    // After the last: folders get their modes and times, also when an earlier write() failed.
    Result<void> finish();

private:
    class Writer;
    std::unique_ptr<Writer> writer_;
    std::unique_ptr<TarReader> reader_;  // None: everything goes into /dev/null.
    bool has_failed_ = false;
};

}  // namespace kit::unixfs
