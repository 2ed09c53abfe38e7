#include "doors/mount/mounts.h"

#include "doors/mount/content_system.h"
#include "doors/mount/mount_point.h"
#include "doors/mount/mutable_system.h"
#include "doors/mount/names_system.h"

namespace kit::mount {
namespace {

// The folders by their real paths. Fails when one cannot be mounted at, or is given twice.
Result<Places> check_places(const Places& places) {
    Places found{.ipfs = TRY(check_mount_point(places.ipfs)),
                 .ipns = TRY(check_mount_point(places.ipns)),
                 .mfs = TRY(check_mount_point(places.mfs))};
    if (found.ipfs == found.ipns || found.ipfs == found.mfs || found.ipns == found.mfs) {
        return fail(Code::invalid_argument,
                    "mounting {}, {} and {}: each mount needs a folder of its own", places.ipfs,
                    places.ipns, places.mfs);
    }
    return found;
}

}  // namespace

struct Mounts::Mounted {
    Path path;
    std::unique_ptr<FileSystem> system;
    std::unique_ptr<Session> session;  // Last: it serves `system`.
};

Mounts::Mounts(node::Node& node) : node_(node) {}

Mounts::~Mounts() {
    const std::scoped_lock lock(mutex_);
    // Nobody is left to be told.
    const auto ended = unmount_locked();
    static_cast<void>(ended);
}

Result<void> Mounts::mount(const Places& places) {
    const std::scoped_lock lock(mutex_);
    // Before what is mounted now is given up for it.
    const Places found = TRY(check_places(places));
    TRY(unmount_locked());
    const auto& [ipfs, ipns, mfs] = found;
    const node::Config& config = node_.config();
    const auto flag = [&](const char* name) { return config.find_flag(name).value_or(false); };
    node::Files files = TRY(node_.files());
    // What reads blocks besides the tree expects it loaded.
    TRY(files.tree().root());
    std::vector<std::unique_ptr<Mounted>> wanted;
    const auto want = [&](const Path& path, std::unique_ptr<FileSystem> system) {
        wanted.push_back(std::make_unique<Mounted>(path, std::move(system), nullptr));
    };
    want(ipfs, std::make_unique<ContentSystem>(node_, files));
    want(ipns, std::make_unique<NamesSystem>(node_, ipfs));
    const Stored stored{.mtime = flag("Mounts.StoreMtime"), .mode = flag("Mounts.StoreMode")};
    want(mfs, std::make_unique<MutableSystem>(node_, files, stored));
    const bool for_all_users = flag("Mounts.FuseAllowOther");
    for (auto& each : wanted) {
        const Traits& traits = each->system->traits();
        Result<void> done;
        auto device = attach(each->path, {.name = traits.name,
                                          .is_writable = traits.is_writable,
                                          .for_all_users = for_all_users});
        if (device) {
            auto session = Session::start(*std::move(device), *each->system);
            if (session) {
                each->session = *std::move(session);
                mounted_.push_back(std::move(each));
                continue;
            }
            done = detach(each->path);
            done = std::unexpected(std::move(session).error());
        } else {
            done = std::unexpected(std::move(device).error());
        }
        const auto undone = unmount_locked();
        return undone ? done : fail_because(undone.error(), "{}", done.error().to_text());
    }
    return {};
}

Result<void> Mounts::unmount() {
    const std::scoped_lock lock(mutex_);
    return unmount_locked();
}

Result<void> Mounts::unmount_locked() {
    Result<void> outcome;
    while (!mounted_.empty()) {
        const std::unique_ptr<Mounted> last = std::move(mounted_.back());
        mounted_.pop_back();
        // When it is over somebody else did it.
        Result<void> done;
        if (!last->session->is_over()) done = detach(last->path);
        last->session = nullptr;
        auto finished = last->system->finish();
        if (done) done = std::move(finished);
        if (!done && outcome) outcome = std::move(done);
    }
    return outcome;
}

}  // namespace kit::mount
