//! The protocols that a host speaks, as one behaviour. What is switched off is absent: it costs no
//! stream, no timer and no memory.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::kad::store::{MemoryStore, MemoryStoreConfig};
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{
    PeerId, StreamProtocol, autonat, dcutr, gossipsub, identify, kad, mdns, ping, relay, upnp,
};

use crate::config::{Config, KitP2pKadMode};
use crate::gate::Gate;
use crate::status::{KitP2pStatus, Outcome, failure};
use crate::streams::{self, Registry};

pub type Kad = kad::Behaviour<MemoryStore>;

#[derive(NetworkBehaviour)]
pub struct Behaviour {
    // First: what they refuse never reaches the others.
    pub limits: connection_limits::Behaviour,
    pub gate: Gate,
    pub streams: streams::Behaviour,
    pub identify: identify::Behaviour,
    pub ping: Toggle<ping::Behaviour>,
    pub kad_wan: Toggle<Kad>,
    pub kad_lan: Toggle<Kad>,
    pub gossipsub: Toggle<gossipsub::Behaviour>,
    pub mdns: Toggle<mdns::tokio::Behaviour>,
    pub upnp: Toggle<upnp::tokio::Behaviour>,
    pub relay_client: Toggle<relay::client::Behaviour>,
    pub relay_server: Toggle<relay::Behaviour>,
    pub hole_punching: Toggle<dcutr::Behaviour>,
    pub autonat_client: Toggle<autonat::v2::client::Behaviour>,
    pub autonat_server: Toggle<autonat::v2::server::Behaviour>,
}

/// Must be called inside the runtime.
pub fn build(
    config: &Config,
    registry: Arc<Registry>,
    relay_client: Option<relay::client::Behaviour>,
) -> Outcome<Behaviour> {
    let id = PeerId::from(config.keypair.public());
    let bound = |number: u32| (number > 0).then_some(number);
    let limits = ConnectionLimits::default()
        .with_max_established(bound(config.connections_max))
        .with_max_established_per_peer(bound(config.connections_per_peer_max))
        .with_max_pending_incoming(bound(config.connections_pending_max))
        .with_max_pending_outgoing(bound(config.connections_pending_max));
    let identify = identify::Config::new_with_signed_peer_record(
        config.protocol_version.clone(),
        &config.keypair,
    )
    .with_agent_version(config.agent_version.clone())
    .with_hide_listen_addrs(config.hide_listen_addresses)
    .with_push_listen_addr_updates(true);
    let ping = (config.ping_interval_ms > 0).then(|| {
        let interval = Duration::from_millis(config.ping_interval_ms);
        ping::Behaviour::new(ping::Config::new().with_interval(interval))
    });
    let mdns = config
        .mdns
        .then(|| mdns::tokio::Behaviour::new(mdns::Config::default(), id))
        .transpose()
        .map_err(|error| {
            failure(KitP2pStatus::Denied, format!("mDNS cannot use the network: {error}"))
        })?;
    Ok(Behaviour {
        limits: connection_limits::Behaviour::new(limits),
        gate: Gate::new(config.memory_bytes_max),
        streams: streams::Behaviour::new(registry),
        identify: identify::Behaviour::new(identify),
        ping: ping.into(),
        kad_wan: kad(config, id, config.kad_wan, "/ipfs/kad/1.0.0").into(),
        kad_lan: kad(config, id, config.kad_lan, "/ipfs/lan/kad/1.0.0").into(),
        gossipsub: config.gossipsub.then(|| gossip(config)).transpose()?.into(),
        mdns: mdns.into(),
        upnp: config.upnp.then(upnp::tokio::Behaviour::default).into(),
        hole_punching: (config.hole_punching && relay_client.is_some())
            .then(|| dcutr::Behaviour::new(id))
            .into(),
        relay_client: relay_client.into(),
        relay_server: config
            .relay_server
            .then(|| relay::Behaviour::new(id, relay::Config::default()))
            .into(),
        autonat_client: config.autonat_client.then(Default::default).into(),
        autonat_server: config.autonat_server.then(Default::default).into(),
    })
}

fn kad(config: &Config, id: PeerId, mode: KitP2pKadMode, protocol: &'static str) -> Option<Kad> {
    let mode = match mode {
        KitP2pKadMode::Off => return None,
        KitP2pKadMode::Client => Some(kad::Mode::Client),
        KitP2pKadMode::Server => Some(kad::Mode::Server),
        KitP2pKadMode::Auto => None,
    };
    let store = MemoryStoreConfig {
        max_records: config.kad_records_max as usize,
        max_value_bytes: RECORD_BYTES_MAX,
        max_providers_per_key: kad::K_VALUE.get(),
        max_provided_keys: config.kad_provided_keys_max as usize,
    };
    let mut settings = kad::Config::new(StreamProtocol::new(protocol));
    settings
        .set_query_timeout(Duration::from_millis(config.kad_query_timeout_ms.max(1)))
        .set_parallelism(NonZeroUsize::new(10).expect("ten is not zero"))
        .set_record_filtering(kad::StoreInserts::FilterBoth)
        // Who enters the table is decided by identify: the protocol and the addresses must fit.
        .set_kbucket_inserts(kad::BucketInserts::Manual)
        .set_caching(kad::Caching::Disabled)
        // The caller announces and publishes anew by its own plan.
        .set_replication_interval(None)
        .set_publication_interval(None)
        .set_provider_publication_interval(None)
        .set_periodic_bootstrap_interval(Some(Duration::from_secs(600)));
    let mut kad = Kad::with_config(id, MemoryStore::with_config(id, store), settings);
    kad.set_mode(mode);
    Some(kad)
}

/// The largest value record: what the specification of IPNS allows.
pub const RECORD_BYTES_MAX: usize = 10 << 10;

fn gossip(config: &Config) -> Outcome<gossipsub::Behaviour> {
    let refused = |why: String| failure(KitP2pStatus::InvalidArgument, why);
    let mut settings = gossipsub::ConfigBuilder::default();
    settings
        .validation_mode(gossipsub::ValidationMode::Strict)
        .max_transmit_size(config.gossip_message_bytes_max as usize)
        .message_id_fn(crate::pubsub::message_id)
        .flood_publish(true);
    if config.gossip_caller_validates {
        settings.validate_messages();
    }
    let settings = settings.build().map_err(|error| refused(error.to_string()))?;
    let signed = gossipsub::MessageAuthenticity::Signed(config.keypair.clone());
    gossipsub::Behaviour::new(signed, settings).map_err(|why| refused(why.to_owned()))
}
