// The codecs that stand on hot paths: the node that the importer writes for each 174 chunks, the
// links that every walk reads, the sections of a CAR.
#include <benchmark/benchmark.h>

#include "formats/car.h"
#include "formats/dag_cbor.h"
#include "formats/dag_json.h"
#include "formats/dag_pb.h"
#include "formats/ipld.h"

namespace kit::formats {
namespace {

constexpr size_t links_count = 174;

Cid numbered_cid(uint64_t number) {
    return Cid::v1(Codec::raw, sha2_256({{as_bytes(std::to_string(number))}}));
}

PbNode file_node() {
    PbNode node;
    for (uint64_t number = 0; number < links_count; ++number) {
        node.links.push_back(
            {.cid = numbered_cid(number), .name = {}, .total_size = uint64_t{256} * KiB});
    }
    node.data = Bytes(900, 8);
    return node;
}

Ipld list_of_links() {
    Ipld::List list;
    for (uint64_t number = 0; number < links_count; ++number) {
        list.push_back({Ipld::Map{{"cid", {numbered_cid(number)}},
                                  {"size", Ipld::integer(static_cast<int64_t>(number))}}});
    }
    return {list};
}

void count_links(benchmark::State& state) {
    state.counters["links"] = benchmark::Counter(
        static_cast<double>(state.iterations()) * static_cast<double>(links_count),
        benchmark::Counter::kIsRate);
}

void encode_dag_pb_174(benchmark::State& state) {
    const PbNode node = file_node();
    for (auto step : state) benchmark::DoNotOptimize(encode_dag_pb(node));
    count_links(state);
}
BENCHMARK(encode_dag_pb_174);

void decode_dag_pb_174(benchmark::State& state) {
    const Bytes block = encode_dag_pb(file_node());
    for (auto step : state) benchmark::DoNotOptimize(decode_dag_pb(block));
    count_links(state);
}
BENCHMARK(decode_dag_pb_174);

void view_dag_pb_174(benchmark::State& state) {
    const Bytes block = encode_dag_pb(file_node());
    for (auto step : state) benchmark::DoNotOptimize(view_dag_pb(block));
    count_links(state);
}
BENCHMARK(view_dag_pb_174);

void links_of_174(benchmark::State& state, uint64_t codec) {
    const Bytes block = codec == static_cast<uint64_t>(Codec::dag_pb)
                            ? encode_dag_pb(file_node())
                            : encode_ipld(codec, list_of_links()).value();
    for (auto step : state) benchmark::DoNotOptimize(links_of(codec, block));
    count_links(state);
}
BENCHMARK_CAPTURE(links_of_174, dag_pb, static_cast<uint64_t>(Codec::dag_pb));
BENCHMARK_CAPTURE(links_of_174, dag_cbor, static_cast<uint64_t>(Codec::dag_cbor));
BENCHMARK_CAPTURE(links_of_174, dag_json, static_cast<uint64_t>(Codec::dag_json));

void decode_value(benchmark::State& state, uint64_t codec) {
    const Bytes block = encode_ipld(codec, list_of_links()).value();
    for (auto step : state) benchmark::DoNotOptimize(decode_ipld(codec, block));
    count_links(state);
}
BENCHMARK_CAPTURE(decode_value, dag_cbor, static_cast<uint64_t>(Codec::dag_cbor));
BENCHMARK_CAPTURE(decode_value, dag_json, static_cast<uint64_t>(Codec::dag_json));

void walk_car(benchmark::State& state) {
    const Bytes body(static_cast<size_t>(state.range(0)), 7);
    const Cid cid = numbered_cid(1);
    const std::vector<Cid> roots = {cid};
    Bytes car = encode_car_header(roots);
    while (car.size() < 8 * MiB) {
        append(car, encode_car_section_head(cid, body.size()));
        append(car, body);
    }
    int64_t sections_count = 0;
    for (auto step : state) {
        CarReader reader;
        // As the importer feeds it: a mebibyte at a time.
        for (size_t at = 0; at < car.size(); at += MiB) {
            reader.feed(ByteView(car).subspan(at, std::min<size_t>(MiB, car.size() - at)));
            while (const auto section = reader.next().value()) {
                benchmark::DoNotOptimize(section->body.data());
                ++sections_count;
            }
        }
    }
    state.SetItemsProcessed(sections_count);
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(car.size()));
}
BENCHMARK(walk_car)->Arg(100)->Arg(10'240)->Arg(262'144);

}  // namespace
}  // namespace kit::formats
