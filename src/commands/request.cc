#include <algorithm>

#include "commands/base_name.h"
#include "commands/command.h"

namespace kit::commands {

const Request::Given* Request::find(std::string_view name) const {
    const auto found = std::ranges::find(options_, name, &Given::name);
    return found == options_.end() ? nullptr : &*found;
}

bool Request::flag(std::string_view name) const {
    const Given* given = find(name);
    const bool* value = given == nullptr ? nullptr : std::get_if<bool>(&given->value);
    return value != nullptr && *value;
}

int64_t Request::integer(std::string_view name) const {
    const Given* given = find(name);
    if (given == nullptr) return 0;
    if (const auto* value = std::get_if<uint64_t>(&given->value)) {
        return static_cast<int64_t>(*value);
    }
    const auto* value = std::get_if<int64_t>(&given->value);
    return value == nullptr ? 0 : *value;
}

uint64_t Request::unsigned_integer(std::string_view name) const {
    return static_cast<uint64_t>(integer(name));
}

double Request::real(std::string_view name) const {
    const Given* given = find(name);
    const double* value = given == nullptr ? nullptr : std::get_if<double>(&given->value);
    return value == nullptr ? 0 : *value;
}

std::string Request::text(std::string_view name) const {
    const Given* given = find(name);
    const auto* value = given == nullptr ? nullptr : std::get_if<std::string>(&given->value);
    return value == nullptr ? std::string() : *value;
}

std::vector<std::string> Request::texts(std::string_view name) const {
    const Given* given = find(name);
    const auto* value =
        given == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&given->value);
    return value == nullptr ? std::vector<std::string>() : *value;
}

bool Request::given(std::string_view name) const {
    const Given* given = find(name);
    return given != nullptr && given->by_user;
}

std::vector<std::pair<std::string, OptionValue>> Request::given_options() const {
    std::vector<std::pair<std::string, OptionValue>> options;
    for (const Given& each : options_) {
        if (each.by_user) options.emplace_back(each.name, each.value);
    }
    return options;
}

void Request::set(std::string_view name, OptionValue value, bool by_user) {
    const auto found = std::ranges::find(options_, name, &Given::name);
    if (found == options_.end()) {
        options_.push_back({std::string(name), std::move(value), by_user});
    } else {
        found->value = std::move(value);
        found->by_user = by_user;
    }
    if (name == "cid-base") cid_base_ = base_named(text(name));
    if (name == "upgrade-cidv0-in-output") upgrade_ = flag(name);
}

Result<std::optional<formats::Base>> Request::cid_base() const {
    const std::string name = text("cid-base");
    if (name.empty()) return std::nullopt;
    if (!cid_base_) {
        return fail(Code::invalid_argument, "unsupported multibase encoding: {}", name);
    }
    return cid_base_;
}

// Only base58btc can say a CIDv0, so any other base names the same content by version 1.
std::string Request::cid_text(const formats::Cid& cid) const {
    const bool upgrade = upgrade_.value_or(cid_base_ && *cid_base_ != formats::Base::base58btc);
    if (cid.version() == 0) {
        if (!upgrade) return cid.to_text();
        const formats::Cid upgraded = cid.to_v1();
        return cid_base_ ? upgraded.to_text(*cid_base_) : upgraded.to_text();
    }
    return cid_base_ ? cid.to_text(*cid_base_) : cid.to_text();
}

Result<std::optional<FileInput>> Files::next() {
    if (request_.streamed_files) return request_.streamed_files->next();
    if (at_ == request_.files.size()) return std::nullopt;
    return request_.files[at_++];
}

}  // namespace kit::commands
