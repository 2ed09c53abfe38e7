//! Yamux, so that bytes pass quickly: each connection is driven by a task of its own, which moves
//! many frames at a time, and not by the swarm's, which asks every protocol whenever it is woken.
//! What stands between the driver and the streams is in `yamux_state.rs`.
//! https://github.com/hashicorp/yamux/blob/master/spec.md

use std::collections::VecDeque;
use std::future::{Future, Ready, ready};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures::io::{AsyncRead, AsyncWrite};
use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo};

use crate::yamux_header::{HEADER_BYTES, Header};
use crate::yamux_state::{Phase, Shared};

/// Of data in one frame: others must wait no longer for the connection.
const PAYLOAD_BYTES_MAX: usize = 64 << 10;
/// Data is handed to a stream in pieces of at most this size.
const CHUNK_BYTES_MAX: usize = 64 << 10;
/// How much the driver moves before others have their turn.
const TURN_BYTES_MAX: usize = 1 << 20;
const BATCH_BYTES_MAX: usize = 256 << 10;
const BATCH_FRAMES_MAX: usize = 32;
/// Between two measurements of the round trip, while something is read.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// The upgrade; connections are driven by tasks of `runtime`.
#[derive(Clone)]
pub struct Config {
    pub runtime: tokio::runtime::Handle,
    /// Streams that the other side may have open.
    pub inbound_max: usize,
}

impl Config {
    fn start<C>(self, socket: C, is_client: bool) -> Muxer
    where
        C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let shared = Shared::new(is_client, self.inbound_max);
        self.runtime.spawn(Driver::new(socket, shared.clone()));
        Muxer { shared }
    }
}

impl UpgradeInfo for Config {
    type Info = &'static str;
    type InfoIter = std::iter::Once<Self::Info>;

    fn protocol_info(&self) -> Self::InfoIter {
        std::iter::once("/yamux/1.0.0")
    }
}

impl<C> InboundConnectionUpgrade<C> for Config
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = Muxer;
    type Error = io::Error;
    type Future = Ready<io::Result<Muxer>>;

    fn upgrade_inbound(self, socket: C, _: Self::Info) -> Self::Future {
        ready(Ok(self.start(socket, false)))
    }
}

impl<C> OutboundConnectionUpgrade<C> for Config
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = Muxer;
    type Error = io::Error;
    type Future = Ready<io::Result<Muxer>>;

    fn upgrade_outbound(self, socket: C, _: Self::Info) -> Self::Future {
        ready(Ok(self.start(socket, true)))
    }
}

/// A connection as the swarm sees it. Dropping it ends the connection.
pub struct Muxer {
    shared: Arc<Shared>,
}

impl Drop for Muxer {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.abandoned = true;
        Shared::rouse(state);
    }
}

impl Muxer {
    fn stream(&self, id: u32) -> Substream {
        Substream { id, shared: self.shared.clone(), chunk: Vec::new(), read: 0 }
    }
}

impl StreamMuxer for Muxer {
    type Substream = Substream;
    type Error = io::Error;

    fn poll_inbound(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<Substream>> {
        let mut state = self.shared.lock();
        state.watch(cx)?;
        match state.accept() {
            Some(id) => {
                Shared::rouse(state);
                Poll::Ready(Ok(self.stream(id)))
            }
            None => Poll::Pending,
        }
    }

    fn poll_outbound(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<Substream>> {
        let mut state = self.shared.lock();
        state.watch(cx)?;
        match state.open()? {
            Some(id) => {
                Shared::rouse(state);
                Poll::Ready(Ok(self.stream(id)))
            }
            None => Poll::Pending,
        }
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.shared.lock();
        if state.watch(cx).is_err() {
            return Poll::Ready(Ok(()));
        }
        state.close();
        Shared::rouse(state);
        Poll::Pending
    }

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<StreamMuxerEvent>> {
        match self.shared.lock().watch(cx) {
            Ok(()) => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

/// A stream. What is written leaves by itself, so there is nothing to flush.
pub struct Substream {
    id: u32,
    shared: Arc<Shared>,
    // What was taken out and not yet read.
    chunk: Vec<u8>,
    read: usize,
}

impl Drop for Substream {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        let owner = state.drop_stream(self.id);
        Shared::rouse(state);
        if let Some(owner) = owner {
            owner.wake();
        }
    }
}

impl AsyncRead for Substream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut filled = 0;
        loop {
            let rest = &self.chunk[self.read..];
            let size = rest.len().min(buffer.len() - filled);
            buffer[filled..filled + size].copy_from_slice(&rest[..size]);
            filled += size;
            self.read += size;
            if filled == buffer.len() {
                return Poll::Ready(Ok(filled));
            }
            let mut state = self.shared.lock();
            let polled = state.poll_chunk(self.id, cx);
            if state.has_control() {
                Shared::rouse(state);
            } else {
                drop(state);
            }
            match polled {
                Poll::Ready(Ok(chunk)) if !chunk.is_empty() => {
                    self.chunk = chunk;
                    self.read = 0;
                }
                // What there is comes first; the end, and errors, are found again.
                _ if filled > 0 => return Poll::Ready(Ok(filled)),
                Poll::Ready(Ok(_)) => return Poll::Ready(Ok(0)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl AsyncWrite for Substream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all: usize = pieces.iter().map(|piece| piece.len()).sum();
        if all == 0 {
            return Poll::Ready(Ok(0));
        }
        let reserved = self.shared.lock().poll_reserve(self.id, all.min(PAYLOAD_BYTES_MAX), cx)?;
        let Poll::Ready(size) = reserved else { return Poll::Pending };
        let mut left = size as usize;
        let mut frame = Vec::with_capacity(HEADER_BYTES + left);
        frame.extend_from_slice(&Header::data(self.id, size).encode());
        for piece in pieces {
            let taken = piece.len().min(left);
            frame.extend_from_slice(&piece[..taken]);
            left -= taken;
        }
        let mut state = self.shared.lock();
        state.push_frame(frame);
        Shared::rouse(state);
        Poll::Ready(Ok(size as usize))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.shared.lock();
        let ended = state.end_stream(self.id);
        Shared::rouse(state);
        Poll::Ready(ended)
    }
}

enum Reading {
    Header { bytes: [u8; HEADER_BYTES], filled: usize },
    // `left` bytes of the frame are not in a chunk yet.
    Body { header: Header, left: usize, chunk: Vec<u8>, filled: usize },
}

impl Reading {
    const START: Self = Self::Header { bytes: [0; HEADER_BYTES], filled: 0 };
}

/// Reads and writes the socket. It ends with the connection.
struct Driver<C> {
    socket: C,
    shared: Arc<Shared>,
    reading: Reading,
    writing: VecDeque<Vec<u8>>,
    // Of the first of them.
    written: usize,
    unflushed: bool,
    ping_sent: Option<Instant>,
    ping_due: Instant,
}

impl<C> Drop for Driver<C> {
    fn drop(&mut self) {
        self.shared.end(io::ErrorKind::ConnectionAborted);
    }
}

impl<C: AsyncRead + AsyncWrite + Unpin> Future for Driver<C> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        match this.drive(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(())) => this.shared.end(io::ErrorKind::ConnectionAborted),
            Poll::Ready(Err(error)) => this.shared.end(error.kind()),
        }
        Poll::Ready(())
    }
}

impl<C: AsyncRead + AsyncWrite + Unpin> Driver<C> {
    fn new(socket: C, shared: Arc<Shared>) -> Self {
        Self {
            socket,
            shared,
            reading: Reading::START,
            writing: VecDeque::new(),
            written: 0,
            unflushed: false,
            ping_sent: None,
            ping_due: Instant::now(),
        }
    }

    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (phase, abandoned) = self.shared.lock().drive(cx);
        if abandoned {
            return Poll::Ready(Ok(()));
        }
        let all_left = self.write(cx)?;
        if phase == Phase::Closing && all_left.is_ready() {
            return Pin::new(&mut self.socket).poll_close(cx);
        }
        if self.shared.lock().may_read() {
            let mut wakers = Vec::new();
            let turn = self.read(cx, &mut wakers);
            wakers.into_iter().for_each(Waker::wake);
            if turn?.is_ready() {
                cx.waker().wake_by_ref();
            }
            // What reading gave to answer.
            let _ = self.write(cx)?;
        }
        Poll::Pending
    }

    // Ready when everything has left.
    fn write(&mut self, cx: &mut Context<'_>) -> io::Result<Poll<()>> {
        loop {
            if self.writing.is_empty() {
                self.shared.lock().take_outgoing(BATCH_BYTES_MAX, &mut self.writing);
            }
            if self.writing.is_empty() {
                if self.unflushed && Pin::new(&mut self.socket).poll_flush(cx)?.is_pending() {
                    return Ok(Poll::Pending);
                }
                self.unflushed = false;
                return Ok(Poll::Ready(()));
            }
            let mut slices = [IoSlice::new(&[]); BATCH_FRAMES_MAX];
            for (slice, frame) in slices.iter_mut().zip(&self.writing) {
                *slice = IoSlice::new(frame);
            }
            slices[0] = IoSlice::new(&self.writing[0][self.written..]);
            let count = self.writing.len().min(BATCH_FRAMES_MAX);
            let polled = Pin::new(&mut self.socket).poll_write_vectored(cx, &slices[..count]);
            let Poll::Ready(size) = polled? else { return Ok(Poll::Pending) };
            if size == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.unflushed = true;
            self.forget_written(size);
            let wakers = self.shared.lock().written(size);
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    fn forget_written(&mut self, size: usize) {
        self.written += size;
        while let Some(first) = self.writing.front()
            && self.written >= first.len()
        {
            self.written -= first.len();
            self.writing.pop_front();
        }
    }

    // Pending when the socket has no more, ready when the turn is over.
    fn read(&mut self, cx: &mut Context<'_>, wakers: &mut Vec<Waker>) -> io::Result<Poll<()>> {
        let mut turn = 0;
        while turn < TURN_BYTES_MAX {
            let target = match &mut self.reading {
                Reading::Header { bytes, filled } => &mut bytes[*filled..],
                Reading::Body { chunk, filled, .. } => &mut chunk[*filled..],
            };
            let Poll::Ready(size) = Pin::new(&mut self.socket).poll_read(cx, target)? else {
                self.hand_over(wakers);
                if turn > 0 {
                    self.measure();
                }
                return Ok(Poll::Pending);
            };
            if size == 0 {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            turn += size;
            self.take(size, wakers)?;
            if !self.shared.lock().may_read() {
                break;
            }
        }
        self.measure();
        Ok(Poll::Ready(()))
    }

    // `size` more bytes have arrived where they were wanted.
    fn take(&mut self, size: usize, wakers: &mut Vec<Waker>) -> io::Result<()> {
        match &mut self.reading {
            Reading::Header { bytes, filled } => {
                *filled += size;
                if *filled < HEADER_BYTES {
                    return Ok(());
                }
                let header = Header::decode(*bytes)?;
                let is_answer = self.shared.lock().on_header(header, wakers)?;
                if is_answer && let Some(sent) = self.ping_sent.take() {
                    self.shared.lock().set_round_trip(sent.elapsed());
                }
                self.reading = Reading::START;
                if header.is_data() && header.length > 0 {
                    self.expect(header, header.length as usize);
                }
            }
            Reading::Body { filled, chunk, .. } => {
                *filled += size;
                if *filled == chunk.len() {
                    self.hand_over(wakers);
                }
            }
        }
        Ok(())
    }

    fn expect(&mut self, header: Header, size: usize) {
        let chunk = vec![0; size.min(CHUNK_BYTES_MAX)];
        self.reading = Reading::Body { header, left: size - chunk.len(), chunk, filled: 0 };
    }

    // Gives the reader what there is of a body.
    fn hand_over(&mut self, wakers: &mut Vec<Waker>) {
        let Reading::Body { header, left, chunk, filled } = &mut self.reading else { return };
        if *filled == 0 {
            return;
        }
        let (header, left) = (*header, *left + chunk.len() - *filled);
        let mut chunk = std::mem::take(chunk);
        if *filled < chunk.len() {
            chunk.truncate(*filled);
            chunk.shrink_to_fit();
        }
        let mut state = self.shared.lock();
        state.on_data(header.stream, chunk, wakers);
        if left == 0 && header.ends() {
            state.on_end(header.stream, wakers);
        }
        drop(state);
        self.reading = Reading::START;
        if left > 0 {
            self.expect(header, left);
        }
    }

    fn measure(&mut self) {
        let now = Instant::now();
        if self.ping_sent.is_none() && now >= self.ping_due {
            self.ping_sent = Some(now);
            self.ping_due = now + PING_INTERVAL;
            self.shared.lock().ask_round_trip();
        }
    }
}
