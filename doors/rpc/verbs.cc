#include "doors/rpc/verbs.h"

#include <mutex>

namespace kit::rpc {
namespace {

std::unique_ptr<Verb> make_verb(const commands::CommandEntry& entry) {
    auto verb = std::make_unique<Verb>();
    verb->command = entry.make();
    verb->options = commands::global_options();
    const auto take = [&verb](const std::vector<commands::Option>& more) {
        verb->options.insert(verb->options.end(), more.begin(), more.end());
    };
    for (size_t slash = 0; (slash = entry.path.find('/', slash)) != std::string_view::npos;
         ++slash) {
        const auto* group = commands::find_command(entry.path.substr(0, slash));
        if (group != nullptr) take(group->make().options);
    }
    take(verb->command.options);
    for (const commands::Option& option : verb->options) {
        for (const std::string& name : option.names) verb->by_name[name] = &option;
    }
    return verb;
}

}  // namespace

const Verb* Verbs::find_exact(std::string_view path) {
    {
        const std::shared_lock lock(mutex_);
        const auto found = made_.find(path);
        if (found != made_.end()) return found->second.get();
    }
    const auto* entry = commands::find_command(path);
    if (entry == nullptr) return nullptr;
    auto verb = make_verb(*entry);
    const std::unique_lock lock(mutex_);
    return made_.try_emplace(std::string(path), std::move(verb)).first->second.get();
}

std::optional<FoundVerb> Verbs::find(std::string_view path) {
    const auto is_remote = [](const Verb* verb) { return !verb->command.local_only; };
    if (const Verb* verb = find_exact(path); verb != nullptr) {
        if (!is_remote(verb) || !verb->command.run) return std::nullopt;
        return FoundVerb{verb, "", false};
    }
    const size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const Verb* verb = find_exact(path.substr(0, slash));
    if (verb == nullptr || !is_remote(verb) || !verb->command.run) return std::nullopt;
    return FoundVerb{verb, std::string(path.substr(slash + 1)), true};
}

}  // namespace kit::rpc
