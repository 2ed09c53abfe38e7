#include "routing/router_set.h"

#include <algorithm>
#include <array>

#include "base/go_text.h"
#include "routing/composed_router.h"
#include "routing/delegated_router.h"
#include "routing/limits.h"

namespace kit::routing {
namespace {

constexpr std::string_view placeholder = "auto";

// What an endpoint may be asked, by its path (boxo:autoconf/delegated_routing.go).
struct Abilities {
    bool providers = false;
    bool peers = false;
    bool get_values = false;
    bool put_values = false;
};

struct Endpoint {
    std::string base;
    Abilities abilities;
};

Result<Endpoint> endpoint_of(std::string_view address, bool may_read, bool may_write) {
    static constexpr std::array<std::string_view, 3> paths = {
        "/routing/v1/providers", "/routing/v1/peers", "/routing/v1/ipns"};
    while (address.ends_with('/')) address.remove_suffix(1);
    const auto* path =
        std::ranges::find_if(paths, [&](std::string_view each) { return address.ends_with(each); });
    const bool has_all = path == paths.end();
    if (!has_all) address.remove_suffix(path->size());
    Endpoint endpoint{.base = TRY(delegated_base(address)), .abilities = {}};
    const auto may = [&](size_t index) { return has_all || path == paths.begin() + index; };
    endpoint.abilities = {.providers = may_read && may(0),
                          .peers = may_read && may(1),
                          .get_values = may_read && may(2),
                          .put_values = may_write && may(2)};
    return endpoint;
}

constexpr std::array<std::string_view, 5> method_names = {"provide", "find-peers", "find-providers",
                                                          "get-ipns", "put-ipns"};

Result<void> check_methods(const RouterPlan& plan) {
    for (const std::string_view name : method_names) {
        if (!plan.methods.contains(std::string(name))) {
            return fail(Code::invalid_argument,
                        "method name {} is missing from Routing.Methods config param",
                        go_quote(name));
        }
    }
    for (const auto& [name, router] : plan.methods) {
        if (std::ranges::find(method_names, name) == method_names.end()) {
            return fail(Code::invalid_argument,
                        "method name {} is not a supported method on Routing.Methods config param",
                        go_quote(name));
        }
    }
    return {};
}

}  // namespace

Router* RouterSet::keep(std::unique_ptr<Router> router) {
    kept_.push_back(std::move(router));
    return kept_.back().get();
}

Result<Router*> RouterSet::make_http(const RouterPlan& plan, const std::string& endpoint) {
    auto router = TRY(DelegatedRouter::open(clock_, {.endpoint = endpoint,
                                                     .user_agent = plan.user_agent,
                                                     .certificates_file = plan.certificates_file}));
    ++delegated_count_;
    return keep(std::move(router));
}

// One router for each server, asked for what any of its addresses stands for.
Result<void> RouterSet::add_delegated(const RouterPlan& plan, std::vector<Source>& sources) {
    std::map<std::string, Abilities> servers;
    const auto add = [&](const std::string& address, bool may_read, bool may_write) {
        if (address == placeholder) return;
        const auto endpoint = endpoint_of(address, may_read, may_write);
        if (!endpoint) {
            notices_.push_back(endpoint.error().to_text());
            return;
        }
        Abilities& known = servers[endpoint->base];
        known.providers = known.providers || endpoint->abilities.providers;
        known.peers = known.peers || endpoint->abilities.peers;
        known.get_values = known.get_values || endpoint->abilities.get_values;
        known.put_values = known.put_values || endpoint->abilities.put_values;
    };
    for (const std::string& address : plan.delegated_routers) add(address, true, false);
    for (const std::string& address : plan.delegated_publishers) add(address, false, true);
    if (servers.size() > limits::routers_count_max) {
        return fail(Code::too_large, "the config names {} delegated routers, at most {}",
                    servers.size(), limits::routers_count_max);
    }
    for (const auto& [base, abilities] : servers) {
        Router* const http = TRY(make_http(plan, base));
        const auto given = [&](bool has) { return has ? http : nullptr; };
        Router* const limited = keep(
            std::make_unique<MethodRouter>(Methods{.provide = nullptr,
                                                   .find_providers = given(abilities.providers),
                                                   .find_peers = given(abilities.peers),
                                                   .get_values = given(abilities.get_values),
                                                   .put_values = given(abilities.put_values)}));
        sources.push_back({.router = limited,
                           .time_max = std::chrono::nanoseconds(limits::delegated_time_ns_max),
                           .ignores_errors = true});
    }
    return {};
}

Result<Router*> RouterSet::make_named(const RouterPlan& plan, const std::string& name, Router* dht,
                                      uint32_t depth) {
    if (const auto made = named_.find(name); made != named_.end()) return made->second;
    const auto found = plan.routers.find(name);
    if (found == plan.routers.end()) {
        return fail(Code::invalid_argument, "config for router with name {} not found",
                    go_quote(name));
    }
    if (depth > limits::routers_depth_max) {
        return fail(Code::invalid_argument, "dependency loop creating router with name {}",
                    go_quote(name));
    }
    const NamedRouter& wanted = found->second;
    Router* made = nullptr;
    if (wanted.type == RouterType::dht) {
        made = dht != nullptr ? dht : keep(std::make_unique<MethodRouter>(Methods{}));
    } else if (wanted.type == RouterType::http) {
        made = TRY(make_http(plan, wanted.endpoint));
    } else {
        std::vector<Source> sources;
        for (const NamedRouter::Part& part : wanted.parts) {
            Router* const router = TRY(make_named(plan, part.router, dht, depth + 1));
            sources.push_back({.router = router,
                               .time_max = part.time_max,
                               .delay = part.delay,
                               .ignores_errors = part.ignores_errors});
        }
        made = wanted.type == RouterType::parallel
                   ? keep(std::make_unique<ParallelRouter>(clock_, std::move(sources)))
                   : keep(std::make_unique<SequentialRouter>(clock_, std::move(sources)));
    }
    named_.emplace(name, made);
    return made;
}

Result<void> RouterSet::make_custom(const RouterPlan& plan, Router* dht) {
    TRY(check_methods(plan));
    if (plan.routers.size() > limits::routers_count_max) {
        return fail(Code::too_large, "the config names {} routers, at most {}", plan.routers.size(),
                    limits::routers_count_max);
    }
    const auto router_of = [&](const char* method) {
        return make_named(plan, plan.methods.at(method), dht, 0);
    };
    Methods methods;
    methods.provide = TRY(router_of("provide"));
    methods.find_providers = TRY(router_of("find-providers"));
    methods.find_peers = TRY(router_of("find-peers"));
    methods.get_values = TRY(router_of("get-ipns"));
    methods.put_values = TRY(router_of("put-ipns"));
    root_ = keep(std::make_unique<MethodRouter>(methods));
    return {};
}

Result<std::unique_ptr<RouterSet>> RouterSet::open(const Clock& clock, const RouterPlan& plan,
                                                   Router* dht) {
    std::unique_ptr<RouterSet> set(new RouterSet(clock));
    const auto is = [&](std::string_view type) { return plan.type == type; };
    if (is("custom")) {
        TRY(set->make_custom(plan, dht));
    } else {
        std::vector<Source> sources;
        if (!is("none") && !is("delegated") && dht != nullptr) sources.push_back({.router = dht});
        const bool asks_servers = is("auto") || is("autoclient") || is("delegated");
        if (asks_servers) TRY(set->add_delegated(plan, sources));
        if (is("delegated") && sources.empty()) {
            return fail(Code::invalid_argument,
                        "no delegated routers or publishers configured for 'delegated' routing "
                        "mode");
        }
        if (sources.empty()) {
            set->root_ = set->keep(std::make_unique<MethodRouter>(Methods{}));
        } else if (sources.size() == 1 && sources[0].router == dht) {
            set->root_ = dht;
        } else {
            set->root_ = set->keep(std::make_unique<ParallelRouter>(clock, std::move(sources)));
        }
    }
    if (!plan.ignored_providers.empty()) {
        set->root_ =
            set->keep(std::make_unique<FilteredRouter>(set->root(), plan.ignored_providers));
    }
    return set;
}

}  // namespace kit::routing
