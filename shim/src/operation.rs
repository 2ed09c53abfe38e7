//! Something that takes time: a dial, a query, a list. Its results go either to a handle, whose
//! owner takes them one by one, or into the host's event queue under the operation's number. The
//! network's side holds a `Reply`, whose drop without an answer answers `closed`, so nobody waits
//! for what nobody does.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::queue::{EventQueue, wait};
use crate::status::{KitP2pStatus, Outcome, fail};
use crate::types::Event;

/// An operation that runs. Any thread may cancel it while another waits for it; free it once,
/// when no other thread uses it.
pub struct KitP2pOperation {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    arrived: Condvar,
    count_max: usize,
    // Where the results go that have no handle.
    queue: Option<Arc<EventQueue>>,
    number: u64,
}

#[derive(Default)]
struct State {
    events: VecDeque<Event>,
    done: bool,
    cancelled: bool,
    on_cancel: Option<Box<dyn FnOnce() + Send>>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn put(&self, state: &mut State, mut event: Event) -> bool {
        event.operation = self.number;
        match &self.queue {
            Some(queue) => queue.push(event),
            None => {
                state.events.push_back(event);
                self.arrived.notify_all();
                true
            }
        }
    }

    fn cancel(&self) {
        let (action, _dropped_unlocked) = {
            let mut state = self.lock();
            state.cancelled = true;
            self.arrived.notify_all();
            (state.on_cancel.take(), std::mem::take(&mut state.events))
        };
        if let Some(action) = action {
            action();
        }
    }
}

/// The network's end of an operation.
pub struct Reply {
    shared: Arc<Shared>,
}

/// What cancels an operation that has no handle.
pub struct Canceller(Arc<Shared>);

impl Canceller {
    pub fn cancel(&self) {
        self.0.cancel();
    }

    pub fn is_over(&self) -> bool {
        let state = self.0.lock();
        state.done || state.cancelled
    }
}

/// `count_max` bounds the results that wait in a handle to be taken.
pub fn with_handle(number: u64, count_max: usize) -> (KitP2pOperation, Reply) {
    let shared = Arc::new(Shared {
        state: Mutex::default(),
        arrived: Condvar::new(),
        count_max,
        queue: None,
        number,
    });
    (KitP2pOperation { shared: shared.clone() }, Reply { shared })
}

/// Results become events of the host.
pub fn into_queue(number: u64, queue: Arc<EventQueue>) -> (Canceller, Reply) {
    let shared = Arc::new(Shared {
        state: Mutex::default(),
        arrived: Condvar::new(),
        count_max: usize::MAX,
        queue: Some(queue),
        number,
    });
    (Canceller(shared.clone()), Reply { shared })
}

impl Reply {
    /// False when nobody will take it: cancelled, ended, or the owner is too slow.
    pub fn push(&self, event: Event) -> bool {
        let mut state = self.shared.lock();
        if state.done || state.cancelled || state.events.len() >= self.shared.count_max {
            return false;
        }
        self.shared.put(&mut state, event)
    }

    /// The last event; later ones are ignored.
    pub fn finish(&self, event: Event) {
        let mut state = self.shared.lock();
        state.on_cancel = None;
        if !std::mem::replace(&mut state.done, true) && !state.cancelled {
            self.shared.put(&mut state, event);
        }
        self.shared.arrived.notify_all();
    }

    pub fn fail(&self, status: KitP2pStatus, detail: impl Into<String>) {
        self.finish(Event::done(status, detail));
    }

    pub fn succeed(&self) {
        self.finish(Event::done(KitP2pStatus::Ok, ""));
    }

    /// `action` runs when the owner cancels, on the owner's thread. False when it is over already.
    pub fn on_cancel(&self, action: impl FnOnce() + Send + 'static) -> bool {
        let mut state = self.shared.lock();
        let runs = !state.done && !state.cancelled;
        if runs {
            state.on_cancel = Some(Box::new(action));
        }
        runs
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.fail(KitP2pStatus::Closed, "the host or the connection has gone");
    }
}

impl KitP2pOperation {
    /// The next result. After the last one the answer is `end_of_stream`.
    pub fn next(&self, timeout: Option<Duration>) -> Outcome<Event> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let mut state = self.shared.lock();
        loop {
            if let Some(event) = state.events.pop_front() {
                return Ok(event);
            }
            if state.cancelled {
                return fail(KitP2pStatus::Cancelled, "the operation was cancelled");
            }
            if state.done {
                return fail(KitP2pStatus::EndOfStream, "the operation has ended");
            }
            match wait(&self.shared.arrived, state, deadline) {
                Some(again) => state = again,
                None => return fail(KitP2pStatus::TimedOut, "no result within the time given"),
            }
        }
    }

    pub fn cancel(&self) {
        self.shared.cancel();
    }
}

impl Drop for KitP2pOperation {
    fn drop(&mut self) {
        self.shared.cancel();
    }
}
