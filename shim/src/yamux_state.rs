//! What the streams of a Yamux connection and the task that drives it share: the streams' windows
//! and what waits for their readers, and the frames that wait to leave. It is bounded: a peer fills
//! no more than the windows that it was given, and a writer waits while much waits to leave.
//! https://github.com/hashicorp/yamux/blob/master/spec.md

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::yamux_header::{
    ACK, FIN, GO_AWAY, HEADER_BYTES, Header, PING, RST, SYN, WINDOW_UPDATE, violation,
};

/// What either side may send on a new stream.
pub const WINDOW_FIRST: u32 = 256 << 10;
/// To which it may grow for a stream that is read fast, and by how much for all of a connection.
const WINDOW_MAX: u32 = 16 << 20;
const WINDOWS_GROWTH_MAX: usize = 64 << 20;
/// Frames with data that wait to leave, of all streams of a connection.
const OUTGOING_BYTES_MAX: usize = 1 << 20;
/// Answers that wait to leave; while there are more nothing is read.
const CONTROL_BYTES_MAX: usize = 64 << 10;
/// Streams that the other side has not acknowledged, or that we have not taken yet.
const BACKLOG_MAX: usize = 256;

/// How far a connection is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Open,
    /// What waits still leaves.
    Closing,
    Closed(io::ErrorKind),
}

/// One stream, as long as it has a handle.
pub struct Entry {
    chunks: VecDeque<Vec<u8>>,
    // Of the window: what the peer may still send, and what it has sent and nobody took.
    receive_window: u32,
    unread: u32,
    window_max: u32,
    updated: Instant,
    send_window: u32,
    reader: Option<Waker>,
    writer: Option<Waker>,
    received_end: bool,
    sent_end: bool,
    reset: bool,
    // Its writer waits for room among what leaves.
    queued: bool,
    // We opened it and the peer has not said that it knows.
    unacknowledged: bool,
}

impl Entry {
    fn new(send_window: u32, unacknowledged: bool) -> Self {
        Self {
            chunks: VecDeque::new(),
            receive_window: WINDOW_FIRST,
            unread: 0,
            window_max: WINDOW_FIRST,
            updated: Instant::now(),
            send_window,
            reader: None,
            writer: None,
            received_end: false,
            sent_end: false,
            reset: false,
            queued: false,
            unacknowledged,
        }
    }
}

pub struct State {
    streams: HashMap<u32, Entry>,
    accepted: VecDeque<u32>,
    // Those that the peer opened.
    inbound: usize,
    inbound_max: usize,
    // Whole frames without data; they leave before the others.
    control: Vec<u8>,
    outgoing: VecDeque<Vec<u8>>,
    outgoing_bytes: usize,
    waiting_writers: Vec<u32>,
    unacknowledged: usize,
    window_growth: usize,
    next_stream: u32,
    is_client: bool,
    round_trip: Option<Duration>,
    pub phase: Phase,
    // Nobody is interested any more.
    pub abandoned: bool,
    driver: Option<Waker>,
    owner: Option<Waker>,
}

pub struct Shared {
    state: Mutex<State>,
}

impl Shared {
    pub fn new(is_client: bool, inbound_max: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                streams: HashMap::new(),
                accepted: VecDeque::new(),
                inbound: 0,
                inbound_max,
                control: Vec::new(),
                outgoing: VecDeque::new(),
                outgoing_bytes: 0,
                waiting_writers: Vec::new(),
                unacknowledged: 0,
                window_growth: 0,
                next_stream: if is_client { 1 } else { 2 },
                is_client,
                round_trip: None,
                phase: Phase::Open,
                abandoned: false,
                driver: None,
                owner: None,
            }),
        })
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the driver after a change that gives it work.
    pub fn rouse(mut state: MutexGuard<'_, State>) {
        let driver = state.driver.take();
        drop(state);
        if let Some(driver) = driver {
            driver.wake();
        }
    }

    /// Ends everything: who waits is woken and fails. The first reason stays.
    pub fn end(&self, kind: io::ErrorKind) {
        let mut state = self.lock();
        if matches!(state.phase, Phase::Closed(_)) {
            return;
        }
        state.phase = Phase::Closed(kind);
        state.control = Vec::new();
        state.outgoing.clear();
        let mut wakers = Vec::from_iter(state.owner.take());
        for entry in state.streams.values_mut() {
            wakers.extend(entry.reader.take());
            wakers.extend(entry.writer.take());
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

fn closed(kind: io::ErrorKind) -> io::Error {
    io::Error::new(kind, "the connection has ended")
}

// What the owner of the connection does.
impl State {
    fn check(&self) -> io::Result<()> {
        match self.phase {
            Phase::Closed(kind) => Err(closed(kind)),
            _ => Ok(()),
        }
    }

    fn is_by_peer(&self, id: u32) -> bool {
        (id % 2 == 0) == self.is_client
    }

    pub fn watch(&mut self, cx: &Context<'_>) -> io::Result<()> {
        self.check()?;
        self.owner = Some(cx.waker().clone());
        Ok(())
    }

    /// Takes a stream that the peer opened, and tells it so.
    pub fn accept(&mut self) -> Option<u32> {
        let id = self.accepted.pop_front()?;
        self.push_control(Header::window(ACK, id, 0));
        Some(id)
    }

    /// None while the peer has too many to acknowledge.
    pub fn open(&mut self) -> io::Result<Option<u32>> {
        self.check()?;
        if self.phase == Phase::Closing {
            return Err(closed(io::ErrorKind::NotConnected));
        }
        if self.unacknowledged >= BACKLOG_MAX {
            return Ok(None);
        }
        let id = self.next_stream;
        self.next_stream =
            id.checked_add(2).ok_or_else(|| violation("no stream numbers are left"))?;
        self.unacknowledged += 1;
        self.streams.insert(id, Entry::new(WINDOW_FIRST, true));
        self.push_control(Header::window(SYN, id, 0));
        Ok(Some(id))
    }

    pub fn close(&mut self) {
        if self.phase == Phase::Open {
            self.phase = Phase::Closing;
            // 0: nothing is wrong.
            let goodbye = Header { kind: GO_AWAY, flags: 0, stream: 0, length: 0 };
            self.outgoing.push_back(goodbye.encode().to_vec());
            self.outgoing_bytes += HEADER_BYTES;
        }
    }

    fn push_control(&mut self, header: Header) {
        if self.phase == Phase::Open {
            self.control.extend_from_slice(&header.encode());
        }
    }
}

// What a stream does.
impl State {
    /// The next piece for the stream's reader; empty at the end.
    pub fn poll_chunk(&mut self, id: u32, cx: &Context<'_>) -> Poll<io::Result<Vec<u8>>> {
        let phase = self.phase;
        let Some(entry) = self.streams.get_mut(&id) else {
            return Poll::Ready(Err(closed(io::ErrorKind::NotConnected)));
        };
        if let Some(chunk) = entry.chunks.pop_front() {
            // A frame holds less than the window, so its size fits.
            entry.unread -= chunk.len() as u32;
            self.enlarge_window(id);
            return Poll::Ready(Ok(chunk));
        }
        if entry.received_end {
            return Poll::Ready(Ok(Vec::new()));
        }
        if entry.reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if let Phase::Closed(kind) = phase {
            return Poll::Ready(Err(closed(kind)));
        }
        entry.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    // Gives the peer new credit when half of the window is used up, and more of it when that took
    // little time: then the window was what the peer waited for.
    fn enlarge_window(&mut self, id: u32) {
        const QUICK: Duration = Duration::from_millis(4);
        let Some(entry) = self.streams.get_mut(&id) else { return };
        if entry.received_end || entry.reset {
            return;
        }
        let used = entry.window_max - entry.receive_window - entry.unread;
        if used < entry.window_max / 2 {
            return;
        }
        let now = Instant::now();
        let quick = self.round_trip.map_or(QUICK, |time| (time * 2).max(QUICK));
        if now.duration_since(entry.updated) < quick && entry.window_max < WINDOW_MAX {
            let growth = entry.window_max as usize;
            if self.window_growth + growth <= WINDOWS_GROWTH_MAX {
                self.window_growth += growth;
                entry.window_max *= 2;
            }
        }
        let credit = entry.window_max - entry.receive_window - entry.unread;
        entry.receive_window += credit;
        entry.updated = now;
        self.push_control(Header::window(0, id, credit));
    }

    /// How much of `size` bytes the stream may send now; they are counted as sent.
    pub fn poll_reserve(
        &mut self,
        id: u32,
        size: usize,
        cx: &Context<'_>,
    ) -> Poll<io::Result<u32>> {
        self.check()?;
        let closing = self.phase == Phase::Closing;
        let Some(entry) = self.streams.get_mut(&id) else {
            return Poll::Ready(Err(closed(io::ErrorKind::NotConnected)));
        };
        if entry.reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if entry.sent_end || closing {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        if entry.send_window == 0 {
            entry.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if self.outgoing_bytes >= OUTGOING_BYTES_MAX {
            entry.writer = Some(cx.waker().clone());
            if !std::mem::replace(&mut entry.queued, true) {
                self.waiting_writers.push(id);
            }
            return Poll::Pending;
        }
        let size = u32::try_from(size).unwrap_or(u32::MAX).min(entry.send_window);
        entry.send_window -= size;
        self.outgoing_bytes += HEADER_BYTES + size as usize;
        Poll::Ready(Ok(size))
    }

    /// Queues a frame whose bytes were reserved.
    pub fn push_frame(&mut self, frame: Vec<u8>) {
        if !matches!(self.phase, Phase::Closed(_)) {
            self.outgoing.push_back(frame);
        }
    }

    // Behind the data, which it must not overtake.
    fn push_last(&mut self, header: Header) {
        if self.phase == Phase::Open {
            self.outgoing.push_back(header.encode().to_vec());
            self.outgoing_bytes += HEADER_BYTES;
        }
    }

    pub fn end_stream(&mut self, id: u32) -> io::Result<()> {
        self.check()?;
        let Some(entry) = self.streams.get_mut(&id) else { return Ok(()) };
        if !entry.sent_end {
            entry.sent_end = true;
            if !entry.reset {
                self.push_last(Header::end(id));
            }
        }
        Ok(())
    }

    /// The handle has gone. What was not ended is reset. Returns who waits to open another stream.
    pub fn drop_stream(&mut self, id: u32) -> Option<Waker> {
        let entry = self.streams.remove(&id)?;
        if self.is_by_peer(id) {
            self.inbound -= 1;
        }
        self.window_growth -= (entry.window_max - WINDOW_FIRST) as usize;
        if !entry.reset && !entry.sent_end {
            if entry.received_end {
                self.push_last(Header::end(id));
            } else {
                self.push_last(Header::window(RST, id, 0));
            }
        }
        if !entry.unacknowledged {
            return None;
        }
        self.unacknowledged -= 1;
        self.owner.take()
    }
}

// What the driver does.
impl State {
    pub fn drive(&mut self, cx: &Context<'_>) -> (Phase, bool) {
        self.driver = Some(cx.waker().clone());
        (self.phase, self.abandoned)
    }

    pub fn has_control(&self) -> bool {
        !self.control.is_empty()
    }

    pub fn may_read(&self) -> bool {
        self.control.len() < CONTROL_BYTES_MAX
    }

    /// Moves frames of about `size_max` bytes out, those without data first.
    pub fn take_outgoing(&mut self, size_max: usize, frames: &mut VecDeque<Vec<u8>>) {
        if !self.control.is_empty() {
            self.outgoing_bytes += self.control.len();
            frames.push_back(std::mem::take(&mut self.control));
        }
        let mut size = 0;
        while size < size_max {
            let Some(frame) = self.outgoing.pop_front() else { return };
            size += frame.len();
            frames.push_back(frame);
        }
    }

    /// So much has left. Returns who has room again.
    pub fn written(&mut self, size: usize) -> Vec<Waker> {
        self.outgoing_bytes = self.outgoing_bytes.saturating_sub(size);
        if self.outgoing_bytes > OUTGOING_BYTES_MAX / 2 {
            return Vec::new();
        }
        let mut wakers = Vec::new();
        for id in std::mem::take(&mut self.waiting_writers) {
            if let Some(entry) = self.streams.get_mut(&id) {
                entry.queued = false;
                wakers.extend(entry.writer.take());
            }
        }
        wakers
    }

    pub fn ask_round_trip(&mut self) {
        self.push_control(Header { kind: PING, flags: SYN, stream: 0, length: 0 });
    }

    pub fn set_round_trip(&mut self, time: Duration) {
        self.round_trip = Some(self.round_trip.map_or(time, |before| (before * 3 + time) / 4));
    }

    /// Everything of a frame but its data. True when it answers our ping.
    pub fn on_header(&mut self, header: Header, wakers: &mut Vec<Waker>) -> io::Result<bool> {
        match header.kind {
            PING if header.flags & ACK != 0 => return Ok(true),
            PING => {
                self.push_control(Header { flags: ACK, ..header });
                return Ok(false);
            }
            GO_AWAY => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => {}
        }
        if header.flags & SYN != 0 {
            self.on_open(header.stream, wakers)?;
        }
        let Some(entry) = self.streams.get_mut(&header.stream) else {
            // It has been dropped here, and the peer will hear of it.
            return Ok(false);
        };
        if header.flags & ACK != 0 && std::mem::take(&mut entry.unacknowledged) {
            self.unacknowledged -= 1;
            wakers.extend(self.owner.take());
        }
        if header.flags & RST != 0 {
            entry.reset = true;
            entry.chunks.clear();
            wakers.extend(entry.reader.take());
            wakers.extend(entry.writer.take());
            return Ok(false);
        }
        if header.kind == WINDOW_UPDATE {
            entry.send_window = entry
                .send_window
                .checked_add(header.length)
                .ok_or_else(|| violation("a window of more than 4 GiB"))?;
            wakers.extend(entry.writer.take());
        } else if header.length > 0 && !entry.received_end {
            entry.receive_window = entry
                .receive_window
                .checked_sub(header.length)
                .ok_or_else(|| violation("more data than the window allows"))?;
            entry.unread += header.length;
        }
        if header.flags & FIN != 0 && header.length == 0 {
            self.on_end(header.stream, wakers);
        }
        Ok(false)
    }

    fn on_open(&mut self, id: u32, wakers: &mut Vec<Waker>) -> io::Result<()> {
        if id == 0 || !self.is_by_peer(id) || self.streams.contains_key(&id) {
            return Err(violation("a stream with a number that is not its opener's"));
        }
        if self.inbound >= self.inbound_max || self.accepted.len() >= BACKLOG_MAX {
            self.push_control(Header::window(RST, id, 0));
            return Ok(());
        }
        self.inbound += 1;
        self.streams.insert(id, Entry::new(WINDOW_FIRST, false));
        self.accepted.push_back(id);
        wakers.extend(self.owner.take());
        Ok(())
    }

    /// The peer sends nothing more on this stream.
    pub fn on_end(&mut self, id: u32, wakers: &mut Vec<Waker>) {
        if let Some(entry) = self.streams.get_mut(&id) {
            entry.received_end = true;
            wakers.extend(entry.reader.take());
        }
    }

    /// Data of a frame whose header was taken before. What nobody waits for is dropped.
    pub fn on_data(&mut self, id: u32, chunk: Vec<u8>, wakers: &mut Vec<Waker>) {
        if let Some(entry) = self.streams.get_mut(&id)
            && !entry.reset
            && !entry.received_end
        {
            entry.chunks.push_back(chunk);
            wakers.extend(entry.reader.take());
        }
    }
}
