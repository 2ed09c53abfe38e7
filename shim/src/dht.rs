//! The two DHTs: WAN for public peers, LAN for those nearby. Only peers that say they serve a DHT
//! enter its table, with addresses of its kind. Value records of others are kept by a rule that
//! cannot be fooled (/pk), or by the caller's word.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use libp2p::core::Endpoint;
use libp2p::identity::PublicKey;
use libp2p::kad::store::RecordStore;
use libp2p::kad::{
    self, GetClosestPeersError, GetProvidersOk, GetRecordOk, InboundRequest, ProgressStep, QueryId,
    QueryResult, QueryStats, Quorum, Record, RecordKey,
};
use libp2p::swarm::behaviour::ExternalAddrConfirmed;
use libp2p::swarm::{ConnectionId, ExternalAddrExpired, FromSwarm, NetworkBehaviour};
use libp2p::{Multiaddr, PeerId};

use crate::behaviour::{Kad, RECORD_BYTES_MAX};
use crate::config::KitP2pKadRecords;
use crate::gate::is_public;
use crate::node::Node;
use crate::operation::Reply;
use crate::status::{KitP2pStatus, Outcome, failure};
use crate::streams::is_relayed;
use crate::types::{Event, KitP2pEventKind};

/// Which of the two.
#[repr(C)]
#[allow(dead_code)] // Made by callers in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KitP2pDht {
    Wan = 1,
    Lan = 2,
}

pub use KitP2pDht as Dht;

/// Addresses of one peer that enter the table.
const ADDRESSES_MAX: usize = 16;

/// The queries that run, by DHT and number.
#[derive(Default)]
pub struct Queries {
    running: HashMap<(Dht, QueryId), Query>,
}

struct Query {
    reply: Reply,
    found: HashSet<PeerId>,
    count: usize,
    count_max: usize,
    // Only this peer is of interest.
    wanted: Option<PeerId>,
}

/// What to ask the DHT.
pub enum Question {
    Bootstrap,
    ClosestPeers { key: Vec<u8>, count: NonZeroUsize },
    FindPeer(PeerId),
    Providers { key: Vec<u8>, count_max: usize },
    Provide(Vec<u8>),
    PutValue { key: Vec<u8>, value: Vec<u8>, quorum: u32 },
    GetValue { key: Vec<u8>, count_max: usize },
}

impl Node {
    pub fn kad(&mut self, dht: Dht) -> Outcome<&mut Kad> {
        let behaviour = self.swarm.behaviour_mut();
        let kad = match dht {
            Dht::Wan => behaviour.kad_wan.as_mut(),
            Dht::Lan => behaviour.kad_lan.as_mut(),
        };
        kad.ok_or_else(|| failure(KitP2pStatus::Denied, format!("the {dht:?} DHT is off")))
    }

    pub fn ask(&mut self, dht: Dht, question: Question, reply: Reply) {
        match self.begin_query(dht, question) {
            Ok((id, count_max, wanted)) => {
                let shared = std::sync::Arc::downgrade(&self.shared);
                reply.on_cancel(move || {
                    let Some(shared) = shared.upgrade() else { return };
                    let _ = shared.post(Box::new(move |node| node.end_query(dht, id)));
                });
                let query = Query { reply, found: HashSet::new(), count: 0, count_max, wanted };
                self.queries.running.insert((dht, id), query);
            }
            Err(failed) => reply.fail(failed.status, failed.message),
        }
    }

    fn begin_query(
        &mut self,
        dht: Dht,
        question: Question,
    ) -> Outcome<(QueryId, usize, Option<PeerId>)> {
        let full = |error| failure(KitP2pStatus::LimitReached, format!("{error:?}"));
        let kad = self.kad(dht)?;
        Ok(match question {
            Question::Bootstrap => {
                let id = kad
                    .bootstrap()
                    .map_err(|_| failure(KitP2pStatus::NotFound, "no peer of this DHT is known"))?;
                (id, 0, None)
            }
            Question::ClosestPeers { key, count } => {
                (kad.get_n_closest_peers(key, count), count.get(), None)
            }
            Question::FindPeer(peer) => {
                (kad.get_closest_peers(peer.to_bytes()), usize::MAX, Some(peer))
            }
            Question::Providers { key, count_max } => {
                (kad.get_providers(RecordKey::new(&key)), count_max, None)
            }
            Question::Provide(key) => {
                (kad.start_providing(RecordKey::new(&key)).map_err(full)?, 0, None)
            }
            Question::PutValue { key, value, quorum } => {
                let quorum = NonZeroUsize::new(quorum as usize).map_or(Quorum::One, Quorum::N);
                let record = Record::new(key, value);
                (kad.put_record(record, quorum).map_err(full)?, 0, None)
            }
            Question::GetValue { key, count_max } => {
                (kad.get_record(RecordKey::new(&key)), count_max, None)
            }
        })
    }

    fn end_query(&mut self, dht: Dht, id: QueryId) {
        if let Ok(kad) = self.kad(dht)
            && let Some(mut query) = kad.query_mut(&id)
        {
            query.finish();
        }
    }

    pub fn on_kad(&mut self, dht: Dht, event: kad::Event) {
        match event {
            kad::Event::InboundRequest { request } => self.on_request(dht, request),
            kad::Event::OutboundQueryProgressed { id, result, stats, step } => {
                self.on_progress(dht, id, result, &stats, &step);
            }
            _ => {}
        }
    }

    fn on_request(&mut self, dht: Dht, request: InboundRequest) {
        match request {
            // That the provider is the sender was checked where it came in.
            InboundRequest::AddProvider { record: Some(record) } => {
                if let Ok(kad) = self.kad(dht) {
                    let _ = kad.store_mut().add_provider(record);
                }
            }
            InboundRequest::PutRecord { source, record: Some(record), .. } => {
                self.on_offered_record(dht, source, record);
            }
            _ => {}
        }
    }

    fn on_offered_record(&mut self, dht: Dht, source: PeerId, record: Record) {
        if record.value.len() > RECORD_BYTES_MAX {
            return;
        }
        let key = record.key.to_vec();
        let is_ipns = key.starts_with(b"/ipns/");
        if is_ipns && self.records == KitP2pKadRecords::Caller {
            self.emit(Event {
                peer: source.to_bytes(),
                name: key,
                data: record.value,
                number: dht as u64,
                ..Event::new(KitP2pEventKind::RecordOffered)
            });
        } else if is_good_public_key(&key, &record.value)
            || (is_ipns && self.records == KitP2pKadRecords::Trusting)
        {
            if let Ok(kad) = self.kad(dht) {
                let _ = kad.store_mut().put(record);
            }
        }
    }

    /// Keeps a record for others, as if it had been offered and found good.
    pub fn store_record(
        &mut self,
        dht: Dht,
        key: &[u8],
        value: Vec<u8>,
        lifetime: Duration,
    ) -> Outcome<()> {
        let expires = Instant::now().checked_add(lifetime);
        let record = Record { key: RecordKey::new(&key), value, publisher: None, expires };
        let stored = self.kad(dht)?.store_mut().put(record);
        stored.map_err(|error| failure(KitP2pStatus::LimitReached, error.to_string()))
    }

    fn on_progress(
        &mut self,
        dht: Dht,
        id: QueryId,
        result: QueryResult,
        stats: &QueryStats,
        step: &ProgressStep,
    ) {
        let Some(mut query) = self.queries.running.remove(&(dht, id)) else { return };
        let results = self.results_of(dht, &mut query, &result);
        for event in results {
            if query.count >= query.count_max {
                break;
            }
            query.count += 1;
            query.reply.push(event);
        }
        let satisfied = query.count_max > 0 && query.count >= query.count_max;
        if step.last || satisfied {
            let (status, detail) = verdict(&result, &query);
            query.reply.finish(Event {
                number: u64::from(stats.num_successes()),
                number2: u64::from(stats.num_requests()),
                ..Event::done(status, detail)
            });
            if !step.last {
                self.end_query(dht, id);
            }
            return;
        }
        self.queries.running.insert((dht, id), query);
    }

    fn results_of(&mut self, dht: Dht, query: &mut Query, result: &QueryResult) -> Vec<Event> {
        match result {
            QueryResult::GetProviders(Ok(GetProvidersOk::FoundProviders { providers, .. })) => {
                let fresh: Vec<PeerId> =
                    providers.iter().filter(|peer| query.found.insert(**peer)).copied().collect();
                fresh.into_iter().map(|peer| self.peer_event(dht, peer, Vec::new())).collect()
            }
            QueryResult::GetClosestPeers(closest) => {
                let peers = match closest {
                    Ok(closest) => &closest.peers,
                    Err(GetClosestPeersError::Timeout { peers, .. }) => peers,
                };
                let wanted = query.wanted;
                peers
                    .iter()
                    .filter(|peer| wanted.is_none_or(|wanted| wanted == peer.peer_id))
                    .map(|peer| self.peer_event(dht, peer.peer_id, peer.addrs.clone()))
                    .collect()
            }
            QueryResult::GetRecord(Ok(GetRecordOk::FoundRecord(found))) => vec![Event {
                peer: found.peer.map_or_else(Vec::new, PeerId::to_bytes),
                name: found.record.key.to_vec(),
                data: found.record.value.clone(),
                ..Event::new(KitP2pEventKind::Value)
            }],
            _ => Vec::new(),
        }
    }

    // The addresses are those told, or else those that the table or a running query knows.
    fn peer_event(&mut self, dht: Dht, peer: PeerId, mut addresses: Vec<Multiaddr>) -> Event {
        if addresses.is_empty()
            && let Ok(kad) = self.kad(dht)
        {
            let nobody = ConnectionId::new_unchecked(0);
            addresses = kad
                .handle_pending_outbound_connection(nobody, Some(peer), &[], Endpoint::Dialer)
                .unwrap_or_default();
        }
        let items = addresses.iter().map(|address| address.to_string().into_bytes()).collect();
        Event { peer: peer.to_bytes(), items, ..Event::new(KitP2pEventKind::Peer) }
    }

    /// Enters a peer into the tables where it belongs by what identify told.
    pub fn learn_route(&mut self, peer: PeerId, protocols: &[String], addresses: &[Multiaddr]) {
        let takes_private = self.wan_takes_private;
        for (dht, protocol) in [(Dht::Wan, "/ipfs/kad/1.0.0"), (Dht::Lan, "/ipfs/lan/kad/1.0.0")] {
            let Ok(kad) = self.kad(dht) else { continue };
            if !protocols.iter().any(|spoken| spoken == protocol) {
                kad.remove_peer(&peer);
                continue;
            }
            let fits = |address: &&Multiaddr| match dht {
                Dht::Wan => is_public(address) || takes_private,
                Dht::Lan => !is_public(address),
            };
            let chosen = addresses.iter().filter(|address| !is_relayed(address)).filter(fits);
            for address in chosen.take(ADDRESSES_MAX) {
                kad.add_address(&peer, address.clone());
            }
        }
    }

    /// The DHT tells others only the addresses that are known to be reachable from outside, and
    /// Kubo takes no provider without an address. In the local network those that we listen on
    /// are reachable.
    pub fn set_local_route(&mut self, address: &Multiaddr, is_there: bool) {
        let wan = if self.wan_takes_private { Some(Dht::Wan) } else { None };
        for dht in wan.into_iter().chain([Dht::Lan]) {
            let Ok(kad) = self.kad(dht) else { continue };
            kad.on_swarm_event(if is_there {
                FromSwarm::ExternalAddrConfirmed(ExternalAddrConfirmed { addr: address })
            } else {
                FromSwarm::ExternalAddrExpired(ExternalAddrExpired { addr: address })
            });
        }
    }

    /// Every peer of the table, as entries: `number` = bucket, `number2` = 1 when connected.
    pub fn list_routes(&mut self, dht: Dht, reply: &Reply) {
        let entries: Vec<Event> = match self.kad(dht) {
            Ok(kad) => kad
                .kbuckets()
                .flat_map(|bucket| {
                    let number = bucket.range().0.ilog2().map_or(0, u64::from);
                    bucket
                        .iter()
                        .map(|entry| Event {
                            peer: entry.node.key.preimage().to_bytes(),
                            number,
                            number2: u64::from(entry.status == kad::NodeStatus::Connected),
                            items: entry
                                .node
                                .value
                                .iter()
                                .map(|address| address.to_string().into_bytes())
                                .collect(),
                            ..Event::new(KitP2pEventKind::Entry)
                        })
                        .collect::<Vec<_>>()
                })
                .collect(),
            Err(failed) => {
                reply.fail(failed.status, failed.message);
                return;
            }
        };
        for entry in entries {
            reply.push(entry);
        }
        reply.succeed();
    }
}

// How a query ended, in the caller's words.
fn verdict(result: &QueryResult, query: &Query) -> (KitP2pStatus, String) {
    let timed_out = || (KitP2pStatus::TimedOut, "the query took too long".to_owned());
    match result {
        QueryResult::Bootstrap(Err(_))
        | QueryResult::StartProviding(Err(_))
        | QueryResult::RepublishProvider(Err(_)) => timed_out(),
        QueryResult::GetClosestPeers(Err(_)) | QueryResult::GetProviders(Err(_))
            if query.count == 0 =>
        {
            timed_out()
        }
        QueryResult::GetRecord(_) if query.count == 0 => {
            (KitP2pStatus::NotFound, "no record was found".to_owned())
        }
        QueryResult::GetClosestPeers(_) if query.wanted.is_some() && query.count == 0 => {
            (KitP2pStatus::NotFound, "the peer was not found".to_owned())
        }
        QueryResult::PutRecord(Err(error)) => (KitP2pStatus::LimitReached, error.to_string()),
        _ => (KitP2pStatus::Ok, String::new()),
    }
}

/// "/pk/" and a peer id name the public key that hashes to that peer id.
fn is_good_public_key(key: &[u8], value: &[u8]) -> bool {
    let Some(peer) = key.strip_prefix(b"/pk/") else { return false };
    PublicKey::try_decode_protobuf(value)
        .is_ok_and(|public| PeerId::from(public).to_bytes() == peer)
}
