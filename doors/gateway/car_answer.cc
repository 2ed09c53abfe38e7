// CARs: https://specs.ipfs.tech/http-gateways/trustless-gateway/
#include <fmt/core.h>

#include <array>
#include <charconv>

#include "base/go_text.h"
#include "doors/gateway/asked.h"
#include "doors/gateway/conditions.h"
#include "doors/gateway/xxhash.h"
#include "formats/car.h"

namespace kit::gateway {
namespace {

using node::WebCar;

// What a CAR that broke midway ends with, so that no reader takes it for whole.
constexpr std::string_view truncated =
    "\n\n[Gateway Error: CAR stream truncated, response is incomplete]";

struct CarAsked {
    WebCar car;
    std::string order = "dfs";  // Or "unk": we always send depth-first.
    std::string dups = "n";
    std::string scope = "all";
};

std::optional<int64_t> parse_signed(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    int64_t number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || status != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

// "0:*", "5:10", "-10:-1".
Result<WebCar::ByteRange> parse_entity_bytes(std::string_view text) {
    static constexpr std::string_view what =
        "invalid application/vnd.ipld.car entity-bytes URL parameter: ";
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
        return fail(Code::invalid_argument, "{}range must have two numbers separated with ':'",
                    what);
    }
    const auto from = parse_signed(text.substr(0, colon));
    if (!from) return fail(Code::invalid_argument, "{}the first is no number", what);
    WebCar::ByteRange range{.from = *from, .to = std::nullopt};
    if (text.substr(colon + 1) == "*") return range;
    range.to = parse_signed(text.substr(colon + 1));
    if (!range.to) return fail(Code::invalid_argument, "{}the second is no number", what);
    const bool same_sign = (range.from < 0) == (*range.to < 0);
    if ((same_sign && range.from > *range.to)) {
        return fail(Code::invalid_argument,
                    "{}cannot have an entity-bytes range where 'from' is after 'to'", what);
    }
    return range;
}

// A parameter of the media type, which one of the URL overrides.
std::string parameter(const Call& call, const Asked& asked, const std::string& name) {
    if (const std::string_view value = call.query("car-" + name); !value.empty()) {
        return std::string(value);
    }
    const auto found = asked.wanted.parameters.find(name);
    return found == asked.wanted.parameters.end() ? std::string() : found->second;
}

Result<CarAsked> read_parameters(const Call& call, const Asked& asked) {
    CarAsked car;
    car.car.root = asked.root;
    car.car.segments = asked.segments;
    if (call.has_query("entity-bytes")) {
        car.car.range = TRY(parse_entity_bytes(call.query("entity-bytes")));
    }
    if (call.has_query("dag-scope")) {
        car.scope = call.query("dag-scope");
        if (car.scope == "block") {
            car.car.scope = WebCar::Scope::block;
        } else if (car.scope == "entity") {
            car.car.scope = WebCar::Scope::entity;
        } else if (car.scope != "all") {
            return fail(Code::invalid_argument,
                        "unsupported application/vnd.ipld.car scope parameter");
        }
    }
    const std::string version = parameter(call, asked, "version");
    if (!version.empty() && version != "1") {
        return fail(Code::invalid_argument,
                    "unsupported application/vnd.ipld.car version: only version=1 is supported");
    }
    if (const std::string order = parameter(call, asked, "order"); !order.empty()) {
        if (order != "dfs" && order != "unk") {
            return fail(Code::invalid_argument,
                        "unsupported application/vnd.ipld.car order parameter");
        }
        car.order = order;
    }
    if (const std::string dups = parameter(call, asked, "dups"); !dups.empty()) {
        if (dups != "y" && dups != "n") {
            return fail(Code::invalid_argument,
                        "unsupported application/vnd.ipld.car dups parameter");
        }
        car.dups = dups;
        car.car.duplicates = dups == "y";
    }
    return car;
}

void add_little_endian(std::string& text, int64_t number) {
    for (int i = 0; i < 8; ++i) {
        text.push_back(static_cast<char>(static_cast<uint64_t>(number) >> (8 * i)));
    }
}

// As Kubo's: of the path and of what is not the default.
std::string car_etag(const Asked& asked, const CarAsked& car) {
    std::string salted = asked.immutable_text;
    const auto add = [&salted](std::string_view name, std::string_view value) {
        salted.push_back('\0');
        salted.append(name).append("=").append(value);
    };
    if (car.scope != "all") add("scope", car.scope);
    if (car.order != "dfs") add("order", car.order == "unk" ? "unk" : car.order);
    if (car.car.duplicates) add("dups", "y");
    if (car.car.range && (car.car.range->from != 0 || car.car.range->to)) {
        add("range", "");
        add_little_endian(salted, car.car.range->from);
        if (car.car.range->to) add_little_endian(salted, *car.car.range->to);
    }
    return fmt::format("W/\"{}.car.{}\"", asked.root.to_text(),
                       base32_text(xxhash64(as_bytes(salted))));
}

// The blocks on the way to what is missing prove that it is: under a root that says nothing.
Cid empty_root() {
    static const Cid cid = *Cid::from_text("bafkqaaa");
    return cid;
}

void set_car_fields(const House& house, Call& call, const Asked& asked) {
    std::string name(call.query("filename"));
    if (name.empty()) {
        name = asked.root.to_text();
        if (!asked.segments.empty()) name += "_" + asked.segments.back();
        name += ".car";
    }
    set_disposition(call, name, "attachment");
    const auto modified_s =
        set_cache_fields(house, call, asked, asked.root, Format::car, std::nullopt);
    static_cast<void>(modified_s);  // A CAR has no time of its own.
}

}  // namespace

void answer_car(const House& house, Call& call, const Asked& asked) {
    const auto car = read_parameters(call, asked);
    if (!car) return answer_error(call, 400, car.error().message);
    set_car_fields(house, call, asked);
    std::string etag = car_etag(asked, *car);
    const bool is_known = lists_etag(call.field("If-None-Match"), etag);
    call.set("Etag", std::move(etag));
    if (is_known) return answer(call, 304, "");

    const auto trail = call.node().follow(asked.root, asked.segments);
    const bool leads_nowhere = !trail && trail.error().code == Code::not_found;
    if (!trail && !leads_nowhere) return answer_unresolved(call, asked, trail.error());
    if (const auto timely = call.in_time(); !timely) return answer_error(call, timely.error(), 504);
    set_roots(call,
              trail ? *trail : node::Trail{.parents = {}, .last = asked.root, .remainder = {}});
    call.set("Accept-Ranges", "none");
    call.set("Content-Type", fmt::format("application/vnd.ipld.car; version=1; order={}; dups={}",
                                         car->order, car->dups));
    call.set("X-Content-Type-Options", "nosniff");
    call.exchange.may_take_long();
    call.answered = true;
    call.exchange.begin({.status = 200, .headers = std::move(call.headers)});
    if (call.is_head()) return;
    const Cid header_root = trail ? trail->last : empty_root();
    if (!call.exchange.write(formats::encode_car_header(std::span(&header_root, 1)))) return;
    const auto written =
        call.node().write_web_car(car->car, [&](std::span<const ByteView> pieces) -> Result<void> {
            for (const ByteView piece : pieces) TRY(call.write(piece));
            return {};
        });
    if (written || leads_nowhere) return;
    static_cast<void>(call.exchange.write(as_bytes(truncated)));
}

}  // namespace kit::gateway
