//! The exports for length-prefixed messages.

use std::ffi::c_void;
use std::sync::Arc;

use crate::abi::{peer_id, protocols, reference};
use crate::frames::{IntoFrames, send};
use crate::host::KitP2pHost;
use crate::status::{KitP2pStatus, Outcome, fail, guard};
use crate::types::{KitP2pBytes, KitP2pPiece, Piece};

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
/// `names` that it speaks. The frame is its pieces, one after the other; the length is put before
/// them. The pieces are not copied: they stay readable until `release` is called with each one's
/// owner, once, by any thread and perhaps before this returns, also when it fails. It must not
/// call into this library. `limit_reached` when too much waits for this peer: go on after
/// FRAMES_SENT. What fails later comes as FRAMES_FAILED. Never waits.
///
/// # Safety
/// `host` is living, the views readable, the pieces until they are released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_send_frame(
    host: *const KitP2pHost,
    peer: KitP2pBytes,
    names: *const KitP2pBytes,
    names_count: usize,
    pieces: *const KitP2pPiece,
    pieces_count: usize,
    release: Option<unsafe extern "C" fn(*mut c_void)>,
) -> KitP2pStatus {
    guard(|| {
        // First of all, so that they are released whatever happens.
        let pieces = unsafe { owned(pieces, pieces_count, release)? };
        let shared = &unsafe { reference(host, "host")? }.shared;
        let peer = unsafe { peer_id(peer)? };
        let names = unsafe { protocols(names, names_count)? };
        send(shared, peer, names, pieces)
    })
}

unsafe fn owned(
    pieces: *const KitP2pPiece,
    count: usize,
    release: Option<unsafe extern "C" fn(*mut c_void)>,
) -> Outcome<Vec<Piece>> {
    let Some(release) = release else {
        return fail(KitP2pStatus::InvalidArgument, "release is null");
    };
    if count > 0 && pieces.is_null() {
        return fail(KitP2pStatus::InvalidArgument, "a list points nowhere");
    }
    let owned: Vec<Piece> =
        (0..count).map(|at| unsafe { Piece::new(pieces.add(at).read(), release) }).collect();
    if owned.iter().any(Piece::points_nowhere) {
        return fail(KitP2pStatus::InvalidArgument, "a piece of a frame points nowhere");
    }
    Ok(owned)
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
