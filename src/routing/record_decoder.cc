#include "routing/record_decoder.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "formats/json.h"
#include "routing/limits.h"

namespace kit::routing {
namespace {

using formats::Ipld;

constexpr formats::JsonRules rules = {.name = "routing record"};

const std::string* text_of(const Ipld& object, std::string_view key) {
    const Ipld* found = object.find(key);
    return found == nullptr ? nullptr : std::get_if<std::string>(&found->value);
}

// The texts of a list; others are passed over.
std::vector<std::string> texts_of(const Ipld& object, std::string_view key, size_t count_max) {
    std::vector<std::string> texts;
    const Ipld* found = object.find(key);
    const auto* list = found == nullptr ? nullptr : std::get_if<Ipld::List>(&found->value);
    if (list == nullptr) return texts;
    for (const Ipld& each : *list) {
        const auto* text = std::get_if<std::string>(&each.value);
        if (text != nullptr && texts.size() < count_max) texts.push_back(*text);
    }
    return texts;
}

// nullopt for what is no record of a peer.
std::optional<PeerRecord> record_of(const Ipld& object) {
    if (!std::holds_alternative<Ipld::Map>(object.value)) return std::nullopt;
    const std::string* schema = text_of(object, "Schema");
    const std::string* id = text_of(object, "ID");
    const bool is_peer = schema != nullptr && (*schema == "peer" || *schema == "bitswap");
    if (!is_peer || id == nullptr) return std::nullopt;
    auto peer = formats::PeerId::from_text(*id);
    if (!peer) return std::nullopt;
    PeerRecord record{.peer = {*std::move(peer), {}}, .protocols = {}};
    for (const std::string& text : texts_of(object, "Addrs", limits::record_addresses_count_max)) {
        auto address = formats::Multiaddr::from_text(text);
        if (address && !address->empty()) record.peer.addresses.push_back(*std::move(address));
    }
    record.protocols = texts_of(object, "Protocols", limits::record_protocols_count_max);
    // The schema of old has one, under another name.
    if (const std::string* protocol = text_of(object, "Protocol"); protocol != nullptr) {
        record.protocols.push_back(*protocol);
    }
    return record;
}

}  // namespace

Result<bool> RecordDecoder::give(const Ipld& object) {
    const auto record = record_of(object);
    if (!record) return true;
    return take_(*record);
}

Result<bool> RecordDecoder::read_line(std::string_view line) {
    const std::string_view text = trimmed(line, blanks_and_newlines);
    if (text.empty()) return true;
    const Ipld object = TRY(formats::decode_json(as_bytes(text), rules));
    return give(object);
}

Result<bool> RecordDecoder::read(ByteView bytes) {
    if (!wants_more_) return false;
    size_bytes_ += bytes.size();
    if (size_bytes_ > limits::delegated_answer_size_bytes_max) {
        return fail(Code::too_large, "the router answers with more than {} KiB",
                    limits::delegated_answer_size_bytes_max / KiB);
    }
    waiting_ += as_text(bytes);
    if (form_ == RecordForm::json) return true;
    size_t start = 0;
    for (size_t end = 0; (end = waiting_.find('\n', start)) != std::string::npos; start = end + 1) {
        wants_more_ = TRY(read_line(std::string_view(waiting_).substr(start, end - start)));
        if (!wants_more_) return false;
    }
    waiting_.erase(0, start);
    if (waiting_.size() > limits::delegated_line_size_bytes_max) {
        return fail(Code::too_large, "a record of the router has more than {} KiB",
                    limits::delegated_line_size_bytes_max / KiB);
    }
    return true;
}

Result<bool> RecordDecoder::read_list(const Ipld& answer, std::string_view name) {
    const Ipld* found = answer.find(name);
    const auto* list = found == nullptr ? nullptr : std::get_if<Ipld::List>(&found->value);
    if (list == nullptr) return true;
    for (const Ipld& object : *list) {
        if (!TRY(give(object))) return false;
    }
    return true;
}

Result<void> RecordDecoder::finish() {
    if (!wants_more_) return {};
    wants_more_ = false;
    if (form_ == RecordForm::lines) {
        TRY(read_line(waiting_));
        return {};
    }
    const Ipld answer = TRY(formats::decode_json(as_bytes(waiting_), rules));
    if (!std::holds_alternative<Ipld::Map>(answer.value)) {
        return fail(Code::corrupt, "the router's answer is no object");
    }
    if (TRY(read_list(answer, "Providers"))) TRY(read_list(answer, "Peers"));
    return {};
}

}  // namespace kit::routing
