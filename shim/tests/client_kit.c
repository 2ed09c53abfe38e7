// See client_kit.h.
#define _GNU_SOURCE
#include "client_kit.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void check_failed(const char* file, int line, const char* what) {
    fprintf(stderr, "%s:%d: %s does not hold; last words: %s\n", file, line, what,
            kit_p2p_last_error());
    abort();
}

KitP2pBytes text(const char* words) {
    return bytes(words, strlen(words));
}

KitP2pBytes bytes(const void* data, size_t size) {
    return (KitP2pBytes){.data = data, .size = size};
}

bool equal(KitP2pBytes left, KitP2pBytes right) {
    return left.size == right.size && (left.size == 0 || !memcmp(left.data, right.data, left.size));
}

// Ed25519 as libp2p writes it: type 1, then seed and public key.
static KitP2pBytes fresh_key(void) {
    enum { head_size = 4, seed_size = 32, public_size = 32 };
    static const uint8_t head[head_size] = {0x08, 0x01, 0x12, 0x40};
    static uint8_t keys[64][head_size + seed_size + public_size];
    static size_t used = 0;
    CHECK(used < sizeof keys / sizeof keys[0]);
    uint8_t* key = keys[used++];
    memcpy(key, head, head_size);
    EVP_PKEY* pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    CHECK(pair != NULL);
    size_t size = seed_size;
    CHECK(EVP_PKEY_get_raw_private_key(pair, key + head_size, &size) == 1);
    size = public_size;
    CHECK(EVP_PKEY_get_raw_public_key(pair, key + head_size + seed_size, &size) == 1);
    EVP_PKEY_free(pair);
    return bytes(key, sizeof keys[0]);
}

KitP2pConfig fresh_config(void) {
    KitP2pConfig config;
    kit_p2p_config_default(&config);
    config.private_key = fresh_key();
    config.agent_version = text("kubo/0.43.1/ipfs-kit-test");
    config.threads = 1;
    return config;
}

Peer open_peer(const KitP2pConfig* config, const char* where) {
    Peer peer = {0};
    OK(kit_p2p_host_new(config, &peer.host));
    OK(kit_p2p_host_id(peer.host, peer.id, &peer.id_size));
    if (where != NULL) listen_on(&peer, where, peer.address, sizeof peer.address);
    return peer;
}

void close_peer(Peer* peer) {
    kit_p2p_host_free(peer->host);
    peer->host = NULL;
}

KitP2pBytes id_of(const Peer* peer) {
    return bytes(peer->id, peer->id_size);
}

void peer_text(const Peer* peer, char* buffer, size_t size) {
    static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    uint8_t places[128] = {0};  // Of base 58, the least first.
    size_t used = 0;
    for (size_t i = 0; i < peer->id_size; ++i) {
        unsigned carry = peer->id[i];
        for (size_t j = 0; j < used || carry > 0; ++j) {
            CHECK(j < sizeof places);
            carry += 256u * places[j];
            places[j] = (uint8_t)(carry % 58);
            carry /= 58;
            if (j == used) ++used;
        }
    }
    size_t zeros = 0;
    while (zeros < peer->id_size && peer->id[zeros] == 0) ++zeros;
    CHECK(zeros + used < size);
    for (size_t i = 0; i < zeros; ++i) buffer[i] = digits[0];
    for (size_t i = 0; i < used; ++i) buffer[zeros + i] = digits[places[used - 1 - i]];
    buffer[zeros + used] = '\0';
}

typedef struct Text {
    char* buffer;
    size_t size;
} Text;

static void keep_address(KitP2pEvent* event, void* context) {
    const Text* kept = context;
    CHECK(event->address.size < kept->size);
    memcpy(kept->buffer, event->address.data, event->address.size);
    kept->buffer[event->address.size] = '\0';
}

void listen_on(Peer* peer, const char* where, char* address, size_t address_size) {
    KitP2pOperation* operation = NULL;
    OK(kit_p2p_listen(peer->host, text(where), (KitP2pTarget){.handle = &operation}));
    Text kept = {address, address_size};
    OK(finish(operation, keep_address, &kept));
}

KitP2pStatus finish(KitP2pOperation* operation, void (*take)(KitP2pEvent* event, void* context),
                    void* context) {
    for (;;) {
        KitP2pEvent event;
        OK(kit_p2p_operation_next(operation, &event, patience_ms));
        const KitP2pStatus status = event.status;
        const bool is_done = event.kind == KIT_P2P_EVENT_KIND_DONE;
        if (is_done && status != KIT_P2P_STATUS_OK) {
            fprintf(stderr, "  (ended: %.*s)\n", (int)event.detail.size,
                    (const char*)event.detail.data);
        }
        if (take != NULL && status == KIT_P2P_STATUS_OK) take(&event, context);
        kit_p2p_events_free(&event, 1);
        if (!is_done) continue;
        CHECK(kit_p2p_operation_next(operation, &event, 0) == KIT_P2P_STATUS_END_OF_STREAM);
        kit_p2p_operation_free(operation);
        return status;
    }
}

KitP2pStatus dial(const Peer* from, const Peer* to, const char* address) {
    KitP2pOperation* operation = NULL;
    const KitP2pBytes view = text(address);
    OK(kit_p2p_dial(from->host, id_of(to), &view, 1, (KitP2pTarget){.handle = &operation}));
    return finish(operation, NULL, NULL);
}

KitP2pEvent await_event(const Peer* at, KitP2pEventKind kind, const Peer* from) {
    const double until = now_s() + patience_ms / 1000.0;
    while (now_s() < until) {
        KitP2pEvent event;
        size_t count = 0;
        const KitP2pStatus status = kit_p2p_next_events(at->host, &event, 1, second_ms, &count);
        if (status == KIT_P2P_STATUS_TIMED_OUT) continue;
        OK(status);
        CHECK(count == 1);
        if (event.kind == kind && (from == NULL || equal(event.peer, id_of(from)))) return event;
        kit_p2p_events_free(&event, 1);
    }
    fprintf(stderr, "no event of kind %d came\n", (int)kind);
    abort();
}

static void keep_stream(KitP2pEvent* event, void* context) {
    if (event->kind != KIT_P2P_EVENT_KIND_STREAM) return;
    *(KitP2pStream**)context = event->stream;
    event->stream = NULL;
}

KitP2pStream* open_stream(const Peer* from, const Peer* to, const char* protocol) {
    // The first of the two is unknown to everybody.
    const KitP2pBytes names[] = {text("/nobody/speaks/this/1.0.0"), text(protocol)};
    KitP2pOperation* operation = NULL;
    OK(kit_p2p_open_stream(from->host, id_of(to), names, 2, patience_ms,
                           (KitP2pTarget){.handle = &operation}));
    KitP2pStream* stream = NULL;
    OK(finish(operation, keep_stream, &stream));
    CHECK(stream != NULL);
    return stream;
}

KitP2pStream* await_stream(const Peer* at) {
    KitP2pEvent event = await_event(at, KIT_P2P_EVENT_KIND_INBOUND_STREAM, NULL);
    KitP2pStream* stream = event.stream;
    event.stream = NULL;
    kit_p2p_events_free(&event, 1);
    CHECK(stream != NULL);
    return stream;
}

int thread_count(void) {
    DIR* tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    int count = 0;
    for (const struct dirent* entry = readdir(tasks); entry != NULL; entry = readdir(tasks)) {
        if (entry->d_name[0] != '.') ++count;
    }
    closedir(tasks);
    return count;
}

double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
