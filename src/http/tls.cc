// TLS of the server's side, by OpenSSL over the same non-blocking socket.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <climits>
#include <cstring>

#include "http/transport.h"

namespace kit::http {
namespace {

std::string tls_error_text() {
    char text[256] = "unknown";
    const unsigned long code = ERR_get_error();
    if (code != 0) ERR_error_string_n(code, text, sizeof(text));
    ERR_clear_error();
    return text;
}

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSession {
    void operator()(SSL* session) const { SSL_free(session); }
};

class TlsTransport final : public Transport {
public:
    TlsTransport(Descriptor socket, std::unique_ptr<SSL, FreeSession> session)
        : socket_(std::move(socket)), session_(std::move(session)) {}
    ~TlsTransport() override { SSL_shutdown(session_.get()); }

    Result<std::optional<size_t>> try_read(std::span<const iovec> pieces) override {
        ASSERT(!pieces.empty());
        size_t count = 0;
        const int status =
            SSL_read_ex(session_.get(), pieces[0].iov_base, pieces[0].iov_len, &count);
        return outcome(status, count);
    }
    Result<std::optional<size_t>> try_write(std::span<const iovec> pieces) override {
        size_t all = 0;
        for (const iovec& piece : pieces) {
            if (piece.iov_len == 0) continue;
            size_t count = 0;
            const int status = SSL_write_ex(session_.get(), piece.iov_base, piece.iov_len, &count);
            auto written = TRY(outcome(status, count));
            if (!written) break;
            all += *written;
            if (*written < piece.iov_len) break;
        }
        if (all == 0) return std::nullopt;
        return all;
    }
    bool has_buffered() const override { return SSL_has_pending(session_.get()) == 1; }
    int descriptor() const override { return socket_.number(); }

private:
    Result<std::optional<size_t>> outcome(int status, size_t count) {
        if (status == 1) return count;
        switch (SSL_get_error(session_.get(), status)) {
            case SSL_ERROR_WANT_READ:
            case SSL_ERROR_WANT_WRITE:
                return std::nullopt;
            case SSL_ERROR_ZERO_RETURN:
                return size_t{0};
            default:
                return fail(Code::io_error, "TLS: {}", tls_error_text());
        }
    }

    const Descriptor socket_;
    const std::unique_ptr<SSL, FreeSession> session_;
};

class LoadedIdentity final : public TlsIdentity {
public:
    explicit LoadedIdentity(std::unique_ptr<SSL_CTX, FreeContext> context)
        : context_(std::move(context)) {}

    Result<std::unique_ptr<Transport>> accept(Descriptor socket) const override {
        std::unique_ptr<SSL, FreeSession> session(SSL_new(context_.get()));
        if (!session || SSL_set_fd(session.get(), socket.number()) != 1) {
            return fail(Code::io_error, "TLS: {}", tls_error_text());
        }
        // The handshake is made by the first reads.
        SSL_set_accept_state(session.get());
        return std::make_unique<TlsTransport>(std::move(socket), std::move(session));
    }

private:
    const std::unique_ptr<SSL_CTX, FreeContext> context_;
};

}  // namespace

Result<std::unique_ptr<TlsIdentity>> TlsIdentity::load(const Path& certificate_file,
                                                       const Path& key_file) {
    std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_server_method()));
    if (!context) return fail(Code::io_error, "TLS: {}", tls_error_text());
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                        SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
        return fail(Code::invalid_argument, "reading the TLS certificate {}: {}", certificate_file,
                    tls_error_text());
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return fail(Code::invalid_argument, "reading the TLS key {}: {}", key_file,
                    tls_error_text());
    }
    return std::make_unique<LoadedIdentity>(std::move(context));
}

}  // namespace kit::http
