// Between libp2p's key data and OpenSSL's keys. Only the sources of formats include it.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "formats/key.h"

namespace kit::formats {

struct EvpKeyDeleter {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using EvpKey = std::unique_ptr<EVP_PKEY, EvpKeyDeleter>;

// Fail with corrupt, or invalid_argument for RSA keys out of bounds.
Result<EvpKey> public_evp_key(KeyType type, ByteView data);
Result<EvpKey> private_evp_key(KeyType type, ByteView data);

// As private_evp_key(), of a key that is well-formed, so that it is written with its public half.
EvpKey private_evp_key_with_public(KeyType type, ByteView data);

// libp2p's data of the key. The type is the caller's word.
Result<Bytes> public_data(KeyType type, EVP_PKEY* key);
Result<Bytes> private_data(KeyType type, EVP_PKEY* key);
// Which of libp2p's types it is; unsupported for any other.
Result<KeyType> type_of(EVP_PKEY* key);

}  // namespace kit::formats
