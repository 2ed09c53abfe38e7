//! Reading arguments at the border. Every function refuses null where something must be.

use std::time::Duration;

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId, StreamProtocol};

use crate::host::KitP2pHost;
use crate::node::Node;
use crate::operation::{KitP2pOperation, Reply};
use crate::status::{KitP2pStatus, Outcome, fail, failure};
use crate::types::KitP2pBytes;

/// No bound in time.
#[allow(dead_code)] // For callers in C.
pub const KIT_P2P_FOREVER: u64 = u64::MAX;

/// Where the results of an operation go: exactly one of the two is not null.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct KitP2pTarget {
    /// Gets a handle to take them from; free it with `kit_p2p_operation_free`.
    pub handle: *mut *mut KitP2pOperation,
    /// Gets the number under which they come as events; `kit_p2p_cancel` takes it.
    pub number: *mut u64,
}

/// # Safety
/// `pointer` is null or points to a living value that nobody changes.
pub unsafe fn reference<'a, T>(pointer: *const T, what: &str) -> Outcome<&'a T> {
    unsafe { pointer.as_ref() }
        .ok_or_else(|| failure(KitP2pStatus::InvalidArgument, format!("{what} is null")))
}

/// # Safety
/// `pointer` is null or writable.
pub unsafe fn write<T>(pointer: *mut T, value: T, what: &str) -> Outcome<()> {
    if pointer.is_null() {
        return fail(KitP2pStatus::InvalidArgument, format!("{what} is null"));
    }
    unsafe { pointer.write(value) };
    Ok(())
}

pub fn timeout(timeout_ms: u64) -> Option<Duration> {
    // A century is for ever, and can be added to a clock.
    const CENTURY_MS: u64 = 100 * 365 * 24 * 3_600_000;
    (timeout_ms < CENTURY_MS).then(|| Duration::from_millis(timeout_ms))
}

/// # Safety
/// As for `KitP2pBytes::bytes`.
pub unsafe fn peer_id(view: KitP2pBytes) -> Outcome<PeerId> {
    PeerId::from_bytes(unsafe { view.bytes()? }).map_err(|error| {
        failure(KitP2pStatus::InvalidArgument, format!("a peer id cannot be read: {error}"))
    })
}

/// # Safety
/// As for `KitP2pBytes::bytes`.
pub unsafe fn multiaddr(view: KitP2pBytes) -> Outcome<Multiaddr> {
    let text = unsafe { view.text()? };
    text.parse().map_err(|error| {
        failure(KitP2pStatus::InvalidArgument, format!("{text:?} is no multiaddr: {error}"))
    })
}

/// # Safety
/// `views` points to `count` readable views.
pub unsafe fn views<'a>(views: *const KitP2pBytes, count: usize) -> Outcome<&'a [KitP2pBytes]> {
    if count == 0 {
        return Ok(&[]);
    }
    if views.is_null() || count > isize::MAX as usize / size_of::<KitP2pBytes>() {
        return fail(KitP2pStatus::InvalidArgument, "a list points nowhere");
    }
    Ok(unsafe { std::slice::from_raw_parts(views, count) })
}

/// # Safety
/// As for `KitP2pBytes::bytes`.
pub unsafe fn protocol(view: KitP2pBytes) -> Outcome<StreamProtocol> {
    let text = unsafe { view.text()? };
    StreamProtocol::try_from_owned(text.to_owned()).map_err(|_| {
        failure(KitP2pStatus::InvalidArgument, format!("{text:?} is no protocol: it needs a /"))
    })
}

/// # Safety
/// As for `views`.
pub unsafe fn protocols(list: *const KitP2pBytes, count: usize) -> Outcome<Vec<StreamProtocol>> {
    let list = unsafe { views(list, count)? };
    if list.is_empty() {
        return fail(KitP2pStatus::InvalidArgument, "no protocol is given");
    }
    list.iter().map(|view| unsafe { protocol(*view) }).collect()
}

/// The peer that the address leads to, not the relay on the way.
pub fn peer_of(address: &Multiaddr) -> Option<PeerId> {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => Some(peer),
        _ => None,
    }
}

/// Begins an operation of at most `count_max` waiting results.
///
/// # Safety
/// `host` is null or a living host; `target` is writable.
pub unsafe fn begin(
    host: *const KitP2pHost,
    target: KitP2pTarget,
    count_max: usize,
    action: impl FnOnce(&mut Node, Reply) + Send + 'static,
) -> Outcome<()> {
    let host = unsafe { reference(host, "host")? };
    match (target.handle.is_null(), target.number.is_null()) {
        (false, true) => {
            let operation = host.shared.begin(count_max, action)?;
            unsafe { target.handle.write(Box::into_raw(Box::new(operation))) };
            Ok(())
        }
        (true, false) => {
            let number = host.shared.begin_into_queue(action)?;
            unsafe { target.number.write(number) };
            Ok(())
        }
        _ => fail(KitP2pStatus::InvalidArgument, "exactly one target must be given"),
    }
}

/// Runs an action on the host's task and waits for its result.
///
/// # Safety
/// `host` is null or a living host.
pub unsafe fn call<T: Send + 'static>(
    host: *const KitP2pHost,
    action: impl FnOnce(&mut Node) -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    unsafe { reference(host, "host")? }.shared.call(action)
}
