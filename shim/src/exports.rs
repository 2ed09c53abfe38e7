//! The exports for a host's life, its events and operations, and its connections.

use libp2p::Multiaddr;

use crate::abi::{
    KitP2pTarget, begin, call, multiaddr, peer_id, peer_of, reference, timeout, views, write,
};
use crate::config::{Config, KitP2pConfig};
use crate::gate::{Network, ip_of};
use crate::host::{KitP2pHost, connection_number};
use crate::operation::KitP2pOperation;
use crate::queue::Taken;
use crate::status::{KitP2pStatus, Outcome, fail, failure, guard};
use crate::types::{KitP2pBytes, KitP2pEvent};

/// Makes a host and starts its threads; it does not listen yet. `*host` is the caller's, to be
/// freed with `kit_p2p_host_free`.
///
/// # Safety
/// `config` is readable, its views too; `host` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_host_new(
    config: *const KitP2pConfig,
    host: *mut *mut KitP2pHost,
) -> KitP2pStatus {
    guard(|| {
        let config = unsafe { Config::read(reference(config, "config")?)? };
        let opened = Box::new(KitP2pHost::open(&config)?);
        let pointer = Box::into_raw(opened);
        let written = unsafe { write(host, pointer, "host") };
        if written.is_err() {
            drop(unsafe { Box::from_raw(pointer) });
        }
        written
    })
}

/// Ends all connections and returns when no thread of the host is left (the process keeps one timer
/// thread for all hosts). Who waits in another call
/// gets `closed`; the queue can still be emptied. Again it does nothing.
///
/// # Safety
/// `host` is null or a living host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_host_close(host: *const KitP2pHost) -> KitP2pStatus {
    guard(|| {
        unsafe { reference(host, "host")? }.close();
        Ok(())
    })
}

/// Closes the host and frees it. No other thread may be using it. Null is ignored.
///
/// # Safety
/// `host` is null or came from `kit_p2p_host_new` and was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_host_free(host: *mut KitP2pHost) {
    guard(|| {
        if !host.is_null() {
            drop(unsafe { Box::from_raw(host) });
        }
        Ok(())
    });
}

/// Writes the binary peer id into `buffer` and its size to `*size`: at most 64 bytes.
///
/// # Safety
/// `host` is living, `buffer` holds 64 bytes, `size` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_host_id(
    host: *const KitP2pHost,
    buffer: *mut u8,
    size: *mut usize,
) -> KitP2pStatus {
    guard(|| {
        let id = unsafe { reference(host, "host")? }.shared.id.to_bytes();
        if buffer.is_null() || id.len() > 64 {
            return fail(KitP2pStatus::InvalidArgument, "buffer is null");
        }
        unsafe { std::ptr::copy_nonoverlapping(id.as_ptr(), buffer, id.len()) };
        unsafe { write(size, id.len(), "size") }
    })
}

/// Waits up to `timeout_ms` for an event, then takes up to `events_max` at once; `*count` tells how
/// many. `timed_out` and `closed` come with none. One thread at a time should do this. Free what
/// was taken with `kit_p2p_events_free`.
///
/// # Safety
/// `host` is living, `events` has room for `events_max`, `count` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_next_events(
    host: *const KitP2pHost,
    events: *mut KitP2pEvent,
    events_max: usize,
    timeout_ms: u64,
    count: *mut usize,
) -> KitP2pStatus {
    guard(|| {
        let host = unsafe { reference(host, "host")? };
        unsafe { write(count, 0, "count")? };
        if events.is_null() || events_max == 0 {
            return fail(KitP2pStatus::InvalidArgument, "there is no room for an event");
        }
        match host.shared.events.take(events_max, timeout(timeout_ms)) {
            Taken::Events(taken) => {
                unsafe { write(count, taken.len(), "count")? };
                for (place, event) in taken.into_iter().enumerate() {
                    unsafe { events.add(place).write(event.into_c()) };
                }
                Ok(())
            }
            Taken::TimedOut => fail(KitP2pStatus::TimedOut, "no event within the time given"),
            Taken::Closed => fail(KitP2pStatus::Closed, "the host was closed"),
        }
    })
}

/// Makes the `kit_p2p_next_events` that waits, or else the next one that would, return at once
/// with `timed_out`.
///
/// # Safety
/// `host` is null or a living host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_wake(host: *const KitP2pHost) -> KitP2pStatus {
    guard(|| {
        unsafe { reference(host, "host")? }.shared.events.wake();
        Ok(())
    })
}

/// Frees events, and resets the streams in them that were not taken out. Freed ones become
/// KIT_P2P_EVENT_KIND_NONE and may be freed again.
///
/// # Safety
/// `events` points to `count` events that this library filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_events_free(events: *mut KitP2pEvent, count: usize) {
    guard(|| {
        if !events.is_null() {
            for place in 0..count {
                unsafe { (*events.add(place)).release() };
            }
        }
        Ok(())
    });
}

/// Takes the next result of an operation, waiting up to `timeout_ms`. The last one is
/// KIT_P2P_EVENT_KIND_DONE; after it the answer is `end_of_stream`. Free it with
/// `kit_p2p_events_free`.
///
/// # Safety
/// `operation` is living, `event` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_operation_next(
    operation: *const KitP2pOperation,
    event: *mut KitP2pEvent,
    timeout_ms: u64,
) -> KitP2pStatus {
    guard(|| {
        let operation = unsafe { reference(operation, "operation")? };
        if event.is_null() {
            return fail(KitP2pStatus::InvalidArgument, "event is null");
        }
        let next = operation.next(timeout(timeout_ms))?;
        unsafe { event.write(next.into_c()) };
        Ok(())
    })
}

/// Ends an operation from any thread; who waits for it gets `cancelled`.
///
/// # Safety
/// `operation` is null or living.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_operation_cancel(
    operation: *const KitP2pOperation,
) -> KitP2pStatus {
    guard(|| {
        unsafe { reference(operation, "operation")? }.cancel();
        Ok(())
    })
}

/// Ends an operation if need be, and frees it. Null is ignored.
///
/// # Safety
/// `operation` is null or was not freed, and no thread waits for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_operation_free(operation: *mut KitP2pOperation) {
    guard(|| {
        if !operation.is_null() {
            drop(unsafe { Box::from_raw(operation) });
        }
        Ok(())
    });
}

/// Ends an operation whose results come as events. None comes after the call, save what is queued.
///
/// # Safety
/// `host` is null or a living host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_cancel(host: *const KitP2pHost, number: u64) -> KitP2pStatus {
    guard(|| unsafe { reference(host, "host")? }.shared.cancel(number))
}

/// Listens on a multiaddr, one through a relay included (".../p2p-circuit"). DONE carries the
/// first address that came of it; all come as LISTEN_ADDRESS events.
///
/// # Safety
/// `host` is living, `address` readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_listen(
    host: *const KitP2pHost,
    address: KitP2pBytes,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let address = unsafe { multiaddr(address)? };
        unsafe { begin(host, target, 1, |node, reply| node.listen(address, reply)) }
    })
}

/// Connects to a peer at the first of `addresses` that answers, and at those that the DHT knows.
/// Without `peer` the address names it, or whoever answers is taken. Connected already is success.
/// DONE carries peer and address. Giving up does not end a dial that is under way.
///
/// # Safety
/// `host` is living, the views readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_dial(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
    addresses: *const KitP2pBytes,
    addresses_count: usize,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let addresses: Vec<Multiaddr> = unsafe { views(addresses, addresses_count)? }
            .iter()
            .map(|view| unsafe { multiaddr(*view) })
            .collect::<Outcome<_>>()?;
        let peer = match peer.size {
            0 => addresses.first().and_then(peer_of),
            _ => Some(unsafe { peer_id(peer)? }),
        };
        unsafe { begin(host, target, 1, move |node, reply| node.dial(peer, addresses, reply)) }
    })
}

/// Closes all connections to a peer.
///
/// # Safety
/// `host` is living, `peer` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_disconnect(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
) -> KitP2pStatus {
    guard(|| {
        let peer = unsafe { peer_id(peer)? };
        unsafe {
            call(host, move |node| {
                node.swarm.disconnect_peer_id(peer).map_err(|()| {
                    failure(KitP2pStatus::NotFound, format!("not connected to {peer}"))
                })
            })
        }
    })
}

/// Closes one connection, by the number that its events have.
///
/// # Safety
/// `host` is null or a living host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_close_connection(
    host: *const KitP2pHost,
    connection: u64,
) -> KitP2pStatus {
    guard(|| unsafe {
        call(host, move |node| {
            let mut open = node.peers.values().flat_map(|peer| peer.connections.keys());
            match open.find(|open| connection_number(**open) == connection).copied() {
                Some(found) => {
                    node.swarm.close_connection(found);
                    Ok(())
                }
                None => fail(KitP2pStatus::NotFound, "there is no such connection"),
            }
        })
    })
}

/// Bans a peer, or lifts the ban. What is connected is disconnected.
///
/// # Safety
/// `host` is living, `peer` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_ban_peer(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
    banned: bool,
) -> KitP2pStatus {
    guard(|| {
        let peer = unsafe { peer_id(peer)? };
        unsafe {
            call(host, move |node| {
                node.swarm.behaviour_mut().gate.set_peer_banned(peer, banned);
                if banned {
                    let _ = node.swarm.disconnect_peer_id(peer);
                }
                Ok(())
            })
        }
    })
}

/// Bans a network ("10.0.0.0/8", "2001:db8::/32"), or lifts the ban. Who is connected from there
/// is disconnected.
///
/// # Safety
/// `host` is living, `network` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_ban_network(
    host: *const KitP2pHost,
    network: KitP2pBytes,
    banned: bool,
) -> KitP2pStatus {
    guard(|| {
        let text = unsafe { network.text()? };
        let Some(network) = Network::parse(text) else {
            return fail(KitP2pStatus::InvalidArgument, format!("{text:?} is no network"));
        };
        unsafe {
            call(host, move |node| {
                node.swarm.behaviour_mut().gate.set_network_banned(network, banned);
                let hit: Vec<_> = node
                    .peers
                    .values()
                    .flat_map(|peer| &peer.connections)
                    .filter(|(_, open)| ip_of(&open.address).is_some_and(|ip| network.holds(ip)))
                    .map(|(connection, _)| *connection)
                    .collect();
                for connection in hit.into_iter().filter(|_| banned) {
                    node.swarm.close_connection(connection);
                }
                Ok(())
            })
        }
    })
}

/// Frees a peer from the bounds on connections, or takes that back.
///
/// # Safety
/// `host` is living, `peer` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_protect_peer(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
    is_protected: bool,
) -> KitP2pStatus {
    guard(|| {
        let peer = unsafe { peer_id(peer)? };
        unsafe {
            call(host, move |node| {
                let limits = &mut node.swarm.behaviour_mut().limits;
                if is_protected {
                    limits.bypass_peer_id(&peer);
                } else {
                    limits.remove_peer_id(&peer);
                }
                Ok(())
            })
        }
    })
}

/// Tells others that this address reaches us, or no longer.
///
/// # Safety
/// `host` is living, `address` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_external_address(
    host: *const KitP2pHost,
    address: KitP2pBytes,
    is_reachable: bool,
) -> KitP2pStatus {
    guard(|| {
        let address = unsafe { multiaddr(address)? };
        unsafe {
            call(host, move |node| {
                if is_reachable {
                    node.swarm.add_external_address(address);
                } else {
                    node.swarm.remove_external_address(&address);
                }
                Ok(())
            })
        }
    })
}

/// Asks every peer to take note of our addresses and protocols now.
///
/// # Safety
/// `host` is null or a living host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_identify_push(host: *const KitP2pHost) -> KitP2pStatus {
    guard(|| unsafe {
        call(host, |node| {
            let peers: Vec<_> = node.peers.keys().copied().collect();
            node.swarm.behaviour_mut().identify.push(peers);
            Ok(())
        })
    })
}
