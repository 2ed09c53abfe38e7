//! Provider records for one peer, without a search: whoever announces much knows from one search
//! which peers keep a whole region of keys. One stream carries them all, as the DHT's own messages.

use std::sync::Arc;
use std::time::Duration;

use futures::io::AsyncWriteExt;
use libp2p::swarm::{Stream, StreamProtocol};
use libp2p::{Multiaddr, PeerId};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::dht::Dht;
use crate::gate::is_public;
use crate::host::Shared;
use crate::node::Node;
use crate::operation::Reply;
use crate::status::{KitP2pStatus, Outcome, fail, failure};
use crate::streams::Open;
use crate::types::Event;

/// How long a peer may take to agree on the protocol.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take to read one record (Kubo's Provide.DHT.SendProviderRecordTimeout).
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Records that are written before they are pushed out.
const FLUSH_COUNT: usize = 64;
/// Addresses of ours that a record carries.
const ADDRESSES_MAX: usize = 16;

/// https://github.com/libp2p/specs/blob/master/kad-dht/README.md#rpc-messages
const ADD_PROVIDER: u8 = 2;

impl Node {
    /// Connects to the peer if need be and tells it that we have `keys`.
    pub fn provide_at(
        &mut self,
        peer: PeerId,
        addresses: Vec<Multiaddr>,
        keys: Vec<Vec<u8>>,
        reply: Reply,
    ) {
        let mut offered = Vec::new();
        let mut sides = [(Dht::Wan, "/ipfs/kad/1.0.0"), (Dht::Lan, "/ipfs/lan/kad/1.0.0")];
        // A neighbour is told in the DHT of neighbours, where our addresses are of use to others.
        if !addresses.iter().any(is_public) {
            sides.reverse();
        }
        for (dht, protocol) in sides {
            if self.kad(dht).is_ok() {
                let record = self.provider_field(dht);
                offered.push((StreamProtocol::new(protocol), record));
            }
        }
        if offered.is_empty() {
            reply.fail(KitP2pStatus::Denied, "the DHT is off");
            return;
        }
        let (answer, answered) = oneshot::channel();
        let open = Open {
            protocols: offered.iter().map(|(protocol, _)| protocol.clone()).collect(),
            timeout: OPEN_TIMEOUT,
            answer: Some(Box::new(move |opened| {
                // The task that asked may have ended; then nobody needs the stream.
                let _ = answer.send(opened);
            })),
        };
        self.swarm.behaviour_mut().streams.open_or_dial(peer, addresses, open);
        let shared = self.shared.clone();
        self.shared.runtime.spawn(async move {
            let outcome = async {
                let opened = answered.await;
                let (stream, protocol) = opened.unwrap_or_else(|_| {
                    Err(failure(KitP2pStatus::Closed, "the host was closed"))
                })?;
                let (_, record) = offered
                    .into_iter()
                    .find(|(name, _)| *name == protocol)
                    .expect("a stream has a protocol that was offered");
                send(&shared, stream, &protocol, &keys, &record).await
            };
            match outcome.await {
                Ok(()) => reply.finish(Event { number: 1, ..Event::done(KitP2pStatus::Ok, "") }),
                Err(failed) => reply.fail(failed.status, failed.message),
            }
        });
    }

    // The message's providerPeers: we, with the addresses that others of this DHT can reach.
    fn provider_field(&self, dht: Dht) -> Vec<u8> {
        let mut addresses: Vec<Multiaddr> = self.swarm.external_addresses().cloned().collect();
        if dht == Dht::Lan || self.wan_takes_private {
            addresses.extend(self.swarm.listeners().cloned());
        }
        let mut unique: Vec<Multiaddr> = Vec::new();
        for address in addresses {
            if unique.len() < ADDRESSES_MAX && !unique.contains(&address) {
                unique.push(address);
            }
        }
        let mut peer = Vec::new();
        put_bytes(&mut peer, 1, &self.swarm.local_peer_id().to_bytes());
        for address in &unique {
            put_bytes(&mut peer, 2, &address.to_vec());
        }
        // ConnectionType CONNECTED.
        peer.extend([3 << 3, 1]);
        let mut field = Vec::new();
        put_bytes(&mut field, 9, &peer);
        field
    }
}

async fn send(
    shared: &Arc<Shared>,
    mut stream: Stream,
    protocol: &StreamProtocol,
    keys: &[Vec<u8>],
    provider: &[u8],
) -> Outcome<()> {
    let counter = shared.meters.protocol(protocol.as_ref());
    for batch in keys.chunks(FLUSH_COUNT) {
        let mut bytes = Vec::new();
        for key in batch {
            let mut message = vec![1 << 3, ADD_PROVIDER];
            put_bytes(&mut message, 2, key);
            message.extend_from_slice(provider);
            put_varint(&mut bytes, message.len());
            bytes.extend_from_slice(&message);
        }
        let written = timeout(WRITE_TIMEOUT, async {
            stream.write_all(&bytes).await?;
            stream.flush().await
        });
        match written.await {
            Ok(Ok(())) => counter.add_sent(bytes.len()),
            Ok(Err(error)) => {
                return fail(KitP2pStatus::Reset, format!("records were not sent: {error}"));
            }
            Err(_) => return fail(KitP2pStatus::TimedOut, "the peer reads nothing"),
        }
    }
    match timeout(WRITE_TIMEOUT, stream.close()).await {
        Ok(Ok(())) => Ok(()),
        _ => fail(KitP2pStatus::Reset, "the peer closed the stream before it had all records"),
    }
}

fn put_varint(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    out.push(field << 3 | 2);
    put_varint(out, bytes.len());
    out.extend_from_slice(bytes);
}
