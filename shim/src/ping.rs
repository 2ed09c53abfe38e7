//! Answers pings. libp2p-ping 0.48 does it as well, but over QUIC it sleeps through the second ping
//! on a stream: it makes a new future and does not poll it, so nobody rings it. This acceptor
//! stands before it; asking is left to libp2p-ping.
//! https://github.com/libp2p/specs/blob/master/ping/ping.md

use futures::io::{AsyncReadExt, AsyncWriteExt};
use libp2p::swarm::{ConnectionId, Stream};
use libp2p::{PeerId, StreamProtocol};

use crate::streams::Acceptor;

pub const PROTOCOL: StreamProtocol = StreamProtocol::new("/ipfs/ping/1.0.0");
const PAYLOAD_BYTES: usize = 32;

pub struct Answering {
    pub runtime: tokio::runtime::Handle,
}

impl Acceptor for Answering {
    fn accept(&self, _: PeerId, _: ConnectionId, _: &str, mut stream: Stream) {
        // Being pinged is no reason to keep a connection.
        stream.ignore_for_keep_alive();
        self.runtime.spawn(async move {
            let mut payload = [0; PAYLOAD_BYTES];
            while stream.read_exact(&mut payload).await.is_ok()
                && stream.write_all(&payload).await.is_ok()
                && stream.flush().await.is_ok()
            {}
        });
    }
}
