// Names among peers: the best of what others say of a name, and giving our own records to them.
// Whatever comes from others is validated before anything is done with it, and the best is kept, so
// that a name once seen never goes back.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "formats/ipns_record.h"
#include "naming/limits.h"
#include "naming/records.h"
#include "routing/router.h"

namespace kit::naming {

struct NetworkNamesOptions {
    size_t kept_count_max = limits::kept_name_count;  // Ipns.ResolveCacheSize; 0: none is kept.
    int64_t kept_ns_max = INT64_MAX;                  // Ipns.MaxCacheTTL
};

struct FindNameOptions {
    bool uses_kept = true;  // A name found lately is not searched again.
    // So many good records end the search; 0: it goes on to its end.
    size_t record_count = limits::network_records_count;
    std::chrono::nanoseconds time_max{limits::network_time_ns_max};  // 0: the wait's alone.
    routing::Wait wait = {};
    // Called with each record that is better than those before; false is enough.
    std::function<Result<bool>(const formats::IpnsRecord& record)> on_better = {};
};

struct FoundName {
    formats::IpnsRecord record;
    uint64_t ttl_ns = 0;  // How long it may be kept from now on.
};

// Every call is safe from any thread. What is given must outlive it.
class NetworkNames final {
public:
    NetworkNames(const Clock& clock, NameRecords& records, routing::Router& router,
                 const NetworkNamesOptions& options)
        : clock_(clock), records_(records), router_(router), options_(options) {}

    // The best valid record that is held or that others have; nullopt when there is none. What went
    // wrong on the way is an error only when nothing was found.
    Result<std::optional<FoundName>> find(const formats::PeerId& name,
                                          const FindNameOptions& options);

    // As NameRecords::publish(); when no record of the name is held, others are asked for one
    // first, whose sequence counts on. Nobody is told yet.
    Result<formats::IpnsRecord> publish(const formats::PrivateKey& key, std::string_view value,
                                        const PublishOptions& options, const routing::Wait& wait);
    // Gives `record`, which is valid, to those who keep it for others. Returns how many took it;
    // fails with offline when nobody did.
    Result<uint32_t> put(const formats::PeerId& name, ByteView record, const routing::Wait& wait);

private:
    struct Kept {
        formats::PeerId name;
        formats::IpnsRecord record;
        int64_t until_ns;
    };
    using Age = std::list<Kept>;

    Result<std::optional<formats::IpnsRecord>> search(const formats::PeerId& name,
                                                      const FindNameOptions& options);
    FoundName keep(const formats::PeerId& name, const formats::IpnsRecord& record);
    std::optional<FoundName> find_kept(const formats::PeerId& name);

    const Clock& clock_;
    NameRecords& records_;
    routing::Router& router_;
    const NetworkNamesOptions options_;
    std::mutex mutex_;
    Age kept_ GUARDED_BY(mutex_);  // The newest is first.
    std::unordered_map<formats::Multihash, Age::iterator, formats::MultihashHash> kept_by_name_
        GUARDED_BY(mutex_);
};

}  // namespace kit::naming
