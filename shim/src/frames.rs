//! Length-prefixed messages, for protocols of many small exchanges with many peers: no thread of
//! the caller waits for any of them. Outbound frames to a peer wait in order in one bounded queue
//! and leave on one stream, which is opened for the first and closed when idle. Inbound frames
//! become events; while the event queue is full no stream is read, so the peers have to wait.

use std::collections::{HashMap, VecDeque};
use std::io::IoSlice;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures::io::{AsyncReadExt, AsyncWriteExt};
use libp2p::swarm::{ConnectionId, Stream};
use libp2p::{PeerId, StreamProtocol};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use crate::host::{Shared, connection_number};
use crate::status::{KitP2pStatus, Outcome, fail, failure};
use crate::streams::{Acceptor, Open};
use crate::types::{Event, KitP2pEventKind, Piece};

/// How long a peer may take to agree on a protocol.
const OPEN_TIMEOUT: Duration = Duration::from_secs(30);
/// How long one frame may take to leave.
const WRITE_TIMEOUT: Duration = Duration::from_secs(120);
/// How long an outbound stream is kept for the next frame.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// What is read of a frame before memory is taken for all of it.
const FRAME_START_BYTES: usize = 64 << 10;
/// How many pieces go into one write.
const PIECES_MAX: usize = 16;

/// Reads the frames of inbound streams.
pub struct IntoFrames {
    pub shared: Weak<Shared>,
    pub size_bytes_max: usize,
}

impl Acceptor for IntoFrames {
    fn accept(&self, peer: PeerId, connection: ConnectionId, protocol: &str, stream: Stream) {
        let Some(shared) = self.shared.upgrade() else { return };
        let runtime = shared.runtime.clone();
        let reader = Reader {
            shared,
            peer,
            connection: connection_number(connection),
            protocol: protocol.to_owned(),
            size_bytes_max: self.size_bytes_max,
        };
        runtime.spawn(reader.run(stream));
    }
}

struct Reader {
    shared: Arc<Shared>,
    peer: PeerId,
    connection: u64,
    protocol: String,
    size_bytes_max: usize,
}

impl Reader {
    async fn run(self, stream: Stream) {
        let counter = self.shared.meters.protocol(&self.protocol);
        let _listed = self.shared.outboxes.list(self.peer, &self.protocol, false);
        let mut stream = futures::io::BufReader::with_capacity(16 << 10, stream);
        loop {
            self.shared.events.room().await;
            // Whatever goes wrong, dropping the stream resets it and the peer knows.
            let Ok(Some(frame)) = self.read(&mut stream).await else { return };
            counter.add_received(frame.len());
            let delivered = self.shared.events.push(Event {
                peer: self.peer.to_bytes(),
                connection: self.connection,
                name: self.protocol.clone().into_bytes(),
                data: frame,
                ..Event::new(KitP2pEventKind::Frame)
            });
            if !delivered {
                return;
            }
        }
    }

    // None at the end between two frames.
    async fn read(
        &self,
        stream: &mut futures::io::BufReader<Stream>,
    ) -> std::io::Result<Option<Vec<u8>>> {
        let mut size: u64 = 0;
        for place in 0.. {
            let mut byte = [0];
            if stream.read(&mut byte).await? == 0 {
                return if place == 0 { Ok(None) } else { Err(malformed()) };
            }
            size |= u64::from(byte[0] & 0x7f) << (7 * place);
            if byte[0] & 0x80 == 0 {
                break;
            }
            if place == 4 {
                return Err(malformed());
            }
        }
        if size > self.size_bytes_max as u64 {
            return Err(malformed());
        }
        let size = size as usize;
        let mut frame = Vec::new();
        while frame.len() < size {
            // Memory is taken as bytes arrive, not as a peer promises them.
            let start = frame.len();
            let end = if start == 0 { size.min(FRAME_START_BYTES) } else { size };
            frame.reserve_exact(end - start);
            frame.resize(end, 0);
            stream.read_exact(&mut frame[start..]).await?;
        }
        Ok(Some(frame))
    }
}

fn malformed() -> std::io::Error {
    std::io::Error::from(std::io::ErrorKind::InvalidData)
}

/// The outbound queues of a host, by peer.
#[derive(Default)]
pub struct Outboxes {
    boxes: Mutex<HashMap<PeerId, Arc<Outbox>>>,
    open: Arc<Mutex<HashMap<u64, FrameStream>>>,
    next_open: AtomicU64,
}

/// A stream of frames, for those who list them.
#[derive(Clone)]
pub struct FrameStream {
    pub peer: PeerId,
    pub protocol: String,
    pub is_outbound: bool,
}

/// It stands in the list until this is dropped.
pub struct Listed {
    open: Arc<Mutex<HashMap<u64, FrameStream>>>,
    number: u64,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

/// The frames that wait for one peer.
pub struct Outbox {
    peer: PeerId,
    state: Mutex<OutboxState>,
    filled: Notify,
    pub notice: Arc<Notice>,
}

#[derive(Default)]
struct OutboxState {
    frames: VecDeque<Frame>,
    // Its task has ended: frames need a new box.
    closed: bool,
}

struct Frame {
    // The length, as it stands before the pieces.
    head: Vec<u8>,
    pieces: Vec<Piece>,
    size: usize,
    protocols: Arc<[StreamProtocol]>,
}

/// What FRAMES_SENT tells; at most one of a peer waits in the queue, and it tells the newest.
#[derive(Default)]
pub struct Notice {
    unsent_bytes: AtomicUsize,
    queued: AtomicBool,
}

impl Notice {
    /// Called when the event leaves the queue.
    pub fn taken(&self) -> u64 {
        self.queued.store(false, Ordering::SeqCst);
        self.unsent_bytes.load(Ordering::SeqCst) as u64
    }
}

impl Outboxes {
    fn lock(&self) -> MutexGuard<'_, HashMap<PeerId, Arc<Outbox>>> {
        self.boxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self, peer: PeerId, protocol: &str, is_outbound: bool) -> Listed {
        let number = self.next_open.fetch_add(1, Ordering::Relaxed);
        let stream = FrameStream { peer, protocol: protocol.to_owned(), is_outbound };
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(number, stream);
        Listed { open: self.open.clone(), number }
    }

    pub fn streams(&self) -> Vec<FrameStream> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().cloned().collect()
    }

    pub fn unsent_bytes(&self, peer: &PeerId) -> usize {
        self.lock().get(peer).map_or(0, |outbox| outbox.notice.unsent_bytes.load(Ordering::SeqCst))
    }

    /// Drops what waits for a peer that has gone.
    pub fn forget(&self, peer: &PeerId) {
        if let Some(outbox) = self.lock().remove(peer) {
            outbox.close();
        }
    }
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, OutboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let frames = {
            let mut state = self.lock();
            state.closed = true;
            std::mem::take(&mut state.frames)
        };
        let dropped: usize = frames.iter().map(|frame| frame.size).sum();
        self.notice.unsent_bytes.fetch_sub(dropped, Ordering::SeqCst);
        self.filled.notify_one();
    }
}

/// Queues a frame made of `pieces`; its length is put before it. The pieces are freed when they
/// have left, or cannot.
pub fn send(
    shared: &Arc<Shared>,
    peer: PeerId,
    protocols: Vec<StreamProtocol>,
    pieces: Vec<Piece>,
) -> Outcome<()> {
    let mut left: usize = pieces.iter().map(|piece| piece.bytes().len()).sum();
    let mut size = left;
    let mut head = Vec::with_capacity(10);
    while left >= 0x80 {
        head.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    head.push(left as u8);
    size += head.len();
    let frame = Frame { head, pieces, size, protocols: protocols.into() };

    let mut boxes = shared.outboxes.lock();
    if !shared.is_connected(&peer) {
        return fail(KitP2pStatus::NotFound, format!("not connected to {peer}"));
    }
    let outbox = boxes.entry(peer).or_insert_with(|| new_outbox(shared, peer));
    if outbox.lock().closed {
        *outbox = new_outbox(shared, peer);
    }
    let mut state = outbox.lock();
    let unsent = outbox.notice.unsent_bytes.load(Ordering::SeqCst);
    if state.closed || (unsent > 0 && unsent + size > shared.unsent_bytes_max) {
        return fail(KitP2pStatus::LimitReached, format!("{unsent} bytes wait for {peer} already"));
    }
    outbox.notice.unsent_bytes.fetch_add(size, Ordering::SeqCst);
    state.frames.push_back(frame);
    outbox.filled.notify_one();
    Ok(())
}

fn new_outbox(shared: &Arc<Shared>, peer: PeerId) -> Arc<Outbox> {
    let outbox = Arc::new(Outbox {
        peer,
        state: Mutex::default(),
        filled: Notify::new(),
        notice: Arc::default(),
    });
    shared.runtime.spawn(deliver(shared.clone(), outbox.clone()));
    outbox
}

async fn deliver(shared: Arc<Shared>, outbox: Arc<Outbox>) {
    let outcome = deliver_all(&shared, &outbox).await;
    let was_closed = outbox.lock().closed;
    outbox.close();
    // Who closed it before has told the caller by DISCONNECTED.
    if let (Err(failed), false) = (outcome, was_closed) {
        shared.events.push(Event {
            peer: outbox.peer.to_bytes(),
            status: failed.status,
            detail: failed.message,
            ..Event::new(KitP2pEventKind::FramesFailed)
        });
    }
}

async fn deliver_all(shared: &Arc<Shared>, outbox: &Arc<Outbox>) -> Outcome<()> {
    let mut open: Option<(Stream, StreamProtocol, Listed)> = None;
    loop {
        let next = {
            let mut state = outbox.lock();
            if state.closed {
                return Ok(());
            }
            state.frames.pop_front()
        };
        let Some(frame) = next else {
            if timeout(IDLE_TIMEOUT, outbox.filled.notified()).await.is_err()
                && let Some((mut stream, ..)) = open.take()
            {
                let _ = timeout(WRITE_TIMEOUT, stream.close()).await;
            }
            continue;
        };
        // A stream of a protocol that this frame does not ask for is of no use to it.
        if open.as_ref().is_some_and(|(_, protocol, _)| !frame.protocols.contains(protocol)) {
            open = None;
        }
        let outcome = async {
            if open.is_none() {
                let (stream, protocol) = open_stream(shared, outbox.peer, &frame.protocols).await?;
                let listed = shared.outboxes.list(outbox.peer, protocol.as_ref(), true);
                open = Some((stream, protocol, listed));
            }
            let (stream, protocol, _) = open.as_mut().expect("it was opened above");
            write(stream, &frame).await?;
            shared.meters.protocol(protocol.as_ref()).add_sent(frame.size);
            Ok(())
        }
        .await;
        tell_sent(shared, outbox, frame.size);
        outcome?;
    }
}

async fn write_pieces(stream: &mut Stream, frame: &Frame) -> std::io::Result<()> {
    let mut left: VecDeque<&[u8]> = VecDeque::with_capacity(frame.pieces.len() + 1);
    left.push_back(&frame.head);
    left.extend(frame.pieces.iter().map(Piece::bytes).filter(|bytes| !bytes.is_empty()));
    while !left.is_empty() {
        let mut slices = [IoSlice::new(&[]); PIECES_MAX];
        for (slice, bytes) in slices.iter_mut().zip(&left) {
            *slice = IoSlice::new(bytes);
        }
        let mut size = stream.write_vectored(&slices[..left.len().min(PIECES_MAX)]).await?;
        if size == 0 {
            return Err(std::io::ErrorKind::WriteZero.into());
        }
        while let Some(first) = left.front_mut() {
            if size < first.len() {
                *first = &first[size..];
                break;
            }
            size -= first.len();
            left.pop_front();
        }
    }
    stream.flush().await
}

async fn write(stream: &mut Stream, frame: &Frame) -> Outcome<()> {
    match timeout(WRITE_TIMEOUT, write_pieces(stream, frame)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => fail(KitP2pStatus::Reset, format!("a frame was not sent: {error}")),
        Err(_) => fail(KitP2pStatus::TimedOut, "the peer reads nothing"),
    }
}

async fn open_stream(
    shared: &Arc<Shared>,
    peer: PeerId,
    protocols: &[StreamProtocol],
) -> Outcome<(Stream, StreamProtocol)> {
    let (answer, answered) = oneshot::channel();
    let open = Open {
        protocols: protocols.to_vec(),
        timeout: OPEN_TIMEOUT,
        answer: Some(Box::new(move |opened| {
            // The task that asked may have ended; then nobody needs the stream.
            let _ = answer.send(opened);
        })),
    };
    shared
        .post_from_task(Box::new(move |node| {
            node.swarm.behaviour_mut().streams.open(peer, open);
        }))
        .await?;
    answered.await.unwrap_or_else(|_| Err(failure(KitP2pStatus::Closed, "the host was closed")))
}

fn tell_sent(shared: &Shared, outbox: &Outbox, size: usize) {
    outbox.notice.unsent_bytes.fetch_sub(size, Ordering::SeqCst);
    if outbox.notice.queued.swap(true, Ordering::SeqCst) {
        return;
    }
    shared.events.push(Event {
        peer: outbox.peer.to_bytes(),
        notice: Some(outbox.notice.clone()),
        ..Event::new(KitP2pEventKind::FramesSent)
    });
}
