//! What the protocols say that make this host reachable: AutoNAT, UPnP, relays, hole punching.

use libp2p::{PeerId, relay, upnp};

use crate::behaviour::BehaviourEvent;
use crate::status::KitP2pStatus;
use crate::types::{Event, KIT_P2P_FLAG_GONE, KitP2pEventKind};

/// The event that the caller sees, if it is one for him.
pub fn event_of(event: BehaviourEvent) -> Option<Event> {
    match event {
        BehaviourEvent::AutonatClient(event) => {
            let (status, detail) = match event.result {
                Ok(()) => (KitP2pStatus::Ok, String::new()),
                Err(error) => (KitP2pStatus::Unreachable, error.to_string()),
            };
            Some(Event {
                peer: event.server.to_bytes(),
                address: event.tested_addr.to_string(),
                status,
                detail,
                ..Event::new(KitP2pEventKind::Reachability)
            })
        }
        BehaviourEvent::HolePunching(event) => {
            let (status, detail) = match event.result {
                Ok(_) => (KitP2pStatus::Ok, String::new()),
                Err(error) => (KitP2pStatus::Unreachable, error.to_string()),
            };
            let peer = event.remote_peer_id.to_bytes();
            Some(Event { peer, status, detail, ..Event::new(KitP2pEventKind::HolePunch) })
        }
        BehaviourEvent::RelayClient(event) => Some(relay_client(event)),
        BehaviourEvent::RelayServer(event) => relay_server(&event),
        BehaviourEvent::Upnp(upnp::Event::GatewayNotFound) => Some(Event {
            detail: "no router with UPnP was found".to_owned(),
            ..Event::new(KitP2pEventKind::Upnp)
        }),
        BehaviourEvent::Upnp(upnp::Event::NonRoutableGateway) => Some(Event {
            detail: "the router is not in the public network itself".to_owned(),
            ..Event::new(KitP2pEventKind::Upnp)
        }),
        _ => None,
    }
}

fn relay(peer: PeerId, detail: &str, flags: u32) -> Event {
    Event {
        peer: peer.to_bytes(),
        detail: detail.to_owned(),
        flags,
        ..Event::new(KitP2pEventKind::Relay)
    }
}

fn relay_client(event: relay::client::Event) -> Event {
    match event {
        relay::client::Event::ReservationReqAccepted { relay_peer_id, .. } => {
            relay(relay_peer_id, "reserved", 0)
        }
        relay::client::Event::OutboundCircuitEstablished { relay_peer_id, .. } => {
            relay(relay_peer_id, "circuit out", 0)
        }
        relay::client::Event::InboundCircuitEstablished { src_peer_id, .. } => {
            relay(src_peer_id, "circuit in", 0)
        }
    }
}

fn relay_server(event: &relay::Event) -> Option<Event> {
    match event {
        relay::Event::ReservationReqAccepted { src_peer_id, .. } => {
            Some(relay(*src_peer_id, "reservation served", 0))
        }
        relay::Event::ReservationTimedOut { src_peer_id }
        | relay::Event::ReservationClosed { src_peer_id } => {
            Some(relay(*src_peer_id, "reservation served", KIT_P2P_FLAG_GONE))
        }
        relay::Event::CircuitReqAccepted { src_peer_id, .. } => {
            Some(relay(*src_peer_id, "circuit served", 0))
        }
        relay::Event::CircuitClosed { src_peer_id, .. } => {
            Some(relay(*src_peer_id, "circuit served", KIT_P2P_FLAG_GONE))
        }
        _ => None,
    }
}
