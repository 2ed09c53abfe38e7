//! rust-libp2p behind a small C ABI: a host with its protocols, streams for blocking threads, and
//! one bounded queue of events. What is decided here is only what must be decided beside the
//! network; all policy is the caller's. `include/generated/kit_p2p.h` is made from the exports.

mod abi;
mod announce;
mod bandwidth;
mod behaviour;
mod config;
mod dht;
mod exports;
mod exports_dht;
mod exports_frames;
mod exports_list;
mod exports_pubsub;
mod exports_stream;
mod frames;
mod gate;
mod host;
mod node;
mod operation;
mod ping;
mod pubsub;
mod queue;
mod reach;
mod splice;
mod status;
mod stream;
mod streams;
mod tls;
mod transport;
mod types;
mod wire;
mod yamux;
mod yamux_header;
mod yamux_state;
#[cfg(test)]
mod yamux_test;
