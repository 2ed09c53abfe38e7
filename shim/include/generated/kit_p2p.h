// Generated from shim/src by shim/header. Do not edit.
//
// Peers over rust-libp2p for callers in C. What holds everywhere:
// - A function that can fail returns a KitP2pStatus; kit_p2p_last_error() has a sentence for it.
// - No call runs the caller's code, save what frees the pieces of a frame, and none throws: a panic
//   inside is KIT_P2P_STATUS_INTERNAL.
// - Views that are passed in are read during the call and never kept; pieces of frames are.
// - Handles (host, operation, stream) and events are the caller's, to be freed by their function.
// - Every function is safe from any thread, save that a handle is freed by its last user.
// - Every queue is bounded; each one's own words say what happens when it is full.

#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// No bound in time.
#define KIT_P2P_FOREVER UINT64_MAX

// The connection was dialled by us.
#define KIT_P2P_FLAG_OUTBOUND 1

// The connection goes through a relay.
#define KIT_P2P_FLAG_RELAYED 2

// The subscription, address or peer has gone.
#define KIT_P2P_FLAG_GONE 4

// Whether and how a host takes part in a DHT.
typedef enum KitP2pKadMode {
  KIT_P2P_KAD_MODE_OFF = 0,
  // Asks, and answers nobody.
  KIT_P2P_KAD_MODE_CLIENT = 1,
  KIT_P2P_KAD_MODE_SERVER = 2,
  // Server as soon as an address of ours is known to be reachable, client before.
  KIT_P2P_KAD_MODE_AUTO = 3,
} KitP2pKadMode;

// Who decides which value records this host keeps for others.
typedef enum KitP2pKadRecords {
  // Only /pk records whose key hashes to their name.
  KIT_P2P_KAD_RECORDS_PUBLIC_KEYS = 0,
  // /pk as above; for /ipns a RECORD_OFFERED event asks the caller, who stores what is good.
  KIT_P2P_KAD_RECORDS_CALLER = 1,
  // Those, and any /ipns record of at most 10 KiB: for networks of friends and for tests.
  KIT_P2P_KAD_RECORDS_TRUSTING = 2,
} KitP2pKadRecords;

// Why a call failed. `KIT_P2P_STATUS_OK` is 0.
typedef enum KitP2pStatus {
  KIT_P2P_STATUS_OK = 0,
  // An argument cannot be read: a null pointer, a malformed address, key or peer id.
  KIT_P2P_STATUS_INVALID_ARGUMENT = 1,
  // There is no such peer, record, protocol, address or topic.
  KIT_P2P_STATUS_NOT_FOUND = 2,
  // The time given has passed; what was begun goes on until its handle is freed.
  KIT_P2P_STATUS_TIMED_OUT = 3,
  // The host or the connection has gone.
  KIT_P2P_STATUS_CLOSED = 4,
  // The operation was cancelled by its owner.
  KIT_P2P_STATUS_CANCELLED = 5,
  // No connection could be made.
  KIT_P2P_STATUS_UNREACHABLE = 6,
  // The peer speaks none of the protocols asked for.
  KIT_P2P_STATUS_UNSUPPORTED_PROTOCOL = 7,
  // A bound was reached: connections, records, queue places, bytes.
  KIT_P2P_STATUS_LIMIT_REACHED = 8,
  // The stream was reset by either side.
  KIT_P2P_STATUS_RESET = 9,
  // The remote has closed its direction of the stream and everything was read.
  KIT_P2P_STATUS_END_OF_STREAM = 10,
  // Refused by a rule: a ban, the private network, the mode that is switched off.
  KIT_P2P_STATUS_DENIED = 11,
  // It is there already: a registered protocol, a connection.
  KIT_P2P_STATUS_ALREADY_EXISTS = 12,
  // A defect of this library. The sentence says where.
  KIT_P2P_STATUS_INTERNAL = 13,
} KitP2pStatus;

// What an event tells. The fields that each kind fills stand beside it; the others are 0 or empty.
// `peer` is always the binary peer id (a multihash), addresses are multiaddr texts.
typedef enum KitP2pEventKind {
  // Nothing: a place that holds no event.
  KIT_P2P_EVENT_KIND_NONE = 0,
  // The queue was nearly full: `number` messages, pings, failed dials and discoveries were
  // lost since the last batch. Other kinds are never lost.
  KIT_P2P_EVENT_KIND_EVENTS_LOST = 1,
  // peer, connection, address, flags; `number` = connections to this peer, this one included.
  KIT_P2P_EVENT_KIND_CONNECTED = 2,
  // peer, connection, address, flags, detail; `number` = connections that are left.
  KIT_P2P_EVENT_KIND_DISCONNECTED = 3,
  // address: we listen there now.
  KIT_P2P_EVENT_KIND_LISTEN_ADDRESS = 4,
  // address: no longer.
  KIT_P2P_EVENT_KIND_LISTEN_ADDRESS_GONE = 5,
  // address: where others reach us, confirmed by AutoNAT, by UPnP or by the caller.
  KIT_P2P_EVENT_KIND_EXTERNAL_ADDRESS = 6,
  KIT_P2P_EVENT_KIND_EXTERNAL_ADDRESS_GONE = 7,
  // peer, protocol in `name`, `stream`: a peer opened a stream; the receiver owns it.
  KIT_P2P_EVENT_KIND_INBOUND_STREAM = 8,
  // peer, topic in `name`, data; `items[0]` = message id, `items[1]` = who passed it on,
  // `items[2]` = sequence number (8 bytes, big endian).
  KIT_P2P_EVENT_KIND_MESSAGE = 9,
  // peer, topic in `name`: the peer subscribed; with flag GONE it left.
  KIT_P2P_EVENT_KIND_SUBSCRIPTION = 10,
  // peer, agent in `name`, protocol version in `detail`, observed address in `address`,
  // public key (protobuf) in `data`; `items` = `number` listen addresses, then protocols.
  KIT_P2P_EVENT_KIND_IDENTIFIED = 11,
  // peer, `number` = round trip in nanoseconds.
  KIT_P2P_EVENT_KIND_PING = 12,
  // peer if known, address if known, detail: an outgoing connection failed.
  KIT_P2P_EVENT_KIND_DIAL_FAILED = 13,
  // address, detail, peer: an address of ours was tested by AutoNAT; status tells the result.
  KIT_P2P_EVENT_KIND_REACHABILITY = 14,
  // peer, detail: the relay client or server changed state.
  KIT_P2P_EVENT_KIND_RELAY = 15,
  // peer, detail, status: hole punching ended.
  KIT_P2P_EVENT_KIND_HOLE_PUNCH = 16,
  // peer, address: a peer of the local network, by mDNS; with flag GONE it has expired.
  KIT_P2P_EVENT_KIND_DISCOVERED = 17,
  // peer (who asks), key in `name`, record in `data`, `number` = which DHT; only with
  // `kad_records` = CALLER: store it with kit_p2p_kad_store if it is good.
  KIT_P2P_EVENT_KIND_RECORD_OFFERED = 18,
  // detail: the router has no UPnP, or is not in the public network.
  KIT_P2P_EVENT_KIND_UPNP = 19,
  // peer, connection, protocol in `name`, data: one frame of kit_p2p_serve_frames.
  KIT_P2P_EVENT_KIND_FRAME = 20,
  // peer, status, detail: frames to this peer were dropped, those that waited included.
  KIT_P2P_EVENT_KIND_FRAMES_FAILED = 21,
  // peer, `number` = bytes that still wait for it. At most one of a peer is in the queue.
  KIT_P2P_EVENT_KIND_FRAMES_SENT = 22,
  // Of an operation. peer with addresses in `items`: a peer or provider was found.
  KIT_P2P_EVENT_KIND_PEER = 32,
  // Of an operation. key in `name`, record in `data`, peer = who gave it if not ourselves.
  KIT_P2P_EVENT_KIND_VALUE = 33,
  // Of an operation. `stream` and protocol in `name`: the stream is open; the receiver owns it.
  KIT_P2P_EVENT_KIND_STREAM = 34,
  // Of an operation. A connection in a list: peer, connection, address, flags, agent in `name`,
  // `number` = last round trip in nanoseconds or 0, `number2` = milliseconds since it opened;
  // `items` = protocols of the peer.
  KIT_P2P_EVENT_KIND_CONNECTION = 35,
  // Of an operation. `name` (a topic, protocol, address or bucket), `number`, `number2`, peer.
  KIT_P2P_EVENT_KIND_ENTRY = 36,
  // The last event of an operation: status, detail, `number` = how many took part.
  KIT_P2P_EVENT_KIND_DONE = 64,
} KitP2pEventKind;

// Which of the two.
typedef enum KitP2pDht {
  KIT_P2P_DHT_WAN = 1,
  KIT_P2P_DHT_LAN = 2,
} KitP2pDht;

// What the caller thinks of a message.
typedef enum KitP2pVerdict {
  // Pass it on.
  KIT_P2P_VERDICT_ACCEPT = 0,
  // Drop it and think less of who sent it.
  KIT_P2P_VERDICT_REJECT = 1,
  // Drop it.
  KIT_P2P_VERDICT_IGNORE = 2,
} KitP2pVerdict;

// A host. Every call on it is safe from any thread; free it once, when no thread uses it and
// its streams and operations have been freed or are not used any more.
typedef struct KitP2pHost KitP2pHost;

// An operation that runs. Any thread may cancel it while another waits for it; free it once,
// when no other thread uses it.
typedef struct KitP2pOperation KitP2pOperation;

// A stream to a peer. One thread may read while another writes; a third may reset it, which wakes
// both. Freeing it resets what was not closed.
typedef struct KitP2pStream KitP2pStream;

// A view of bytes. As an argument it is read during the call and never kept. Text is UTF-8
// without a terminating zero.
typedef struct KitP2pBytes {
  const uint8_t *data;
  size_t size;
} KitP2pBytes;

// How to make a host. Fill it by `kit_p2p_config_default` first. Times are milliseconds, sizes
// bytes; views are read during `kit_p2p_host_new` alone.
typedef struct KitP2pConfig {
  // The private key as libp2p's protobuf: Ed25519, Secp256k1 or RSA. Required.
  struct KitP2pBytes private_key;
  // What identify tells others. Required.
  struct KitP2pBytes agent_version;
  // "ipfs/0.1.0" when empty.
  struct KitP2pBytes protocol_version;
  // The text of a swarm.key; empty = the public network. With it only TCP is used.
  struct KitP2pBytes swarm_key;
  // Of the network loop, 1 to 64.
  uint32_t threads;
  bool tcp;
  bool quic;
  bool websocket;
  bool mdns;
  bool upnp;
  bool relay_client;
  bool relay_server;
  bool hole_punching;
  bool autonat_client;
  bool autonat_server;
  bool gossipsub;
  // Identify tells others only of the addresses given by `kit_p2p_external_address`, and of
  // those that AutoNAT or UPnP confirm, not of those that we listen on.
  bool hide_listen_addresses;
  uint64_t handshake_timeout_ms;
  // 0 = never: connections end when somebody ends them.
  uint64_t idle_timeout_ms;
  // Between two pings of a connection; 0 = no pings.
  uint64_t ping_interval_ms;
  // Of all connections together and of those to one peer; 0 = no bound.
  uint32_t connections_max;
  uint32_t connections_per_peer_max;
  uint32_t connections_pending_max;
  // New connections are refused while the process is larger; 0 = no bound.
  uint64_t memory_bytes_max;
  uint32_t streams_per_connection_max;
  // The event queue; the host stands still while it is full.
  uint32_t events_max;
  uint64_t events_bytes_max;
  // Frames that wait to be sent to one peer.
  uint64_t unsent_bytes_max;
  enum KitP2pKadMode kad_wan;
  enum KitP2pKadMode kad_lan;
  enum KitP2pKadRecords kad_records;
  // Also private addresses may enter the WAN table: for networks of one's own.
  bool kad_wan_private_addresses;
  uint64_t kad_query_timeout_ms;
  uint32_t kad_records_max;
  uint32_t kad_provided_keys_max;
  uint32_t gossip_message_bytes_max;
  // Messages are passed on only after `kit_p2p_pubsub_validated`.
  bool gossip_caller_validates;
} KitP2pConfig;

// One event. Its views stay valid until `kit_p2p_events_free`.
typedef struct KitP2pEvent {
  enum KitP2pEventKind kind;
  enum KitP2pStatus status;
  uint32_t flags;
  // The operation that this is a result of, or 0.
  uint64_t operation;
  uint64_t connection;
  uint64_t number;
  uint64_t number2;
  struct KitP2pBytes peer;
  struct KitP2pBytes address;
  struct KitP2pBytes name;
  struct KitP2pBytes detail;
  struct KitP2pBytes data;
  const struct KitP2pBytes *items;
  size_t items_count;
  // Set to null by a receiver that keeps the stream; what is left is reset with the event.
  struct KitP2pStream *stream;
  // Private.
  void *owner;
} KitP2pEvent;

// Where the results of an operation go: exactly one of the two is not null.
typedef struct KitP2pTarget {
  // Gets a handle to take them from; free it with `kit_p2p_operation_free`.
  struct KitP2pOperation **handle;
  // Gets the number under which they come as events; `kit_p2p_cancel` takes it.
  uint64_t *number;
} KitP2pTarget;

// Bytes that the library keeps without copying them, until it hands `owner` back.
typedef struct KitP2pPiece {
  const uint8_t *data;
  size_t size;
  void *owner;
} KitP2pPiece;

// Bytes in each direction since the host was made.
typedef struct KitP2pTraffic {
  uint64_t sent;
  uint64_t received;
} KitP2pTraffic;

// What a host holds at this moment.
typedef struct KitP2pCounts {
  uint64_t peers;
  uint64_t connections;
  uint64_t connections_pending;
  uint64_t raw_streams;
} KitP2pCounts;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Fills `config` with the defaults. A null pointer is ignored.
//
// # Safety
// `config` points to writable memory for one structure, or is null.
void kit_p2p_config_default(struct KitP2pConfig *config);

// Makes a host and starts its threads; it does not listen yet. `*host` is the caller's, to be
// freed with `kit_p2p_host_free`.
//
// # Safety
// `config` is readable, its views too; `host` is writable.
enum KitP2pStatus kit_p2p_host_new(const struct KitP2pConfig *config, struct KitP2pHost **host);

// Ends all connections and returns when no thread of the host is left (the process keeps one timer
// thread for all hosts). Who waits in another call
// gets `closed`; the queue can still be emptied. Again it does nothing.
//
// # Safety
// `host` is null or a living host.
enum KitP2pStatus kit_p2p_host_close(const struct KitP2pHost *host);

// Closes the host and frees it. No other thread may be using it. Null is ignored.
//
// # Safety
// `host` is null or came from `kit_p2p_host_new` and was not freed.
void kit_p2p_host_free(struct KitP2pHost *host);

// Writes the binary peer id into `buffer` and its size to `*size`: at most 64 bytes.
//
// # Safety
// `host` is living, `buffer` holds 64 bytes, `size` is writable.
enum KitP2pStatus kit_p2p_host_id(const struct KitP2pHost *host, uint8_t *buffer, size_t *size);

// Waits up to `timeout_ms` for an event, then takes up to `events_max` at once; `*count` tells how
// many. `timed_out` and `closed` come with none. One thread at a time should do this. Free what
// was taken with `kit_p2p_events_free`.
//
// # Safety
// `host` is living, `events` has room for `events_max`, `count` is writable.
enum KitP2pStatus kit_p2p_next_events(const struct KitP2pHost *host,
                                      struct KitP2pEvent *events,
                                      size_t events_max,
                                      uint64_t timeout_ms,
                                      size_t *count);

// Makes the `kit_p2p_next_events` that waits, or else the next one that would, return at once
// with `timed_out`.
//
// # Safety
// `host` is null or a living host.
enum KitP2pStatus kit_p2p_wake(const struct KitP2pHost *host);

// Frees events, and resets the streams in them that were not taken out. Freed ones become
// KIT_P2P_EVENT_KIND_NONE and may be freed again.
//
// # Safety
// `events` points to `count` events that this library filled.
void kit_p2p_events_free(struct KitP2pEvent *events, size_t count);

// Takes the next result of an operation, waiting up to `timeout_ms`. The last one is
// KIT_P2P_EVENT_KIND_DONE; after it the answer is `end_of_stream`. Free it with
// `kit_p2p_events_free`.
//
// # Safety
// `operation` is living, `event` is writable.
enum KitP2pStatus kit_p2p_operation_next(const struct KitP2pOperation *operation,
                                         struct KitP2pEvent *event,
                                         uint64_t timeout_ms);

// Ends an operation from any thread; who waits for it gets `cancelled`.
//
// # Safety
// `operation` is null or living.
enum KitP2pStatus kit_p2p_operation_cancel(const struct KitP2pOperation *operation);

// Ends an operation if need be, and frees it. Null is ignored.
//
// # Safety
// `operation` is null or was not freed, and no thread waits for it.
void kit_p2p_operation_free(struct KitP2pOperation *operation);

// Ends an operation whose results come as events. None comes after the call, save what is queued.
//
// # Safety
// `host` is null or a living host.
enum KitP2pStatus kit_p2p_cancel(const struct KitP2pHost *host, uint64_t number);

// Listens on a multiaddr, one through a relay included (".../p2p-circuit"). DONE carries the
// first address that came of it; all come as LISTEN_ADDRESS events.
//
// # Safety
// `host` is living, `address` readable, `target` writable.
enum KitP2pStatus kit_p2p_listen(const struct KitP2pHost *host,
                                 struct KitP2pBytes address,
                                 struct KitP2pTarget target);

// Connects to a peer at the first of `addresses` that answers, and at those that the DHT knows.
// Without `peer` the address names it, or whoever answers is taken. Connected already is success.
// DONE carries peer and address. Giving up does not end a dial that is under way.
//
// # Safety
// `host` is living, the views readable, `target` writable.
enum KitP2pStatus kit_p2p_dial(const struct KitP2pHost *host,
                               struct KitP2pBytes peer,
                               const struct KitP2pBytes *addresses,
                               size_t addresses_count,
                               struct KitP2pTarget target);

// Closes all connections to a peer.
//
// # Safety
// `host` is living, `peer` readable.
enum KitP2pStatus kit_p2p_disconnect(const struct KitP2pHost *host, struct KitP2pBytes peer);

// Closes one connection, by the number that its events have.
//
// # Safety
// `host` is null or a living host.
enum KitP2pStatus kit_p2p_close_connection(const struct KitP2pHost *host, uint64_t connection);

// Bans a peer, or lifts the ban. What is connected is disconnected.
//
// # Safety
// `host` is living, `peer` readable.
enum KitP2pStatus kit_p2p_ban_peer(const struct KitP2pHost *host,
                                   struct KitP2pBytes peer,
                                   bool banned);

// Bans a network ("10.0.0.0/8", "2001:db8::/32"), or lifts the ban. Who is connected from there
// is disconnected.
//
// # Safety
// `host` is living, `network` readable.
enum KitP2pStatus kit_p2p_ban_network(const struct KitP2pHost *host,
                                      struct KitP2pBytes network,
                                      bool banned);

// Frees a peer from the bounds on connections, or takes that back.
//
// # Safety
// `host` is living, `peer` readable.
enum KitP2pStatus kit_p2p_protect_peer(const struct KitP2pHost *host,
                                       struct KitP2pBytes peer,
                                       bool is_protected);

// Tells others that this address reaches us, or no longer.
//
// # Safety
// `host` is living, `address` readable.
enum KitP2pStatus kit_p2p_external_address(const struct KitP2pHost *host,
                                           struct KitP2pBytes address,
                                           bool is_reachable);

// Asks every peer to take note of our addresses and protocols now.
//
// # Safety
// `host` is null or a living host.
enum KitP2pStatus kit_p2p_identify_push(const struct KitP2pHost *host);

// Looks for ourselves and in every bucket, to fill the table. Fails with `not_found` when no peer
// is known yet.
//
// # Safety
// `host` is living, `target` writable.
enum KitP2pStatus kit_p2p_kad_bootstrap(const struct KitP2pHost *host,
                                        enum KitP2pDht dht,
                                        struct KitP2pTarget target);

// The `count` (1 to 1000) peers closest to `key`, as PEER results.
//
// # Safety
// `host` is living, `key` readable, `target` writable.
enum KitP2pStatus kit_p2p_kad_closest_peers(const struct KitP2pHost *host,
                                            enum KitP2pDht dht,
                                            struct KitP2pBytes key,
                                            uint32_t count,
                                            struct KitP2pTarget target);

// The addresses of a peer, as a PEER result.
//
// # Safety
// `host` is living, `peer` readable, `target` writable.
enum KitP2pStatus kit_p2p_kad_find_peer(const struct KitP2pHost *host,
                                        enum KitP2pDht dht,
                                        struct KitP2pBytes peer,
                                        struct KitP2pTarget target);

// Providers of `key` as PEER results as they are found, at most `count_max` (1 to 4096).
//
// # Safety
// `host` is living, `key` readable, `target` writable.
enum KitP2pStatus kit_p2p_kad_get_providers(const struct KitP2pHost *host,
                                            enum KitP2pDht dht,
                                            struct KitP2pBytes key,
                                            uint32_t count_max,
                                            struct KitP2pTarget target);

// Announces that we provide `key`, once. DONE tells in `number` how many requests succeeded.
// Nothing is announced again by itself.
//
// # Safety
// `host` is living, `key` readable, `target` writable.
enum KitP2pStatus kit_p2p_kad_provide(const struct KitP2pHost *host,
                                      enum KitP2pDht dht,
                                      struct KitP2pBytes key,
                                      struct KitP2pTarget target);

// Tells one peer that we provide `keys` (1 to 4096), without a search and without a record here.
// It is connected to first, at `addresses` and those that the DHT knows. DONE tells 1 in `number`.
//
// # Safety
// `host` is living, the views readable, `target` writable.
enum KitP2pStatus kit_p2p_kad_provide_at(const struct KitP2pHost *host,
                                         struct KitP2pBytes peer,
                                         const struct KitP2pBytes *addresses,
                                         size_t addresses_count,
                                         const struct KitP2pBytes *keys,
                                         size_t keys_count,
                                         struct KitP2pTarget target);

// Forgets in our own store that we provide `key`; records elsewhere expire.
//
// # Safety
// `host` is living, `key` readable.
enum KitP2pStatus kit_p2p_kad_stop_providing(const struct KitP2pHost *host,
                                             enum KitP2pDht dht,
                                             struct KitP2pBytes key);

// Stores a value at the peers closest to its key, and here. Success when `quorum` of them (0 = 1)
// took it.
//
// # Safety
// `host` is living, the views readable, `target` writable.
enum KitP2pStatus kit_p2p_kad_put_value(const struct KitP2pHost *host,
                                        enum KitP2pDht dht,
                                        struct KitP2pBytes key,
                                        struct KitP2pBytes value,
                                        uint32_t quorum,
                                        struct KitP2pTarget target);

// Records under `key` as VALUE results as they are found, at most `count_max` (1 to 4096). They
// are as the peers told them: the caller verifies.
//
// # Safety
// `host` is living, `key` readable, `target` writable.
enum KitP2pStatus kit_p2p_kad_get_value(const struct KitP2pHost *host,
                                        enum KitP2pDht dht,
                                        struct KitP2pBytes key,
                                        uint32_t count_max,
                                        struct KitP2pTarget target);

// Keeps a record that a RECORD_OFFERED event showed and the caller found good.
//
// # Safety
// `host` is living, the views readable.
enum KitP2pStatus kit_p2p_kad_store(const struct KitP2pHost *host,
                                    enum KitP2pDht dht,
                                    struct KitP2pBytes key,
                                    struct KitP2pBytes value,
                                    uint64_t lifetime_ms);

// Enters an address of a peer into the table, as a start for the first queries.
//
// # Safety
// `host` is living, the views readable.
enum KitP2pStatus kit_p2p_kad_add_address(const struct KitP2pHost *host,
                                          enum KitP2pDht dht,
                                          struct KitP2pBytes peer,
                                          struct KitP2pBytes address);

// Client or server from now on; OFF is refused, for that is decided when the host is made.
//
// # Safety
// `host` is null or a living host.
enum KitP2pStatus kit_p2p_kad_set_mode(const struct KitP2pHost *host,
                                       enum KitP2pDht dht,
                                       enum KitP2pKadMode mode);

// The routing table, as ENTRY results: peer, addresses in `items`, `number` = bucket, `number2` =
// 1 when connected.
//
// # Safety
// `host` is living, `target` writable.
enum KitP2pStatus kit_p2p_kad_list_routes(const struct KitP2pHost *host,
                                          enum KitP2pDht dht,
                                          struct KitP2pTarget target);

// From now on frames of these protocols come as FRAME events: an unsigned varint of the length,
// then the bytes. A longer one than `size_bytes_max` resets the stream.
//
// # Safety
// `host` is living, the views readable.
enum KitP2pStatus kit_p2p_serve_frames(const struct KitP2pHost *host,
                                       const struct KitP2pBytes *names,
                                       size_t names_count,
                                       size_t size_bytes_max);

// Queues a frame for a connected peer, in order with those before, on a stream of the first of
// `names` that it speaks. The frame is its pieces, one after the other; the length is put before
// them. The pieces are not copied: they stay readable until `release` is called with each one's
// owner, once, by any thread and perhaps before this returns, also when it fails. It must not
// call into this library. `limit_reached` when too much waits for this peer: go on after
// FRAMES_SENT. What fails later comes as FRAMES_FAILED. Never waits.
//
// # Safety
// `host` is living, the views readable, the pieces until they are released.
enum KitP2pStatus kit_p2p_send_frame(const struct KitP2pHost *host,
                                     struct KitP2pBytes peer,
                                     const struct KitP2pBytes *names,
                                     size_t names_count,
                                     const struct KitP2pPiece *pieces,
                                     size_t pieces_count,
                                     void (*release)(void*));

// Bytes of frames that wait for a peer; 0 for a stranger.
//
// # Safety
// `host` is null or living, `peer` readable.
size_t kit_p2p_unsent_bytes(const struct KitP2pHost *host, struct KitP2pBytes peer);

// Every open connection, as CONNECTION results.
//
// # Safety
// `host` is living, `target` writable.
enum KitP2pStatus kit_p2p_list_connections(const struct KitP2pHost *host,
                                           struct KitP2pTarget target);

// Our own addresses, as ENTRY results with `address`: first those that we listen on, then those
// where others reach us (`number` = 1).
//
// # Safety
// `host` is living, `target` writable.
enum KitP2pStatus kit_p2p_list_addresses(const struct KitP2pHost *host, struct KitP2pTarget target);

// Every open raw stream and stream of frames, as ENTRY results: peer, protocol in `name`, flag
// OUTBOUND if we opened it. Streams of the library's own protocols are not listed.
//
// # Safety
// `host` is living, `target` writable.
enum KitP2pStatus kit_p2p_list_streams(const struct KitP2pHost *host, struct KitP2pTarget target);

// Bytes by protocol of raw streams and frames, as ENTRY results: protocol in `name`, `number` =
// bytes sent, `number2` = bytes received.
//
// # Safety
// `host` is living, `target` writable.
enum KitP2pStatus kit_p2p_list_traffic(const struct KitP2pHost *host, struct KitP2pTarget target);

// All bytes of the host, or with `peer` those of a connected peer (0 when it is not connected).
//
// # Safety
// `host` is living, `peer` readable, `traffic` writable.
enum KitP2pStatus kit_p2p_traffic(const struct KitP2pHost *host,
                                  struct KitP2pBytes peer,
                                  struct KitP2pTraffic *traffic);

// Counts what the host holds.
//
// # Safety
// `host` is living, `counts` writable.
enum KitP2pStatus kit_p2p_counts(const struct KitP2pHost *host, struct KitP2pCounts *counts);

// Whether the peer is connected; `*flags` are those of one of its connections.
//
// # Safety
// `host` is living, `peer` readable, `is_connected` and `flags` writable.
enum KitP2pStatus kit_p2p_is_connected(const struct KitP2pHost *host,
                                       struct KitP2pBytes peer,
                                       bool *is_connected,
                                       uint32_t *flags);

// Messages of this topic come as MESSAGE events, our own included.
//
// # Safety
// `host` is living, `topic` readable.
enum KitP2pStatus kit_p2p_pubsub_subscribe(const struct KitP2pHost *host, struct KitP2pBytes topic);

// No more messages of this topic come.
//
// # Safety
// `host` is living, `topic` readable.
enum KitP2pStatus kit_p2p_pubsub_unsubscribe(const struct KitP2pHost *host,
                                             struct KitP2pBytes topic);

// Publishes a signed message. That nobody listens is no failure.
//
// # Safety
// `host` is living, the views readable.
enum KitP2pStatus kit_p2p_pubsub_publish(const struct KitP2pHost *host,
                                         struct KitP2pBytes topic,
                                         struct KitP2pBytes data);

// Tells what became of a message, when `gossip_caller_validates`: `message` is its `items[0]`,
// `source` its `items[1]`.
//
// # Safety
// `host` is living, the views readable.
enum KitP2pStatus kit_p2p_pubsub_validated(const struct KitP2pHost *host,
                                           struct KitP2pBytes message,
                                           struct KitP2pBytes source,
                                           enum KitP2pVerdict verdict);

// The peers that subscribed to `topic`, or with an empty one all pubsub peers, as ENTRY results.
//
// # Safety
// `host` is living, `topic` readable, `target` writable.
enum KitP2pStatus kit_p2p_pubsub_list_peers(const struct KitP2pHost *host,
                                            struct KitP2pBytes topic,
                                            struct KitP2pTarget target);

// The topics that we subscribed to, as ENTRY results with `name`.
//
// # Safety
// `host` is living, `target` writable.
enum KitP2pStatus kit_p2p_pubsub_list_topics(const struct KitP2pHost *host,
                                             struct KitP2pTarget target);

// From now on streams of this protocol come as INBOUND_STREAM events. Peers that are connected
// learn of it by identify.
//
// # Safety
// `host` is living, `name` readable.
enum KitP2pStatus kit_p2p_accept(const struct KitP2pHost *host, struct KitP2pBytes name);

// Streams of this protocol are refused from now on; open ones go on.
//
// # Safety
// `host` is living, `name` readable.
enum KitP2pStatus kit_p2p_refuse(const struct KitP2pHost *host, struct KitP2pBytes name);

// Opens a stream to a connected peer for the first of `names` that it speaks. The result is a
// STREAM event, then DONE; the peer has `timeout_ms` to answer.
//
// # Safety
// `host` is living, the views readable, `target` writable.
enum KitP2pStatus kit_p2p_open_stream(const struct KitP2pHost *host,
                                      struct KitP2pBytes peer,
                                      const struct KitP2pBytes *names,
                                      size_t names_count,
                                      uint64_t timeout_ms,
                                      struct KitP2pTarget target);

// Reads at least one byte and at most `buffer_size`; `*size` tells how many. `end_of_stream` when
// the peer has closed its direction, `timed_out` when nothing came, `reset` when the peer gave up.
//
// # Safety
// `stream` is living, `buffer` writable, `size` writable.
enum KitP2pStatus kit_p2p_stream_read(const struct KitP2pStream *stream,
                                      uint8_t *buffer,
                                      size_t buffer_size,
                                      uint64_t timeout_ms,
                                      size_t *size);

// Writes all of `bytes`, waiting while the peer does not read. When it fails `*written` tells how
// much had left.
//
// # Safety
// `stream` is living, `bytes` readable, `written` writable.
enum KitP2pStatus kit_p2p_stream_write(const struct KitP2pStream *stream,
                                       struct KitP2pBytes bytes,
                                       uint64_t timeout_ms,
                                       size_t *written);

// Tells the peer that nothing more comes. Reading goes on.
//
// # Safety
// `stream` is null or living.
enum KitP2pStatus kit_p2p_stream_close_write(const struct KitP2pStream *stream,
                                             uint64_t timeout_ms);

// Ends both directions at once, from any thread; who reads or writes gets `reset`.
//
// # Safety
// `stream` is null or living.
enum KitP2pStatus kit_p2p_stream_reset(const struct KitP2pStream *stream);

// Frees a stream, and resets it if it was not closed. It may outlive its host. Null is ignored.
//
// # Safety
// `stream` is null or was not freed, and no thread uses it.
void kit_p2p_stream_free(struct KitP2pStream *stream);

// Carries bytes between a stream and a connected socket, both ways, until both directions have
// ended; DONE tells in `number` what the peer sent and in `number2` what was sent to it. Both are
// the library's from now on, also when the call fails, and are closed when it ends; cancelling it
// ends it at once. No thread waits for them.
//
// # Safety
// `host` is living, `stream` was not freed and no thread uses it, `target` is writable;
// `descriptor` is open and nobody else's.
enum KitP2pStatus kit_p2p_stream_splice(const struct KitP2pHost *host,
                                        struct KitP2pStream *stream,
                                        int descriptor,
                                        struct KitP2pTarget target);

// The sentence of this thread's last failed call, UTF-8 and never null. Valid until the same
// thread makes its next call into this library.
const char *kit_p2p_last_error(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus
