//! DCE/RPC PDUs and associations, connection-oriented and connectionless.

pub mod security;
