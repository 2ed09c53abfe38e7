#include "http/client.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/ascii.h"

namespace kit::http {
namespace {

// How late a cancel from another thread is seen; a signal ends the wait at once.
constexpr int cancel_period_ms = 100;
constexpr long receive_size_bytes = 512 * KiB;
constexpr long send_size_bytes = 512 * KiB;

// The functions of libcurl that are used here, found by name.
struct Curl {
    decltype(&::curl_global_init) global_init = nullptr;
    decltype(&::curl_easy_init) easy_init = nullptr;
    decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
    decltype(&::curl_easy_reset) easy_reset = nullptr;
    decltype(&::curl_easy_setopt) easy_setopt = nullptr;
    decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
    decltype(&::curl_easy_strerror) easy_strerror = nullptr;
    decltype(&::curl_slist_append) slist_append = nullptr;
    decltype(&::curl_slist_free_all) slist_free_all = nullptr;
    decltype(&::curl_multi_init) multi_init = nullptr;
    decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
    decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
    decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
    decltype(&::curl_multi_perform) multi_perform = nullptr;
    decltype(&::curl_multi_poll) multi_poll = nullptr;
    decltype(&::curl_multi_info_read) multi_info_read = nullptr;
};

template <typename Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

// Loading twice gives the same library; it stays until the process ends.
Result<Curl> load_curl() {
    void* const library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        return fail(Code::unsupported,
                    "libcurl is needed to talk to other programs over HTTP and cannot be loaded; "
                    "install it (on Debian: apt-get install libcurl4): {}",
                    ::dlerror());  // NOLINT(concurrency-mt-unsafe): glibc keeps one per thread.
    }
    Curl curl;
    const bool all = find(library, "curl_global_init", curl.global_init) &&
                     find(library, "curl_easy_init", curl.easy_init) &&
                     find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                     find(library, "curl_easy_reset", curl.easy_reset) &&
                     find(library, "curl_easy_setopt", curl.easy_setopt) &&
                     find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                     find(library, "curl_easy_strerror", curl.easy_strerror) &&
                     find(library, "curl_slist_append", curl.slist_append) &&
                     find(library, "curl_slist_free_all", curl.slist_free_all) &&
                     find(library, "curl_multi_init", curl.multi_init) &&
                     find(library, "curl_multi_cleanup", curl.multi_cleanup) &&
                     find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
                     find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
                     find(library, "curl_multi_perform", curl.multi_perform) &&
                     find(library, "curl_multi_poll", curl.multi_poll) &&
                     find(library, "curl_multi_info_read", curl.multi_info_read);
    if (!all) {
        return fail(Code::unsupported,
                    "the libcurl of this machine is older than 7.66; install a newer one");
    }
    // OpenSSL is initialised by whoever uses it first; libcurl 7.84 and newer lock this call.
    if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return fail(Code::internal, "libcurl cannot be initialised");
    }
    return curl;
}

// One request in flight: what libcurl's callbacks work with.
struct Transfer {
    const ClientRequest& request;
    AnswerReader& reader;
    ResponseHead head = {};
    Headers trailers = {};
    bool has_begun = false;  // The head of the answer is whole.
    Result<void> outcome = {};
    char error[CURL_ERROR_SIZE] = {};

    // Keeps the first failure; false when there is one.
    bool keep(Result<void> result) {
        if (outcome && !result) outcome = std::move(result);
        return outcome.has_value();
    }
};

// "HTTP/1.1 200 OK"; 0 when it has no number.
int status_of(std::string_view line) {
    const size_t space = line.find(' ');
    int status = 0;
    if (space != std::string_view::npos) {
        std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
    }
    return status;
}

// One line of the head, of one before it (100 Continue), or of the trailers.
void take_line(Transfer& transfer, std::string_view line) {
    if (transfer.has_begun) {
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos) return;
        transfer.trailers.add(std::string(line.substr(0, colon)),
                              std::string(trimmed(line.substr(colon + 1), blanks_and_newlines)));
        return;
    }
    if (line.starts_with("HTTP/")) {
        transfer.head = {.status = status_of(line), .headers = {}};
        return;
    }
    if (trimmed(line, blanks_and_newlines).empty()) {
        if (transfer.head.status < 200) return;  // What counts comes after it.
        transfer.has_begun = true;
        static_cast<void>(transfer.keep(transfer.reader.begin(transfer.head)));
        return;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    transfer.head.headers.add(std::string(line.substr(0, colon)),
                              std::string(trimmed(line.substr(colon + 1), blanks_and_newlines)));
}

extern "C" size_t on_header(char* data, size_t, size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    take_line(transfer, {data, count});
    return transfer.outcome ? count : 0;
}

extern "C" size_t on_bytes(char* data, size_t, size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    return transfer.keep(transfer.reader.bytes(as_bytes({data, count}))) ? count : 0;
}

extern "C" size_t on_wanted(char* data, size_t, size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    const auto given = transfer.request.body({reinterpret_cast<uint8_t*>(data), count});
    if (given) return *given;
    static_cast<void>(transfer.keep(std::unexpected(given.error())));
    return CURL_READFUNC_ABORT;
}

// "127.0.0.1:5001" of "http://127.0.0.1:5001/api".
std::string_view authority_of(std::string_view url) {
    const size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    return url.substr(0, url.find('/'));
}

}  // namespace

struct Client::Impl {
    Impl(const Curl& curl_given, ClientOptions options_given)
        : curl(curl_given),
          options(std::move(options_given)),
          easy(curl.easy_init()),
          multi(curl.multi_init()) {}
    ~Impl() {
        curl.easy_cleanup(easy);
        curl.multi_cleanup(multi);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    template <typename Value>
    void set(CURLoption option, Value value) const {
        // An option that this libcurl lacks keeps its default.
        static_cast<void>(curl.easy_setopt(easy, option, value));
    }
    void set_up(Transfer& transfer, curl_slist* fields) const;
    curl_slist* fields_of(const ClientRequest& request) const;
    Result<CURLcode> perform(const std::atomic<bool>& cancel) const;
    Result<void> failure(CURLcode code, const Transfer& transfer) const;
    // Why the system made no connection, "connection refused"; empty when it did not say.
    std::string system_words() const;

    const Curl curl;
    const ClientOptions options;
    CURL* const easy;
    CURLM* const multi;
};

curl_slist* Client::Impl::fields_of(const ClientRequest& request) const {
    curl_slist* fields = nullptr;
    for (const Headers::Field& field : request.headers.fields()) {
        fields = curl.slist_append(fields, (field.name + ": " + field.value).c_str());
    }
    // Nothing is gained by waiting a second for a "100 Continue" that few servers send.
    fields = curl.slist_append(fields, "Expect:");
    if (request.body && !request.body_size_bytes) {
        fields = curl.slist_append(fields, "Transfer-Encoding: chunked");
    }
    return fields;
}

void Client::Impl::set_up(Transfer& transfer, curl_slist* fields) const {
    const ClientRequest& request = transfer.request;
    curl.easy_reset(easy);
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_NOPROXY, "*");  // The address is meant as it is written.
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_time_ns_max / 1'000'000));
    if (options.stall_time_ns_max > 0) {
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME,
            std::max<long>(1, static_cast<long>(options.stall_time_ns_max / 1'000'000'000)));
    }
    if (request.time_ns_max > 0) {
        // Rounded up, since 0 is no bound.
        set(CURLOPT_TIMEOUT_MS, static_cast<long>((request.time_ns_max + 999'999) / 1'000'000));
    }
    set(CURLOPT_ERRORBUFFER, transfer.error);
    set(CURLOPT_BUFFERSIZE, receive_size_bytes);
    set(CURLOPT_UPLOAD_BUFFERSIZE, send_size_bytes);
    if (!request.unix_path.empty()) set(CURLOPT_UNIX_SOCKET_PATH, request.unix_path.c_str());
    if (!options.certificates_file.empty()) {
        set(CURLOPT_CAINFO, options.certificates_file.c_str());
    }
    if (request.body) {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_READFUNCTION, &on_wanted);
        set(CURLOPT_READDATA, &transfer);
        if (request.body_size_bytes) {
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(*request.body_size_bytes));
        }
    } else if (request.method == "POST") {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDSIZE, 0L);
        set(CURLOPT_POSTFIELDS, "");
    } else if (request.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    }
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(CURLOPT_HTTPHEADER, fields);
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, &transfer);
    set(CURLOPT_WRITEFUNCTION, &on_bytes);
    set(CURLOPT_WRITEDATA, &transfer);
}

Result<CURLcode> Client::Impl::perform(const std::atomic<bool>& cancel) const {
    for (;;) {
        int running_count = 0;
        if (curl.multi_perform(multi, &running_count) != CURLM_OK) {
            return fail(Code::internal, "libcurl cannot go on with a request");
        }
        if (running_count == 0) break;
        if (cancel.load(std::memory_order_relaxed)) return fail(Code::cancelled, "canceled");
        static_cast<void>(curl.multi_poll(multi, nullptr, 0, cancel_period_ms, nullptr));
    }
    int left_count = 0;
    const CURLMsg* const message = curl.multi_info_read(multi, &left_count);
    return message == nullptr ? CURLE_OK : message->data.result;
}

std::string Client::Impl::system_words() const {
    long number = 0;
    if (curl.easy_getinfo(easy, CURLINFO_OS_ERRNO, &number) != CURLE_OK || number == 0) return "";
    std::string words = std::generic_category().message(static_cast<int>(number));
    words[0] = ascii_lower(words[0]);
    return words;
}

Result<void> Client::Impl::failure(CURLcode code, const Transfer& transfer) const {
    const std::string_view words = transfer.error[0] != '\0'
                                       ? std::string_view(transfer.error)
                                       : std::string_view(curl.easy_strerror(code));
    const ClientRequest& request = transfer.request;
    const std::string where = request.unix_path.empty() ? std::string(authority_of(request.url))
                                                        : "unix:" + request.unix_path;
    switch (code) {
        case CURLE_OK:
            return {};
        case CURLE_COULDNT_CONNECT:
            if (const std::string why = system_words(); !why.empty()) {
                const bool is_unix = !request.unix_path.empty();
                return fail(Code::offline, "dial {} {}: connect: {}", is_unix ? "unix" : "tcp",
                            is_unix ? request.unix_path : where, why);
            }
            return fail(Code::offline, "cannot connect to {}: {}", where, words);
        case CURLE_OPERATION_TIMEDOUT:
            if (request.time_ns_max > 0 || transfer.has_begun) {
                return fail(Code::timeout, "{} gave no whole answer in time: {}", where, words);
            }
            [[fallthrough]];
        case CURLE_COULDNT_RESOLVE_HOST:
            return fail(Code::offline, "cannot connect to {}: {}", where, words);
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CACERT_BADFILE:
            return fail(Code::permission_denied, "no safe connection to {}: {}", where, words);
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return fail(Code::invalid_argument, "{} is no web address: {}", request.url, words);
        default:
            return fail(Code::io_error, "the connection to {} broke: {}", where, words);
    }
}

Result<std::unique_ptr<Client>> Client::create(ClientOptions options) {
    const Curl curl = TRY(load_curl());
    auto impl = std::make_unique<Impl>(curl, std::move(options));
    if (impl->easy == nullptr || impl->multi == nullptr) {
        return fail(Code::internal, "libcurl gives no handle");
    }
    return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<void> Client::send(const ClientRequest& request, AnswerReader& reader,
                          const std::atomic<bool>& cancel) {
    Transfer transfer{.request = request, .reader = reader};
    const std::unique_ptr<curl_slist, decltype(impl_->curl.slist_free_all)> fields(
        impl_->fields_of(request), impl_->curl.slist_free_all);
    impl_->set_up(transfer, fields.get());
    impl_->curl.multi_add_handle(impl_->multi, impl_->easy);
    const auto code = impl_->perform(cancel);
    impl_->curl.multi_remove_handle(impl_->multi, impl_->easy);
    TRY(std::move(transfer.outcome));
    if (!code) return std::unexpected(code.error());
    TRY(impl_->failure(*code, transfer));
    return reader.end(transfer.trailers);
}

}  // namespace kit::http
