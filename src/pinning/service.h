// One pinning service: what it keeps for us is asked for, listed and given up over HTTP.
// https://ipfs.github.io/pinning-services-api-spec/
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/client.h"

namespace kit::pinning {

// The words of the specification, in the order of a pin's life.
inline constexpr std::string_view statuses[] = {"queued", "pinning", "pinned", "failed"};
bool is_status(std::string_view text);

// What a service tells of one request to pin. `status` is one of `statuses`.
struct PinStatus {
    std::string request_id;
    std::string status;
    std::string created;  // RFC 3339, as the service wrote it: pages are cut by it.
    std::string cid;      // As the service wrote it.
    std::string name;
};

// What a list is narrowed to; empty parts narrow nothing.
struct PinFilter {
    std::vector<std::string> cids;
    std::string name;
    std::vector<std::string> statuses;
};

struct ServiceOptions {
    std::string endpoint;  // As normalized_endpoint() gives it.
    std::string key;       // The bearer token.
};

// One request at a time. Each fails as Kubo does: with `reason: "...", details: "...": 400 Bad
// Request` where the service says why (the code goes by the status), else with "remote pinning
// service returned http error ..."; with "empty response from remote pinning service" when nobody
// answers; with corrupt or too_large for answers that make no sense; with cancelled soon after
// `cancel` is set.
class Service final {
public:
    // `cancel` must outlive it. Fails with unsupported when the machine has no libcurl.
    static Result<std::unique_ptr<Service>> open(ServiceOptions options,
                                                 const std::atomic<bool>& cancel);

    // Asks to pin; `name` may be empty.
    Result<PinStatus> add(std::string_view cid, std::string_view name);
    Result<PinStatus> get(std::string_view request_id);
    Result<void> remove(std::string_view request_id);
    // All that match, the newest first, page by page. A visitor that fails ends it.
    Result<void> list(const PinFilter& filter,
                      const std::function<Result<void>(const PinStatus&)>& visit);
    // How many have that status.
    Result<uint64_t> count(std::string_view status);

private:
    struct Page {
        uint64_t count;  // Of all that match, those on later pages too.
        std::vector<PinStatus> pins;
    };

    Service(ServiceOptions options, std::unique_ptr<http::Client> client,
            const std::atomic<bool>& cancel);
    // The body of the answer; `body` is JSON, or empty for none.
    Result<std::string> ask(std::string_view method, const std::string& path,
                            const std::string& body);
    Result<Page> page(const PinFilter& filter, std::string_view before, uint32_t count_max);

    const ServiceOptions options_;
    const std::unique_ptr<http::Client> client_;
    const std::atomic<bool>& cancel_;
};

}  // namespace kit::pinning
