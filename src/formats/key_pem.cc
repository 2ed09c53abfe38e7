// Private keys as PEM, PKCS #8 without a password. https://www.rfc-editor.org/rfc/rfc5208
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "formats/key_openssl.h"

namespace kit::formats {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

// An encrypted key must not make OpenSSL ask the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

}  // namespace

std::string PrivateKey::to_pem() const {
    const EvpKey key = private_evp_key_with_public(type(), data_);
    const Bio out(BIO_new(BIO_s_mem()), BIO_free);
    ASSERT(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<size_t>(size)};
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    const EvpKey key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    if (key == nullptr) {
        return fail(Code::corrupt, "the PEM text holds no PKCS #8 private key in clear text");
    }
    const KeyType type = TRY(type_of(key.get()));
    const Bytes data = TRY(private_data(type, key.get()));
    return from_data(type, data);
}

}  // namespace kit::formats
