//! The exports for length-prefixed messages.

use std::sync::Arc;

use crate::abi::{peer_id, protocols, reference, views};
use crate::frames::{IntoFrames, send};
use crate::host::KitP2pHost;
use crate::status::{KitP2pStatus, Outcome, fail, guard};
use crate::types::KitP2pBytes;

/// From now on frames of these protocols come as FRAME events: an unsigned varint of the length,
/// then the bytes. A longer one than `size_bytes_max` resets the stream.
///
/// # Safety
/// `host` is living, the views readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_serve_frames(
    host: *const KitP2pHost,
    names: *const KitP2pBytes,
    names_count: usize,
    size_bytes_max: usize,
) -> KitP2pStatus {
    guard(|| {
        let shared = &unsafe { reference(host, "host")? }.shared;
        for name in unsafe { protocols(names, names_count)? } {
            let acceptor = IntoFrames { shared: Arc::downgrade(shared), size_bytes_max };
            if !shared.registry.add(name.clone(), Arc::new(acceptor)) {
                return fail(KitP2pStatus::AlreadyExists, format!("{name} is accepted already"));
            }
        }
        Ok(())
    })
}

/// Queues a frame for a connected peer, in order with those before, on a stream of the first of
/// `names` that it speaks. The pieces are copied, one after the other; the length is put before
/// them. `limit_reached` when too much waits for this peer: go on after FRAMES_SENT. What fails
/// later comes as FRAMES_FAILED. Never waits.
///
/// # Safety
/// `host` is living, the views readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_send_frame(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
    names: *const KitP2pBytes,
    names_count: usize,
    pieces: *const KitP2pBytes,
    pieces_count: usize,
) -> KitP2pStatus {
    guard(|| {
        let shared = &unsafe { reference(host, "host")? }.shared;
        let peer = unsafe { peer_id(peer)? };
        let names = unsafe { protocols(names, names_count)? };
        let pieces: Vec<&[u8]> = unsafe { views(pieces, pieces_count)? }
            .iter()
            .map(|view| unsafe { view.bytes() })
            .collect::<Outcome<_>>()?;
        send(shared, peer, names, &pieces)
    })
}

/// Bytes of frames that wait for a peer; 0 for a stranger.
///
/// # Safety
/// `host` is null or living, `peer` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_unsent_bytes(host: *const KitP2pHost, peer: KitP2pBytes) -> usize {
    let mut unsent_bytes = 0;
    guard(|| {
        let shared = &unsafe { reference(host, "host")? }.shared;
        unsent_bytes = shared.outboxes.unsent_bytes(&unsafe { peer_id(peer)? });
        Ok(())
    });
    unsent_bytes
}
