//! A TCP socket that is read in large pieces. What secures a connection asks for a few KiB at a
//! time (rustls: 4), and each would be a system call. The buffer lives while bytes come.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::io::{AsyncRead, AsyncWrite};
use libp2p::tcp::tokio::TcpStream;
use tokio::io::ReadBuf;

/// Less than what malloc takes from the system each time.
const BUFFER_BYTES: usize = 124 << 10;

pub struct Wire {
    socket: TcpStream,
    buffer: Vec<u8>,
    read: usize,
}

impl Wire {
    pub fn new(socket: TcpStream) -> Self {
        Self { socket, buffer: Vec::new(), read: 0 }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        target: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.read == this.buffer.len() {
            if target.len() >= BUFFER_BYTES {
                return Pin::new(&mut this.socket).poll_read(cx, target);
            }
            this.read = 0;
            this.buffer.clear();
            this.buffer.reserve_exact(BUFFER_BYTES);
            let mut space = ReadBuf::uninit(this.buffer.spare_capacity_mut());
            let socket = Pin::new(&mut this.socket.0);
            let polled = tokio::io::AsyncRead::poll_read(socket, cx, &mut space);
            let size = space.filled().len();
            // The first `size` bytes of the spare capacity were filled.
            unsafe { this.buffer.set_len(size) };
            if size == 0 {
                this.buffer = Vec::new();
                return polled.map_ok(|()| 0);
            }
            ready!(polled)?;
        }
        let rest = &this.buffer[this.read..];
        let size = rest.len().min(target.len());
        target[..size].copy_from_slice(&rest[..size]);
        this.read += size;
        Poll::Ready(Ok(size))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, pieces)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(cx)
    }
}
