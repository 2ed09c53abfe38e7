// A host for other programs to talk with, and a measure of the fastest that a stream can be.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cases.h"
#include "client_kit.h"

// Listens on TCP and QUIC of loopback, prints "listening ADDRESS" with its peer id, then a line
// for each peer that identifies itself, and for `dial ADDRESS` on standard input what came of it.
// Ends when standard input does.
static void* print_events(void* context) {
    const Peer* peer = context;
    for (;;) {
        KitP2pEvent event;
        size_t count = 0;
        const KitP2pStatus status = kit_p2p_next_events(peer->host, &event, 1, second_ms, &count);
        if (status == KIT_P2P_STATUS_CLOSED) return NULL;
        if (status == KIT_P2P_STATUS_TIMED_OUT) continue;
        OK(status);
        if (event.kind == KIT_P2P_EVENT_KIND_IDENTIFIED) {
            printf("identified %.*s %.*s\n", (int)event.name.size, (const char*)event.name.data,
                   (int)event.address.size, (const char*)event.address.data);
            fflush(stdout);
        }
        kit_p2p_events_free(&event, 1);
    }
}

static void dial_line(const Peer* peer, const char* address) {
    KitP2pOperation* operation = NULL;
    const KitP2pBytes view = text(address);
    OK(kit_p2p_dial(peer->host, text(""), &view, 1, (KitP2pTarget){.handle = &operation}));
    printf("dialled %d\n", (int)finish(operation, NULL, NULL));
    fflush(stdout);
}

void serve(void) {
    KitP2pConfig config = fresh_config();
    config.kad_lan = KIT_P2P_KAD_MODE_SERVER;
    Peer peer = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
    char quic[256];
    listen_on(&peer, "/ip4/127.0.0.1/udp/0/quic-v1", quic, sizeof quic);
    char id[128];
    peer_text(&peer, id, sizeof id);
    printf("listening %s/p2p/%s\nlistening %s/p2p/%s\n", peer.address, id, quic, id);
    fflush(stdout);
    pthread_t printing;
    CHECK(pthread_create(&printing, NULL, print_events, &peer) == 0);
    char line[1024];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "dial ", 5) == 0) dial_line(&peer, line + 5);
    }
    OK(kit_p2p_host_close(peer.host));
    CHECK(pthread_join(printing, NULL) == 0);
    close_peer(&peer);
}

enum { speed_size_bytes = 512 << 20, speed_piece_bytes = 1 << 20 };

static void* write_much(void* context) {
    uint8_t* piece = calloc(1, speed_piece_bytes);
    for (size_t sent = 0; sent < speed_size_bytes; sent += speed_piece_bytes) {
        size_t written = 0;
        OK(kit_p2p_stream_write(context, bytes(piece, speed_piece_bytes), patience_ms, &written));
    }
    OK(kit_p2p_stream_close_write(context, patience_ms));
    free(piece);
    return NULL;
}

static void speed_over(const char* listen_address) {
    KitP2pConfig config = fresh_config();
    config.threads = 2;
    Peer server = open_peer(&config, listen_address);
    config.private_key = fresh_config().private_key;
    Peer client = open_peer(&config, NULL);
    OK(kit_p2p_accept(server.host, text("/sink/1.0.0")));
    OK(dial(&client, &server, server.address));
    KitP2pStream* stream = open_stream(&client, &server, "/sink/1.0.0");
    KitP2pStream* inbound = await_stream(&server);
    const double start = now_s();
    pthread_t writing;
    CHECK(pthread_create(&writing, NULL, write_much, stream) == 0);
    uint8_t* piece = malloc(speed_piece_bytes);
    size_t received = 0;
    for (;;) {
        size_t size = 0;
        const KitP2pStatus status =
            kit_p2p_stream_read(inbound, piece, speed_piece_bytes, patience_ms, &size);
        if (status == KIT_P2P_STATUS_END_OF_STREAM) break;
        OK(status);
        received += size;
    }
    CHECK(received == speed_size_bytes);
    CHECK(pthread_join(writing, NULL) == 0);
    printf("%s: %.0f MiB/s\n", listen_address, speed_size_bytes / 1048576.0 / (now_s() - start));
    free(piece);
    kit_p2p_stream_free(stream);
    kit_p2p_stream_free(inbound);
    close_peer(&client);
    close_peer(&server);
}

static long resident_kib(void) {
    long total = 0, resident = 0;
    FILE* statm = fopen("/proc/self/statm", "r");
    CHECK(statm != NULL);
    CHECK(fscanf(statm, "%ld %ld", &total, &resident) == 2);
    fclose(statm);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

void measure(void) {
    const long before = resident_kib();
    enum { hosts = 10 };
    Peer idle[hosts];
    for (int i = 0; i < hosts; ++i) {
        KitP2pConfig config = fresh_config();
        config.kad_lan = KIT_P2P_KAD_MODE_SERVER;
        config.gossipsub = true;
        idle[i] = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
        if (i == 0) printf("the first idle host: %ld KiB\n", resident_kib() - before);
    }
    printf("each of %d idle hosts: %ld KiB\n", hosts, (resident_kib() - before) / hosts);
    for (int i = 0; i < hosts; ++i) close_peer(&idle[i]);
    speed_over("/ip4/127.0.0.1/tcp/0");
    speed_over("/ip4/127.0.0.1/udp/0/quic-v1");
}
