// The routers that a node's config asks for, made and put together: the DHT beside delegated
// routers, delegated routers alone, routers for each method, or none.
// kubo:core/node/libp2p/routingopt.go, kubo:routing/delegated.go
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "routing/parallel_router.h"
#include "routing/router.h"

namespace kit::routing {

enum class RouterType : uint8_t { dht, http, parallel, sequential };

// One of Routing.Routers, for Routing.Type "custom".
struct NamedRouter {
    struct Part {
        std::string router;
        std::chrono::nanoseconds time_max{0};
        std::chrono::nanoseconds delay{0};
        bool ignores_errors = false;
    };
    RouterType type = RouterType::dht;
    std::string endpoint = {};     // Of http.
    std::vector<Part> parts = {};  // Of parallel and sequential.
};

struct RouterPlan {
    std::string type = "auto";  // Routing.Type
    // Routing.DelegatedRouters and Ipns.DelegatedPublishers. "auto" among them stands for none:
    // nobody is asked that the operator did not name.
    std::vector<std::string> delegated_routers = {};
    std::vector<std::string> delegated_publishers = {};
    std::vector<PeerId> ignored_providers = {};       // Routing.IgnoreProviders
    std::map<std::string, NamedRouter> routers = {};  // Routing.Routers
    std::map<std::string, std::string> methods = {};  // Routing.Methods: "get-ipns" to a router.
    std::string user_agent = {};
    Path certificates_file = {};  // Whom to trust; the system's without it.
};

// Any thread.
class RouterSet final {
public:
    // `dht` is nullptr in a node without one; it and `clock` must outlive the set. An address that
    // is no delegated router's is left out and told of in notices(). Fails with invalid_argument
    // when the plan makes no sense, in Kubo's words where it has some.
    static Result<std::unique_ptr<RouterSet>> open(const Clock& clock, const RouterPlan& plan,
                                                   Router* dht);

    // Whom to ask.
    Router& root() { return *root_; }
    const std::vector<std::string>& notices() const { return notices_; }
    // Delegated routers among them: a node that has some can be asked without peers.
    size_t delegated_count() const { return delegated_count_; }

private:
    explicit RouterSet(const Clock& clock) : clock_(clock) {}

    Result<void> add_delegated(const RouterPlan& plan, std::vector<Source>& sources);
    Result<void> make_custom(const RouterPlan& plan, Router* dht);
    Result<Router*> make_named(const RouterPlan& plan, const std::string& name, Router* dht,
                               uint32_t depth);
    Result<Router*> make_http(const RouterPlan& plan, const std::string& endpoint);
    Router* keep(std::unique_ptr<Router> router);

    const Clock& clock_;
    std::vector<std::unique_ptr<Router>> kept_;
    std::map<std::string, Router*> named_;
    std::vector<std::string> notices_;
    size_t delegated_count_ = 0;
    Router* root_ = nullptr;
};

}  // namespace kit::routing
