//! The task that owns the swarm: what happens there becomes events, and what the caller asked for
//! gets its answer. Nothing in here waits.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use libp2p::core::ConnectedPoint;
use libp2p::core::transport::ListenerId;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, identify, ping};

use crate::behaviour::{Behaviour, BehaviourEvent};
use crate::config::{Config, KitP2pKadRecords};
use crate::dht::Queries;
use crate::host::{Shared, connection_number};
use crate::operation::Reply;
use crate::status::KitP2pStatus;
use crate::streams::is_relayed;
use crate::types::{
    Event, KIT_P2P_FLAG_GONE, KIT_P2P_FLAG_OUTBOUND, KIT_P2P_FLAG_RELAYED, KitP2pEventKind,
};

pub struct Node {
    pub swarm: Swarm<Behaviour>,
    pub shared: Arc<Shared>,
    pub peers: HashMap<PeerId, Peer>,
    pub queries: Queries,
    pub records: KitP2pKadRecords,
    pub wan_takes_private: bool,
    dials: HashMap<ConnectionId, (Option<PeerId>, Reply)>,
    listens: HashMap<ListenerId, Reply>,
}

/// What is known of a connected peer.
#[derive(Default)]
pub struct Peer {
    pub connections: HashMap<ConnectionId, Connection>,
    pub agent: String,
    pub protocols: Vec<String>,
}

pub struct Connection {
    pub address: Multiaddr,
    pub flags: u32,
    pub since: Instant,
    pub round_trip_ns: u64,
}

impl Node {
    pub fn new(swarm: Swarm<Behaviour>, shared: Arc<Shared>, config: &Config) -> Self {
        Self {
            swarm,
            shared,
            peers: HashMap::new(),
            queries: Queries::default(),
            records: config.kad_records,
            wan_takes_private: config.kad_wan_private_addresses,
            dials: HashMap::new(),
            listens: HashMap::new(),
        }
    }

    pub fn emit(&self, event: Event) {
        self.shared.events.push(event);
    }

    /// Dials `addresses`, and those that the DHT knows if the peer is named.
    pub fn dial(&mut self, peer: Option<PeerId>, addresses: Vec<Multiaddr>, reply: Reply) {
        if let Some(peer) = peer.filter(|peer| self.peers.contains_key(peer)) {
            let connected = Event { peer: peer.to_bytes(), ..Event::done(KitP2pStatus::Ok, "") };
            reply.finish(connected);
            return;
        }
        let options: DialOpts = match (peer, addresses.first()) {
            (Some(peer), _) => DialOpts::peer_id(peer)
                .condition(PeerCondition::Always)
                .addresses(addresses)
                .extend_addresses_through_behaviour()
                .build(),
            (None, Some(address)) => DialOpts::unknown_peer_id().address(address.clone()).build(),
            (None, None) => {
                reply.fail(KitP2pStatus::InvalidArgument, "neither a peer nor an address");
                return;
            }
        };
        let connection = options.connection_id();
        match self.swarm.dial(options) {
            Ok(()) => {
                self.dials.insert(connection, (peer, reply));
            }
            Err(error) => reply.fail(dial_status(&error), dial_words(&error)),
        }
    }

    pub fn listen(&mut self, address: Multiaddr, reply: Reply) {
        match self.swarm.listen_on(address.clone()) {
            Ok(listener) => {
                self.listens.insert(listener, reply);
            }
            Err(error) => reply.fail(
                KitP2pStatus::InvalidArgument,
                format!("cannot listen on {address}: {error}"),
            ),
        }
    }

    pub fn on_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour(event),
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                num_established,
                ..
            } => self.on_connected(peer_id, connection_id, &endpoint, num_established.get()),
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                endpoint,
                num_established,
                cause,
                ..
            } => {
                let why = cause.map_or_else(String::new, |cause| cause.to_string());
                self.on_disconnected(peer_id, connection_id, &endpoint, num_established, why);
            }
            SwarmEvent::OutgoingConnectionError { connection_id, peer_id, error } => {
                self.on_dial_failed(connection_id, peer_id, &error);
            }
            SwarmEvent::NewListenAddr { listener_id, address } => {
                if let Some(reply) = self.listens.remove(&listener_id) {
                    let address = address.to_string();
                    reply.finish(Event { address, ..Event::done(KitP2pStatus::Ok, "") });
                }
                self.set_local_route(&address, true);
                self.emit_address(KitP2pEventKind::ListenAddress, &address);
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                self.set_local_route(&address, false);
                self.emit_address(KitP2pEventKind::ListenAddressGone, &address);
            }
            SwarmEvent::ListenerError { listener_id, error } => {
                if let Some(reply) = self.listens.remove(&listener_id) {
                    reply.fail(KitP2pStatus::Unreachable, format!("listening failed: {error}"));
                }
            }
            SwarmEvent::ListenerClosed { listener_id, addresses, reason } => {
                if let Some(reply) = self.listens.remove(&listener_id) {
                    let why = reason.err().map_or_else(String::new, |error| error.to_string());
                    reply.fail(KitP2pStatus::Unreachable, format!("listening ended: {why}"));
                }
                for address in addresses {
                    self.set_local_route(&address, false);
                    self.emit_address(KitP2pEventKind::ListenAddressGone, &address);
                }
            }
            SwarmEvent::ExternalAddrConfirmed { address } => {
                self.emit_address(KitP2pEventKind::ExternalAddress, &address);
            }
            SwarmEvent::ExternalAddrExpired { address } => {
                self.emit_address(KitP2pEventKind::ExternalAddressGone, &address);
            }
            _ => {}
        }
    }

    fn emit_address(&self, kind: KitP2pEventKind, address: &Multiaddr) {
        self.emit(Event { address: address.to_string(), ..Event::new(kind) });
    }

    fn on_connected(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        endpoint: &ConnectedPoint,
        count: u32,
    ) {
        let address = endpoint.get_remote_address().clone();
        let flags = flags_of(endpoint);
        self.shared.set_connected(peer, true);
        self.peers.entry(peer).or_default().connections.insert(
            connection,
            Connection { address: address.clone(), flags, since: Instant::now(), round_trip_ns: 0 },
        );
        self.emit(Event {
            peer: peer.to_bytes(),
            connection: connection_number(connection),
            address: address.to_string(),
            flags,
            number: u64::from(count),
            ..Event::new(KitP2pEventKind::Connected)
        });
        // However the peer was reached, whoever waits for it has it.
        let waiting: Vec<ConnectionId> = self
            .dials
            .iter()
            .filter(|(dial, (dialled, _))| **dial == connection || *dialled == Some(peer))
            .map(|(dial, _)| *dial)
            .collect();
        for dial in waiting {
            let Some((_, reply)) = self.dials.remove(&dial) else { continue };
            reply.finish(Event {
                peer: peer.to_bytes(),
                address: address.to_string(),
                ..Event::done(KitP2pStatus::Ok, "")
            });
        }
    }

    fn on_disconnected(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        endpoint: &ConnectedPoint,
        left: u32,
        why: String,
    ) {
        if let Some(known) = self.peers.get_mut(&peer) {
            known.connections.remove(&connection);
        }
        if left == 0 {
            self.peers.remove(&peer);
            self.shared.set_connected(peer, false);
        }
        self.emit(Event {
            peer: peer.to_bytes(),
            connection: connection_number(connection),
            address: endpoint.get_remote_address().to_string(),
            flags: flags_of(endpoint),
            number: u64::from(left),
            detail: why,
            ..Event::new(KitP2pEventKind::Disconnected)
        });
    }

    fn on_dial_failed(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        error: &DialError,
    ) {
        let words = dial_words(error);
        if let Some((_, reply)) = self.dials.remove(&connection) {
            reply.fail(dial_status(error), words.clone());
        }
        self.emit(Event {
            peer: peer.map_or_else(Vec::new, PeerId::to_bytes),
            status: dial_status(error),
            detail: words,
            ..Event::new(KitP2pEventKind::DialFailed)
        });
    }

    fn on_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Identify(event) => self.on_identify(event),
            BehaviourEvent::Ping(event) => self.on_ping(&event),
            BehaviourEvent::KadWan(event) => self.on_kad(crate::dht::Dht::Wan, event),
            BehaviourEvent::KadLan(event) => self.on_kad(crate::dht::Dht::Lan, event),
            BehaviourEvent::Gossipsub(event) => self.on_gossip(event),
            BehaviourEvent::Mdns(event) => self.on_mdns(event),
            other => {
                if let Some(event) = crate::reach::event_of(other) {
                    self.emit(event);
                }
            }
        }
    }

    fn on_identify(&mut self, event: identify::Event) {
        let identify::Event::Received { peer_id, info, connection_id } = event else { return };
        let protocols: Vec<String> = info.protocols.iter().map(ToString::to_string).collect();
        let Some(peer) = self.peers.get_mut(&peer_id) else { return };
        peer.agent.clone_from(&info.agent_version);
        peer.protocols.clone_from(&protocols);
        self.learn_route(peer_id, &protocols, &info.listen_addrs);
        let mut items: Vec<Vec<u8>> =
            info.listen_addrs.iter().map(|address| address.to_string().into_bytes()).collect();
        let number = items.len() as u64;
        items.extend(protocols.into_iter().map(String::into_bytes));
        self.emit(Event {
            peer: peer_id.to_bytes(),
            connection: connection_number(connection_id),
            name: info.agent_version.into_bytes(),
            detail: info.protocol_version,
            address: info.observed_addr.to_string(),
            data: info.public_key.encode_protobuf(),
            number,
            items,
            ..Event::new(KitP2pEventKind::Identified)
        });
    }

    fn on_ping(&mut self, event: &ping::Event) {
        let Ok(round_trip) = &event.result else { return };
        let round_trip_ns = u64::try_from(round_trip.as_nanos()).unwrap_or(u64::MAX);
        if let Some(connection) = self
            .peers
            .get_mut(&event.peer)
            .and_then(|peer| peer.connections.get_mut(&event.connection))
        {
            connection.round_trip_ns = round_trip_ns;
        }
        self.emit(Event {
            peer: event.peer.to_bytes(),
            connection: connection_number(event.connection),
            number: round_trip_ns,
            ..Event::new(KitP2pEventKind::Ping)
        });
    }

    fn on_mdns(&mut self, event: libp2p::mdns::Event) {
        let (found, flags) = match event {
            libp2p::mdns::Event::Discovered(found) => (found, 0),
            libp2p::mdns::Event::Expired(gone) => (gone, KIT_P2P_FLAG_GONE),
        };
        for (peer, address) in found {
            self.emit(Event {
                peer: peer.to_bytes(),
                address: address.to_string(),
                flags,
                ..Event::new(KitP2pEventKind::Discovered)
            });
        }
    }
}

fn flags_of(endpoint: &ConnectedPoint) -> u32 {
    let outbound = if endpoint.is_dialer() { KIT_P2P_FLAG_OUTBOUND } else { 0 };
    let relayed = match endpoint {
        ConnectedPoint::Dialer { address, .. } => is_relayed(address),
        ConnectedPoint::Listener { local_addr, send_back_addr } => {
            is_relayed(local_addr) || is_relayed(send_back_addr)
        }
    };
    outbound | if relayed { KIT_P2P_FLAG_RELAYED } else { 0 }
}

pub fn dial_status(error: &DialError) -> KitP2pStatus {
    match error {
        DialError::Denied { .. } | DialError::LocalPeerId { .. } => KitP2pStatus::Denied,
        DialError::NoAddresses => KitP2pStatus::NotFound,
        _ => KitP2pStatus::Unreachable,
    }
}

pub fn dial_words(error: &DialError) -> String {
    match error {
        DialError::Denied { cause } => {
            let why =
                std::error::Error::source(cause).map_or_else(String::new, ToString::to_string);
            format!("refused: {why}")
        }
        other => other.to_string(),
    }
}
