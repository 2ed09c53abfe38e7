//! The values that cross the border: borrowed bytes, the configuration and events. An event owns
//! whatever its views show until it is freed; nothing else does.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use crate::frames::Notice;
use crate::status::{KitP2pStatus, Outcome, fail};
use crate::stream::KitP2pStream;

/// A view of bytes. As an argument it is read during the call and never kept. Text is UTF-8
/// without a terminating zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct KitP2pBytes {
    pub data: *const u8,
    pub size: usize,
}

impl KitP2pBytes {
    pub const EMPTY: Self = Self { data: ptr::null(), size: 0 };

    pub fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::EMPTY;
        }
        Self { data: bytes.as_ptr(), size: bytes.len() }
    }

    /// # Safety
    /// `data` points to `size` readable bytes that outlive the view, or `size` is 0.
    pub unsafe fn bytes<'a>(self) -> Outcome<&'a [u8]> {
        if self.size == 0 {
            return Ok(&[]);
        }
        if self.data.is_null() || self.size > isize::MAX as usize {
            return fail(KitP2pStatus::InvalidArgument, "a view of bytes points nowhere");
        }
        Ok(unsafe { std::slice::from_raw_parts(self.data, self.size) })
    }

    /// # Safety
    /// As for `bytes`.
    pub unsafe fn text<'a>(self) -> Outcome<&'a str> {
        match std::str::from_utf8(unsafe { self.bytes()? }) {
            Ok(text) => Ok(text),
            Err(_) => fail(KitP2pStatus::InvalidArgument, "a text is not UTF-8"),
        }
    }
}

/// Bytes that the library keeps without copying them, until it hands `owner` back.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct KitP2pPiece {
    pub data: *const u8,
    pub size: usize,
    pub owner: *mut c_void,
}

/// A piece that is held; dropping it hands it back.
pub struct Piece {
    piece: KitP2pPiece,
    release: unsafe extern "C" fn(*mut c_void),
}

// Its bytes do not change, and `release` may be called by any thread.
unsafe impl Send for Piece {}
unsafe impl Sync for Piece {}

impl Piece {
    /// # Safety
    /// The bytes stay readable until `release` is called, which any thread may do.
    pub unsafe fn new(piece: KitP2pPiece, release: unsafe extern "C" fn(*mut c_void)) -> Self {
        Self { piece, release }
    }

    pub fn points_nowhere(&self) -> bool {
        self.piece.size > 0 && (self.piece.data.is_null() || self.piece.size > isize::MAX as usize)
    }

    pub fn bytes(&self) -> &[u8] {
        if self.piece.size == 0 {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(self.piece.data, self.piece.size) }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        unsafe { (self.release)(self.piece.owner) };
    }
}

/// What an event tells. The fields that each kind fills stand beside it; the others are 0 or empty.
/// `peer` is always the binary peer id (a multihash), addresses are multiaddr texts.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KitP2pEventKind {
    /// Nothing: a place that holds no event.
    #[default]
    None = 0,
    /// The queue was nearly full: `number` messages, pings, failed dials and discoveries were
    /// lost since the last batch. Other kinds are never lost.
    EventsLost = 1,
    /// peer, connection, address, flags; `number` = connections to this peer, this one included.
    Connected = 2,
    /// peer, connection, address, flags, detail; `number` = connections that are left.
    Disconnected = 3,
    /// address: we listen there now.
    ListenAddress = 4,
    /// address: no longer.
    ListenAddressGone = 5,
    /// address: where others reach us, confirmed by AutoNAT, by UPnP or by the caller.
    ExternalAddress = 6,
    ExternalAddressGone = 7,
    /// peer, protocol in `name`, `stream`: a peer opened a stream; the receiver owns it.
    InboundStream = 8,
    /// peer, topic in `name`, data; `items[0]` = message id, `items[1]` = who passed it on,
    /// `items[2]` = sequence number (8 bytes, big endian).
    Message = 9,
    /// peer, topic in `name`: the peer subscribed; with flag GONE it left.
    Subscription = 10,
    /// peer, agent in `name`, protocol version in `detail`, observed address in `address`,
    /// public key (protobuf) in `data`; `items` = `number` listen addresses, then protocols.
    Identified = 11,
    /// peer, `number` = round trip in nanoseconds.
    Ping = 12,
    /// peer if known, address if known, detail: an outgoing connection failed.
    DialFailed = 13,
    /// address, detail, peer: an address of ours was tested by AutoNAT; status tells the result.
    Reachability = 14,
    /// peer, detail: the relay client or server changed state.
    Relay = 15,
    /// peer, detail, status: hole punching ended.
    HolePunch = 16,
    /// peer, address: a peer of the local network, by mDNS; with flag GONE it has expired.
    Discovered = 17,
    /// peer (who asks), key in `name`, record in `data`, `number` = which DHT; only with
    /// `kad_records` = CALLER: store it with kit_p2p_kad_store if it is good.
    RecordOffered = 18,
    /// detail: the router has no UPnP, or is not in the public network.
    Upnp = 19,
    /// peer, connection, protocol in `name`, data: one frame of kit_p2p_serve_frames.
    Frame = 20,
    /// peer, status, detail: frames to this peer were dropped, those that waited included.
    FramesFailed = 21,
    /// peer, `number` = bytes that still wait for it. At most one of a peer is in the queue.
    FramesSent = 22,
    /// Of an operation. peer with addresses in `items`: a peer or provider was found.
    Peer = 32,
    /// Of an operation. key in `name`, record in `data`, peer = who gave it if not ourselves.
    Value = 33,
    /// Of an operation. `stream` and protocol in `name`: the stream is open; the receiver owns it.
    Stream = 34,
    /// Of an operation. A connection in a list: peer, connection, address, flags, agent in `name`,
    /// `number` = last round trip in nanoseconds or 0, `number2` = milliseconds since it opened;
    /// `items` = protocols of the peer.
    Connection = 35,
    /// Of an operation. `name` (a topic, protocol, address or bucket), `number`, `number2`, peer.
    Entry = 36,
    /// The last event of an operation: status, detail, `number` = how many took part.
    Done = 64,
}

/// The connection was dialled by us.
pub const KIT_P2P_FLAG_OUTBOUND: u32 = 1;
/// The connection goes through a relay.
pub const KIT_P2P_FLAG_RELAYED: u32 = 2;
/// The subscription, address or peer has gone.
pub const KIT_P2P_FLAG_GONE: u32 = 4;

/// One event. Its views stay valid until `kit_p2p_events_free`.
#[repr(C)]
pub struct KitP2pEvent {
    pub kind: KitP2pEventKind,
    pub status: KitP2pStatus,
    pub flags: u32,
    /// The operation that this is a result of, or 0.
    pub operation: u64,
    pub connection: u64,
    pub number: u64,
    pub number2: u64,
    pub peer: KitP2pBytes,
    pub address: KitP2pBytes,
    pub name: KitP2pBytes,
    pub detail: KitP2pBytes,
    pub data: KitP2pBytes,
    pub items: *const KitP2pBytes,
    pub items_count: usize,
    /// Set to null by a receiver that keeps the stream; what is left is reset with the event.
    pub stream: *mut KitP2pStream,
    /// Private.
    pub owner: *mut c_void,
}

/// An event inside the library.
#[derive(Default)]
pub struct Event {
    pub kind: KitP2pEventKind,
    pub status: KitP2pStatus,
    pub flags: u32,
    pub operation: u64,
    pub connection: u64,
    pub number: u64,
    pub number2: u64,
    pub peer: Vec<u8>,
    pub address: String,
    pub name: Vec<u8>,
    pub detail: String,
    pub data: Vec<u8>,
    pub items: Vec<Vec<u8>>,
    pub stream: Option<Box<KitP2pStream>>,
    /// `number` is read from it when the event is taken.
    pub notice: Option<Arc<Notice>>,
}

struct Owner {
    _event: Event,
    views: Vec<KitP2pBytes>,
}

impl Event {
    pub fn new(kind: KitP2pEventKind) -> Self {
        Self { kind, ..Self::default() }
    }

    pub fn done(status: KitP2pStatus, detail: impl Into<String>) -> Self {
        Self { kind: KitP2pEventKind::Done, status, detail: detail.into(), ..Self::default() }
    }

    /// What it costs the queue that holds it.
    pub fn size_bytes(&self) -> usize {
        let items: usize = self.items.iter().map(|item| item.len() + size_of::<Vec<u8>>()).sum();
        size_of::<Self>()
            + self.peer.len()
            + self.address.len()
            + self.name.len()
            + self.detail.len()
            + self.data.len()
            + items
    }

    pub fn into_c(mut self) -> KitP2pEvent {
        let stream = self.stream.take().map_or(ptr::null_mut(), Box::into_raw);
        let views = self.items.iter().map(|item| KitP2pBytes::of(item)).collect();
        let owner = Box::new(Owner { _event: self, views });
        let event = &owner._event;
        KitP2pEvent {
            kind: event.kind,
            status: event.status,
            flags: event.flags,
            operation: event.operation,
            connection: event.connection,
            number: event.number,
            number2: event.number2,
            peer: KitP2pBytes::of(&event.peer),
            address: KitP2pBytes::of(event.address.as_bytes()),
            name: KitP2pBytes::of(&event.name),
            detail: KitP2pBytes::of(event.detail.as_bytes()),
            data: KitP2pBytes::of(&event.data),
            items: if owner.views.is_empty() { ptr::null() } else { owner.views.as_ptr() },
            items_count: owner.views.len(),
            stream,
            owner: Box::into_raw(owner).cast(),
        }
    }
}

impl KitP2pEvent {
    /// # Safety
    /// The event came from `into_c` and was not released before.
    pub unsafe fn release(&mut self) {
        if !self.stream.is_null() {
            drop(unsafe { Box::from_raw(self.stream) });
            self.stream = ptr::null_mut();
        }
        if !self.owner.is_null() {
            drop(unsafe { Box::from_raw(self.owner.cast::<Owner>()) });
            self.owner = ptr::null_mut();
        }
        self.kind = KitP2pEventKind::None;
        self.items = ptr::null();
        self.items_count = 0;
        for view in
            [&mut self.peer, &mut self.address, &mut self.name, &mut self.detail, &mut self.data]
        {
            *view = KitP2pBytes::EMPTY;
        }
    }
}
