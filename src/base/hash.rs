//! The hasher of tables that are looked into for every packet or message.
//!
//! `foldhash` costs a fraction of the standard library's SipHash. Its seed is drawn at random for every process and
//! table, so that whoever makes a capture can't know which keys collide; and every table here is bounded by a limit.

use std::collections::HashMap;

/// A map with the fast hasher.
pub type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
