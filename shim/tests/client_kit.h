// What the test client's cases share: hosts with fresh keys, waiting for results and events, and
// checks that end the process with the place and the library's own words.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kit_p2p.h"

// Ends the process unless `condition` holds.
#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
// Ends the process unless the call succeeds.
#define OK(call) CHECK((call) == KIT_P2P_STATUS_OK)

void check_failed(const char* file, int line, const char* what);

enum { second_ms = 1000, patience_ms = 60 * second_ms };

// A host of its own key, and what was learned of it.
typedef struct Peer {
    KitP2pHost* host;
    uint8_t id[64];
    size_t id_size;
    char address[256];  // The first that it listens on.
} Peer;

// Views of a text or of any bytes.
KitP2pBytes text(const char* words);
KitP2pBytes bytes(const void* data, size_t size);
bool equal(KitP2pBytes left, KitP2pBytes right);

// The defaults with a fresh Ed25519 key; the key's bytes live as long as the process.
KitP2pConfig fresh_config(void);
// Opens a host and, with `listen_on`, listens there.
Peer open_peer(const KitP2pConfig* config, const char* listen_on);
void close_peer(Peer* peer);
KitP2pBytes id_of(const Peer* peer);
// The peer id in base58btc.
void peer_text(const Peer* peer, char* buffer, size_t size);
// Listens on one more address and writes what came of it.
void listen_on(Peer* peer, const char* where, char* address, size_t address_size);

// Takes an operation's results until DONE, frees it, and returns DONE's status. `take` may be null.
KitP2pStatus finish(KitP2pOperation* operation, void (*take)(KitP2pEvent* event, void* context),
                    void* context);
KitP2pStatus dial(const Peer* from, const Peer* to, const char* address);
// Waits for an event of this kind, and of this peer unless `peer` is null; others are dropped.
KitP2pEvent await_event(const Peer* at, KitP2pEventKind kind, const Peer* from);
KitP2pStream* open_stream(const Peer* from, const Peer* to, const char* protocol);
// The stream that a peer opened to us.
KitP2pStream* await_stream(const Peer* at);

int thread_count(void);
double now_s(void);
