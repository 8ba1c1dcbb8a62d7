//! The whole way from captured packets to messages, sans I/O: packets in, [`Record`]s out.
//!
//! * `packets.rs`: [`Session`], which owns the network layer and the associations
//! * `flows.rs`: the associations and conversations, under one budget of memory
//! * [`inference`]: the interface of a connection whose bind was not captured
//! * `interfaces.rs`: which interfaces were bound at all
//! * [`call_context`]: what a request tells that its response needs
//! * [`observed_security`]: where each opened PDU stands in the packets, for programs that change a capture
//! * [`selection`]: which records are about cluster management
//! * `owned_record.rs`: records that outlive the packet they came in, for another thread

#[cfg(all(test, feature = "session"))]
mod activities_tests;
pub(crate) mod call_context;
#[cfg(feature = "session")]
mod flows;
#[cfg(all(test, feature = "session"))]
pub(crate) mod flows_tests;
#[cfg(feature = "session")]
pub(crate) mod inference;
#[cfg(feature = "session")]
mod interfaces;
#[cfg(feature = "session")]
pub(crate) mod observed_security;
#[cfg(all(test, feature = "session"))]
mod observed_security_tests;
#[cfg(feature = "session")]
mod owned_record;
#[cfg(feature = "session")]
mod packets;
#[cfg(all(test, feature = "session"))]
mod packets_tests;
#[cfg(all(test, feature = "session"))]
mod parts_tests;
#[cfg(feature = "session")]
pub(crate) mod selection;
#[cfg(all(test, feature = "session"))]
mod selection_tests;

pub use call_context::CallContext;
#[cfg(feature = "session")]
pub use inference::Assumption;
#[cfg(feature = "session")]
pub use interfaces::{BoundInterface, Interfaces};
#[cfg(feature = "session")]
pub use observed_security::{Tap, Unsealed};
#[cfg(feature = "session")]
#[doc(hidden)]
pub use owned_record::{Batch, BatchLimits};
#[cfg(feature = "session")]
pub use packets::{Flow, Record, Session, SessionLimits, Stats};
#[cfg(feature = "session")]
pub use selection::SelectionLimits;
