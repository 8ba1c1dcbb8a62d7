//! What messages travel over: endpoint mapper, connections without a bind, cut packets, several interfaces on one
//! connection, connectionless calls, hostile captures, and agreement with tshark.
//!
//! The captures in `captures` are always there; the recorded sets are used where they are at hand.

#[path = "../common/data.rs"]
mod data;

mod assumptions;
mod bad_input;
mod batches;
mod cut;
mod datagrams;
mod drops;
#[cfg(feature = "etl")]
mod etl;
mod links;
mod mapper;
mod multiplexing;
mod support;
mod taps;
mod tshark;
mod unbound;
mod witness;
