// TXT records from the servers of /etc/resolv.conf, by the resolver of the C library.
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <algorithm>
#include <array>

#include "naming/dns_message.h"
#include "naming/limits.h"

namespace kit::naming {
namespace {

// At most about ten seconds in all, with two servers and two tries at each.
constexpr int wait_s = 2;
constexpr int try_count = 2;

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

class SystemTxtLookup final : public TxtLookup {
public:
    Result<TxtAnswer> find_texts(std::string_view domain) const override {
        ResolverState state;
        if (!state.usable()) {
            return fail(Code::offline, "lookup {}: the resolver cannot read its configuration",
                        domain);
        }
        Bytes message(limits::dns_answer_size_bytes_max);
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
        return decode_txt_answer(message, domain);
    }
};

}  // namespace

std::unique_ptr<TxtLookup> system_txt_lookup() {
    return std::make_unique<SystemTxtLookup>();
}

}  // namespace kit::naming
