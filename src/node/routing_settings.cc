#include "node/routing_settings.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "node/units.h"

namespace kit::node {
namespace {

using routing::NamedRouter;
using routing::RouterType;

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t hour_ns = 3600 * second_ns;
constexpr int64_t record_validity_ns = 48 * hour_ns;  // Of provider records in the DHT.
constexpr int64_t bloom_rate_min = 1'000'000;

std::vector<std::string> texts_at(const Config& config, std::string_view key) {
    std::vector<std::string> texts;
    const Json* list = config.find(key);
    if (list == nullptr || !list->is_array()) return texts;
    for (const Json& each : *list) {
        if (each.is_string()) texts.push_back(each.get<std::string>());
    }
    return texts;
}

const Json* member(const Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const Json& object, const char* name) {
    const Json* found = member(object, name);
    return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

Result<std::chrono::nanoseconds> duration_of(const Json& object, const char* name) {
    const std::string text = text_of(object, name);
    if (text.empty()) return std::chrono::nanoseconds(0);
    const int64_t duration_ns = TRY(parse_duration_ns(text));
    return std::chrono::nanoseconds(duration_ns);
}

Result<NamedRouter> named_router(const Json& json) {
    NamedRouter router;
    const std::string type = text_of(json, "Type");
    if (type == "dht") {
        router.type = RouterType::dht;
    } else if (type == "http") {
        router.type = RouterType::http;
    } else if (type == "parallel") {
        router.type = RouterType::parallel;
    } else if (type == "sequential") {
        router.type = RouterType::sequential;
    } else {
        return fail(Code::invalid_argument, "unknown router type \"{}\"", type);
    }
    const Json* parameters = member(json, "Parameters");
    if (parameters == nullptr) return router;
    router.endpoint = text_of(*parameters, "Endpoint");
    const Json* parts = member(*parameters, "Routers");
    if (parts == nullptr || !parts->is_array()) return router;
    for (const Json& each : *parts) {
        NamedRouter::Part part{.router = text_of(each, "RouterName")};
        part.time_max = TRY(duration_of(each, "Timeout"));
        part.delay = TRY(duration_of(each, "ExecuteAfter"));
        const Json* ignores = member(each, "IgnoreErrors");
        part.ignores_errors = ignores != nullptr && ignores->is_boolean() && ignores->get<bool>();
        router.parts.push_back(std::move(part));
    }
    return router;
}

Result<routing::RouterPlan> router_plan(const Config& config) {
    routing::RouterPlan plan;
    plan.type = config.find_text("Routing.Type").value_or("auto");
    plan.delegated_routers = texts_at(config, "Routing.DelegatedRouters");
    plan.delegated_publishers = texts_at(config, "Ipns.DelegatedPublishers");
    for (const std::string& text : texts_at(config, "Routing.IgnoreProviders")) {
        auto peer = formats::PeerId::from_text(text);
        if (!peer) {
            return fail_because(std::move(peer).error(), "Routing.IgnoreProviders in the config");
        }
        plan.ignored_providers.push_back(*std::move(peer));
    }
    if (const Json* routers = config.find("Routing.Routers"); routers && routers->is_object()) {
        for (const auto& [name, json] : routers->items()) {
            auto router = named_router(json);
            if (!router) {
                return fail_because(std::move(router).error(), "Routing.Routers.{} in the config",
                                    name);
            }
            plan.routers.emplace(name, *std::move(router));
        }
    }
    if (const Json* methods = config.find("Routing.Methods"); methods && methods->is_object()) {
        for (const auto& [name, json] : methods->items()) {
            plan.methods.emplace(name, text_of(json, "RouterName"));
        }
    }
    return plan;
}

Result<naming::NetworkNamesOptions> names_options(const Config& config) {
    naming::NetworkNamesOptions options;
    const int64_t kept_count = config.find_number("Ipns.ResolveCacheSize").value_or(0);
    if (kept_count < 0) {
        return fail(Code::invalid_argument, "cannot specify negative resolve cache size");
    }
    // 0 is what `init` writes of old, and stands for the default.
    if (kept_count > 0) options.kept_count_max = static_cast<size_t>(kept_count);
    options.kept_ns_max = config.find_duration_ns("Ipns.MaxCacheTTL").value_or(INT64_MAX);
    return options;
}

// A number of Provide.DHT that has to be at least `bound`; `words` is Kubo's for that.
Result<uint32_t> provide_number(const Config& config, const char* name, uint32_t preset,
                                int64_t bound, const char* words) {
    const std::string key = fmt::format("Provide.DHT.{}", name);
    const int64_t number = config.find_number(key).value_or(preset);
    if (number < bound || number > UINT32_MAX) {
        return fail(Code::invalid_argument, "{} must be {}, got {}", key, words, number);
    }
    return static_cast<uint32_t>(number);
}

// kubo:config/provide.go, ValidateProvideConfig
Result<std::chrono::nanoseconds> provide_interval(const Config& config) {
    const auto interval_ns = config.find_duration_ns("Provide.DHT.Interval");
    if (!interval_ns) return std::chrono::hours(22);
    if (*interval_ns > record_validity_ns) {
        return fail(Code::invalid_argument,
                    "Provide.DHT.Interval ({}) must be less than or equal to DHT provider record "
                    "validity ({})",
                    duration_text(*interval_ns), duration_text(record_validity_ns));
    }
    if (*interval_ns < 0) {
        return fail(Code::invalid_argument, "Provide.DHT.Interval must be non-negative, got {}",
                    duration_text(*interval_ns));
    }
    if (*interval_ns == 0 && !config.find_flag("Provide.Enabled")) {
        return fail(Code::invalid_argument,
                    "Provide.DHT.Interval=0 no longer disables the provide system on its own; set "
                    "Provide.Enabled explicitly: Provide.Enabled=false to fully disable providing, "
                    "or Provide.Enabled=true to keep ad-hoc 'ipfs provide once' and "
                    "fast-provide-root working while skipping the periodic reprovide schedule");
    }
    return std::chrono::nanoseconds(*interval_ns);
}

Result<routing::ProviderOptions> provider_options(const Config& config) {
    routing::ProviderOptions options;
    options.strategy = config.find_text("Provide.Strategy").value_or("all");
    options.interval = TRY(provide_interval(config));
    options.spreads = config.find_flag("Provide.DHT.SweepEnabled").value_or(true);
    options.resumes = config.find_flag("Provide.DHT.ResumeEnabled").value_or(true);
    options.workers_count_max = TRY(provide_number(config, "MaxWorkers", 16, 1, "positive"));
    options.periodic_workers_count =
        TRY(provide_number(config, "DedicatedPeriodicWorkers", 2, 0, "non-negative"));
    options.burst_workers_count =
        TRY(provide_number(config, "DedicatedBurstWorkers", 1, 0, "non-negative"));
    options.connections_per_worker_max =
        TRY(provide_number(config, "MaxProvideConnsPerWorker", 20, 1, "positive"));
    TRY(provide_number(config, "KeystoreBatchSize", 16384, 1, "positive"));
    const int64_t delay_ns =
        config.find_duration_ns("Provide.DHT.OfflineDelay").value_or(2 * hour_ns);
    if (delay_ns < 0) {
        return fail(Code::invalid_argument, "Provide.DHT.OfflineDelay must be non-negative, got {}",
                    duration_text(delay_ns));
    }
    options.offline_delay = std::chrono::nanoseconds(delay_ns);
    const int64_t rate = config.find_number("Provide.BloomFPRate").value_or(bloom_rate_min);
    if (rate < bloom_rate_min) {
        return fail(Code::invalid_argument, "Provide.BloomFPRate must be >= {} (1 in 1M), got {}",
                    bloom_rate_min, rate);
    }
    return options;
}

}  // namespace

Result<RoutingSettings> routing_settings(const Config& config) {
    RoutingSettings settings;
    settings.routers = TRY(router_plan(config));
    settings.names = TRY(names_options(config));
    if (const Json* resolvers = config.find("DNS.Resolvers"); resolvers && resolvers->is_object()) {
        for (const auto& [domain, url] : resolvers->items()) {
            if (url.is_string()) settings.dns_resolvers.emplace(domain, url.get<std::string>());
        }
    }
    if (const auto keep_ns = config.find_duration_ns("DNS.MaxCacheTTL")) {
        settings.dns_keep_s_max = static_cast<uint64_t>(std::max<int64_t>(*keep_ns, 0) / second_ns);
    }
    settings.provides = config.find_flag("Provide.Enabled").value_or(true);
    settings.provider = TRY(provider_options(config));
    auto strategy = routing::parse_provide_strategy(settings.provider.strategy);
    if (!strategy) return fail_because(std::move(strategy).error(), "Provide.Strategy");
    settings.strategy = *strategy;
    return settings;
}

}  // namespace kit::node
