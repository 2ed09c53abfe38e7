#include "commands/content_record.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/offline.h"
#include "commands/text.h"
#include "node/units.h"

namespace kit::commands {

Result<announce::Announcements*> need_announcements(const Context& context) {
    node::Network* const network = TRY(need_network(context));
    if (network->announcements() != nullptr) return network->announcements();
    return fail(Code::unsupported,
                "announcements are off: run 'ipfs-kit config --json Kit.Announcements.Enabled "
                "true' and start the daemon again");
}

Json heard_record(const Request& request, const formats::PeerId& from,
                  const announce::Announcement& announcement, int64_t heard_unix_ns) {
    constexpr int64_t second_ns = 1'000'000'000;
    Json record = {{"Cid", {{"/", request.cid_text(announcement.cid)}}},
                   {"From", from.to_text()},
                   {"Heard", go_time(heard_unix_ns / second_ns,
                                     static_cast<uint32_t>(heard_unix_ns % second_ns))}};
    if (!announcement.name.empty()) record["Name"] = announcement.name;
    if (!announcement.type.empty()) record["Type"] = announcement.type;
    if (!announcement.tags.empty()) record["Tags"] = announcement.tags;
    if (announcement.size_bytes) record["Size"] = *announcement.size_bytes;
    if (announcement.metadata) {
        record["Metadata"] = {{"/", request.cid_text(*announcement.metadata)}};
    }
    record["Load"] = announcement.load_percent;
    return record;
}

std::string heard_line(const Json& record) {
    std::string line = record["Cid"]["/"].get<std::string>();
    if (record.contains("Name")) line += fmt::format(" \"{}\"", record["Name"].get<std::string>());
    if (record.contains("Type")) line += " " + record["Type"].get<std::string>();
    if (record.contains("Size")) line += " " + node::size_text(record["Size"].get<uint64_t>());
    if (record.contains("Tags")) {
        for (const Json& tag : record["Tags"]) line += " #" + tag.get<std::string>();
    }
    return line + fmt::format(" from {} at {}", record["From"].get<std::string>(),
                              record["Heard"].get<std::string>());
}

Result<formats::Cid> content_named(const Context& context, const std::string& text) {
    if (auto cid = formats::Cid::from_text(text)) return *std::move(cid);
    return context.node->session({.is_offline = true})->resolve_to_cid(text);
}

}  // namespace kit::commands
