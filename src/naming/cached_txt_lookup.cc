// Answers of DNS kept for as long as they say, so that a gateway asks once a minute and not once a
// request. Absence is kept too, and for a moment that nobody answered.
#include <map>
#include <mutex>

#include "base/thread_annotations.h"
#include "naming/dnslink.h"
#include "naming/limits.h"

namespace kit::naming {
namespace {

constexpr int64_t ns_per_s = 1'000'000'000;

class CachedTxtLookup final : public TxtLookup {
public:
    CachedTxtLookup(const Clock& clock, std::unique_ptr<TxtLookup> inner, uint64_t keep_s_max)
        : clock_(clock),
          inner_(std::move(inner)),
          keep_s_max_(std::min(keep_s_max, limits::domain_keep_s_max)) {}

    Result<TxtAnswer> find_texts(std::string_view domain) const override {
        const int64_t now_ns = clock_.monotonic_ns();
        {
            const std::scoped_lock lock(mutex_);
            const auto kept = kept_.find(domain);
            if (kept != kept_.end() && kept->second.until_ns > now_ns) {
                return with_rest(kept->second, now_ns);
            }
        }
        auto answer = inner_->find_texts(domain);
        uint64_t keep_s = limits::failed_domain_keep_s;
        if (answer) {
            keep_s = answer->texts.empty() ? limits::absent_domain_keep_s
                                           : std::min(answer->ttl_s, keep_s_max_);
        }
        const int64_t until_ns = now_ns + static_cast<int64_t>(keep_s) * ns_per_s;
        const std::scoped_lock lock(mutex_);
        if (kept_.size() >= limits::kept_domain_count_max) make_room(now_ns);
        kept_.insert_or_assign(std::string(domain), Kept{answer, until_ns});
        return answer;
    }

private:
    struct Kept {
        Result<TxtAnswer> answer;
        int64_t until_ns;
    };

    // A kept answer is good for what is left of its time.
    static Result<TxtAnswer> with_rest(const Kept& kept, int64_t now_ns) {
        Result<TxtAnswer> answer = kept.answer;
        if (answer && answer->ttl_s > 0) {
            const auto rest_s = static_cast<uint64_t>((kept.until_ns - now_ns) / ns_per_s);
            answer->ttl_s = std::min(answer->ttl_s, std::max<uint64_t>(rest_s, 1));
        }
        return answer;
    }
    // What is over goes; when nothing is, everything, which costs a question each.
    void make_room(int64_t now_ns) const {
        std::erase_if(kept_, [&](const auto& entry) { return entry.second.until_ns <= now_ns; });
        if (kept_.size() >= limits::kept_domain_count_max) kept_.clear();
    }

    const Clock& clock_;
    const std::unique_ptr<TxtLookup> inner_;
    const uint64_t keep_s_max_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, Kept, std::less<>> kept_ GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<TxtLookup> cached_txt_lookup(const Clock& clock, std::unique_ptr<TxtLookup> inner,
                                             uint64_t keep_s_max) {
    return std::make_unique<CachedTxtLookup>(clock, std::move(inner), keep_s_max);
}

}  // namespace kit::naming
