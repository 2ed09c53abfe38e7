//! What a host is made of. The C side fills a structure whose defaults are those of a quiet node
//! on a private machine; here it becomes typed values, and what cannot be read is refused.

use libp2p::identity::Keypair;
use libp2p::pnet::PreSharedKey;

use crate::status::{KitP2pStatus, Outcome, failure};
use crate::types::KitP2pBytes;

/// Whether and how a host takes part in a DHT.
#[repr(C)]
#[allow(dead_code)] // Made by callers in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KitP2pKadMode {
    Off = 0,
    /// Asks, and answers nobody.
    Client = 1,
    Server = 2,
    /// Server as soon as an address of ours is known to be reachable, client before.
    Auto = 3,
}

/// Who decides which value records this host keeps for others.
#[repr(C)]
#[allow(dead_code)] // Made by callers in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KitP2pKadRecords {
    /// Only /pk records whose key hashes to their name.
    PublicKeys = 0,
    /// /pk as above; for /ipns a RECORD_OFFERED event asks the caller, who stores what is good.
    Caller = 1,
    /// Those, and any /ipns record of at most 10 KiB: for networks of friends and for tests.
    Trusting = 2,
}

/// How to make a host. Fill it by `kit_p2p_config_default` first. Times are milliseconds, sizes
/// bytes; views are read during `kit_p2p_host_new` alone.
#[repr(C)]
pub struct KitP2pConfig {
    /// The private key as libp2p's protobuf: Ed25519, Secp256k1 or RSA. Required.
    pub private_key: KitP2pBytes,
    /// What identify tells others. Required.
    pub agent_version: KitP2pBytes,
    /// "ipfs/0.1.0" when empty.
    pub protocol_version: KitP2pBytes,
    /// The text of a swarm.key; empty = the public network. With it only TCP is used.
    pub swarm_key: KitP2pBytes,
    /// Of the network loop, 1 to 64.
    pub threads: u32,

    pub tcp: bool,
    pub quic: bool,
    pub websocket: bool,
    pub mdns: bool,
    pub upnp: bool,
    pub relay_client: bool,
    pub relay_server: bool,
    pub hole_punching: bool,
    pub autonat_client: bool,
    pub autonat_server: bool,
    pub gossipsub: bool,

    /// Identify tells others only of the addresses given by `kit_p2p_external_address`, and of
    /// those that AutoNAT or UPnP confirm, not of those that we listen on.
    pub hide_listen_addresses: bool,

    pub handshake_timeout_ms: u64,
    /// 0 = never: connections end when somebody ends them.
    pub idle_timeout_ms: u64,
    /// Between two pings of a connection; 0 = no pings.
    pub ping_interval_ms: u64,

    /// Of all connections together and of those to one peer; 0 = no bound.
    pub connections_max: u32,
    pub connections_per_peer_max: u32,
    pub connections_pending_max: u32,
    /// New connections are refused while the process is larger; 0 = no bound.
    pub memory_bytes_max: u64,
    pub streams_per_connection_max: u32,

    /// The event queue; the host stands still while it is full.
    pub events_max: u32,
    pub events_bytes_max: u64,
    /// Frames that wait to be sent to one peer.
    pub unsent_bytes_max: u64,

    pub kad_wan: KitP2pKadMode,
    pub kad_lan: KitP2pKadMode,
    pub kad_records: KitP2pKadRecords,
    /// Also private addresses may enter the WAN table: for networks of one's own.
    pub kad_wan_private_addresses: bool,
    pub kad_query_timeout_ms: u64,
    pub kad_records_max: u32,
    pub kad_provided_keys_max: u32,

    pub gossip_message_bytes_max: u32,
    /// Messages are passed on only after `kit_p2p_pubsub_validated`.
    pub gossip_caller_validates: bool,
}

impl KitP2pConfig {
    fn sensible() -> Self {
        Self {
            private_key: KitP2pBytes::EMPTY,
            agent_version: KitP2pBytes::EMPTY,
            protocol_version: KitP2pBytes::EMPTY,
            swarm_key: KitP2pBytes::EMPTY,
            threads: 2,
            tcp: true,
            quic: true,
            websocket: true,
            mdns: false,
            upnp: false,
            relay_client: true,
            relay_server: false,
            hole_punching: false,
            autonat_client: false,
            autonat_server: false,
            gossipsub: false,
            hide_listen_addresses: false,
            handshake_timeout_ms: 15_000,
            idle_timeout_ms: 0,
            ping_interval_ms: 30_000,
            connections_max: 4096,
            connections_per_peer_max: 8,
            connections_pending_max: 512,
            memory_bytes_max: 0,
            streams_per_connection_max: 1024,
            events_max: 4096,
            events_bytes_max: 32 << 20,
            unsent_bytes_max: 8 << 20,
            kad_wan: KitP2pKadMode::Off,
            kad_lan: KitP2pKadMode::Off,
            kad_records: KitP2pKadRecords::PublicKeys,
            kad_wan_private_addresses: false,
            kad_query_timeout_ms: 60_000,
            kad_records_max: 4096,
            kad_provided_keys_max: 65_536,
            gossip_message_bytes_max: 1 << 20,
            gossip_caller_validates: false,
        }
    }
}

/// The same inside the library; `C` keeps the plain numbers.
pub struct Config {
    pub keypair: Keypair,
    pub agent_version: String,
    pub protocol_version: String,
    pub swarm_key: Option<PreSharedKey>,
    plain: KitP2pConfig,
}

impl std::ops::Deref for Config {
    type Target = KitP2pConfig;

    fn deref(&self) -> &KitP2pConfig {
        &self.plain
    }
}

// The views are emptied when a Config is made; nothing else in it points anywhere.
unsafe impl Send for Config {}
unsafe impl Sync for Config {}

impl Config {
    /// # Safety
    /// The views of `given` are readable.
    pub unsafe fn read(given: &KitP2pConfig) -> Outcome<Self> {
        let refused = |message: String| failure(KitP2pStatus::InvalidArgument, message);
        let keypair = Keypair::from_protobuf_encoding(unsafe { given.private_key.bytes()? })
            .map_err(|error| refused(format!("the private key cannot be read: {error}")))?;
        let agent_version = unsafe { given.agent_version.text()? };
        if agent_version.is_empty() {
            return Err(refused("the agent version is missing".to_owned()));
        }
        let protocol_version = match unsafe { given.protocol_version.text()? } {
            "" => "ipfs/0.1.0",
            text => text,
        };
        let swarm_key = match unsafe { given.swarm_key.text()? } {
            "" => None,
            text => Some(
                text.parse::<PreSharedKey>()
                    .map_err(|error| refused(format!("the swarm key cannot be read: {error}")))?,
            ),
        };
        if !(1..=64).contains(&given.threads) {
            return Err(refused(format!("{} threads, not 1 to 64", given.threads)));
        }
        Ok(Self {
            keypair,
            agent_version: agent_version.to_owned(),
            protocol_version: protocol_version.to_owned(),
            swarm_key,
            plain: KitP2pConfig {
                private_key: KitP2pBytes::EMPTY,
                agent_version: KitP2pBytes::EMPTY,
                protocol_version: KitP2pBytes::EMPTY,
                swarm_key: KitP2pBytes::EMPTY,
                ..*given
            },
        })
    }
}

/// Fills `config` with the defaults. A null pointer is ignored.
///
/// # Safety
/// `config` points to writable memory for one structure, or is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_config_default(config: *mut KitP2pConfig) {
    if !config.is_null() {
        unsafe { config.write(KitP2pConfig::sensible()) };
    }
}
