//! Gossipsub as Kubo speaks it: topics by their names, messages signed, ids made of author and
//! sequence number, and one's own messages delivered to one's own subscriptions.

use libp2p::PeerId;
use libp2p::gossipsub::{
    self, IdentTopic, Message, MessageAcceptance, MessageId, PublishError, TopicHash,
};

use crate::node::Node;
use crate::operation::Reply;
use crate::status::{KitP2pStatus, Outcome, failure};
use crate::types::{Event, KIT_P2P_FLAG_GONE, KitP2pEventKind};

/// "from" and "seqno", one after the other.
/// https://github.com/libp2p/specs/tree/master/pubsub#message-identification
pub fn message_id(message: &Message) -> MessageId {
    let mut id = message.source.map_or_else(Vec::new, PeerId::to_bytes);
    id.extend_from_slice(&message.sequence_number.unwrap_or(0).to_be_bytes());
    MessageId::from(id)
}

impl Node {
    fn gossip(&mut self) -> Outcome<&mut gossipsub::Behaviour> {
        let gossip = self.swarm.behaviour_mut().gossipsub.as_mut();
        gossip.ok_or_else(|| failure(KitP2pStatus::Denied, "pubsub is off"))
    }

    pub fn subscribe(&mut self, topic: String) -> Outcome<()> {
        let subscribed = self.gossip()?.subscribe(&IdentTopic::new(topic));
        subscribed.map(|_| ()).map_err(|error| failure(KitP2pStatus::Denied, error.to_string()))
    }

    pub fn unsubscribe(&mut self, topic: String) -> Outcome<()> {
        if self.gossip()?.unsubscribe(&IdentTopic::new(topic)) {
            return Ok(());
        }
        Err(failure(KitP2pStatus::NotFound, "there is no such subscription"))
    }

    /// That nobody listens yet is no failure.
    pub fn publish(&mut self, topic: String, data: Vec<u8>) -> Outcome<()> {
        let id = self.shared.id;
        let gossip = self.gossip()?;
        let hash = IdentTopic::new(topic.clone()).hash();
        let own = gossip.topics().any(|subscribed| *subscribed == hash).then(|| data.clone());
        let sequence = match gossip.publish(hash, data) {
            Ok(message) => message.0[message.0.len().saturating_sub(8)..].to_vec(),
            Err(PublishError::NoPeersSubscribedToTopic) => Vec::new(),
            Err(error @ PublishError::MessageTooLarge) => {
                return Err(failure(KitP2pStatus::InvalidArgument, error.to_string()));
            }
            Err(error) => return Err(failure(KitP2pStatus::LimitReached, error.to_string())),
        };
        if let Some(data) = own {
            let mut message_id = id.to_bytes();
            message_id.extend_from_slice(&sequence);
            self.emit(Event {
                peer: id.to_bytes(),
                name: topic.into_bytes(),
                data,
                items: vec![message_id, id.to_bytes(), sequence],
                ..Event::new(KitP2pEventKind::Message)
            });
        }
        Ok(())
    }

    pub fn report_validated(
        &mut self,
        message: Vec<u8>,
        source: &PeerId,
        verdict: MessageAcceptance,
    ) -> Outcome<()> {
        let known = self.gossip()?.report_message_validation_result(
            &MessageId::from(message),
            source,
            verdict,
        );
        if known {
            return Ok(());
        }
        Err(failure(KitP2pStatus::NotFound, "the message has left the cache"))
    }

    /// Those of a topic, or all, as entries.
    pub fn list_gossip_peers(&mut self, topic: &str, reply: &Reply) {
        let wanted = TopicHash::from_raw(topic);
        let peers: Vec<PeerId> = match self.gossip() {
            Ok(gossip) => gossip
                .all_peers()
                .filter(|(_, topics)| topic.is_empty() || topics.contains(&&wanted))
                .map(|(peer, _)| *peer)
                .collect(),
            Err(failed) => return reply.fail(failed.status, failed.message),
        };
        for peer in peers {
            reply.push(Event { peer: peer.to_bytes(), ..Event::new(KitP2pEventKind::Entry) });
        }
        reply.succeed();
    }

    pub fn list_topics(&mut self, reply: &Reply) {
        let topics: Vec<String> = match self.gossip() {
            Ok(gossip) => gossip.topics().map(|topic| topic.as_str().to_owned()).collect(),
            Err(failed) => return reply.fail(failed.status, failed.message),
        };
        for topic in topics {
            reply.push(Event { name: topic.into_bytes(), ..Event::new(KitP2pEventKind::Entry) });
        }
        reply.succeed();
    }

    pub fn on_gossip(&mut self, event: gossipsub::Event) {
        match event {
            gossipsub::Event::Message { propagation_source, message_id, message } => {
                let sequence = message.sequence_number.unwrap_or(0).to_be_bytes();
                self.emit(Event {
                    peer: message.source.map_or_else(Vec::new, PeerId::to_bytes),
                    name: message.topic.into_string().into_bytes(),
                    data: message.data,
                    items: vec![message_id.0, propagation_source.to_bytes(), sequence.to_vec()],
                    ..Event::new(KitP2pEventKind::Message)
                });
            }
            gossipsub::Event::Subscribed { peer_id, topic } => {
                self.emit_subscription(peer_id, &topic, 0);
            }
            gossipsub::Event::Unsubscribed { peer_id, topic } => {
                self.emit_subscription(peer_id, &topic, KIT_P2P_FLAG_GONE);
            }
            _ => {}
        }
    }

    fn emit_subscription(&self, peer: PeerId, topic: &TopicHash, flags: u32) {
        self.emit(Event {
            peer: peer.to_bytes(),
            name: topic.as_str().as_bytes().to_vec(),
            flags,
            ..Event::new(KitP2pEventKind::Subscription)
        });
    }
}
