// Bitswap without a network: two engines back to back in one process, on one thread. What one
// sends is encoded, joined to a frame as a host would, decoded and hashed by the other. Beside it
// the hash alone, which is what remains when all else is free.
#include <benchmark/benchmark.h>

#include <optional>
#include <unordered_map>

#include "blocks/source.h"
#include "exchange/bitswap/engine.h"

namespace kit::exchange::bitswap {
namespace {

class MemorySource final : public blocks::Source {
public:
    Result<std::optional<SharedBytes>> find(const Cid& cid) const override {
        const auto found = blocks_.find(cid);
        if (found == blocks_.end()) return std::nullopt;
        return found->second;
    }
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override {
        const auto found = blocks_.find(cid);
        if (found == blocks_.end()) return std::nullopt;
        return found->second.size();
    }
    Cid put(uint64_t number, size_t size_bytes) {
        Bytes body(size_bytes, static_cast<uint8_t>(number));
        std::memcpy(body.data(), &number, std::min(sizeof number, size_bytes));
        const ByteView piece = body;
        const Cid cid = Cid::v1(formats::Codec::raw, formats::sha2_256(std::span(&piece, 1)));
        blocks_.emplace(cid, SharedBytes::from(std::move(body)));
        return cid;
    }

private:
    std::unordered_map<Cid, SharedBytes, formats::CidHash> blocks_;
};

PeerId peer_id(std::string_view name) {
    const ByteView piece = as_bytes(name);
    return *PeerId::from_bytes(formats::sha2_256(std::span(&piece, 1)).bytes());
}

class Pair final {
public:
    explicit Pair(const blocks::Source& source) : holder_(source), reader_(nothing_) {
        holder_.on_connected(reader_id_, Version::v1_2_0, now_ns_);
        reader_.on_connected(holder_id_, Version::v1_2_0, now_ns_);
    }

    void fetch(std::span<const Cid> cids) {
        const SessionId session = reader_.open_session();
        size_t left_count = cids.size();
        (void)reader_.want(session, cids, now_ns_);
        while (left_count > 0) {
            now_ns_ += 1'000'000;  // A millisecond there and back.
            reader_.on_timer(now_ns_);
            reader_.decide(now_ns_);
            while (auto out = reader_.next_message()) {
                holder_.on_message(reader_id_, *decode(*out), now_ns_);
            }
            while (auto out = holder_.next_message()) left_count -= receive(*out);
            holder_.on_unsent(reader_id_, 0, now_ns_);
        }
        reader_.close_session(session);
    }

private:
    static Result<Message> decode(const Outgoing& out) {
        Bytes frame;
        for (const SharedBytes& piece : encode_message(out.message, out.version)) {
            append(frame, piece.view());
        }
        return decode_message(SharedBytes::from(std::move(frame)));
    }
    size_t receive(const Outgoing& out) {
        const auto message = decode(out);
        reader_.on_message(holder_id_, *message, now_ns_);
        size_t count = 0;
        for (const BlockPart& block : message->blocks) {
            count +=
                reader_.on_block(holder_id_, *cid_of(block), block.data.size(), now_ns_) ? 1 : 0;
        }
        return count;
    }

    const PeerId holder_id_ = peer_id("holder");
    const PeerId reader_id_ = peer_id("reader");
    MemorySource nothing_;
    Engine holder_;
    Engine reader_;
    int64_t now_ns_ = 0;
};

void transfer(benchmark::State& state) {
    const auto size_bytes = static_cast<size_t>(state.range(0));
    const auto count = static_cast<size_t>(state.range(1));
    MemorySource source;
    std::vector<Cid> cids;
    cids.reserve(count);
    for (size_t i = 0; i < count; ++i) cids.push_back(source.put(i, size_bytes));
    for (auto _ : state) Pair(source).fetch(cids);
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(size_bytes * count));
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
}
BENCHMARK(transfer)->Args({256 * KiB, 512})->Args({1 * MiB, 128})->Args({4 * KiB, 8192});
BENCHMARK(transfer)->Args({300, 8192});

void hash_alone(benchmark::State& state) {
    const auto size_bytes = static_cast<size_t>(state.range(0));
    constexpr size_t count = 128;
    std::vector<Bytes> bodies(count, Bytes(size_bytes, 7));
    for (auto _ : state) {
        for (const Bytes& body : bodies) {
            const ByteView piece = body;
            benchmark::DoNotOptimize(formats::sha2_256(std::span(&piece, 1)));
        }
    }
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(size_bytes * count));
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
}
BENCHMARK(hash_alone)->Arg(256 * KiB)->Arg(1 * MiB)->Arg(4 * KiB)->Arg(300);

}  // namespace
}  // namespace kit::exchange::bitswap
