// Every thread does the whole of the work for a chunk: it reads it (one at a time), hashes and
// decodes its blocks, and puts them. With no queue between stages no core waits for another stage,
// and a chunk's bytes are still in its cache when they are hashed and written.
#include <algorithm>
#include <mutex>
#include <thread>

#include "base/limits.h"
#include "base/task_pool.h"
#include "dag/car_chunks.h"
#include "dag/car_transfer.h"
#include "dag/link_ledger.h"
#include "formats/ipld.h"

namespace kit::dag {
namespace {

using formats::Cid;
using formats::Codec;

// One put takes at most so many blocks.
constexpr size_t put_count_max = 256;

std::unexpected<Error> failed_after(const std::optional<Cid>& previous, const Error& error) {
    const Code code = error.code;
    if (!previous) return fail(code, "import failed: {}", error.to_text());
    return fail(code, "import failed after block \"{}\": {}", previous->to_text(), error.to_text());
}

std::unexpected<Error> failed_at(const Cid& cid, const Error& error) {
    const Code code = error.code;
    return fail(code, "import failed at block \"{}\": {}", cid.to_text(), error.to_text());
}

Result<void> check_hash(const Cid& cid, ByteView body) {
    const formats::MultihashView expected = cid.hash();
    const bool is_right = TRY(formats::matches(expected, body));
    if (is_right) return {};
    std::string got = "another hash";
    const auto actual = formats::hash(expected.code(), body, expected.digest().size());
    if (actual) {
        got = (cid.version() == 0 ? Cid::v0(*actual) : Cid::v1(cid.codec(), *actual)).to_text();
    }
    return fail(Code::corrupt, "mismatch in content integrity, expected: {}, got: {}",
                cid.to_text(), got);
}

Result<void> check_size(uint64_t size_bytes, bool allow_big_block) {
    if (allow_big_block || size_bytes <= limits::block_size_bytes_soft_max) return {};
    return fail(Code::too_large,
                "produced block is over 2MiB: big blocks can't be exchanged with other peers. "
                "consider using UnixFS for automatic chunking of bigger files, or pass "
                "--allow-big-block to override");
}

// Kubo decodes every block that it imports, and refuses codecs that it does not know. What a block
// links to goes into the ledger.
Result<void> check_encoding(const Cid& cid, ByteView body, LinkLedger& ledger) {
    std::vector<Cid> links;
    switch (static_cast<Codec>(cid.codec())) {
        case Codec::raw:
            break;
        case Codec::git_raw:
        case Codec::dag_jose:
            ledger.give_up();  // Carried without being read.
            return {};
        case Codec::cbor:
        case Codec::json:
            TRY(formats::decode_ipld(cid.codec(), body));
            break;
        case Codec::dag_pb:
        case Codec::dag_cbor:
        case Codec::dag_json:
            links = TRY(formats::links_of(cid.codec(), body));
            break;
        default:
            return fail(Code::unsupported,
                        "could not choose a decoder: no decoder registered for multicodec code {} "
                        "(0x{:x})",
                        cid.codec(), cid.codec());
    }
    ledger.add_block(cid, links);
    return {};
}

class Importer final {
public:
    Importer(blocks::Store& store, blocks::Lease& lease, const ReadBytes& read,
             const ImportOptions& options, const std::function<void(uint64_t)>& on_progress)
        : store_(store),
          lease_(lease),
          options_(options),
          on_progress_(on_progress),
          chunks_(read) {}

    Result<ImportReport> run() {
        CarChunk chunk;
        // A small CAR is one chunk: no thread is worth starting for it.
        if (take(chunk)) {
            std::vector<std::thread> helpers;
            const size_t thread_count =
                options_.thread_count == 0 ? hardware_thread_count() : options_.thread_count;
            if (!chunks_.at_end()) {
                for (size_t i = 1; i < thread_count; ++i) {
                    helpers.emplace_back([this] {
                        CarChunk mine;
                        while (take(mine)) work_on(mine);
                    });
                }
            }
            do {
                work_on(chunk);
            } while (take(chunk));
            for (std::thread& helper : helpers) helper.join();
        }
        if (error_) return std::unexpected(*std::move(error_));
        report_.roots = chunks_.roots();
        for (const Cid& root : report_.roots) {
            if (ledger_.is_closed() && ledger_.has_block(root)) report_.whole_roots.push_back(root);
        }
        return std::move(report_);
    }

private:
    // The next chunk, or false when there is none or something has failed.
    bool take(CarChunk& chunk) {
        std::scoped_lock lock(mutex_);
        if (error_) return false;
        if (options_.cancel != nullptr && options_.cancel->load()) {
            record(UINT64_MAX, {Code::cancelled, "the import was stopped before its end"});
            return false;
        }
        Result<bool> taken = chunks_.next(chunk);
        if (!taken) {
            // What is wrong with the header is told as it is.
            if (chunks_.header_done()) {
                taken = failed_after(chunks_.last(), std::move(taken).error());
            }
            record(chunk.number, std::move(taken).error());
            return false;
        }
        if (*taken && on_progress_) on_progress_(chunks_.bytes_done());
        return *taken;
    }

    void work_on(const CarChunk& chunk) {
        Result<void> done = check_and_put(chunk);
        std::scoped_lock lock(mutex_);
        if (!done) return record(chunk.number, std::move(done).error());
        report_.block_count += chunk.sections.size();
        for (const CarChunk::Section& section : chunk.sections) {
            report_.block_bytes += section.body.size();
        }
    }

    Result<void> check_and_put(const CarChunk& chunk) {
        std::vector<blocks::NewBlock> batch;
        batch.reserve(std::min(chunk.sections.size(), put_count_max));
        const std::optional<Cid>* previous = &chunk.previous;
        std::optional<Cid> last;
        for (const auto& [cid, body] : chunk.sections) {
            Result<void> right = check_hash(cid, body);
            if (!right) return failed_after(*previous, std::move(right).error());
            right = check_size(body.size(), options_.allow_big_block);
            if (right) right = check_encoding(cid, body, ledger_);
            if (!right) return failed_at(cid, std::move(right).error());
            last = cid;
            previous = &last;
            if (cid.hash().is_identity()) continue;
            batch.push_back({.cid = cid, .head = {}, .body = body, .tail = {}});
            if (batch.size() < put_count_max) continue;
            TRY(store_.put(lease_, batch));
            batch.clear();
        }
        if (!batch.empty()) TRY(store_.put(lease_, batch));
        return {};
    }

    // The error that is first in the stream wins, whichever thread was faster. Call under mutex_.
    void record(uint64_t chunk_number, Error error) {
        if (error_ && error_chunk_number_ <= chunk_number) return;
        error_ = std::move(error);
        error_chunk_number_ = chunk_number;
    }

    blocks::Store& store_;
    blocks::Lease& lease_;
    const ImportOptions& options_;
    const std::function<void(uint64_t)>& on_progress_;
    LinkLedger ledger_;

    std::mutex mutex_;
    CarChunks chunks_;  // Guarded by mutex_, as all below.
    ImportReport report_;
    std::optional<Error> error_;
    uint64_t error_chunk_number_ = 0;
};

}  // namespace

Result<ImportReport> import_car(blocks::Store& store, blocks::Lease& lease, const ReadBytes& read,
                                const ImportOptions& options,
                                const std::function<void(uint64_t bytes_done)>& on_progress) {
    Importer importer(store, lease, read, options, on_progress);
    return importer.run();
}

}  // namespace kit::dag
