// A client of the generated header, in C: what the C++ rooms will do, done by hand. Each case is
// named on the command line, so that a failure is one name; `all` runs every one, and `serve` and
// `measure` are for others (serve.c). No case leaves a
// thread behind.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "client_kit.h"

// Two hosts meet at `listen_address`, learn each other by identify, and ping.
static void meet(const char* listen_address) {
    KitP2pConfig config = fresh_config();
    config.ping_interval_ms = 100;
    Peer server = open_peer(&config, listen_address);
    config.private_key = fresh_config().private_key;
    Peer client = open_peer(&config, NULL);

    OK(dial(&client, &server, server.address));
    KitP2pEvent event = await_event(&client, KIT_P2P_EVENT_KIND_CONNECTED, &server);
    CHECK(event.flags & KIT_P2P_FLAG_OUTBOUND);
    kit_p2p_events_free(&event, 1);
    event = await_event(&server, KIT_P2P_EVENT_KIND_CONNECTED, &client);
    CHECK(!(event.flags & KIT_P2P_FLAG_OUTBOUND));
    kit_p2p_events_free(&event, 1);

    event = await_event(&client, KIT_P2P_EVENT_KIND_IDENTIFIED, &server);
    CHECK(equal(event.name, config.agent_version));
    CHECK(equal(event.detail, text("ipfs/0.1.0")));
    CHECK(event.number >= 1);
    CHECK(event.items_count > event.number);
    kit_p2p_events_free(&event, 1);

    event = await_event(&server, KIT_P2P_EVENT_KIND_PING, &client);
    CHECK(event.number > 0);
    kit_p2p_events_free(&event, 1);

    KitP2pCounts counts;
    OK(kit_p2p_counts(server.host, &counts));
    CHECK(counts.peers == 1 && counts.connections >= 1);
    KitP2pTraffic traffic;
    OK(kit_p2p_traffic(server.host, id_of(&client), &traffic));
    CHECK(traffic.sent > 0 && traffic.received > 0);

    OK(kit_p2p_disconnect(client.host, id_of(&server)));
    event = await_event(&server, KIT_P2P_EVENT_KIND_DISCONNECTED, &client);
    CHECK(event.number == 0);
    kit_p2p_events_free(&event, 1);
    close_peer(&client);
    close_peer(&server);
}

static void meet_by_tcp(void) {
    meet("/ip4/127.0.0.1/tcp/0");
}
static void meet_by_quic(void) {
    meet("/ip4/127.0.0.1/udp/0/quic-v1");
}
static void meet_by_websocket(void) {
    meet("/ip4/127.0.0.1/tcp/0/ws");
}

enum { echo_size_bytes = 64 << 20, piece_size_bytes = 1 << 20 };

// Sends back whatever comes until the other side has said everything.
static void* echo(void* context) {
    KitP2pStream* stream = context;
    uint8_t* buffer = malloc(piece_size_bytes);
    for (;;) {
        size_t size = 0;
        const KitP2pStatus status =
            kit_p2p_stream_read(stream, buffer, piece_size_bytes, patience_ms, &size);
        if (status == KIT_P2P_STATUS_END_OF_STREAM) break;
        OK(status);
        OK(kit_p2p_stream_write(stream, bytes(buffer, size), patience_ms, &size));
    }
    OK(kit_p2p_stream_close_write(stream, patience_ms));
    free(buffer);
    kit_p2p_stream_free(stream);
    return NULL;
}

static uint8_t byte_at(size_t place) {
    return (uint8_t)(place * 2654435761u >> 13);
}

static void* send_all(void* context) {
    KitP2pStream* stream = context;
    uint8_t* piece = malloc(piece_size_bytes);
    for (size_t sent = 0; sent < echo_size_bytes; sent += piece_size_bytes) {
        for (size_t i = 0; i < piece_size_bytes; ++i) piece[i] = byte_at(sent + i);
        size_t written = 0;
        OK(kit_p2p_stream_write(stream, bytes(piece, piece_size_bytes), patience_ms, &written));
        CHECK(written == piece_size_bytes);
    }
    OK(kit_p2p_stream_close_write(stream, patience_ms));
    free(piece);
    return NULL;
}

// 64 MiB go there and back; every byte is looked at.
static void echo_over(const char* listen_address) {
    const KitP2pConfig server_config = fresh_config();
    Peer server = open_peer(&server_config, listen_address);
    const KitP2pConfig client_config = fresh_config();
    Peer client = open_peer(&client_config, NULL);
    OK(kit_p2p_accept(server.host, text("/echo/1.0.0")));
    CHECK(kit_p2p_accept(server.host, text("/echo/1.0.0")) == KIT_P2P_STATUS_ALREADY_EXISTS);
    OK(dial(&client, &server, server.address));
    KitP2pStream* stream = open_stream(&client, &server, "/echo/1.0.0");
    pthread_t echoing;
    CHECK(pthread_create(&echoing, NULL, echo, await_stream(&server)) == 0);
    pthread_t sending;
    CHECK(pthread_create(&sending, NULL, send_all, stream) == 0);
    uint8_t* piece = malloc(piece_size_bytes);
    size_t received = 0;
    for (;;) {
        size_t size = 0;
        const KitP2pStatus status =
            kit_p2p_stream_read(stream, piece, piece_size_bytes, patience_ms, &size);
        if (status == KIT_P2P_STATUS_END_OF_STREAM) break;
        OK(status);
        for (size_t i = 0; i < size; ++i) CHECK(piece[i] == byte_at(received + i));
        received += size;
    }
    CHECK(received == echo_size_bytes);
    free(piece);
    CHECK(pthread_join(sending, NULL) == 0);
    CHECK(pthread_join(echoing, NULL) == 0);
    kit_p2p_stream_free(stream);
    close_peer(&client);
    close_peer(&server);
}

static void echo_by_tcp(void) {
    echo_over("/ip4/127.0.0.1/tcp/0");
}
static void echo_by_quic(void) {
    echo_over("/ip4/127.0.0.1/udp/0/quic-v1");
}

// A writer whose peer does not read stops after a bounded number of bytes.
static void back_pressure(void) {
    const KitP2pConfig server_config = fresh_config();
    Peer server = open_peer(&server_config, "/ip4/127.0.0.1/tcp/0");
    const KitP2pConfig client_config = fresh_config();
    Peer client = open_peer(&client_config, NULL);
    OK(kit_p2p_accept(server.host, text("/slow/1.0.0")));
    OK(dial(&client, &server, server.address));
    KitP2pStream* stream = open_stream(&client, &server, "/slow/1.0.0");
    KitP2pStream* unread = await_stream(&server);
    uint8_t* piece = calloc(1, piece_size_bytes);
    size_t total = 0;
    KitP2pStatus status = KIT_P2P_STATUS_OK;
    while (status == KIT_P2P_STATUS_OK && total < 1u << 30) {
        size_t written = 0;
        status = kit_p2p_stream_write(stream, bytes(piece, piece_size_bytes), 300, &written);
        total += written;
    }
    CHECK(status == KIT_P2P_STATUS_TIMED_OUT);
    CHECK(total < 64 << 20);
    // The other side's reset is seen by the writer.
    kit_p2p_stream_free(unread);
    for (int turn = 0; status == KIT_P2P_STATUS_TIMED_OUT && turn < 100; ++turn) {
        size_t written = 0;
        status = kit_p2p_stream_write(stream, bytes(piece, piece_size_bytes), 300, &written);
    }
    CHECK(status == KIT_P2P_STATUS_RESET || status == KIT_P2P_STATUS_CLOSED);
    free(piece);
    kit_p2p_stream_free(stream);
    close_peer(&client);
    close_peer(&server);
}

static void* read_for_ever(void* context) {
    uint8_t byte = 0;
    size_t size = 0;
    const KitP2pStatus status = kit_p2p_stream_read(context, &byte, 1, KIT_P2P_FOREVER, &size);
    CHECK(status == KIT_P2P_STATUS_RESET || status == KIT_P2P_STATUS_CLOSED ||
          status == KIT_P2P_STATUS_END_OF_STREAM);
    return NULL;
}

// Closing a host wakes who waits in its streams and its queue, and leaves no thread.
static void close_wakes_all(void) {
    const int before = thread_count();
    const KitP2pConfig server_config = fresh_config();
    Peer server = open_peer(&server_config, "/ip4/127.0.0.1/udp/0/quic-v1");
    const KitP2pConfig client_config = fresh_config();
    Peer client = open_peer(&client_config, NULL);
    CHECK(thread_count() > before);
    OK(kit_p2p_accept(server.host, text("/wait/1.0.0")));
    OK(dial(&client, &server, server.address));
    KitP2pStream* stream = open_stream(&client, &server, "/wait/1.0.0");
    pthread_t reading;
    CHECK(pthread_create(&reading, NULL, read_for_ever, stream) == 0);
    OK(kit_p2p_host_close(client.host));
    CHECK(pthread_join(reading, NULL) == 0);
    OK(kit_p2p_host_close(client.host));
    KitP2pEvent event;
    size_t count = 0;
    KitP2pStatus status = KIT_P2P_STATUS_OK;
    while (status == KIT_P2P_STATUS_OK) {
        status = kit_p2p_next_events(client.host, &event, 1, patience_ms, &count);
        kit_p2p_events_free(&event, count);
    }
    CHECK(status == KIT_P2P_STATUS_CLOSED);
    CHECK(kit_p2p_identify_push(client.host) == KIT_P2P_STATUS_CLOSED);
    kit_p2p_stream_free(stream);
    close_peer(&client);
    close_peer(&server);
    CHECK(thread_count() == before);
}

// What cannot be is refused with a status and words, never with a crash.
static void mistakes_are_refused(void) {
    KitP2pHost* host = NULL;
    KitP2pConfig config = fresh_config();
    CHECK(kit_p2p_host_new(NULL, &host) == KIT_P2P_STATUS_INVALID_ARGUMENT);
    CHECK(strlen(kit_p2p_last_error()) > 0);
    KitP2pConfig broken = config;
    broken.private_key = text("no key");
    CHECK(kit_p2p_host_new(&broken, &host) == KIT_P2P_STATUS_INVALID_ARGUMENT);
    broken = config;
    broken.swarm_key = text("/key/swarm/psk/1.0.0/\n/base16/\n00\n");
    CHECK(kit_p2p_host_new(&broken, &host) == KIT_P2P_STATUS_INVALID_ARGUMENT);
    CHECK(kit_p2p_host_new(&config, NULL) == KIT_P2P_STATUS_INVALID_ARGUMENT);

    Peer alone = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
    config = fresh_config();
    Peer other = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
    KitP2pOperation* operation = NULL;
    const KitP2pTarget target = {.handle = &operation};
    CHECK(kit_p2p_listen(alone.host, text("nowhere"), target) == KIT_P2P_STATUS_INVALID_ARGUMENT);
    CHECK(kit_p2p_listen(alone.host, text("/ip4/127.0.0.1/tcp/0"), (KitP2pTarget){0}) ==
          KIT_P2P_STATUS_INVALID_ARGUMENT);
    CHECK(operation == NULL);
    // Nobody listens at port 1; whoever answers must have the key of the peer that was meant.
    CHECK(dial(&alone, &other, "/ip4/127.0.0.1/tcp/1") == KIT_P2P_STATUS_UNREACHABLE);
    Peer mistaken = other;
    mistaken.id[mistaken.id_size - 1] ^= 1;
    CHECK(dial(&alone, &mistaken, other.address) == KIT_P2P_STATUS_UNREACHABLE);
    // A stream to a stranger, or for what nobody speaks.
    const KitP2pBytes name = text("/nothing/1.0.0");
    const KitP2pBytes other_id = id_of(&other);
    OK(kit_p2p_open_stream(alone.host, other_id, &name, 1, second_ms, target));
    CHECK(finish(operation, NULL, NULL) == KIT_P2P_STATUS_NOT_FOUND);
    OK(dial(&alone, &other, other.address));
    OK(kit_p2p_open_stream(alone.host, other_id, &name, 1, patience_ms, target));
    CHECK(finish(operation, NULL, NULL) == KIT_P2P_STATUS_UNSUPPORTED_PROTOCOL);
    // A ban ends the connection and prevents the next one.
    OK(kit_p2p_ban_peer(alone.host, other_id, true));
    KitP2pEvent event = await_event(&alone, KIT_P2P_EVENT_KIND_DISCONNECTED, &other);
    kit_p2p_events_free(&event, 1);
    CHECK(dial(&alone, &other, other.address) == KIT_P2P_STATUS_DENIED);
    OK(kit_p2p_ban_peer(alone.host, other_id, false));
    OK(kit_p2p_ban_network(other.host, text("127.0.0.0/8"), true));
    CHECK(dial(&alone, &other, other.address) == KIT_P2P_STATUS_UNREACHABLE);
    close_peer(&alone);
    close_peer(&other);
}

static const Case cases[] = {
    {"meet_by_tcp", meet_by_tcp},
    {"meet_by_quic", meet_by_quic},
    {"meet_by_websocket", meet_by_websocket},
    {"echo_by_tcp", echo_by_tcp},
    {"echo_by_quic", echo_by_quic},
    {"back_pressure", back_pressure},
    {"close_wakes_all", close_wakes_all},
    {"mistakes_are_refused", mistakes_are_refused},
    {"frames_in_order", frames_in_order},
    {"frames_wait_for_a_slow_reader", frames_wait_for_a_slow_reader},
    {"dht_of_eight", dht_of_eight},
    {"gossip_is_signed", gossip_is_signed},
    {"strangers_stay_out", strangers_stay_out},
    {"relay_carries_a_stream", relay_carries_a_stream},
};

// The first host of a process starts its one timer thread, which stays; any other must go.
static void start_the_timer(void) {
    const int before = thread_count();
    const KitP2pConfig config = fresh_config();
    Peer first = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
    Peer second = open_peer(&config, NULL);
    CHECK(dial(&second, &first, first.address) != KIT_P2P_STATUS_OK);  // It is the same peer.
    close_peer(&first);
    close_peer(&second);
    CHECK(thread_count() <= before + 1);
}

int main(int argc, char** argv) {
    const char* wanted = argc > 1 ? argv[1] : "all";
    if (strcmp(wanted, "serve") == 0) return serve(), 0;
    if (strcmp(wanted, "measure") == 0) return measure(), 0;
    start_the_timer();
    bool found = false;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
        if (strcmp(wanted, "all") != 0 && strcmp(wanted, cases[i].name) != 0) continue;
        found = true;
        const int before = thread_count();
        const double start = now_s();
        cases[i].run();
        CHECK(thread_count() == before);
        printf("%-32s %6.2f s\n", cases[i].name, now_s() - start);
        fflush(stdout);
    }
    if (!found) fprintf(stderr, "no case is called %s\n", wanted);
    return found ? 0 : 2;
}
