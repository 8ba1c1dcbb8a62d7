//! Constants of the specification: enumerations, bit masks and status codes, with their names.
//!
//! Every list is declared once, as a newtype over the integer with named values: never a closed enumeration, because
//! unknown values must survive. The same declaration makes the table ([`Constants`]) that printers use and that
//! [`ALL`] lists. All of it is static data; nothing here needs an allocator.
//!
//! Where to look: [`states`], [`change`] (events), [`syntax`] (property lists), [`registry`], [`access`], [`methods`],
//! [`storage`], [`versions`], [`witness`], and [`status`] for error codes. What buffers hold: [`content`], with
//! [`control_codes`], [`notifications`] and [`properties`] written in it. How a declaration works: `declare.rs`.
//!
//! ```
//! use cluscope::consts::{self, states::ClusterResourceState, Constant};
//!
//! let state = ClusterResourceState(129);
//! assert_eq!(state, ClusterResourceState::ClusterResourceOnlinePending);
//! assert_eq!(state.to_string(), "ClusterResourceOnlinePending (129)");
//!
//! let table = consts::by_name("CLUSTER_CHANGE").unwrap();
//! let flags = table.flags_of(0x6000);
//! assert_eq!(flags.unknown(), 0);
//! assert!(flags.eq(["CLUSTER_CHANGE_GROUP_DELETED", "CLUSTER_CHANGE_GROUP_ADDED"]));
//! ```

mod declare;
mod table;

pub mod access;
pub mod change;
pub mod content;
pub mod control_codes;
pub mod endpoint;
pub mod group;
pub mod methods;
pub mod node;
pub mod notifications;
pub mod properties;
pub mod registry;
pub mod resource;
pub mod secrets;
pub mod setup;
pub mod states;
pub mod status;
pub mod storage;
pub mod syntax;
pub mod versions;
pub mod witness;

pub use table::{Constant, Constants, Display, Flags, Kind, Member, Source};

const LISTS: &[&[&Constants]] = &[
    syntax::TABLES,
    states::TABLES,
    change::TABLES,
    registry::TABLES,
    access::TABLES,
    methods::TABLES,
    group::TABLES,
    resource::TABLES,
    node::TABLES,
    setup::TABLES,
    storage::TABLES,
    versions::TABLES,
    control_codes::TABLES,
    witness::TABLES,
];

static JOINED: [&Constants; table::total(LISTS)] = table::concat(<access::REGSAM as Constant>::TABLE, LISTS);

/// Every enumeration and bit mask, grouped by topic.
pub static ALL: &[&Constants] = &JOINED;

/// The enumeration or bit mask of this name.
pub fn by_name(name: &str) -> Option<&'static Constants> {
    ALL.iter().copied().find(|table| table.name == name)
}

#[cfg(all(test, feature = "std"))]
mod content_tests;
#[cfg(all(test, feature = "std"))]
mod tests;
