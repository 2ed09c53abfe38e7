// TXT records by DNS over HTTPS: the message of DNS as the body of a request, and of its answer.
// https://www.rfc-editor.org/rfc/rfc8484
#include <algorithm>

#include "base/ascii.h"
#include "http/client_pool.h"
#include "naming/dns_message.h"
#include "naming/dnslink.h"
#include "naming/limits.h"

namespace kit::naming {
namespace {

constexpr std::string_view message_type = "application/dns-message";
constexpr std::string_view placeholder = "auto";

class Answer final : public http::AnswerReader {
public:
    Result<void> begin(const http::ResponseHead& head) override {
        const std::string_view field = head.headers.find("Content-Type").value_or("");
        const std::string type = ascii_lower(trimmed(field.substr(0, field.find(';'))));
        if (head.status != 200) {
            return fail(Code::offline, "it answers with {} {}", head.status,
                        http::status_text(head.status));
        }
        if (type != message_type) {
            return fail(Code::corrupt, "its answer is \"{}\" and no message of DNS", type);
        }
        return {};
    }
    Result<void> bytes(ByteView bytes) override {
        if (message_.size() + bytes.size() > limits::dns_answer_size_bytes_max) {
            return fail(Code::too_large, "its answer has more than {} KiB",
                        limits::dns_answer_size_bytes_max / KiB);
        }
        append(message_, bytes);
        return {};
    }
    Result<void> end(const http::Headers&) override { return {}; }

    ByteView message() const { return message_; }

private:
    Bytes message_;
};

class DohTxtLookup final : public TxtLookup {
public:
    explicit DohTxtLookup(std::string url)
        : url_(std::move(url)),
          clients_({.certificates_file = {}, .connect_time_ns_max = limits::dns_time_ns_max}) {}

    Result<TxtAnswer> find_texts(std::string_view domain) const override {
        const Bytes question = TRY(encode_txt_question(domain));
        size_t sent_bytes = 0;
        http::ClientRequest request{.method = "POST", .url = url_};
        request.headers.add("Content-Type", std::string(message_type));
        request.headers.add("Accept", std::string(message_type));
        request.body_size_bytes = question.size();
        request.time_ns_max = limits::dns_time_ns_max;
        request.body = [&](std::span<uint8_t> out) -> Result<size_t> {
            const size_t size = std::min(out.size(), question.size() - sent_bytes);
            std::copy_n(question.begin() + static_cast<ptrdiff_t>(sent_bytes), size, out.begin());
            sent_bytes += size;
            return size;
        };
        static constexpr std::atomic<bool> never = false;
        Answer answer;
        auto sent = clients_.send(request, answer, never);
        if (!sent) {
            Error why = std::move(sent).error();
            // Whoever asks tells "no such domain" from "nobody could say".
            why.code = Code::offline;
            return fail_because(std::move(why), "lookup {} at {}", domain, url_);
        }
        return decode_txt_answer(answer.message(), domain);
    }

private:
    const std::string url_;
    mutable http::ClientPool clients_;
};

// Whether `domain` is `suffix` or below it; both without a dot at the end.
bool is_below(std::string_view domain, std::string_view suffix) {
    if (suffix.empty()) return true;
    if (!domain.ends_with(suffix)) return false;
    return domain.size() == suffix.size() || domain[domain.size() - suffix.size() - 1] == '.';
}

class ConfiguredTxtLookup final : public TxtLookup {
public:
    explicit ConfiguredTxtLookup(std::unique_ptr<TxtLookup> preset) : preset_(std::move(preset)) {}

    void add(std::string suffix, std::unique_ptr<TxtLookup> lookup) {
        by_suffix_.insert_or_assign(std::move(suffix), std::move(lookup));
    }
    Result<TxtAnswer> find_texts(std::string_view domain) const override {
        std::string name = ascii_lower(domain);
        if (name.ends_with('.')) name.pop_back();
        const TxtLookup* chosen = preset_.get();
        size_t chosen_size = 0;
        for (const auto& [suffix, lookup] : by_suffix_) {
            if (!is_below(name, suffix) || suffix.size() < chosen_size) continue;
            chosen = lookup == nullptr ? preset_.get() : lookup.get();
            chosen_size = suffix.size();
        }
        return chosen->find_texts(domain);
    }

private:
    const std::unique_ptr<TxtLookup> preset_;
    std::map<std::string, std::unique_ptr<TxtLookup>> by_suffix_;  // nullptr: the preset.
};

}  // namespace

Result<std::unique_ptr<TxtLookup>> doh_txt_lookup(std::string url) {
    if (!url.starts_with("https://") && !url.starts_with("http://")) {
        return fail(Code::invalid_argument, "invalid DoH resolver URL: {}", url);
    }
    return std::make_unique<DohTxtLookup>(std::move(url));
}

Result<std::unique_ptr<TxtLookup>> configured_txt_lookup(
    const std::map<std::string, std::string>& resolvers, std::unique_ptr<TxtLookup> preset) {
    auto lookup = std::make_unique<ConfiguredTxtLookup>(std::move(preset));
    for (const auto& [domain, url] : resolvers) {
        if (!domain.ends_with('.')) {
            return fail(Code::invalid_argument, "invalid domain {}; must be FQDN", domain);
        }
        std::unique_ptr<TxtLookup> asked;
        if (!url.empty() && url != placeholder) {
            auto made = doh_txt_lookup(url);
            if (!made) {
                return fail_because(std::move(made).error(), "bad resolver for {}", domain);
            }
            asked = *std::move(made);
        }
        lookup->add(ascii_lower(std::string_view(domain).substr(0, domain.size() - 1)),
                    std::move(asked));
    }
    return lookup;
}

}  // namespace kit::naming
