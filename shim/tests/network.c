// The cases in which more is spoken than one stream: frames, the DHT, gossip, private networks.
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cases.h"
#include "client_kit.h"

static void pause_ms(long duration_ms) {
    const struct timespec pause = {duration_ms / 1000, duration_ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

// Two hosts that are connected; `serve` frames of /frames/1.0.0 at the second.
static void two_with_frames(Peer* client, Peer* server, uint64_t unsent_max, uint32_t events_max) {
    KitP2pConfig config = fresh_config();
    config.events_max = events_max;
    config.events_bytes_max = 1 << 20;
    *server = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
    config = fresh_config();
    config.unsent_bytes_max = unsent_max;
    *client = open_peer(&config, NULL);
    const KitP2pBytes name = text("/frames/1.0.0");
    OK(kit_p2p_serve_frames(server->host, &name, 1, 1 << 20));
    OK(dial(client, server, server->address));
}

static atomic_int pieces_held;

static void release(void* owner) {
    free(owner);
    --pieces_held;
}

static KitP2pStatus send_frame(const Peer* from, const Peer* to, uint32_t number, size_t size) {
    static uint8_t filling[1 << 20];
    const KitP2pBytes names[] = {text("/frames/2.0.0"), text("/frames/1.0.0")};
    uint32_t* owned = malloc(sizeof number);
    *owned = number;
    const KitP2pPiece pieces[] = {{(const uint8_t*)owned, sizeof number, owned},
                                  {filling, size, NULL}};
    pieces_held += 2;
    return kit_p2p_send_frame(from->host, id_of(to), names, 2, pieces, 2, release);
}

void frames_in_order(void) {
    Peer client, server;
    two_with_frames(&client, &server, 64 << 20, 4096);
    enum { frames = 2000 };
    for (uint32_t i = 0; i < frames; ++i) OK(send_frame(&client, &server, i, i * 7 % 5000));
    for (uint32_t i = 0; i < frames; ++i) {
        KitP2pEvent event = await_event(&server, KIT_P2P_EVENT_KIND_FRAME, &client);
        CHECK(equal(event.name, text("/frames/1.0.0")));
        CHECK(event.data.size == sizeof i + i * 7 % 5000);
        CHECK(memcmp(event.data.data, &i, sizeof i) == 0);
        kit_p2p_events_free(&event, 1);
    }
    KitP2pEvent event = await_event(&client, KIT_P2P_EVENT_KIND_FRAMES_SENT, &server);
    while (event.number > 0) {
        kit_p2p_events_free(&event, 1);
        event = await_event(&client, KIT_P2P_EVENT_KIND_FRAMES_SENT, &server);
    }
    kit_p2p_events_free(&event, 1);
    CHECK(kit_p2p_unsent_bytes(client.host, id_of(&server)) == 0);
    // Nobody serves frames at the client, which the server learns.
    OK(send_frame(&server, &client, 0, 10));
    event = await_event(&server, KIT_P2P_EVENT_KIND_FRAMES_FAILED, &client);
    CHECK(event.status == KIT_P2P_STATUS_UNSUPPORTED_PROTOCOL);
    kit_p2p_events_free(&event, 1);
    // A frame above the bound resets the stream; a stranger gets none.
    OK(send_frame(&client, &server, 0, 1 << 20));
    OK(kit_p2p_disconnect(client.host, id_of(&server)));
    event = await_event(&client, KIT_P2P_EVENT_KIND_DISCONNECTED, &server);
    kit_p2p_events_free(&event, 1);
    CHECK(send_frame(&client, &server, 0, 1) == KIT_P2P_STATUS_NOT_FOUND);
    close_peer(&client);
    close_peer(&server);
    CHECK(pieces_held == 0);
}

// The reader takes no events: its queue and the sender's fill up to their bounds and no further.
void frames_wait_for_a_slow_reader(void) {
    Peer client, server;
    two_with_frames(&client, &server, 2 << 20, 64);
    enum { size = 256 << 10 };
    uint32_t accepted = 0;
    for (int quiet = 0; quiet < 20; ++quiet) {
        while (send_frame(&client, &server, accepted, size) == KIT_P2P_STATUS_OK) {
            ++accepted;
            quiet = 0;
            CHECK(accepted < 1000);
        }
        pause_ms(50);
    }
    CHECK(accepted >= 8);
    for (uint32_t i = 0; i < accepted; ++i) {
        KitP2pEvent event = await_event(&server, KIT_P2P_EVENT_KIND_FRAME, &client);
        CHECK(memcmp(event.data.data, &i, sizeof i) == 0);
        kit_p2p_events_free(&event, 1);
    }
    close_peer(&client);
    close_peer(&server);
}

typedef struct Seen {
    KitP2pBytes wanted;
    int count;
    size_t addresses;
} Seen;

static void see_peer(KitP2pEvent* event, void* context) {
    Seen* seen = context;
    if (event->kind != KIT_P2P_EVENT_KIND_PEER || !equal(event->peer, seen->wanted)) return;
    ++seen->count;
    seen->addresses = event->items_count;
}

static void see_value(KitP2pEvent* event, void* context) {
    Seen* seen = context;
    if (event->kind == KIT_P2P_EVENT_KIND_VALUE && equal(event->data, seen->wanted)) ++seen->count;
}

static void count_entry(KitP2pEvent* event, void* context) {
    if (event->kind == KIT_P2P_EVENT_KIND_ENTRY) ++*(int*)context;
}

static int routes_of(const Peer* peer) {
    KitP2pOperation* operation = NULL;
    int count = 0;
    OK(kit_p2p_kad_list_routes(peer->host, KIT_P2P_DHT_LAN, (KitP2pTarget){.handle = &operation}));
    OK(finish(operation, count_entry, &count));
    return count;
}

enum { dht_size = 8 };

// Eight hosts in a ring of first acquaintances: what one provides, its opposite finds.
void dht_of_eight(void) {
    Peer peers[dht_size];
    for (int i = 0; i < dht_size; ++i) {
        KitP2pConfig config = fresh_config();
        config.kad_lan = KIT_P2P_KAD_MODE_SERVER;
        config.kad_records = KIT_P2P_KAD_RECORDS_TRUSTING;
        peers[i] = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
    }
    for (int i = 1; i < dht_size; ++i) OK(dial(&peers[i], &peers[i - 1], peers[i - 1].address));
    for (int i = 0; i < dht_size; ++i) {
        for (int turn = 0; routes_of(&peers[i]) == 0; ++turn) {
            CHECK(turn < 600);
            pause_ms(100);
        }
    }
    KitP2pOperation* operation = NULL;
    const KitP2pTarget target = {.handle = &operation};
    for (int i = 0; i < dht_size; ++i) {
        OK(kit_p2p_kad_bootstrap(peers[i].host, KIT_P2P_DHT_LAN, target));
        OK(finish(operation, NULL, NULL));
    }
    const Peer* first = &peers[0];
    const Peer* last = &peers[dht_size - 1];
    const KitP2pBytes key = text(
        "\x12\x20"
        "01234567890123456789012345678901");
    OK(kit_p2p_kad_provide(first->host, KIT_P2P_DHT_LAN, key, target));
    OK(finish(operation, NULL, NULL));
    Seen seen = {id_of(first), 0, 0};
    OK(kit_p2p_kad_get_providers(last->host, KIT_P2P_DHT_LAN, key, 10, target));
    OK(finish(operation, see_peer, &seen));
    CHECK(seen.count == 1 && seen.addresses >= 1);

    seen = (Seen){id_of(first), 0, 0};
    OK(kit_p2p_kad_find_peer(last->host, KIT_P2P_DHT_LAN, id_of(first), target));
    OK(finish(operation, see_peer, &seen));
    CHECK(seen.count == 1 && seen.addresses >= 1);

    const KitP2pBytes name = text("/ipns/somebody");
    const KitP2pBytes value = text("a record");
    OK(kit_p2p_kad_put_value(first->host, KIT_P2P_DHT_LAN, name, value, 1, target));
    OK(finish(operation, NULL, NULL));
    seen = (Seen){value, 0, 0};
    OK(kit_p2p_kad_get_value(last->host, KIT_P2P_DHT_LAN, name, 1, target));
    OK(finish(operation, see_value, &seen));
    CHECK(seen.count == 1);
    OK(kit_p2p_kad_get_value(last->host, KIT_P2P_DHT_LAN, text("/ipns/nobody"), 1, target));
    CHECK(finish(operation, NULL, NULL) == KIT_P2P_STATUS_NOT_FOUND);
    // The DHT that is off says so.
    OK(kit_p2p_kad_bootstrap(last->host, KIT_P2P_DHT_WAN, target));
    CHECK(finish(operation, NULL, NULL) == KIT_P2P_STATUS_DENIED);
    for (int i = 0; i < dht_size; ++i) close_peer(&peers[i]);
}

void gossip_is_signed(void) {
    Peer peers[3];
    for (int i = 0; i < 3; ++i) {
        KitP2pConfig config = fresh_config();
        config.gossipsub = true;
        peers[i] = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
        OK(kit_p2p_pubsub_subscribe(peers[i].host, text("news")));
    }
    OK(dial(&peers[0], &peers[1], peers[1].address));
    OK(dial(&peers[1], &peers[2], peers[2].address));
    for (int i = 0; i < 2; ++i) {
        KitP2pEvent event = await_event(&peers[i], KIT_P2P_EVENT_KIND_SUBSCRIPTION, &peers[i + 1]);
        CHECK(equal(event.name, text("news")));
        kit_p2p_events_free(&event, 1);
    }
    OK(kit_p2p_pubsub_publish(peers[0].host, text("news"), text("hello")));
    // The author is the first, and the message came by the second; the first hears itself.
    for (int i = 2; i >= 0; --i) {
        KitP2pEvent event = await_event(&peers[i], KIT_P2P_EVENT_KIND_MESSAGE, &peers[0]);
        CHECK(equal(event.data, text("hello")));
        CHECK(event.items_count == 3 && event.items[2].size == 8);
        if (i == 2) CHECK(equal(event.items[1], id_of(&peers[1])));
        kit_p2p_events_free(&event, 1);
    }
    for (int i = 0; i < 3; ++i) close_peer(&peers[i]);
}

// A private network lets in who has its key, and nobody else.
void strangers_stay_out(void) {
    const KitP2pBytes keys[] = {
        text("/key/swarm/psk/1.0.0/\n/base16/\n"
             "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"),
        text("/key/swarm/psk/1.0.0/\n/base16/\n"
             "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n")};
    KitP2pConfig config = fresh_config();
    config.swarm_key = keys[0];
    config.handshake_timeout_ms = 3000;
    Peer inside = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
    config.private_key = fresh_config().private_key;
    Peer friend = open_peer(&config, NULL);
    OK(dial(&friend, &inside, inside.address));
    config.private_key = fresh_config().private_key;
    config.swarm_key = keys[1];
    Peer stranger = open_peer(&config, NULL);
    CHECK(dial(&stranger, &inside, inside.address) == KIT_P2P_STATUS_UNREACHABLE);
    config.private_key = fresh_config().private_key;
    config.swarm_key = text("");
    Peer anybody = open_peer(&config, NULL);
    CHECK(dial(&anybody, &inside, inside.address) == KIT_P2P_STATUS_UNREACHABLE);
    close_peer(&inside);
    close_peer(&friend);
    close_peer(&stranger);
    close_peer(&anybody);
}

// One behind a relay is reached through it, and a stream goes both ways.
void relay_carries_a_stream(void) {
    KitP2pConfig config = fresh_config();
    config.relay_server = true;
    Peer relay = open_peer(&config, "/ip4/127.0.0.1/tcp/0");
    OK(kit_p2p_external_address(relay.host, text(relay.address), true));
    config = fresh_config();
    Peer hidden = open_peer(&config, NULL);
    config = fresh_config();
    Peer caller = open_peer(&config, NULL);
    OK(dial(&hidden, &relay, relay.address));
    KitP2pEvent event = await_event(&hidden, KIT_P2P_EVENT_KIND_IDENTIFIED, &relay);
    kit_p2p_events_free(&event, 1);
    char circuit[1024];
    char through[512];
    char id[128];
    peer_text(&relay, id, sizeof id);
    snprintf(circuit, sizeof circuit, "%s/p2p/%s/p2p-circuit", relay.address, id);
    listen_on(&hidden, circuit, through, sizeof through);
    OK(kit_p2p_accept(hidden.host, text("/talk/1.0.0")));
    char hidden_id[128];
    peer_text(&hidden, hidden_id, sizeof hidden_id);
    if (strstr(through, hidden_id) == NULL) {
        snprintf(circuit, sizeof circuit, "%s/p2p/%s", through, hidden_id);
    } else {
        snprintf(circuit, sizeof circuit, "%s", through);
    }
    OK(dial(&caller, &hidden, circuit));
    event = await_event(&caller, KIT_P2P_EVENT_KIND_CONNECTED, &hidden);
    CHECK(event.flags & KIT_P2P_FLAG_RELAYED);
    kit_p2p_events_free(&event, 1);
    KitP2pStream* stream = open_stream(&caller, &hidden, "/talk/1.0.0");
    KitP2pStream* other = await_stream(&hidden);
    size_t size = 0;
    OK(kit_p2p_stream_write(stream, text("psst"), patience_ms, &size));
    char heard[4];
    OK(kit_p2p_stream_read(other, (uint8_t*)heard, sizeof heard, patience_ms, &size));
    CHECK(size > 0 && memcmp(heard, "psst", size) == 0);
    kit_p2p_stream_free(stream);
    kit_p2p_stream_free(other);
    close_peer(&caller);
    close_peer(&hidden);
    close_peer(&relay);
}
