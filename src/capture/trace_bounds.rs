//! What is kept of an event trace, beside the limits that can be set. Declared here and not in `etl`, so that the table of
//! limits is the same whatever features there are.

/// Packets of the NDIS capture in parts at a time. A machine has hardly more processors than that, and each works on one
/// packet.
pub(crate) const PARTS: usize = 512;

/// Packets of the NDIS capture remembered to know their copies again.
pub(crate) const COPIES: usize = 4096;

/// Packets of the packet monitor that wait for their other copies.
pub(crate) const WAITING: usize = 2048;

/// Packets of the packet monitor remembered to know late copies.
pub(crate) const APPEARANCES: usize = 8192;

/// Components of the packet monitor whose names are kept.
pub(crate) const COMPONENTS: usize = 1024;

/// Calls of the RPC runtime that wait for their end, and events that wait to be asked for.
pub(crate) const CALLS: usize = 1024;

/// Packets of which it is remembered where they come from.
pub(crate) const ORIGINS: usize = 1 << 14;
