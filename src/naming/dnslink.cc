#include "naming/dnslink.h"

#include "base/go_text.h"
#include "naming/limits.h"

namespace kit::naming {
namespace {

using dag::ContentPath;

class NoTxtLookup final : public TxtLookup {
public:
    Result<TxtAnswer> find_texts(std::string_view domain) const override {
        return fail(Code::offline,
                    "the TXT records of {} cannot be asked for: this node has no network", domain);
    }
};

// boxo:namesys/dns_resolver.go parseEntry: a path, "dnslink=<path>", and of old a bare CID in the
// place of either path. Other texts belong to others.
std::optional<ContentPath> path_of(std::string_view text) {
    constexpr std::string_view key = "dnslink=";
    if (text.starts_with(key)) text.remove_prefix(key.size());
    if (!text.starts_with('/') && !formats::Cid::from_text(text)) return std::nullopt;
    auto path = ContentPath::from_text(text);
    // "Filter only the IPFS and IPNS paths."
    if (!path || path->space == ContentPath::Space::ipld) return std::nullopt;
    return *std::move(path);
}

std::unexpected<Error> failed(std::string_view domain, Code code, std::string_view why) {
    return fail(code, "DNSLink lookup for {} failed: {}", go_quote(domain), why);
}

}  // namespace

std::unique_ptr<TxtLookup> no_txt_lookup() {
    return std::make_unique<NoTxtLookup>();
}

bool is_domain_name(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.empty() || text.size() >= limits::domain_size_bytes_max) return false;
    while (!text.empty()) {
        const size_t end = std::min(text.find('.'), text.size());
        if (end == 0 || end > limits::label_size_bytes_max || end + 1 == text.size()) return false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return true;
}

Result<StaticNames> static_names_from_text(std::string_view text) {
    StaticNames names;
    while (!text.empty()) {
        const size_t end = std::min(text.find(','), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const size_t colon = pair.find(':');
        if (colon == std::string_view::npos) {
            return fail(Code::invalid_argument,
                        "IPFS_NS_MAP has {}, where domain:path is wanted, such as "
                        "example.org:/ipfs/bafkqaaa",
                        go_quote(pair));
        }
        auto path = TRY(ContentPath::from_text(pair.substr(colon + 1)));
        names.insert_or_assign(std::string(pair.substr(0, colon)), std::move(path));
    }
    return names;
}

Result<DnsLink> resolve_dnslink(const TxtLookup& lookup, std::string_view domain) {
    const std::string dotted = std::string(domain) + (domain.ends_with('.') ? "" : ".");
    auto answer = lookup.find_texts("_dnslink." + dotted);
    if (!answer) return failed(dotted, answer.error().code, answer.error().to_text());
    std::vector<ContentPath> paths;
    for (const std::string& text : answer->texts) {
        if (auto path = path_of(text)) paths.push_back(*std::move(path));
    }
    if (paths.empty()) {
        return failed(dotted, Code::not_found,
                      "could not resolve name: DNSLink lookup could not find a TXT record "
                      "(https://docs.ipfs.tech/concepts/dnslink/)");
    }
    if (paths.size() > 1) {
        return failed(dotted, Code::not_found,
                      "could not resolve name: DNSLink lookup returned more than one IPFS content "
                      "path; ask domain owner to remove duplicate TXT records");
    }
    return DnsLink{.path = std::move(paths.front()), .ttl_s = answer->ttl_s};
}

}  // namespace kit::naming
