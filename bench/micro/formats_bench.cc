// What names cost: hashing, parsing and writing. add makes a name for each block, gc reads one for
// each entry, and both print them.
#include <benchmark/benchmark.h>

#include "formats/cid.h"
#include "formats/multiaddr.h"
#include "formats/multibase.h"
#include "formats/multihash.h"
#include "formats/murmur3.h"

namespace kit::formats {
namespace {

Bytes message(size_t size) {
    Bytes bytes(size);
    for (size_t index = 0; index < size; ++index) bytes[index] = static_cast<uint8_t>(index * 31);
    return bytes;
}

const Cid& example() {
    static const Cid cid = Cid::v1(Codec::raw, *hash(HashCode::sha2_256, message(100)));
    return cid;
}

void hash_with(benchmark::State& state, HashCode code) {
    const Bytes bytes = message(static_cast<size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(hash(code, bytes));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(hash_with, sha2_256, HashCode::sha2_256)->Arg(64)->Arg(1024)->Arg(1 << 18);
BENCHMARK_CAPTURE(hash_with, sha2_512, HashCode::sha2_512)->Arg(64)->Arg(1 << 18);
BENCHMARK_CAPTURE(hash_with, sha1, HashCode::sha1)->Arg(64)->Arg(1 << 18);
BENCHMARK_CAPTURE(hash_with, sha3_256, HashCode::sha3_256)->Arg(64)->Arg(1 << 18);
BENCHMARK_CAPTURE(hash_with, keccak_256, HashCode::keccak_256)->Arg(64)->Arg(1 << 18);
BENCHMARK_CAPTURE(hash_with, blake2b_256, HashCode::blake2b_256)->Arg(64)->Arg(1 << 18);
BENCHMARK_CAPTURE(hash_with, blake2s_256, HashCode::blake2s_256)->Arg(64)->Arg(1 << 18);
BENCHMARK_CAPTURE(hash_with, blake3, HashCode::blake3)->Arg(64)->Arg(1 << 18)->Arg(1 << 20);

void murmur3_of_a_name(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(murmur3_x64_64(as_bytes("photo-2024-06-11.jpeg")));
}
BENCHMARK(murmur3_of_a_name);

void encode_cid(benchmark::State& state, Base base) {
    const ByteView bytes = example().bytes();
    for (auto _ : state) benchmark::DoNotOptimize(encode_multibase(base, bytes));
}
BENCHMARK_CAPTURE(encode_cid, base32, Base::base32);
BENCHMARK_CAPTURE(encode_cid, base36, Base::base36);
BENCHMARK_CAPTURE(encode_cid, base58btc, Base::base58btc);
BENCHMARK_CAPTURE(encode_cid, base64url, Base::base64url);

void decode_cid(benchmark::State& state, Base base) {
    const std::string text = encode_multibase(base, example().bytes());
    for (auto _ : state) benchmark::DoNotOptimize(decode_multibase(text));
}
BENCHMARK_CAPTURE(decode_cid, base32, Base::base32);
BENCHMARK_CAPTURE(decode_cid, base36, Base::base36);
BENCHMARK_CAPTURE(decode_cid, base58btc, Base::base58btc);
BENCHMARK_CAPTURE(decode_cid, base64url, Base::base64url);

void base58_of_34_bytes(benchmark::State& state) {
    const ByteView bytes = example().hash().bytes();
    for (auto _ : state) benchmark::DoNotOptimize(encode_base(Base::base58btc, bytes));
}
BENCHMARK(base58_of_34_bytes);

void cid_from_bytes(benchmark::State& state) {
    const Bytes bytes = to_bytes(example().bytes());
    for (auto _ : state) benchmark::DoNotOptimize(Cid::from_bytes(bytes));
}
BENCHMARK(cid_from_bytes);

void cid_from_text(benchmark::State& state) {
    const std::string text = example().to_text();
    for (auto _ : state) benchmark::DoNotOptimize(Cid::from_text(text));
}
BENCHMARK(cid_from_text);

void cid_copy(benchmark::State& state) {
    for (auto _ : state) {
        Cid copy = example();
        benchmark::DoNotOptimize(copy);
    }
}
BENCHMARK(cid_copy);

void multiaddr_both_ways(benchmark::State& state) {
    const std::string text =
        "/ip4/127.0.0.1/udp/4001/quic-v1/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN";
    for (auto _ : state) benchmark::DoNotOptimize(Multiaddr::from_text(text)->to_text());
}
BENCHMARK(multiaddr_both_ways);

}  // namespace
}  // namespace kit::formats
