// `get` from a daemon: files travel as a tar archive, which is taken apart here, or kept when the
// user asked for one.
#pragma once

#include <memory>

#include "commands/get_target.h"
#include "doors/cli/remote_answer.h"
#include "node/download.h"

namespace kit::cli {

// One thread. Nothing is made before the answer begins.
class RemoteGet final : public RemoteTaker {
public:
    // `context` and `sink` must outlive it.
    RemoteGet(const commands::Context& context, commands::GetTarget target, commands::Sink& sink)
        : context_(context), target_(std::move(target)), sink_(sink) {}

    Result<void> begin(uint64_t size_bytes) override;
    Result<void> record(commands::Json record) override;
    Result<void> bytes(ByteView bytes) override;
    Result<void> finish(bool is_whole) override;

private:
    const commands::Context& context_;
    const commands::GetTarget target_;
    commands::Sink& sink_;
    std::unique_ptr<commands::ArchiveFile> archive_;
    std::unique_ptr<node::TarExtraction> extraction_;
    uint64_t all_bytes_ = 0;
    uint64_t done_bytes_ = 0;
};

}  // namespace kit::cli
