// Each message of the announcements: what is read writes again to the same bytes, and nothing that
// cannot be printed comes out of it.
#include <algorithm>
#include <cstdint>

#include "announce/limits.h"
#include "announce/message.h"
#include "base/result.h"

using namespace kit;
using namespace kit::announce;

namespace {

template <typename Message>
void check(const Result<Message>& message, ByteView bytes) {
    if (!message) return;
    const auto written = encode(*message);
    ASSERT(written.has_value() && equal(*written, bytes));
    ASSERT(message->addresses.size() <= limits::addresses_count_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView bytes(data, size);
    const auto announcement = decode_announcement(bytes);
    check(announcement, bytes);
    check(decode_want(bytes), bytes);
    check(decode_offer(bytes), bytes);
    if (!announcement) return 0;
    const auto is_control = [](char byte) { return static_cast<uint8_t>(byte) < 0x20; };
    ASSERT(std::ranges::none_of(announcement->name, is_control));
    ASSERT(announcement->tags.size() <= limits::tags_count_max);
    return 0;
}
