#include "doors/daemon/daemon.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/env.h"
#include "doors/daemon/listen_address.h"
#include "doors/daemon/metrics.h"
#include "doors/daemon/periodic_collection.h"
#include "doors/daemon/request_log.h"
#include "doors/daemon/swarm_text.h"
#include "doors/gateway/door.h"
#include "doors/mount/mounts.h"
#include "doors/rest/door.h"
#include "doors/rpc/door.h"
#include "doors/web/page.h"
#include "http/server.h"
#include "http/transport.h"
#include "node/name_schedule.h"
#include "node/network.h"
#include "node/node.h"
#include "node/profile_names.h"
#include "node/version.h"

namespace kit::daemon {
namespace {

using commands::Context;
using commands::Request;
using commands::Sink;

// How soon a signal is seen, which can set a flag and nothing else.
constexpr auto signal_period = std::chrono::milliseconds(100);
// What a running request gets when the daemon ends; Kubo's bound is the same.
constexpr int64_t grace_ns = 10'000'000'000;

constexpr std::string_view needs_online_text =
    "this command must be run in online mode. Try running 'ipfs daemon' first";

// The RPC door's view of the daemon.
class Control final : public commands::DaemonControl {
public:
    explicit Control(Log& log) : log_(log) {}
    Log& log() override { return log_; }
    void shut_down() override {
        const std::lock_guard lock(mutex_);
        asked_ = true;
        changed_.notify_all();
    }
    // Until then nothing can be mounted; an empty one is for a daemon that never will.
    using Mount = std::function<Result<commands::MountPlaces>(const commands::MountPlaces&)>;
    void set_mount(Mount mount) { mount_ = std::move(mount); }
    Result<commands::MountPlaces> mount(const commands::MountPlaces& places) override {
        // kubo:core/commands/mount_unix.go, ErrNotOnline
        if (!mount_) return fail(Code::offline, "{}", needs_online_text);
        return mount_(places);
    }
    // Until somebody asks for the end; true when it was a signal. `tend` is called all the while.
    bool wait(const std::atomic<bool>& signalled, const std::function<void()>& tend) {
        std::unique_lock lock(mutex_);
        while (!asked_ && !signalled) {
            changed_.wait_for(lock, signal_period);
            lock.unlock();
            tend();
            lock.lock();
        }
        return !asked_;
    }

private:
    Log& log_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool asked_ = false;
    Mount mount_;  // Set before anybody is served.
};

// Each idle client costs a descriptor.
void raise_descriptor_bound() {
    rlimit bound = {};
    if (::getrlimit(RLIMIT_NOFILE, &bound) != 0) return;
    bound.rlim_cur = bound.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &bound);  // Where it may not be raised the old bound stays.
}

// systemd's sd_notify: a datagram to a Unix socket, abstract when it begins with '@'.
void notify(const std::string& socket_path, std::string_view state) {
    sockaddr_un name = {};
    if (socket_path.empty() || socket_path.size() >= sizeof(name.sun_path)) return;
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, socket_path.data(), socket_path.size());
    if (name.sun_path[0] == '@') name.sun_path[0] = '\0';
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_path.size());
    ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&name), size);
    ::close(socket);
}

// Two doors to the same commands.
struct ApiDoors {
    ApiDoors(Env& env, node::Node& node, rpc::CallOptions options)
        : calls(env, node, std::move(options)) {}

    rpc::Calls calls;
    rpc::Door rpc_door{calls};
    rest::Door rest_door{calls};
};

// A config value that is one address or a list of them.
std::vector<std::string> addresses_of(const node::Config& config, std::string_view key) {
    std::vector<std::string> found;
    const node::Json* value = config.find(key);
    if (value == nullptr) return found;
    if (value->is_string() && !value->get<std::string>().empty()) {
        found.push_back(value->get<std::string>());
    } else if (value->is_array()) {
        for (const node::Json& each : *value) {
            if (each.is_string()) found.push_back(each.get<std::string>());
        }
    }
    return found;
}

// Where a client on this machine finds a listener that is open to all addresses.
http::Address reachable(http::Address address) {
    if (address.host == "0.0.0.0") address.host = "127.0.0.1";
    if (address.host == "::") address.host = "::1";
    return address;
}

class Daemon final {
public:
    Daemon(const Process& process, const Context& context, const Request& request, Sink& sink)
        : process_(process),
          context_(context),
          request_(request),
          sink_(sink),
          log_(context.env.clock, process.log, process.write_error),
          control_(log_) {
        // Those that have nothing to say yet are listed, too.
        for (const char* name : {"commands", "daemon", "gc", "http", "names", "node", "tracing"}) {
            log_.logger(name);
        }
    }

    Result<void> run() {
        TRY(say("Initializing daemon...\n"));
        TRY(
            say(fmt::format("Kubo version: {}\nRepo version: {}\nSystem version: {}\n"
                            "Golang version: none, this is ipfs-kit {}\n",
                            node::version_text, node::repo_version,
                            fmt::format("{}/{}", node::architecture_text, node::system_text),
                            node::kit_version_text)));
        if (request_.flag("disable-transport-encryption")) {
            return fail(Code::unsupported,
                        "--disable-transport-encryption is refused: peers are never spoken with "
                        "in the clear");
        }
        if (request_.flag("init")) TRY(init());
        if (request_.flag("manage-fdlimit")) raise_descriptor_bound();
        node_ =
            TRY(node::Node::open(context_.env, {.repo = context_.repo,
                                                .access = node::Access::write,
                                                .cancel = context_.cancel,
                                                .on_notice = notices_to("node"),
                                                .static_names = context_.static_names,
                                                .asks_dns = context_.asks_dns,
                                                .is_online = !request_.flag("offline"),
                                                .network = network_choices(),
                                                .denylist_folders = context_.denylist_folders}));
        TRY(say(fmt::format("PeerID: {}\n",
                            node_->config().find_text("Identity.PeerID").value_or(""))));
        TRY(say_swarm());
        if (!request_.flag("offline")) {
            mounts_.emplace(*node_);
            control_.set_mount([this](const auto& places) { return mount(places); });
        }
        TRY(listen());
        if (request_.flag("mount")) TRY(mount_first());
        if (request_.flag("enable-gc")) {
            const CollectionRule rule = TRY(collection_rule(node_->config()));
            collection_.emplace(*node_, rule, notices_to("gc"));
        }
        TRY(say("Daemon is ready\n"));
        TRY(sink_.flush());
        notify(process_.notify_socket, "READY=1");
        log_.logger("daemon").write(LogLevel::info, "ready", {{"repo", context_.repo}});
        node::NameSchedule names(context_.env.clock, node_->config());
        const bool by_signal = control_.wait(*context_.cancel, [&] { tend(names); });
        Result<void> told;
        if (by_signal) {
            told =
                say("\nReceived interrupt signal, shutting down...\n"
                    "(Hit ctrl-c again to force-shutdown the daemon.)\n");
            if (told) told = sink_.flush();
        }
        TRY(end());  // Also when nobody reads the farewell any more.
        return told;
    }

private:
    // Something went on that should not: whoever runs the node is to see it.
    std::function<void(const std::string&)> notices_to(std::string_view subsystem) {
        return [&logger = log_.logger(subsystem)](const std::string& sentence) {
            logger.write(LogLevel::error, sentence);
        };
    }

    node::NetworkChoices network_choices() const {
        node::NetworkChoices choices;
        const auto given = [this](const char* name) -> std::optional<bool> {
            if (!request_.given(name)) return std::nullopt;
            return request_.flag(name);
        };
        choices.pubsub = given("enable-pubsub-experiment");
        choices.names_by_pubsub = given("enable-namesys-pubsub");
        choices.routing = request_.text("routing");
        choices.agent_suffix = request_.text("agent-version-suffix");
        return choices;
    }

    Result<void> say(std::string_view text) { return sink_.bytes(as_bytes(text)); }

    Result<void> say_swarm() {
        node::Network* const network = node_->network();
        if (network == nullptr) return say("Swarm not listening, running in offline mode.\n");
        for (const std::string& skipped : network->settings().skipped_addresses) {
            log_.logger("node").write(LogLevel::info, "an address of another transport was skipped",
                                      {{"address", skipped}});
        }
        return say(swarm_text(network->host().addresses()));
    }

    // A name that could not be prolonged is tried again; the daemon goes on.
    void tend(node::NameSchedule& names) {
        const auto tended = names.tend(*node_);
        if (tended) return;
        log_.logger("names").write(LogLevel::error, "names were not republished",
                                   {{"error", tended.error().to_text()}});
    }

    Result<void> init() {
        const auto config = TRY(context_.env.disk.find_info(join(context_.repo, "config")));
        if (config) return {};
        node::InitOptions options{.repo = context_.repo,
                                  .bits = {},
                                  .profiles = node::split_profiles(request_.text("init-profile")),
                                  .config = {}};
        if (const std::string file = request_.text("init-config"); !file.empty()) {
            const Bytes text = TRY(read_file(context_.env.disk, file));
            options.config = TRY(node::Config::from_text(as_text(text)));
        }
        Result<void> told;
        TRY(node::Node::init(context_.env, options, [&](std::string_view text) {
            if (told) told = say(text);
        }));
        return told;
    }

    void serve_api_port(http::Exchange& exchange) {
        const std::string_view path = exchange.request().path();
        const bool is_content = path.starts_with("/ipfs/") || path.starts_with("/ipns/");
        if (is_content && content_beside_api_) return content_beside_api_->serve(exchange);
        if (path == "/debug/metrics/prometheus") return serve_metrics(exchange);
        if (web::serve_page(exchange)) return;
        if (path == "/version") {
            return exchange.answer(
                200, "text/plain; charset=utf-8",
                fmt::format("Commit: \nClient Version: kubo/{}/\n", node::version_text));
        }
        ApiDoors& doors = *doors_[exchange.listener()];
        if (rest::Door::serves(exchange.request())) return doors.rest_door.serve(exchange);
        doors.rpc_door.serve(exchange);
    }

    void serve_metrics(http::Exchange& exchange) {
        const auto stat = node_->stat();
        if (!stat) return exchange.answer(500, "text/plain", stat.error().to_text() + "\n");
        exchange.answer(200, metrics_content_type,
                        metrics_text(server_->counts(), *stat, process_use(context_.env.disk),
                                     started_unix_s_));
    }

    Result<void> listen() {
        std::vector<http::Listener> listeners;
        inherited_ = TRY(inherited_sockets(process_.activation, process_.process_id));
        TRY(add_listeners("Addresses.API", api_socket_name, listeners,
                          [this](auto& e) { serve_api_port(e); }));
        const size_t api_count = listeners.size();
        TRY(add_listeners("Addresses.Gateway", gateway_socket_name, listeners,
                          [this](auto& e) { gateway_->serve(e); }));
        const RequestLog& request_log = requests_.emplace(log_, open_spans());
        // A door knows the port that it serves, which the system may choose: so they come after.
        http::ServerOptions options;
        options.on_served = [&request_log](const http::Served& served) {
            request_log.tell(served);
        };
        auto started = http::Server::start(context_.env, std::move(listeners), options);
        if (!started) {
            return fail_because(std::move(started.error()), "serveHTTPApi: manet.Listen failed");
        }
        server_ = *std::move(started);
        started_unix_s_ = context_.env.clock.unix_ns() / 1'000'000'000;
        for (size_t i = 0; i < api_count; ++i) {
            const http::Address& address = server_->addresses()[i];
            doors_.push_back(std::make_unique<ApiDoors>(
                context_.env, *node_,
                rpc::CallOptions{
                    .repo = context_.repo, .port = address.port, .daemon = &control_}));
            TRY(say(fmt::format("RPC API server listening on {}\n", multiaddr_text(address))));
            if (address.unix_path.empty()) {
                TRY(say(fmt::format("WebUI: http://{}/webui\n", reachable(address).to_text())));
            }
        }
        gateway_ =
            std::make_unique<gateway::Door>(context_.env, *node_, gateway::DoorKind::gateway);
        if (request_.flag("unrestricted-api")) {
            content_beside_api_ =
                std::make_unique<gateway::Door>(context_.env, *node_, gateway::DoorKind::beside);
        }
        doors_are_ready_ = true;
        doors_are_ready_.notify_all();
        if (api_count > 0) {
            const http::Address first = reachable(server_->addresses()[0]);
            TRY(replace_file(context_.env.disk, join(context_.repo, "api"),
                             as_bytes(multiaddr_text(first))));
        }
        return announce_gateway(api_count);
    }

    Result<commands::MountPlaces> mount(const commands::MountPlaces& asked) {
        mount::Places places = mount::configured_places(node_->config());
        if (!asked.ipfs.empty()) places.ipfs = asked.ipfs;
        if (!asked.ipns.empty()) places.ipns = asked.ipns;
        if (!asked.mfs.empty()) places.mfs = asked.mfs;
        TRY(mounts_->mount(places));
        return commands::MountPlaces{.ipfs = places.ipfs, .ipns = places.ipns, .mfs = places.mfs};
    }

    // kubo:cmd/ipfs/kubo/daemon.go, mountFuse
    Result<void> mount_first() {
        if (!mounts_) {
            return fail(Code::offline, "mount is not currently supported in offline mode");
        }
        const auto places = TRY(mount({.ipfs = request_.text("mount-ipfs"),
                                       .ipns = request_.text("mount-ipns"),
                                       .mfs = request_.text("mount-mfs")}));
        return say(fmt::format("IPFS mounted at: {}\nIPNS mounted at: {}\nMFS  mounted at: {}\n",
                               places.ipfs, places.ipns, places.mfs));
    }

    // Its listeners come after those of the RPC.
    Result<void> announce_gateway(size_t first_index) {
        const std::vector<http::Address>& addresses = server_->addresses();
        for (size_t i = first_index; i < addresses.size(); ++i) {
            TRY(say(fmt::format("Gateway server listening on {}\n", multiaddr_text(addresses[i]))));
        }
        if (first_index == addresses.size()) return {};
        const http::Address first = reachable(addresses[first_index]);
        const std::string url =
            first.unix_path.empty() ? "http://" + first.to_text() : "unix://" + first.unix_path;
        return replace_file(context_.env.disk, join(context_.repo, "gateway"), as_bytes(url));
    }

    // The sockets of that name that systemd opened, and what the config has besides.
    Result<void> add_listeners(std::string_view key, std::string_view socket_name,
                               std::vector<http::Listener>& listeners,
                               const http::Handler& handler) {
        const auto guarded = [this, handler](http::Exchange& exchange) {
            doors_are_ready_.wait(false);
            handler(exchange);
        };
        std::vector<std::string> taken;
        for (const InheritedSocket& socket : inherited_) {
            if (socket.name != socket_name) continue;
            TRY(check_listens(socket));
            auto address = TRY(http::local_address(socket.descriptor));
            taken.push_back(multiaddr_text(address));
            listeners.push_back({.address = std::move(address),
                                 .handler = guarded,
                                 .inherited_descriptor = socket.descriptor});
        }
        for (const std::string& text : addresses_of(node_->config(), key)) {
            auto address = TRY(listen_address(text));
            if (std::ranges::find(taken, multiaddr_text(address)) != taken.end()) continue;
            listeners.push_back({.address = std::move(address), .handler = guarded});
        }
        return {};
    }

    // As OTEL_TRACES_EXPORTER asks; null without it. The daemon runs without its spans, too.
    std::unique_ptr<SpanFile> open_spans() {
        if (process_.traces_exporter.empty() || process_.traces_exporter == "none") return nullptr;
        Logger& logger = log_.logger("tracing");
        if (process_.traces_exporter != "file") {
            logger.write(LogLevel::error, "spans are only written to a file here",
                         {{"OTEL_TRACES_EXPORTER", process_.traces_exporter}});
            return nullptr;
        }
        const Path path = process_.traces_file.empty() ? "traces.json" : process_.traces_file;
        auto spans = SpanFile::open(context_.env, path);
        if (spans) return *std::move(spans);
        logger.write(LogLevel::error, "spans are not written",
                     {{"file", path}, {"error", spans.error().to_text()}});
        return nullptr;
    }

    Result<void> end() {
        notify(process_.notify_socket, "STOPPING=1");
        log_.end_tails();
        // Nobody is sent here any more, and who is here may finish.
        TRY(context_.env.disk.remove(join(context_.repo, "api")));
        TRY(context_.env.disk.remove(join(context_.repo, "gateway")));
        collection_.reset();
        node_->stop_network();  // Those who wait for blocks from others go first.
        server_->stop(grace_ns);
        doors_.clear();
        Result<void> unmounted;
        if (mounts_) unmounted = mounts_->unmount();
        TRY(node_->sync());
        return unmounted;
    }

    const Process& process_;
    const Context& context_;
    const Request& request_;
    Sink& sink_;
    Log log_;
    Control control_;
    std::unique_ptr<node::Node> node_;
    std::optional<PeriodicCollection> collection_;
    std::optional<mount::Mounts> mounts_;           // None in a daemon that is to stay offline.
    std::vector<std::unique_ptr<ApiDoors>> doors_;  // Of each listener of the API.
    std::unique_ptr<gateway::Door> gateway_;
    std::unique_ptr<gateway::Door> content_beside_api_;  // With --unrestricted-api.
    std::vector<InheritedSocket> inherited_;
    std::optional<RequestLog> requests_;
    std::atomic<bool> doors_are_ready_ = false;
    int64_t started_unix_s_ = 0;
    std::unique_ptr<http::Server> server_;  // Last: its workers use all the others.
};

}  // namespace

Result<void> run_daemon(const Process& process, const Context& context, const Request& request,
                        Sink& sink) {
    return Daemon(process, context, request, sink).run();
}

}  // namespace kit::daemon
