// TXT records from the servers of /etc/resolv.conf, by the resolver of the C library. The one file
// that asks DNS anything.
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <algorithm>
#include <array>

#include "naming/dnslink.h"

namespace kit::naming {
namespace {

// At most about ten seconds in all, with two servers and two tries at each.
constexpr int wait_s = 2;
constexpr int try_count = 2;
constexpr size_t answer_size_bytes_max = 64 * KiB;

// The resolver's state for one question: it is not for several threads.
class ResolverState final {
public:
    ResolverState() : usable_(::res_ninit(&state_) == 0) {
        state_.retrans = wait_s;
        state_.retry = try_count;
    }
    ~ResolverState() {
        if (usable_) ::res_nclose(&state_);
    }
    ResolverState(const ResolverState&) = delete;
    ResolverState& operator=(const ResolverState&) = delete;

    bool usable() const { return usable_; }
    res_state get() { return &state_; }

private:
    struct __res_state state_ = {};
    const bool usable_;
};

// A record's data is strings, each after a byte that says its size.
std::string joined_strings(ByteView data) {
    std::string text;
    while (!data.empty()) {
        const size_t size = std::min<size_t>(data[0], data.size() - 1);
        text += as_text(data.subspan(1, size));
        data = data.subspan(1 + size);
    }
    return text;
}

Result<TxtAnswer> read_answer(ByteView message, std::string_view domain) {
    ns_msg parsed = {};
    if (::ns_initparse(message.data(), static_cast<int>(message.size()), &parsed) != 0) {
        return fail(Code::corrupt, "the answer of DNS for {} cannot be read", domain);
    }
    TxtAnswer answer;
    for (int i = 0; i < ns_msg_count(parsed, ns_s_an); ++i) {
        ns_rr record = {};
        if (::ns_parserr(&parsed, ns_s_an, i, &record) != 0) {
            return fail(Code::corrupt, "the answer of DNS for {} cannot be read", domain);
        }
        if (ns_rr_type(record) != ns_t_txt) continue;  // Such as the CNAMEs that led there.
        const uint64_t ttl_s = ns_rr_ttl(record);
        answer.ttl_s = answer.texts.empty() ? ttl_s : std::min(answer.ttl_s, ttl_s);
        answer.texts.push_back(
            joined_strings({ns_rr_rdata(record), static_cast<size_t>(ns_rr_rdlen(record))}));
    }
    return answer;
}

class SystemTxtLookup final : public TxtLookup {
public:
    Result<TxtAnswer> find_texts(std::string_view domain) const override {
        ResolverState state;
        if (!state.usable()) {
            return fail(Code::offline, "lookup {}: the resolver cannot read its configuration",
                        domain);
        }
        Bytes message(answer_size_bytes_max);
        const std::string name(domain);
        const int size = ::res_nquery(state.get(), name.c_str(), ns_c_in, ns_t_txt, message.data(),
                                      static_cast<int>(message.size()));
        if (size < 0) {
            const int why = state.get()->res_h_errno;
            if (why == HOST_NOT_FOUND || why == NO_DATA) return TxtAnswer{};
            return fail(Code::offline, "lookup {}: {}; is there a network?", domain,
                        ::hstrerror(why));
        }
        message.resize(std::min<size_t>(static_cast<size_t>(size), message.size()));
        return read_answer(message, domain);
    }
};

}  // namespace

std::unique_ptr<TxtLookup> system_txt_lookup() {
    return std::make_unique<SystemTxtLookup>();
}

}  // namespace kit::naming
