//! What every export answers: a status, and on failure one sentence for the calling thread.
//! No panic crosses the border: `guard` turns one into `internal` with the panic's own words.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a call failed. `KIT_P2P_STATUS_OK` is 0.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KitP2pStatus {
    #[default]
    Ok = 0,
    /// An argument cannot be read: a null pointer, a malformed address, key or peer id.
    InvalidArgument = 1,
    /// There is no such peer, record, protocol, address or topic.
    NotFound = 2,
    /// The time given has passed; what was begun goes on until its handle is freed.
    TimedOut = 3,
    /// The host or the connection has gone.
    Closed = 4,
    /// The operation was cancelled by its owner.
    Cancelled = 5,
    /// No connection could be made.
    Unreachable = 6,
    /// The peer speaks none of the protocols asked for.
    UnsupportedProtocol = 7,
    /// A bound was reached: connections, records, queue places, bytes.
    LimitReached = 8,
    /// The stream was reset by either side.
    Reset = 9,
    /// The remote has closed its direction of the stream and everything was read.
    EndOfStream = 10,
    /// Refused by a rule: a ban, the private network, the mode that is switched off.
    Denied = 11,
    /// It is there already: a registered protocol, a connection.
    AlreadyExists = 12,
    /// A defect of this library. The sentence says where.
    Internal = 13,
}

/// A failure on its way to the border.
#[derive(Clone, Debug)]
pub struct Failure {
    pub status: KitP2pStatus,
    pub message: String,
}

pub type Outcome<T> = Result<T, Failure>;

pub fn fail<T>(status: KitP2pStatus, message: impl Into<String>) -> Outcome<T> {
    Err(failure(status, message))
}

pub fn failure(status: KitP2pStatus, message: impl Into<String>) -> Failure {
    Failure { status, message: message.into() }
}

thread_local! {
    static LAST_MESSAGE: RefCell<CString> = RefCell::new(CString::default());
}

fn remember(message: &str) {
    let text = CString::new(message.replace('\0', " ")).unwrap_or_default();
    LAST_MESSAGE.with(|last| *last.borrow_mut() = text);
}

/// Runs the body of an export.
pub fn guard(body: impl FnOnce() -> Outcome<()>) -> KitP2pStatus {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => KitP2pStatus::Ok,
        Ok(Err(failure)) => {
            remember(&failure.message);
            failure.status
        }
        Err(panic) => {
            remember(&panic_words(&*panic));
            KitP2pStatus::Internal
        }
    }
}

pub fn panic_words(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic
        .downcast_ref::<&str>()
        .map(|words| (*words).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no words".to_owned());
    format!("the network library panicked: {words}")
}

/// The sentence of this thread's last failed call, UTF-8 and never null. Valid until the same
/// thread makes its next call into this library.
#[unsafe(no_mangle)]
pub extern "C" fn kit_p2p_last_error() -> *const c_char {
    LAST_MESSAGE.with(|last| last.borrow().as_ptr())
}
