//! The exports that show a host's state: connections, addresses, open streams, bandwidth.

use libp2p::PeerId;

use crate::abi::{KitP2pTarget, begin, peer_id, reference, write};
use crate::frames::FrameStream;
use crate::host::{KitP2pHost, connection_number};
use crate::node::Node;
use crate::operation::Reply;
use crate::status::{KitP2pStatus, guard};
use crate::types::{Event, KIT_P2P_FLAG_OUTBOUND, KitP2pBytes, KitP2pEventKind};

/// Bytes in each direction since the host was made.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct KitP2pTraffic {
    pub sent: u64,
    pub received: u64,
}

/// What a host holds at this moment.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct KitP2pCounts {
    pub peers: u64,
    pub connections: u64,
    pub connections_pending: u64,
    pub raw_streams: u64,
}

/// Every open connection, as CONNECTION results.
///
/// # Safety
/// `host` is living, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_list_connections(
    host: *const KitP2pHost,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| unsafe { begin(host, target, usize::MAX, |node, reply| list(node, &reply)) })
}

fn list(node: &mut Node, reply: &Reply) {
    for (peer, known) in &node.peers {
        for (connection, open) in &known.connections {
            reply.push(Event {
                peer: peer.to_bytes(),
                connection: connection_number(*connection),
                address: open.address.to_string(),
                flags: open.flags,
                name: known.agent.clone().into_bytes(),
                number: open.round_trip_ns,
                number2: u64::try_from(open.since.elapsed().as_millis()).unwrap_or(u64::MAX),
                items: known.protocols.iter().map(|name| name.clone().into_bytes()).collect(),
                ..Event::new(KitP2pEventKind::Connection)
            });
        }
    }
    reply.succeed();
}

/// Our own addresses, as ENTRY results with `address`: first those that we listen on, then those
/// where others reach us (`number` = 1).
///
/// # Safety
/// `host` is living, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_list_addresses(
    host: *const KitP2pHost,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| unsafe {
        begin(host, target, usize::MAX, |node, reply| {
            let listening = node.swarm.listeners().map(|address| (address, 0));
            let external = node.swarm.external_addresses().map(|address| (address, 1));
            for (address, number) in listening.chain(external) {
                reply.push(Event {
                    address: address.to_string(),
                    number,
                    ..Event::new(KitP2pEventKind::Entry)
                });
            }
            reply.succeed();
        })
    })
}

/// Every open raw stream and stream of frames, as ENTRY results: peer, protocol in `name`, flag
/// OUTBOUND if we opened it. Streams of the library's own protocols are not listed.
///
/// # Safety
/// `host` is living, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_list_streams(
    host: *const KitP2pHost,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| unsafe {
        begin(host, target, usize::MAX, |node, reply| {
            let raw = node.shared.streams.open();
            let raw = raw.iter().filter(|stream| stream.is_open()).map(|stream| FrameStream {
                peer: stream.peer,
                protocol: stream.protocol.clone(),
                is_outbound: stream.is_outbound,
            });
            for stream in raw.chain(node.shared.outboxes.streams()) {
                reply.push(Event {
                    peer: stream.peer.to_bytes(),
                    name: stream.protocol.into_bytes(),
                    flags: if stream.is_outbound { KIT_P2P_FLAG_OUTBOUND } else { 0 },
                    ..Event::new(KitP2pEventKind::Entry)
                });
            }
            reply.succeed();
        })
    })
}

/// Bytes by protocol of raw streams and frames, as ENTRY results: protocol in `name`, `number` =
/// bytes sent, `number2` = bytes received.
///
/// # Safety
/// `host` is living, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_list_traffic(
    host: *const KitP2pHost,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| unsafe {
        begin(host, target, usize::MAX, |node, reply| {
            for (protocol, counter) in node.shared.meters.protocols() {
                reply.push(Event {
                    name: protocol.into_bytes(),
                    number: counter.sent(),
                    number2: counter.received(),
                    ..Event::new(KitP2pEventKind::Entry)
                });
            }
            reply.succeed();
        })
    })
}

/// All bytes of the host, or with `peer` those of a connected peer (0 when it is not connected).
///
/// # Safety
/// `host` is living, `peer` readable, `traffic` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_traffic(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
    traffic: *mut KitP2pTraffic,
) -> KitP2pStatus {
    guard(|| {
        let meters = &unsafe { reference(host, "host")? }.shared.meters;
        let counter = match peer.size {
            0 => Some(meters.total.clone()),
            _ => meters.find_peer(&unsafe { peer_id(peer)? }),
        };
        let counted = counter.map_or_else(KitP2pTraffic::default, |counter| KitP2pTraffic {
            sent: counter.sent(),
            received: counter.received(),
        });
        unsafe { write(traffic, counted, "traffic") }
    })
}

/// Counts what the host holds.
///
/// # Safety
/// `host` is living, `counts` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_counts(
    host: *const KitP2pHost,
    counts: *mut KitP2pCounts,
) -> KitP2pStatus {
    guard(|| {
        let counted = unsafe {
            crate::abi::call(host, |node| {
                let network = node.swarm.network_info();
                let connections = network.connection_counters();
                let streams = node.shared.streams.open();
                Ok(KitP2pCounts {
                    peers: network.num_peers() as u64,
                    connections: u64::from(connections.num_established()),
                    connections_pending: u64::from(connections.num_pending()),
                    raw_streams: streams.iter().filter(|stream| stream.is_open()).count() as u64,
                })
            })?
        };
        unsafe { write(counts, counted, "counts") }
    })
}

/// Whether the peer is connected; `*flags` are those of one of its connections.
///
/// # Safety
/// `host` is living, `peer` readable, `is_connected` and `flags` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_is_connected(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
    is_connected: *mut bool,
    flags: *mut u32,
) -> KitP2pStatus {
    guard(|| {
        let peer: PeerId = unsafe { peer_id(peer)? };
        let found = unsafe {
            crate::abi::call(host, move |node| {
                let connections = node.peers.get(&peer).map(|known| known.connections.values());
                Ok(connections.and_then(|mut open| open.next().map(|first| first.flags)))
            })?
        };
        unsafe { write(is_connected, found.is_some(), "is_connected")? };
        unsafe { write(flags, found.unwrap_or(0), "flags") }
    })
}
