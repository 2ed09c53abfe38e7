//! The exports for raw streams.

use std::ffi::c_int;
use std::os::fd::{FromRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use crate::abi::{KitP2pTarget, begin, peer_id, protocol, protocols, reference, timeout, write};
use crate::host::{IntoEvents, KitP2pHost};
use crate::status::{KitP2pStatus, fail, guard};
use crate::stream::KitP2pStream;
use crate::streams::Open;
use crate::types::{Event, KitP2pBytes, KitP2pEventKind};

/// From now on streams of this protocol come as INBOUND_STREAM events. Peers that are connected
/// learn of it by identify.
///
/// # Safety
/// `host` is living, `name` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_accept(
    host: *const KitP2pHost,
    name: KitP2pBytes,
) -> KitP2pStatus {
    guard(|| {
        let host = unsafe { reference(host, "host")? };
        let name = unsafe { protocol(name)? };
        let acceptor = Arc::new(IntoEvents(Arc::downgrade(&host.shared)));
        if !host.shared.registry.add(name.clone(), acceptor) {
            return fail(KitP2pStatus::AlreadyExists, format!("{name} is accepted already"));
        }
        Ok(())
    })
}

/// Streams of this protocol are refused from now on; open ones go on.
///
/// # Safety
/// `host` is living, `name` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_refuse(
    host: *const KitP2pHost,
    name: KitP2pBytes,
) -> KitP2pStatus {
    guard(|| {
        let host = unsafe { reference(host, "host")? };
        let name = unsafe { protocol(name)? };
        if !host.shared.registry.remove(&name) {
            return fail(KitP2pStatus::NotFound, format!("{name} is not accepted"));
        }
        Ok(())
    })
}

/// Opens a stream to a connected peer for the first of `names` that it speaks. The result is a
/// STREAM event, then DONE; the peer has `timeout_ms` to answer.
///
/// # Safety
/// `host` is living, the views readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_open_stream(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
    names: *const KitP2pBytes,
    names_count: usize,
    timeout_ms: u64,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let peer = unsafe { peer_id(peer)? };
        let protocols = unsafe { protocols(names, names_count)? };
        let timeout = timeout(timeout_ms).unwrap_or(Duration::from_secs(3600));
        let action = move |node: &mut crate::node::Node, reply: crate::operation::Reply| {
            let shared = node.shared.clone();
            let answer = move |opened: crate::streams::Opened| match opened {
                Ok((stream, protocol)) => {
                    let stream = shared.raw_stream(stream, peer, protocol.as_ref(), true);
                    reply.push(Event {
                        peer: peer.to_bytes(),
                        name: protocol.as_ref().as_bytes().to_vec(),
                        stream: Some(stream),
                        ..Event::new(KitP2pEventKind::Stream)
                    });
                    reply.succeed();
                }
                Err(failed) => reply.fail(failed.status, failed.message),
            };
            let open = Open { protocols, timeout, answer: Some(Box::new(answer)) };
            node.swarm.behaviour_mut().streams.open(peer, open);
        };
        unsafe { begin(host, target, 1, action) }
    })
}

/// Reads at least one byte and at most `buffer_size`; `*size` tells how many. `end_of_stream` when
/// the peer has closed its direction, `timed_out` when nothing came, `reset` when the peer gave up.
///
/// # Safety
/// `stream` is living, `buffer` writable, `size` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_stream_read(
    stream: *const KitP2pStream,
    buffer: *mut u8,
    buffer_size: usize,
    timeout_ms: u64,
    size: *mut usize,
) -> KitP2pStatus {
    guard(|| {
        let stream = unsafe { reference(stream, "stream")? };
        unsafe { write(size, 0, "size")? };
        if buffer.is_null() || buffer_size > isize::MAX as usize {
            return fail(KitP2pStatus::InvalidArgument, "buffer is null");
        }
        let buffer = unsafe { std::slice::from_raw_parts_mut(buffer, buffer_size) };
        let read = stream.read(buffer, timeout(timeout_ms))?;
        unsafe { write(size, read, "size") }
    })
}

/// Writes all of `bytes`, waiting while the peer does not read. When it fails `*written` tells how
/// much had left.
///
/// # Safety
/// `stream` is living, `bytes` readable, `written` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_stream_write(
    stream: *const KitP2pStream,
    bytes: KitP2pBytes,
    timeout_ms: u64,
    written: *mut usize,
) -> KitP2pStatus {
    guard(|| {
        let stream = unsafe { reference(stream, "stream")? };
        let bytes = unsafe { bytes.bytes()? };
        let mut done = 0;
        let outcome = stream.write(bytes, timeout(timeout_ms), &mut done);
        unsafe { write(written, done, "written")? };
        outcome
    })
}

/// Tells the peer that nothing more comes. Reading goes on.
///
/// # Safety
/// `stream` is null or living.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_stream_close_write(
    stream: *const KitP2pStream,
    timeout_ms: u64,
) -> KitP2pStatus {
    guard(|| unsafe { reference(stream, "stream")? }.close_write(timeout(timeout_ms)))
}

/// Ends both directions at once, from any thread; who reads or writes gets `reset`.
///
/// # Safety
/// `stream` is null or living.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_stream_reset(stream: *const KitP2pStream) -> KitP2pStatus {
    guard(|| {
        unsafe { reference(stream, "stream")? }.state().reset();
        Ok(())
    })
}

/// Frees a stream, and resets it if it was not closed. It may outlive its host. Null is ignored.
///
/// # Safety
/// `stream` is null or was not freed, and no thread uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_stream_free(stream: *mut KitP2pStream) {
    guard(|| {
        if !stream.is_null() {
            drop(unsafe { Box::from_raw(stream) });
        }
        Ok(())
    });
}

/// Carries bytes between a stream and a connected socket, both ways, until both directions have
/// ended; DONE tells in `number` what the peer sent and in `number2` what was sent to it. Both are
/// the library's from now on, also when the call fails, and are closed when it ends; cancelling it
/// ends it at once. No thread waits for them.
///
/// # Safety
/// `host` is living, `stream` was not freed and no thread uses it, `target` is writable;
/// `descriptor` is open and nobody else's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_stream_splice(
    host: *const KitP2pHost,
    stream: *mut KitP2pStream,
    descriptor: c_int,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        if stream.is_null() || descriptor < 0 {
            return fail(KitP2pStatus::InvalidArgument, "a stream or a descriptor is missing");
        }
        let stream = unsafe { Box::from_raw(stream) };
        let socket = unsafe { OwnedFd::from_raw_fd(descriptor) };
        let action = move |node: &mut crate::node::Node, reply: crate::operation::Reply| {
            // What could not be begun answers by dropping the reply.
            let _ = crate::splice::start(&node.shared, stream.give(), socket, reply);
        };
        unsafe { begin(host, target, 1, action) }
    })
}
