// DNSLink: a domain says in a TXT record of _dnslink.<domain> what content it names. How records
// are looked up is an interface, so that tests have a network of their own making.
// https://dnslink.dev/
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "dag/path.h"

namespace kit::naming {

struct TxtAnswer {
    std::vector<std::string> texts;  // Each record's strings joined.
    uint64_t ttl_s = 0;              // The shortest; 0 when nobody knows.
};

class TxtLookup {
public:
    virtual ~TxtLookup() = default;
    // Of exactly this domain, no search list; any thread. An answer without texts when the domain
    // or its records do not exist; fails with offline when no server answers.
    virtual Result<TxtAnswer> find_texts(std::string_view domain) const = 0;
};

// Asks the servers that the operating system is set up with, for at most about ten seconds.
std::unique_ptr<TxtLookup> system_txt_lookup();
// Asks the server at `url` by DNS over HTTPS. Fails with invalid_argument when it is no address.
Result<std::unique_ptr<TxtLookup>> doh_txt_lookup(std::string url);
// DNS.Resolvers of the config: who is asked about a domain and what is below it, by the longest
// one that fits ("eth.", and "." for all). Without an address, or with "auto" in its place, and
// where none fits, `preset` is asked. Fails with invalid_argument.
Result<std::unique_ptr<TxtLookup>> configured_txt_lookup(
    const std::map<std::string, std::string>& resolvers, std::unique_ptr<TxtLookup> preset);
// Keeps the answers of `inner` for their time, within limits.h and `keep_s_max`. `clock` must
// outlive it.
std::unique_ptr<TxtLookup> cached_txt_lookup(const Clock& clock, std::unique_ptr<TxtLookup> inner,
                                             uint64_t keep_s_max = UINT64_MAX);
// Has no network: fails with offline.
std::unique_ptr<TxtLookup> no_txt_lookup();

// Names that the environment decided, for tests and debugging: they come before everything else.
using StaticNames = std::map<std::string, dag::ContentPath, std::less<>>;
// "domain:path,domain:path", as the variable IPFS_NS_MAP has it. Fails with invalid_argument.
Result<StaticNames> static_names_from_text(std::string_view text);

struct DnsLink {
    dag::ContentPath path;
    uint64_t ttl_s = 0;  // 0: unknown.
};
// What `domain` names. Fails with not_found in boxo's words when it names nothing or more than one
// path, and with offline.
Result<DnsLink> resolve_dnslink(const TxtLookup& lookup, std::string_view domain);

// What DNS could hold: labels of 1 to 63 bytes, 255 in all, whatever the bytes.
bool is_domain_name(std::string_view text);

}  // namespace kit::naming
