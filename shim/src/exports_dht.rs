//! The exports for the DHTs. Keys of providers are multihashes, keys of values begin with
//! "/ipns/" or "/pk/", keys of closest peers are any bytes.

use std::num::NonZeroUsize;
use std::time::Duration;

use libp2p::kad;

use crate::abi::{KitP2pTarget, begin, call, multiaddr, peer_id, timeout, views};
use crate::config::KitP2pKadMode;
use crate::dht::{KitP2pDht, Question};
use crate::host::KitP2pHost;
use crate::status::{KitP2pStatus, Outcome, fail, guard};
use crate::types::KitP2pBytes;

/// Results that may wait in a handle; more are not taken from a query whose owner sleeps.
const RESULTS_MAX: usize = 4096;
/// Keys that one peer is told at a time.
const PROVIDE_AT_MAX: usize = 4096;

unsafe fn ask(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    target: KitP2pTarget,
    question: Question,
) -> Outcome<()> {
    unsafe { begin(host, target, RESULTS_MAX, move |node, reply| node.ask(dht, question, reply)) }
}

/// Looks for ourselves and in every bucket, to fill the table. Fails with `not_found` when no peer
/// is known yet.
///
/// # Safety
/// `host` is living, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_bootstrap(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| unsafe { ask(host, dht, target, Question::Bootstrap) })
}

/// The `count` (1 to 1000) peers closest to `key`, as PEER results.
///
/// # Safety
/// `host` is living, `key` readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_closest_peers(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    key: KitP2pBytes,
    count: u32,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let key = unsafe { key.bytes()? }.to_vec();
        let Some(count) = NonZeroUsize::new(count as usize).filter(|count| count.get() <= 1000)
        else {
            return fail(KitP2pStatus::InvalidArgument, "a count of peers is from 1 to 1000");
        };
        unsafe { ask(host, dht, target, Question::ClosestPeers { key, count }) }
    })
}

/// The addresses of a peer, as a PEER result.
///
/// # Safety
/// `host` is living, `peer` readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_find_peer(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    peer: KitP2pBytes,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let peer = unsafe { peer_id(peer)? };
        unsafe { ask(host, dht, target, Question::FindPeer(peer)) }
    })
}

/// Providers of `key` as PEER results as they are found, at most `count_max` (1 to 4096).
///
/// # Safety
/// `host` is living, `key` readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_get_providers(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    key: KitP2pBytes,
    count_max: u32,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let key = unsafe { key.bytes()? }.to_vec();
        let count_max = (count_max as usize).clamp(1, RESULTS_MAX);
        unsafe { ask(host, dht, target, Question::Providers { key, count_max }) }
    })
}

/// Announces that we provide `key`, once. DONE tells in `number` how many requests succeeded.
/// Nothing is announced again by itself.
///
/// # Safety
/// `host` is living, `key` readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_provide(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    key: KitP2pBytes,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let key = unsafe { key.bytes()? }.to_vec();
        unsafe { ask(host, dht, target, Question::Provide(key)) }
    })
}

/// Tells one peer that we provide `keys` (1 to 4096), without a search and without a record here.
/// It is connected to first, at `addresses` and those that the DHT knows. DONE tells 1 in `number`.
///
/// # Safety
/// `host` is living, the views readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_provide_at(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
    addresses: *const KitP2pBytes,
    addresses_count: usize,
    keys: *const KitP2pBytes,
    keys_count: usize,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let peer = unsafe { peer_id(peer)? };
        let addresses = unsafe { views(addresses, addresses_count)? }
            .iter()
            .map(|view| unsafe { multiaddr(*view) })
            .collect::<Outcome<Vec<_>>>()?;
        if !(1..=PROVIDE_AT_MAX).contains(&keys_count) {
            return fail(KitP2pStatus::InvalidArgument, "a count of keys is from 1 to 4096");
        }
        let keys = unsafe { views(keys, keys_count)? }
            .iter()
            .map(|view| Ok(unsafe { view.bytes()? }.to_vec()))
            .collect::<Outcome<Vec<_>>>()?;
        unsafe {
            begin(host, target, 1, move |node, reply| node.provide_at(peer, addresses, keys, reply))
        }
    })
}

/// Forgets in our own store that we provide `key`; records elsewhere expire.
///
/// # Safety
/// `host` is living, `key` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_stop_providing(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    key: KitP2pBytes,
) -> KitP2pStatus {
    guard(|| {
        let key = kad::RecordKey::new(&unsafe { key.bytes()? });
        unsafe {
            call(host, move |node| {
                node.kad(dht)?.stop_providing(&key);
                Ok(())
            })
        }
    })
}

/// Stores a value at the peers closest to its key, and here. Success when `quorum` of them (0 = 1)
/// took it.
///
/// # Safety
/// `host` is living, the views readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_put_value(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    key: KitP2pBytes,
    value: KitP2pBytes,
    quorum: u32,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let (key, value) = unsafe { (key.bytes()?.to_vec(), value.bytes()?.to_vec()) };
        unsafe { ask(host, dht, target, Question::PutValue { key, value, quorum }) }
    })
}

/// Records under `key` as VALUE results as they are found, at most `count_max` (1 to 4096). They
/// are as the peers told them: the caller verifies.
///
/// # Safety
/// `host` is living, `key` readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_get_value(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    key: KitP2pBytes,
    count_max: u32,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let key = unsafe { key.bytes()? }.to_vec();
        let count_max = (count_max as usize).clamp(1, RESULTS_MAX);
        unsafe { ask(host, dht, target, Question::GetValue { key, count_max }) }
    })
}

/// Keeps a record that a RECORD_OFFERED event showed and the caller found good.
///
/// # Safety
/// `host` is living, the views readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_store(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    key: KitP2pBytes,
    value: KitP2pBytes,
    lifetime_ms: u64,
) -> KitP2pStatus {
    guard(|| {
        let (key, value) = unsafe { (key.bytes()?.to_vec(), value.bytes()?.to_vec()) };
        let lifetime = timeout(lifetime_ms).unwrap_or(Duration::from_secs(48 * 3600));
        unsafe { call(host, move |node| node.store_record(dht, &key, value, lifetime)) }
    })
}

/// Enters an address of a peer into the table, as a start for the first queries.
///
/// # Safety
/// `host` is living, the views readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_add_address(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    peer: KitP2pBytes,
    address: KitP2pBytes,
) -> KitP2pStatus {
    guard(|| {
        let (peer, address) = unsafe { (peer_id(peer)?, multiaddr(address)?) };
        unsafe {
            call(host, move |node| {
                node.kad(dht)?.add_address(&peer, address);
                Ok(())
            })
        }
    })
}

/// Client or server from now on; OFF is refused, for that is decided when the host is made.
///
/// # Safety
/// `host` is null or a living host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_set_mode(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    mode: KitP2pKadMode,
) -> KitP2pStatus {
    guard(|| {
        let mode = match mode {
            KitP2pKadMode::Off => {
                return fail(KitP2pStatus::InvalidArgument, "a DHT cannot be switched off later");
            }
            KitP2pKadMode::Client => Some(kad::Mode::Client),
            KitP2pKadMode::Server => Some(kad::Mode::Server),
            KitP2pKadMode::Auto => None,
        };
        unsafe {
            call(host, move |node| {
                node.kad(dht)?.set_mode(mode);
                Ok(())
            })
        }
    })
}

/// The routing table, as ENTRY results: peer, addresses in `items`, `number` = bucket, `number2` =
/// 1 when connected.
///
/// # Safety
/// `host` is living, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_kad_list_routes(
    host: *const KitP2pHost,
    dht: KitP2pDht,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| unsafe {
        begin(host, target, usize::MAX, move |node, reply| node.list_routes(dht, &reply))
    })
}
