//! The queue between the network's threads and the caller's, bounded in events and in bytes, and
//! nothing that matters is lost in it: while it is full the swarm and the frame readers stand
//! still (`room`), so that the peers feel it. What may be lost (gossip, pings, failed dials) is
//! dropped and counted as soon as the queue is three quarters full, and the next batch begins with
//! the count. What commands or ending tasks still add over the bound is bounded by their own
//! numbers.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::types::{Event, KitP2pEventKind};

pub struct EventQueue {
    state: Mutex<State>,
    arrived: Condvar,
    emptied: Notify,
    count_max: usize,
    size_bytes_max: usize,
}

#[derive(Default)]
struct State {
    events: VecDeque<Event>,
    size_bytes: usize,
    lost: u64,
    woken: bool,
    closed: bool,
}

/// What a wait came back with.
pub enum Taken {
    Events(Vec<Event>),
    TimedOut,
    Closed,
}

fn may_be_lost(kind: KitP2pEventKind) -> bool {
    matches!(
        kind,
        KitP2pEventKind::Message
            | KitP2pEventKind::Ping
            | KitP2pEventKind::DialFailed
            | KitP2pEventKind::Discovered
    )
}

impl EventQueue {
    pub fn new(count_max: usize, size_bytes_max: usize) -> Self {
        Self {
            state: Mutex::default(),
            arrived: Condvar::new(),
            emptied: Notify::new(),
            count_max: count_max.max(16),
            size_bytes_max: size_bytes_max.max(64 << 10),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// False when the event was dropped.
    pub fn push(&self, event: Event) -> bool {
        let mut state = self.lock();
        if state.closed {
            return false;
        }
        if may_be_lost(event.kind) && self.fullness(&state) >= 3 {
            state.lost += 1;
            return false;
        }
        state.size_bytes += event.size_bytes();
        state.events.push_back(event);
        self.arrived.notify_one();
        true
    }

    // In quarters.
    fn fullness(&self, state: &State) -> usize {
        (state.events.len() * 4 / self.count_max).max(state.size_bytes * 4 / self.size_bytes_max)
    }

    pub fn is_full(&self) -> bool {
        let state = self.lock();
        self.fullness(&state) >= 4 && !state.closed
    }

    /// Returns when the queue is not full.
    pub async fn room(&self) {
        loop {
            let emptied = self.emptied.notified();
            tokio::pin!(emptied);
            emptied.as_mut().enable();
            if !self.is_full() {
                return;
            }
            emptied.await;
        }
    }

    /// Waits for the first event, then takes up to `count_max` without waiting.
    pub fn take(&self, count_max: usize, timeout: Option<Duration>) -> Taken {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let mut state = self.lock();
        while state.events.is_empty() && state.lost == 0 {
            if state.closed {
                return Taken::Closed;
            }
            if std::mem::take(&mut state.woken) {
                return Taken::TimedOut;
            }
            match wait(&self.arrived, state, deadline) {
                Some(again) => state = again,
                None => return Taken::TimedOut,
            }
        }
        let was_full = self.fullness(&state) >= 4;
        let mut taken = Vec::new();
        if state.lost > 0 {
            taken.push(Event {
                number: std::mem::take(&mut state.lost),
                ..Event::new(KitP2pEventKind::EventsLost)
            });
        }
        while taken.len() < count_max {
            let Some(mut event) = state.events.pop_front() else { break };
            state.size_bytes -= event.size_bytes();
            if let Some(notice) = &event.notice {
                event.number = notice.taken();
            }
            taken.push(event);
        }
        if was_full && self.fullness(&state) < 4 {
            self.emptied.notify_waiters();
        }
        Taken::Events(taken)
    }

    /// The `take` that waits, or else the next one that would, returns at once.
    pub fn wake(&self) {
        self.lock().woken = true;
        self.arrived.notify_all();
    }

    /// Wakes every waiter. What is queued can still be taken.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
        self.emptied.notify_waiters();
    }
}

/// Waits on `condition`; None once the deadline has passed.
pub fn wait<'a, T>(
    condition: &Condvar,
    guard: MutexGuard<'a, T>,
    deadline: Option<Instant>,
) -> Option<MutexGuard<'a, T>> {
    let Some(deadline) = deadline else {
        return Some(condition.wait(guard).unwrap_or_else(std::sync::PoisonError::into_inner));
    };
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return None;
    }
    let waited = condition.wait_timeout(guard, left);
    Some(waited.unwrap_or_else(std::sync::PoisonError::into_inner).0)
}
