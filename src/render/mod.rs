//! Everything that prints: a folder for each format.

#[cfg(feature = "pcap")]
pub mod call;
#[cfg(feature = "pcap")]
pub mod csv;
#[cfg(all(feature = "pcap", feature = "serde"))]
pub mod ecs;
#[cfg(feature = "serde")]
pub mod json;
#[cfg(feature = "pcap")]
mod row;
#[cfg(feature = "pcap")]
pub mod stats;
pub mod text;
#[cfg(feature = "pcap")]
pub mod zeek;
