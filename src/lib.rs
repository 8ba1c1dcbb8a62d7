//! Dissector and codec for the Windows failover cluster protocols: ClusAPI (MS-CMRP) and Witness (MS-SWN).
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "std")]
extern crate alloc;

#[cfg(feature = "std")]
pub mod auth;
#[cfg(feature = "pcap")]
pub mod capture;
pub mod consts;
pub mod diagnostic;
pub mod error;
pub mod idl;
#[macro_use]
pub mod ndr;
#[cfg(feature = "serde")]
pub mod json;
#[cfg(feature = "pcap")]
pub mod net;
#[cfg(feature = "serde")]
pub mod oracle;
#[cfg(feature = "std")]
pub mod rpc;
pub mod text;
pub mod time;
