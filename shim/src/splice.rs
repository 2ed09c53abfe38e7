//! Carries bytes between a raw stream and a socket of the caller, both ways, with no thread waiting
//! for either: thousands of idle pairs cost a task each and no buffer. An end in one direction is
//! passed on as such, and a failure resets both sides.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures::io::{AsyncRead, AsyncWrite};
use tokio::io::unix::AsyncFd;

use crate::host::Shared;
use crate::operation::Reply;
use crate::status::{KitP2pStatus, Outcome, failure};
use crate::stream::StreamState;
use crate::types::Event;

/// Taken from either side at once.
const PIECE_BYTES: usize = 32 << 10;

/// Begins; the answer comes when both directions have ended: `number` = bytes that the peer sent,
/// `number2` = bytes sent to it. Cancelling resets both sides.
pub fn start(
    shared: &Shared,
    stream: Arc<StreamState>,
    socket: OwnedFd,
    reply: Reply,
) -> Outcome<()> {
    let failed = |error: io::Error| {
        failure(KitP2pStatus::InvalidArgument, format!("the descriptor cannot be used: {error}"))
    };
    set_nonblocking(&socket).map_err(failed)?;
    let _inside = shared.runtime.enter();
    // The descriptor is ours, and stays open as long as what owns it.
    let socket = unsafe { AsyncFd::register(socket) };
    let socket = socket.map_err(|error| failed(error.into_parts().1))?;
    let ends = Ends { stream: stream.clone(), socket };
    let mut splice = Splice { ends, down: Half::default(), up: Half::default() };
    let (begin, begun) = tokio::sync::oneshot::channel::<Reply>();
    let task = shared.runtime.spawn(async move {
        let Ok(reply) = begun.await else { return };
        let outcome = std::future::poll_fn(|cx| splice.poll(cx)).await;
        let (number, number2) = (splice.down.moved, splice.up.moved);
        let done = match outcome {
            Ok(()) => Event::done(KitP2pStatus::Ok, ""),
            Err(error) => Event::done(KitP2pStatus::Reset, error.to_string()),
        };
        drop(splice);
        reply.finish(Event { number, number2, ..done });
    });
    let (running, carried) = (task.abort_handle(), stream.clone());
    let runs = reply.on_cancel(move || {
        running.abort();
        carried.reset();
    });
    if !runs {
        task.abort();
        stream.reset();
        return Ok(());
    }
    // The task waits for it, and is gone only when it was cancelled.
    let _ = begin.send(reply);
    Ok(())
}

fn set_nonblocking(socket: &OwnedFd) -> io::Result<()> {
    let flags = unsafe { libc::fcntl(socket.as_raw_fd(), libc::F_GETFL) };
    if flags < 0 {
        return Err(io::Error::last_os_error());
    }
    match unsafe { libc::fcntl(socket.as_raw_fd(), libc::F_SETFL, flags | libc::O_NONBLOCK) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

struct Ends {
    stream: Arc<StreamState>,
    socket: AsyncFd<OwnedFd>,
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.stream.reset();
    }
}

impl Ends {
    fn poll_receive(&self, cx: &mut Context<'_>, target: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            let mut ready = ready!(self.socket.poll_read_ready(cx))?;
            let tried = ready.try_io(|socket| {
                let (at, size) = (target.as_mut_ptr().cast(), target.len());
                size_of_call(unsafe { libc::recv(socket.as_raw_fd(), at, size, 0) })
            });
            if let Ok(received) = tried {
                return Poll::Ready(received);
            }
        }
    }

    fn poll_send(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            let mut ready = ready!(self.socket.poll_write_ready(cx))?;
            let tried = ready.try_io(|socket| {
                let (at, size) = (bytes.as_ptr().cast(), bytes.len());
                let flags = libc::MSG_NOSIGNAL;
                size_of_call(unsafe { libc::send(socket.as_raw_fd(), at, size, flags) })
            });
            if let Ok(sent) = tried {
                return Poll::Ready(sent);
            }
        }
    }

    fn end_socket(&self) -> io::Result<()> {
        match unsafe { libc::shutdown(self.socket.as_raw_fd(), libc::SHUT_WR) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

fn size_of_call(size: isize) -> io::Result<usize> {
    usize::try_from(size).map_err(|_| io::Error::last_os_error())
}

// One direction.
#[derive(Default)]
struct Half {
    // What the receiving side did not take yet.
    left: Vec<u8>,
    written: usize,
    at_end: bool,
    over: bool,
    moved: u64,
}

struct Splice {
    ends: Ends,
    // From the peer, and to it.
    down: Half,
    up: Half,
}

type Read = fn(&Ends, &mut Context<'_>, &mut [u8]) -> Poll<io::Result<usize>>;
type Write = fn(&Ends, &mut Context<'_>, &[u8]) -> Poll<io::Result<usize>>;
type End = fn(&Ends, &mut Context<'_>) -> Poll<io::Result<()>>;

impl Splice {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let down = self.down.poll(
            &self.ends,
            cx,
            |ends, cx, target| {
                let polled = ends.stream.poll_with(|stream| Pin::new(stream).poll_read(cx, target));
                ends.stream.count_received(&polled);
                polled
            },
            Ends::poll_send,
            |ends, _| Poll::Ready(ends.end_socket()),
        )?;
        let up = self.up.poll(
            &self.ends,
            cx,
            Ends::poll_receive,
            |ends, cx, bytes| {
                let polled = ends.stream.poll_with(|stream| Pin::new(stream).poll_write(cx, bytes));
                ends.stream.count_sent(&polled);
                polled
            },
            |ends, cx| ends.stream.poll_with(|stream| Pin::new(stream).poll_close(cx)),
        )?;
        if down.is_ready() && up.is_ready() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }
}

impl Half {
    fn poll(
        &mut self,
        ends: &Ends,
        cx: &mut Context<'_>,
        read: Read,
        write: Write,
        end: End,
    ) -> io::Result<Poll<()>> {
        let mut piece = [0; PIECE_BYTES];
        while !self.over {
            if self.written < self.left.len() {
                let Poll::Ready(size) = write(ends, cx, &self.left[self.written..])? else {
                    return Ok(Poll::Pending);
                };
                if size == 0 {
                    return Err(io::ErrorKind::WriteZero.into());
                }
                self.written += size;
                self.moved += size as u64;
                continue;
            }
            if self.at_end {
                if end(ends, cx)?.is_pending() {
                    return Ok(Poll::Pending);
                }
                self.over = true;
                break;
            }
            let Poll::Ready(size) = read(ends, cx, &mut piece)? else {
                self.left = Vec::new();
                self.written = 0;
                return Ok(Poll::Pending);
            };
            self.left.clear();
            self.left.extend_from_slice(&piece[..size]);
            self.written = 0;
            self.at_end = size == 0;
        }
        Ok(Poll::Ready(()))
    }
}
