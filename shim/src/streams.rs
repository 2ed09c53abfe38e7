//! Opens and accepts substreams for protocols that are spoken outside of this library. One
//! negotiation offers all the protocols of a request; any number may be under way at once. An
//! inbound stream that finds the event queue full is reset.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use libp2p::core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo};
use libp2p::core::{Endpoint, transport::PortUse};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{
    ConnectionClosed, ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId,
    DialError, FromSwarm, NetworkBehaviour, NotifyHandler, Stream, StreamProtocol,
    StreamUpgradeError, SubstreamProtocol, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};

use crate::node::{dial_status, dial_words};
use crate::status::{Failure, KitP2pStatus, failure};

/// What a request to open ends with.
pub type Opened = Result<(Stream, StreamProtocol), Failure>;

/// A request to open a stream. Dropped unanswered it answers `closed`.
pub struct Open {
    pub protocols: Vec<StreamProtocol>,
    pub timeout: Duration,
    pub answer: Option<Box<dyn FnOnce(Opened) + Send>>,
}

impl Open {
    pub fn answer(&mut self, opened: Opened) {
        if let Some(answer) = self.answer.take() {
            answer(opened);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.answer(Err(failure(KitP2pStatus::Closed, "the connection has gone")));
    }
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.protocols).finish()
    }
}

/// The registered protocols and who takes their streams.
#[derive(Default)]
pub struct Registry {
    protocols: RwLock<HashMap<StreamProtocol, Arc<dyn Acceptor>>>,
}

/// Takes an inbound stream; called on a network thread and must not wait.
pub trait Acceptor: Send + Sync {
    fn accept(&self, peer: PeerId, connection: ConnectionId, protocol: &str, stream: Stream);
}

impl Registry {
    /// False when it is registered already.
    pub fn add(&self, protocol: StreamProtocol, acceptor: Arc<dyn Acceptor>) -> bool {
        let mut protocols = self.protocols.write().unwrap_or_else(PoisonError::into_inner);
        match protocols.entry(protocol) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(acceptor);
                true
            }
        }
    }

    pub fn remove(&self, protocol: &StreamProtocol) -> bool {
        let mut protocols = self.protocols.write().unwrap_or_else(PoisonError::into_inner);
        protocols.remove(protocol).is_some()
    }

    fn names(&self) -> Vec<StreamProtocol> {
        let protocols = self.protocols.read().unwrap_or_else(PoisonError::into_inner);
        protocols.keys().cloned().collect()
    }

    fn find(&self, protocol: &StreamProtocol) -> Option<Arc<dyn Acceptor>> {
        let protocols = self.protocols.read().unwrap_or_else(PoisonError::into_inner);
        protocols.get(protocol).cloned()
    }
}

pub struct Behaviour {
    registry: Arc<Registry>,
    connections: HashMap<PeerId, Vec<(ConnectionId, bool)>>,
    notifications: VecDeque<(PeerId, ConnectionId, Open)>,
    dials: VecDeque<DialOpts>,
    // Requests for peers that are being dialled.
    waiting: HashMap<PeerId, Vec<Open>>,
}

impl Behaviour {
    pub fn new(registry: Arc<Registry>) -> Self {
        Self {
            registry,
            connections: HashMap::new(),
            notifications: VecDeque::new(),
            dials: VecDeque::new(),
            waiting: HashMap::new(),
        }
    }

    /// On a direct connection if there is one, else through a relay.
    pub fn open(&mut self, peer: PeerId, mut open: Open) {
        let connections = self.connections.get(&peer).map_or(&[][..], Vec::as_slice);
        let direct = connections.iter().find(|(_, relayed)| !relayed);
        match direct.or(connections.first()) {
            Some((connection, _)) => self.notifications.push_back((peer, *connection, open)),
            None => open.answer(Err(failure(
                KitP2pStatus::NotFound,
                format!("not connected to {peer}: dial it first"),
            ))),
        }
    }

    /// The same, and connects first when there is no connection: at `addresses`, and those that
    /// the DHT knows.
    pub fn open_or_dial(&mut self, peer: PeerId, addresses: Vec<Multiaddr>, open: Open) {
        if self.connections.contains_key(&peer) {
            self.open(peer, open);
            return;
        }
        self.waiting.entry(peer).or_default().push(open);
        let options = DialOpts::peer_id(peer)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .addresses(addresses)
            .extend_addresses_through_behaviour()
            .build();
        self.dials.push_back(options);
    }

    fn on_dialled(&mut self, peer: PeerId, error: Option<&DialError>) {
        // Somebody else's dial is under way, and will end too.
        if matches!(error, Some(DialError::DialPeerConditionFalse(_)))
            && !self.connections.contains_key(&peer)
        {
            return;
        }
        for mut open in self.waiting.remove(&peer).unwrap_or_default() {
            match error {
                Some(error) if !self.connections.contains_key(&peer) => {
                    open.answer(Err(failure(dial_status(error), dial_words(error))));
                }
                _ => self.open(peer, open),
            }
        }
    }

    fn handler(&mut self, peer: PeerId, connection: ConnectionId, relayed: bool) -> Handler {
        self.connections.entry(peer).or_default().push((connection, relayed));
        Handler { peer, connection, registry: self.registry.clone(), requests: VecDeque::new() }
    }
}

pub fn is_relayed(address: &Multiaddr) -> bool {
    address.iter().any(|part| part == libp2p::multiaddr::Protocol::P2pCircuit)
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(peer, connection, is_relayed(local) || is_relayed(remote)))
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(peer, connection, is_relayed(address)))
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        // A connection that another behaviour denies was entered above and never closes.
        let (peer, connection) = match event {
            FromSwarm::ConnectionEstablished(established) => {
                self.on_dialled(established.peer_id, None);
                return;
            }
            FromSwarm::ConnectionClosed(ConnectionClosed { peer_id, connection_id, .. }) => {
                (Some(peer_id), connection_id)
            }
            FromSwarm::DialFailure(failed) => (failed.peer_id, failed.connection_id),
            FromSwarm::ListenFailure(failed) => (failed.peer_id, failed.connection_id),
            _ => return,
        };
        let Some(peer) = peer else { return };
        if let Some(connections) = self.connections.get_mut(&peer) {
            connections.retain(|(number, _)| *number != connection);
            if connections.is_empty() {
                self.connections.remove(&peer);
            }
        }
        if let FromSwarm::DialFailure(failed) = event {
            self.on_dialled(peer, Some(failed.error));
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // Requests come from the task that polls, so nobody needs to be woken.
        if let Some(opts) = self.dials.pop_front() {
            return Poll::Ready(ToSwarm::Dial { opts });
        }
        match self.notifications.pop_front() {
            Some((peer_id, connection, event)) => Poll::Ready(ToSwarm::NotifyHandler {
                peer_id,
                handler: NotifyHandler::One(connection),
                event,
            }),
            None => Poll::Pending,
        }
    }
}

pub struct Handler {
    peer: PeerId,
    connection: ConnectionId,
    registry: Arc<Registry>,
    requests: VecDeque<Open>,
}

/// Negotiates one of some protocols and hands the bare stream over.
pub struct Upgrade {
    protocols: Vec<StreamProtocol>,
}

impl UpgradeInfo for Upgrade {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.protocols.clone().into_iter()
    }
}

impl InboundUpgrade<Stream> for Upgrade {
    type Output = (Stream, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}

impl OutboundUpgrade<Stream> for Upgrade {
    type Output = (Stream, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_outbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Open;
    type ToBehaviour = Infallible;
    type InboundProtocol = Upgrade;
    type OutboundProtocol = Upgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Open;

    fn listen_protocol(&self) -> SubstreamProtocol<Upgrade> {
        SubstreamProtocol::new(Upgrade { protocols: self.registry.names() }, ())
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Upgrade, Open, Infallible>> {
        match self.requests.pop_front() {
            Some(open) => {
                let upgrade = Upgrade { protocols: open.protocols.clone() };
                let timeout = open.timeout;
                Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                    protocol: SubstreamProtocol::new(upgrade, open).with_timeout(timeout),
                })
            }
            None => Poll::Pending,
        }
    }

    fn on_behaviour_event(&mut self, open: Open) {
        self.requests.push_back(open);
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Upgrade, Upgrade, (), Open>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: (stream, protocol),
                ..
            }) => {
                if let Some(acceptor) = self.registry.find(&protocol) {
                    acceptor.accept(self.peer, self.connection, protocol.as_ref(), stream);
                }
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol,
                info: mut open,
            }) => open.answer(Ok(protocol)),
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info: mut open, error }) => {
                let failed = upgrade_failure(&error, &open);
                open.answer(Err(failed));
            }
            _ => {}
        }
    }
}

fn upgrade_failure(error: &StreamUpgradeError<Infallible>, open: &Open) -> Failure {
    match error {
        StreamUpgradeError::Timeout => {
            failure(KitP2pStatus::TimedOut, "the peer did not answer in time")
        }
        StreamUpgradeError::NegotiationFailed => {
            failure(KitP2pStatus::UnsupportedProtocol, format!("the peer speaks none of {open:?}"))
        }
        StreamUpgradeError::Io(error) => {
            failure(KitP2pStatus::Reset, format!("negotiating a stream failed: {error}"))
        }
        StreamUpgradeError::Apply(never) => match *never {},
    }
}
