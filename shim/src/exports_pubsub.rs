//! The exports for pubsub. A topic is its name, at most 1 KiB of UTF-8.

use libp2p::gossipsub::MessageAcceptance;

use crate::abi::{KitP2pTarget, begin, call, peer_id};
use crate::host::KitP2pHost;
use crate::status::{KitP2pStatus, Outcome, fail, guard};
use crate::types::KitP2pBytes;

/// What the caller thinks of a message.
#[repr(C)]
#[allow(dead_code)] // Made by callers in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KitP2pVerdict {
    /// Pass it on.
    Accept = 0,
    /// Drop it and think less of who sent it.
    Reject = 1,
    /// Drop it.
    Ignore = 2,
}

unsafe fn topic_name(topic: KitP2pBytes) -> Outcome<String> {
    let text = unsafe { topic.text()? };
    if text.len() > 1024 {
        return fail(KitP2pStatus::InvalidArgument, "a topic has at most 1024 bytes");
    }
    Ok(text.to_owned())
}

/// Messages of this topic come as MESSAGE events, our own included.
///
/// # Safety
/// `host` is living, `topic` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_pubsub_subscribe(
    host: *const KitP2pHost,
    topic: KitP2pBytes,
) -> KitP2pStatus {
    guard(|| {
        let topic = unsafe { topic_name(topic)? };
        unsafe { call(host, move |node| node.subscribe(topic)) }
    })
}

/// No more messages of this topic come.
///
/// # Safety
/// `host` is living, `topic` readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_pubsub_unsubscribe(
    host: *const KitP2pHost,
    topic: KitP2pBytes,
) -> KitP2pStatus {
    guard(|| {
        let topic = unsafe { topic_name(topic)? };
        unsafe { call(host, move |node| node.unsubscribe(topic)) }
    })
}

/// Publishes a signed message. That nobody listens is no failure.
///
/// # Safety
/// `host` is living, the views readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_pubsub_publish(
    host: *const KitP2pHost,
    topic: KitP2pBytes,
    data: KitP2pBytes,
) -> KitP2pStatus {
    guard(|| {
        let topic = unsafe { topic_name(topic)? };
        let data = unsafe { data.bytes()? }.to_vec();
        unsafe { call(host, move |node| node.publish(topic, data)) }
    })
}

/// Tells what became of a message, when `gossip_caller_validates`: `message` is its `items[0]`,
/// `source` its `items[1]`.
///
/// # Safety
/// `host` is living, the views readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_pubsub_validated(
    host: *const KitP2pHost,
    message: KitP2pBytes,
    source: KitP2pBytes,
    verdict: KitP2pVerdict,
) -> KitP2pStatus {
    guard(|| {
        let message = unsafe { message.bytes()? }.to_vec();
        let source = unsafe { peer_id(source)? };
        let verdict = match verdict {
            KitP2pVerdict::Accept => MessageAcceptance::Accept,
            KitP2pVerdict::Reject => MessageAcceptance::Reject,
            KitP2pVerdict::Ignore => MessageAcceptance::Ignore,
        };
        unsafe { call(host, move |node| node.report_validated(message, &source, verdict)) }
    })
}

/// The peers that subscribed to `topic`, or with an empty one all pubsub peers, as ENTRY results.
///
/// # Safety
/// `host` is living, `topic` readable, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_pubsub_list_peers(
    host: *const KitP2pHost,
    topic: KitP2pBytes,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| {
        let topic = unsafe { topic_name(topic)? };
        unsafe {
            begin(host, target, usize::MAX, move |node, reply| {
                node.list_gossip_peers(&topic, &reply);
            })
        }
    })
}

/// The topics that we subscribed to, as ENTRY results with `name`.
///
/// # Safety
/// `host` is living, `target` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kit_p2p_pubsub_list_topics(
    host: *const KitP2pHost,
    target: KitP2pTarget,
) -> KitP2pStatus {
    guard(|| unsafe { begin(host, target, usize::MAX, |node, reply| node.list_topics(&reply)) })
}
