//! Who sent how much. Every substream of every connection is counted for its peer and for the
//! whole host, below the protocols and above encryption and muxing; raw streams and frames are
//! counted for their protocol besides. A peer's count goes when its last connection goes.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures::io::{AsyncRead, AsyncWrite, IoSlice, IoSliceMut};
use libp2p::PeerId;
use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};

/// Bytes in each direction since the start.
#[derive(Default)]
pub struct Counter {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Counter {
    pub fn add_sent(&self, size: usize) {
        self.sent.fetch_add(size as u64, Ordering::Relaxed);
    }

    pub fn add_received(&self, size: usize) {
        self.received.fetch_add(size as u64, Ordering::Relaxed);
    }

    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

/// All counters of a host.
#[derive(Default)]
pub struct Meters {
    pub total: Arc<Counter>,
    peers: Mutex<HashMap<PeerId, Arc<Counter>>>,
    protocols: Mutex<HashMap<String, Arc<Counter>>>,
}

impl Meters {
    pub fn peer(&self, peer: PeerId) -> Arc<Counter> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        peers.entry(peer).or_default().clone()
    }

    pub fn find_peer(&self, peer: &PeerId) -> Option<Arc<Counter>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner).get(peer).cloned()
    }

    pub fn forget(&self, peer: &PeerId) {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner).remove(peer);
    }

    /// Only protocols that this host registered or asked for are counted, so the map is bounded.
    pub fn protocol(&self, protocol: &str) -> Arc<Counter> {
        let mut protocols = self.protocols.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = protocols.get(protocol) {
            return counter.clone();
        }
        protocols.entry(protocol.to_owned()).or_default().clone()
    }

    pub fn protocols(&self) -> Vec<(String, Arc<Counter>)> {
        let protocols = self.protocols.lock().unwrap_or_else(PoisonError::into_inner);
        protocols.iter().map(|(name, counter)| (name.clone(), counter.clone())).collect()
    }
}

#[derive(Clone)]
struct Pair {
    total: Arc<Counter>,
    peer: Arc<Counter>,
}

impl Pair {
    fn sent(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(size)) = polled {
            self.total.add_sent(size);
            self.peer.add_sent(size);
        }
        polled
    }

    fn received(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(size)) = polled {
            self.total.add_received(size);
            self.peer.add_received(size);
        }
        polled
    }
}

/// A muxer whose substreams are counted.
pub struct CountedMuxer<M> {
    inner: M,
    pair: Pair,
}

impl<M> CountedMuxer<M> {
    pub fn new(inner: M, peer: PeerId, meters: &Meters) -> Self {
        Self { inner, pair: Pair { total: meters.total.clone(), peer: meters.peer(peer) } }
    }
}

impl<M> StreamMuxer for CountedMuxer<M>
where
    M: StreamMuxer + Unpin,
    M::Substream: Unpin,
{
    type Substream = CountedStream<M::Substream>;
    type Error = M::Error;

    fn poll_inbound(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Self::Substream, Self::Error>> {
        let polled = Pin::new(&mut self.inner).poll_inbound(cx);
        polled.map_ok(|inner| CountedStream { inner, pair: self.pair.clone() })
    }

    fn poll_outbound(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Self::Substream, Self::Error>> {
        let polled = Pin::new(&mut self.inner).poll_outbound(cx);
        polled.map_ok(|inner| CountedStream { inner, pair: self.pair.clone() })
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<StreamMuxerEvent, Self::Error>> {
        Pin::new(&mut self.inner).poll(cx)
    }
}

pub struct CountedStream<S> {
    inner: S,
    pair: Pair,
}

impl<S: AsyncRead + Unpin> AsyncRead for CountedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_read(cx, buffer);
        self.pair.received(polled)
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_read_vectored(cx, buffers);
        self.pair.received(polled)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CountedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(cx, buffer);
        self.pair.sent(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(cx, buffers);
        self.pair.sent(polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }
}
