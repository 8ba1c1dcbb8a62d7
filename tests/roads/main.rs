//! The roads that messages travel: endpoint mapper, connections without a bind, cut packets, several interfaces on one
//! connection, connectionless calls, files in a row, hostile captures, and agreement with tshark.
//!
//! The captures in captures/ are always there; the recorded sets beside the project are used where they are at hand.
#![cfg(all(feature = "pcap", feature = "serde"))]

mod bad_input;
mod cut;
mod datagrams;
#[cfg(feature = "cli")]
mod files;
mod mapper;
mod multiplexing;
mod support;
mod taps;
mod tshark;
mod unbound;
mod witness;
