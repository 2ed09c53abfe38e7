//! A host from the caller's side: the runtime with its threads, the way for commands to the task
//! that owns the swarm, and the end of it all. Closing joins every thread that was started.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use libp2p::swarm::{ConnectionId, Stream};
use libp2p::{PeerId, Swarm};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, mpsc};

use crate::bandwidth::Meters;
use crate::config::Config;
use crate::frames::Outboxes;
use crate::node::Node;
use crate::operation::{Canceller, KitP2pOperation, Reply, into_queue, with_handle};
use crate::queue::EventQueue;
use crate::status::{KitP2pStatus, Outcome, fail, failure, panic_words};
use crate::stream::StreamTable;
use crate::streams::{Acceptor, Registry};
use crate::types::{Event, KitP2pEventKind};
use crate::{behaviour, ping, transport};

/// Commands that wait for the swarm's task.
const COMMANDS_MAX: usize = 1024;
/// Operations without a handle that run at once.
const OPERATIONS_MAX: usize = 65_536;

/// A host. Every call on it is safe from any thread; free it once, when no thread uses it and
/// its streams and operations have been freed or are not used any more.
pub struct KitP2pHost {
    pub shared: Arc<Shared>,
    runtime: Mutex<Option<Runtime>>,
}

pub type Command = Box<dyn FnOnce(&mut Node) + Send>;

/// What both the caller's threads and the network's use.
pub struct Shared {
    pub id: PeerId,
    pub events: Arc<EventQueue>,
    pub streams: StreamTable,
    pub meters: Arc<Meters>,
    pub registry: Arc<Registry>,
    pub runtime: tokio::runtime::Handle,
    pub outboxes: Outboxes,
    pub unsent_bytes_max: usize,
    connected: RwLock<HashSet<PeerId>>,
    commands: mpsc::Sender<Command>,
    stop: Notify,
    operations: Mutex<HashMap<u64, Canceller>>,
    next_operation: AtomicU64,
}

impl KitP2pHost {
    pub fn open(config: &Config) -> Outcome<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(config.threads as usize)
            .max_blocking_threads(4)
            .thread_name("kit-p2p")
            .thread_stack_size(1 << 20)
            .on_thread_start(block_sigpipe)
            .enable_all()
            .build()
            .map_err(|error| failure(KitP2pStatus::LimitReached, format!("no threads: {error}")))?;
        let (commands, inbox) = mpsc::channel(COMMANDS_MAX);
        let shared = Arc::new(Shared {
            id: PeerId::from(config.keypair.public()),
            events: Arc::new(EventQueue::new(
                config.events_max as usize,
                config.events_bytes_max as usize,
            )),
            streams: StreamTable::default(),
            meters: Arc::default(),
            registry: Arc::default(),
            runtime: runtime.handle().clone(),
            outboxes: Outboxes::default(),
            unsent_bytes_max: config.unsent_bytes_max as usize,
            connected: RwLock::default(),
            commands,
            stop: Notify::new(),
            operations: Mutex::default(),
            next_operation: AtomicU64::new(1),
        });
        let answering = ping::Answering { runtime: runtime.handle().clone() };
        shared.registry.add(ping::PROTOCOL, Arc::new(answering));
        let swarm = {
            let _inside = runtime.enter();
            new_swarm(config, &shared)?
        };
        runtime.spawn(run_guarded(Node::new(swarm, shared.clone(), config), inbox, shared.clone()));
        Ok(Self { shared, runtime: Mutex::new(Some(runtime)) })
    }

    /// Ends everything and returns when no thread is left. A second call does nothing.
    pub fn close(&self) {
        let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take()
        else {
            return;
        };
        self.shared.stop.notify_one();
        self.shared.events.close();
        // Waits for the workers: each ends at its task's next pause, and no task computes long.
        runtime.shutdown_timeout(Duration::from_secs(30));
        self.shared.streams.reset_all();
        self.shared.operations().clear();
    }
}

impl Drop for KitP2pHost {
    fn drop(&mut self) {
        self.close();
    }
}

// A program in Rust ignores SIGPIPE; one in C may not, and writing to a socket whose peer has gone
// would end it. The signal is sent to the thread that writes.
fn block_sigpipe() {
    unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigemptyset(&raw mut signals);
        libc::sigaddset(&raw mut signals, libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const signals, std::ptr::null_mut());
    }
}

fn new_swarm(config: &Config, shared: &Shared) -> Outcome<Swarm<behaviour::Behaviour>> {
    let (transport, relay_client) = transport::build(config, &config.keypair, &shared.meters)?;
    let behaviour = behaviour::build(config, shared.registry.clone(), relay_client)?;
    let idle_timeout = match config.idle_timeout_ms {
        0 => Duration::from_secs(100 * 365 * 24 * 3600),
        timeout_ms => Duration::from_millis(timeout_ms),
    };
    let settings = libp2p::swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(idle_timeout)
        .with_max_negotiating_inbound_streams(256);
    Ok(Swarm::new(transport, behaviour, shared.id, settings))
}

async fn run_guarded(node: Node, inbox: mpsc::Receiver<Command>, shared: Arc<Shared>) {
    if let Err(panic) = AssertUnwindSafe(run(node, inbox, &shared)).catch_unwind().await {
        let words = panic_words(&*panic);
        shared.events.push(Event::done(KitP2pStatus::Internal, words));
    }
    shared.events.close();
}

async fn run(mut node: Node, mut inbox: mpsc::Receiver<Command>, shared: &Shared) {
    loop {
        // While the caller's queue is full only commands are obeyed: the peers have to wait.
        let full = shared.events.is_full();
        tokio::select! {
            () = shared.stop.notified() => return,
            command = inbox.recv() => match command {
                Some(command) => command(&mut node),
                None => return,
            },
            () = shared.events.room(), if full => {}
            event = node.swarm.select_next_some(), if !full => node.on_event(event),
        }
    }
}

impl Shared {
    fn operations(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Canceller>> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `action` on the swarm's task and waits for its answer. It must not wait itself.
    pub fn call<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut Node) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.post(Box::new(move |node| {
            // The caller waits for the answer, so it is there.
            let _ = answer.send(std::panic::catch_unwind(AssertUnwindSafe(|| action(node))));
        }))?;
        match answered.recv() {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => fail(KitP2pStatus::Internal, panic_words(&*panic)),
            Err(_) => fail(KitP2pStatus::Closed, "the host was closed"),
        }
    }

    /// Runs `action` on the swarm's task some time later.
    pub fn post(&self, action: Command) -> Outcome<()> {
        self.commands
            .blocking_send(action)
            .map_err(|_| failure(KitP2pStatus::Closed, "the host was closed"))
    }

    /// The same for a task, which must not block its thread.
    pub async fn post_from_task(&self, action: Command) -> Outcome<()> {
        let posted = self.commands.send(action).await;
        posted.map_err(|_| failure(KitP2pStatus::Closed, "the host was closed"))
    }

    pub fn is_connected(&self, peer: &PeerId) -> bool {
        self.connected.read().unwrap_or_else(PoisonError::into_inner).contains(peer)
    }

    /// Kept by the swarm's task: a peer's first connection is there, or its last one has gone.
    pub fn set_connected(&self, peer: PeerId, is_connected: bool) {
        let mut connected = self.connected.write().unwrap_or_else(PoisonError::into_inner);
        if is_connected {
            connected.insert(peer);
            return;
        }
        connected.remove(&peer);
        drop(connected);
        self.outboxes.forget(&peer);
        self.meters.forget(&peer);
    }

    /// Begins an operation whose results wait in a handle, at most `count_max` of them.
    pub fn begin(
        self: &Arc<Self>,
        count_max: usize,
        action: impl FnOnce(&mut Node, Reply) + Send + 'static,
    ) -> Outcome<KitP2pOperation> {
        let number = self.next_operation.fetch_add(1, Ordering::Relaxed);
        let (operation, reply) = with_handle(number, count_max);
        self.post(Box::new(move |node| action(node, reply)))?;
        Ok(operation)
    }

    /// Begins an operation whose results become events; its number is `cancel`'s argument.
    pub fn begin_into_queue(
        self: &Arc<Self>,
        action: impl FnOnce(&mut Node, Reply) + Send + 'static,
    ) -> Outcome<u64> {
        let number = self.next_operation.fetch_add(1, Ordering::Relaxed);
        let (canceller, reply) = into_queue(number, self.events.clone());
        {
            let mut operations = self.operations();
            if operations.len() == operations.capacity() || operations.len() >= OPERATIONS_MAX {
                operations.retain(|_, canceller| !canceller.is_over());
            }
            if operations.len() >= OPERATIONS_MAX {
                return fail(KitP2pStatus::LimitReached, "too many operations run at once");
            }
            operations.insert(number, canceller);
        }
        self.post(Box::new(move |node| action(node, reply)))?;
        Ok(number)
    }

    pub fn cancel(&self, number: u64) -> Outcome<()> {
        let canceller = self.operations().remove(&number);
        match canceller {
            Some(canceller) => {
                canceller.cancel();
                Ok(())
            }
            None => fail(KitP2pStatus::NotFound, format!("no operation {number} runs")),
        }
    }

    pub fn raw_stream(
        &self,
        stream: Stream,
        peer: PeerId,
        protocol: &str,
        is_outbound: bool,
    ) -> Box<crate::stream::KitP2pStream> {
        let counter = self.meters.protocol(protocol);
        self.streams.add(stream, peer, protocol.to_owned(), is_outbound, counter)
    }
}

/// Hands inbound streams to the caller as events.
pub struct IntoEvents(pub std::sync::Weak<Shared>);

impl Acceptor for IntoEvents {
    fn accept(&self, peer: PeerId, connection: ConnectionId, protocol: &str, stream: Stream) {
        let Some(shared) = self.0.upgrade() else { return };
        if shared.events.is_full() {
            return;
        }
        let stream = shared.raw_stream(stream, peer, protocol, false);
        shared.events.push(Event {
            peer: peer.to_bytes(),
            name: protocol.as_bytes().to_vec(),
            connection: connection_number(connection),
            stream: Some(stream),
            ..Event::new(KitP2pEventKind::InboundStream)
        });
    }
}

/// `ConnectionId` shows its number only as text.
pub fn connection_number(connection: ConnectionId) -> u64 {
    connection.to_string().parse().unwrap_or(0)
}
