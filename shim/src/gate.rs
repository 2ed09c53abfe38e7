//! Who may connect at all: no banned peer, no address in a banned network, and nobody while the
//! process holds more memory than it may. What is banned while connected is disconnected by the
//! caller of `ban`.

use std::collections::HashSet;
use std::convert::Infallible;
use std::net::IpAddr;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use libp2p::core::{Endpoint, transport::PortUse};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};

/// A network in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    base: u128,
    prefix_bits: u32,
}

fn as_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => four.to_ipv6_mapped().to_bits(),
        IpAddr::V6(six) => six.to_bits(),
    }
}

fn mask(prefix_bits: u32) -> u128 {
    if prefix_bits == 0 { 0 } else { u128::MAX << (128 - prefix_bits) }
}

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        if bits > width {
            return None;
        }
        let prefix_bits = 128 - width + bits;
        Some(Self { base: as_bits(address) & mask(prefix_bits), prefix_bits })
    }

    pub fn holds(&self, address: IpAddr) -> bool {
        as_bits(address) & mask(self.prefix_bits) == self.base
    }
}

/// The address that the packets go to, if it is a number.
pub fn ip_of(address: &Multiaddr) -> Option<IpAddr> {
    match address.iter().next() {
        Some(Protocol::Ip4(four)) => Some(IpAddr::V4(four)),
        Some(Protocol::Ip6(six)) => Some(IpAddr::V6(six)),
        _ => None,
    }
}

/// Whether the address is one that anybody in the internet could use.
pub fn is_public(address: &Multiaddr) -> bool {
    match ip_of(address) {
        Some(IpAddr::V4(ip)) => {
            let shared = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_broadcast()
                || ip.is_documentation()
                || shared)
        }
        Some(IpAddr::V6(ip)) => {
            let unique_local = ip.segments()[0] & 0xfe00 == 0xfc00;
            let link_local = ip.segments()[0] & 0xffc0 == 0xfe80;
            !(ip.is_loopback() || ip.is_unspecified() || unique_local || link_local)
        }
        None => matches!(
            address.iter().next(),
            Some(Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_) | Protocol::Dnsaddr(_))
        ),
    }
}

pub struct Gate {
    banned_peers: HashSet<PeerId>,
    banned_networks: HashSet<Network>,
    memory_bytes_max: u64,
    memory_read: Option<(Instant, u64)>,
}

#[derive(Debug)]
struct Refused(String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

fn refused(why: String) -> ConnectionDenied {
    ConnectionDenied::new(Refused(why))
}

impl Gate {
    /// `memory_bytes_max` of 0 is no bound.
    pub fn new(memory_bytes_max: u64) -> Self {
        Self {
            banned_peers: HashSet::new(),
            banned_networks: HashSet::new(),
            memory_bytes_max,
            memory_read: None,
        }
    }

    pub fn set_peer_banned(&mut self, peer: PeerId, banned: bool) {
        if banned {
            self.banned_peers.insert(peer);
        } else {
            self.banned_peers.remove(&peer);
        }
    }

    pub fn set_network_banned(&mut self, network: Network, banned: bool) {
        if banned {
            self.banned_networks.insert(network);
        } else {
            self.banned_networks.remove(&network);
        }
    }

    fn check_peer(&self, peer: &PeerId) -> Result<(), ConnectionDenied> {
        if self.banned_peers.contains(peer) {
            return Err(refused(format!("{peer} is banned")));
        }
        Ok(())
    }

    fn check_address(&self, address: &Multiaddr) -> Result<(), ConnectionDenied> {
        let Some(ip) = ip_of(address) else { return Ok(()) };
        if self.banned_networks.iter().any(|network| network.holds(ip)) {
            return Err(refused(format!("the network of {ip} is banned")));
        }
        Ok(())
    }

    // Reading costs a system call, so what was read is believed for a while.
    fn check_memory(&mut self) -> Result<(), ConnectionDenied> {
        if self.memory_bytes_max == 0 {
            return Ok(());
        }
        let now = Instant::now();
        let resident_bytes = match self.memory_read {
            Some((at, read)) if now.duration_since(at) < Duration::from_millis(100) => read,
            _ => resident_bytes(),
        };
        self.memory_read = Some((now, resident_bytes));
        if resident_bytes > self.memory_bytes_max {
            return Err(refused(format!("the process holds {resident_bytes} bytes of memory")));
        }
        Ok(())
    }
}

fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.check_memory()?;
        self.check_address(remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.check_peer(&peer)?;
        Ok(dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.check_memory()?;
        if let Some(peer) = peer {
            self.check_peer(&peer)?;
        }
        Ok(Vec::new())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.check_peer(&peer)?;
        self.check_address(address)?;
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, _: FromSwarm) {}

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}
