//! A raw stream for threads that block. The caller's own thread polls the substream under a short
//! lock and sleeps beside a condition variable until the network wakes it, so bytes go from the
//! muxer's buffer to the caller's with no task and no queue between. Back-pressure is the muxer's.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use futures::io::{AsyncRead, AsyncWrite};
use libp2p::PeerId;

use crate::bandwidth::Counter;
use crate::queue::wait;
use crate::status::{Failure, KitP2pStatus, Outcome, failure};

/// A stream to a peer. One thread may read while another writes; a third may reset it, which wakes
/// both. Freeing it resets what was not closed.
pub struct KitP2pStream {
    inner: Arc<StreamState>,
    // Somebody else reads and writes it now.
    is_given: bool,
}

pub struct StreamState {
    // None once it is reset.
    substream: Mutex<Option<libp2p::Stream>>,
    reader: Arc<Bell>,
    writer: Arc<Bell>,
    counter: Arc<Counter>,
    pub peer: PeerId,
    pub protocol: String,
    /// We opened it.
    pub is_outbound: bool,
}

// Rings when the substream may be polled again.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    condition: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.condition.notify_all();
    }
}

impl Bell {
    // False when the deadline has passed.
    fn wait(&self, deadline: Option<Instant>) -> bool {
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        while !*rung {
            match wait(&self.condition, rung, deadline) {
                Some(again) => rung = again,
                None => return false,
            }
        }
        *rung = false;
        true
    }
}

/// The open streams of a host, so that closing it wakes whoever waits in one.
#[derive(Default)]
pub struct StreamTable {
    streams: Mutex<Vec<Weak<StreamState>>>,
}

impl StreamTable {
    pub fn add(
        &self,
        substream: libp2p::Stream,
        peer: PeerId,
        protocol: String,
        is_outbound: bool,
        counter: Arc<Counter>,
    ) -> Box<KitP2pStream> {
        let inner = Arc::new(StreamState {
            substream: Mutex::new(Some(substream)),
            reader: Arc::default(),
            writer: Arc::default(),
            counter,
            peer,
            protocol,
            is_outbound,
        });
        let mut streams = self.lock();
        // Swept when it has doubled, so the cost of an addition stays constant.
        if streams.len() == streams.capacity() {
            streams.retain(|stream| stream.strong_count() > 0);
        }
        streams.push(Arc::downgrade(&inner));
        Box::new(KitP2pStream { inner, is_given: false })
    }

    pub fn open(&self) -> Vec<Arc<StreamState>> {
        self.lock().iter().filter_map(Weak::upgrade).collect()
    }

    pub fn reset_all(&self) {
        for stream in self.open() {
            stream.reset();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<StreamState>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamState {
    fn lock(&self) -> MutexGuard<'_, Option<libp2p::Stream>> {
        self.substream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_open(&self) -> bool {
        self.lock().is_some()
    }

    pub fn reset(&self) {
        let substream = self.lock().take();
        drop(substream);
        self.reader.clone().wake();
        self.writer.clone().wake();
    }

    /// One poll of the substream, for a task; `reset` does not wake it.
    pub fn poll_with<T>(
        &self,
        poll: impl FnOnce(&mut libp2p::Stream) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match self.lock().as_mut() {
            Some(substream) => poll(substream),
            None => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        }
    }

    pub fn count_received(&self, polled: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(size)) = polled {
            self.counter.add_received(*size);
        }
    }

    pub fn count_sent(&self, polled: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(size)) = polled {
            self.counter.add_sent(*size);
        }
    }

    // Polls until `poll` is ready or the deadline has passed.
    fn block<T>(
        &self,
        bell: &Arc<Bell>,
        deadline: Option<Instant>,
        mut poll: impl FnMut(Pin<&mut libp2p::Stream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Outcome<T> {
        let waker = Waker::from(bell.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            let polled = match self.lock().as_mut() {
                Some(substream) => poll(Pin::new(substream), &mut context),
                None => return Err(failure(KitP2pStatus::Reset, "the stream was reset")),
            };
            match polled {
                Poll::Ready(Ok(value)) => return Ok(value),
                Poll::Ready(Err(error)) => return Err(stream_failure(&error)),
                Poll::Pending if !bell.wait(deadline) => {
                    return Err(failure(KitP2pStatus::TimedOut, "the stream gave no progress"));
                }
                Poll::Pending => {}
            }
        }
    }
}

fn stream_failure(error: &io::Error) -> Failure {
    use io::ErrorKind;
    let status = match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => KitP2pStatus::Reset,
        ErrorKind::UnexpectedEof => KitP2pStatus::Reset,
        ErrorKind::ConnectionAborted | ErrorKind::NotConnected => KitP2pStatus::Closed,
        ErrorKind::WriteZero => KitP2pStatus::Closed,
        _ => KitP2pStatus::Reset,
    };
    failure(status, format!("the stream failed: {error}"))
}

impl KitP2pStream {
    pub fn state(&self) -> &StreamState {
        &self.inner
    }

    /// At least one byte, or `end_of_stream`.
    pub fn read(&self, buffer: &mut [u8], timeout: Option<Duration>) -> Outcome<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let inner = &self.inner;
        let size =
            inner.block(&inner.reader, deadline, |stream, cx| stream.poll_read(cx, buffer))?;
        if size == 0 {
            return Err(failure(KitP2pStatus::EndOfStream, "the peer sends nothing more"));
        }
        inner.counter.add_received(size);
        Ok(size)
    }

    /// Everything, unless it fails: then `written` tells how much had left.
    pub fn write(
        &self,
        bytes: &[u8],
        timeout: Option<Duration>,
        written: &mut usize,
    ) -> Outcome<()> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let inner = &self.inner;
        while *written < bytes.len() {
            let rest = &bytes[*written..];
            let size =
                inner.block(&inner.writer, deadline, |stream, cx| stream.poll_write(cx, rest))?;
            if size == 0 {
                return Err(failure(KitP2pStatus::Closed, "the stream takes nothing more"));
            }
            inner.counter.add_sent(size);
            *written += size;
        }
        inner.block(&inner.writer, deadline, |stream, cx| stream.poll_flush(cx))
    }

    pub fn close_write(&self, timeout: Option<Duration>) -> Outcome<()> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let inner = &self.inner;
        inner.block(&inner.writer, deadline, |stream, cx| stream.poll_close(cx))
    }
}

impl KitP2pStream {
    /// The stream without its handle.
    pub fn give(mut self: Box<Self>) -> Arc<StreamState> {
        self.is_given = true;
        self.inner.clone()
    }
}

impl Drop for KitP2pStream {
    fn drop(&mut self) {
        if !self.is_given {
            self.inner.reset();
        }
    }
}
