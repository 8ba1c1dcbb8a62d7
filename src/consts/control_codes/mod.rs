//! Control codes (3.1.4.3): what a control method is asked for, and what its buffers hold.
//!
//! One file for each family of codes, the family being the kind of object that the method controls. [`lookup`] finds a
//! code among those of its method; [`lookup_any`] goes by the number alone. [`ControlCodeFields`] takes a number apart,
//! an unknown one too.
//!
//! ```
//! use cluscope::consts::content::BufferFormat;
//! use cluscope::consts::control_codes::{self, Access, Family};
//!
//! let code = control_codes::lookup(Family::Resource, 0x0140_0086).unwrap();
//! assert_eq!(code.name, "CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES");
//! assert_eq!((code.input, code.output, code.access), (BufferFormat::PropertyList, BufferFormat::Nothing, Access::All));
//! assert_eq!(code.value, control_codes::CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES);
//! ```

use core::fmt;

use super::content::BufferFormat;
use super::table;

mod bits;
mod cluster;
mod fields;
mod group;
mod group_set;
mod lists;
mod net_interface;
mod network;
mod node;
mod resource;
mod resource_type;

pub(in crate::consts) use bits::TABLES;

pub use bits::ControlCodeBits;
pub use cluster::names::*;
pub use fields::{ControlCodeFields, Direction};
pub use group::names::*;
pub use group_set::names::*;
pub use net_interface::names::*;
pub use network::names::*;
pub use node::names::*;
pub use resource::names::*;
pub use resource_type::names::*;

/// The kind of object that a control method controls, and so the list its codes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// ApiResourceControl, ApiNodeResourceControl.
    Resource,
    /// ApiResourceTypeControl, ApiNodeResourceTypeControl.
    ResourceType,
    /// ApiGroupControl, ApiNodeGroupControl.
    Group,
    /// ApiNodeControl, ApiNodeNodeControl.
    Node,
    /// ApiNetworkControl, ApiNodeNetworkControl.
    Network,
    /// ApiNetInterfaceControl, ApiNodeNetInterfaceControl.
    NetInterface,
    /// ApiClusterControl, ApiNodeClusterControl.
    Cluster,
    /// ApiGroupSetControl, ApiNodeGroupSetControl.
    GroupSet,
}

impl Family {
    /// All eight, in the order of the specification.
    pub const ALL: [Family; 8] = [
        Family::Resource,
        Family::ResourceType,
        Family::Group,
        Family::Node,
        Family::Network,
        Family::NetInterface,
        Family::Cluster,
        Family::GroupSet,
    ];

    /// The object byte that a code of this family has as a rule.
    pub const fn object(self) -> u8 {
        match self {
            Family::Resource => 1,
            Family::ResourceType => 2,
            Family::Group => 3,
            Family::Node => 4,
            Family::Network => 5,
            Family::NetInterface => 6,
            Family::Cluster => 7,
            Family::GroupSet => 8,
        }
    }

    /// In words: `"resource"`, `"resource type"`, `"group"`, `"node"`, `"network"`, `"netinterface"`, `"cluster"`,
    /// `"groupset"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Family::Resource => "resource",
            Family::ResourceType => "resource type",
            Family::Group => "group",
            Family::Node => "node",
            Family::Network => "network",
            Family::NetInterface => "netinterface",
            Family::Cluster => "cluster",
            Family::GroupSet => "groupset",
        }
    }

    /// The family of this name, as [`Family::as_str`] gives it.
    pub fn from_name(name: &str) -> Option<Family> {
        Family::ALL.into_iter().find(|family| family.as_str() == name)
    }

    /// The control codes of this family, in the order of the specification.
    pub const fn codes(self) -> &'static [ControlCode] {
        match self {
            Family::Resource => resource::CODES,
            Family::ResourceType => resource_type::CODES,
            Family::Group => group::CODES,
            Family::Node => node::CODES,
            Family::Network => network::CODES,
            Family::NetInterface => net_interface::CODES,
            Family::Cluster => cluster::CODES,
            Family::GroupSet => group_set::CODES,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The access level that a server of protocol version 3.0 asks of the handle; version 2.0 has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// "Read" is enough.
    Read,
    /// "All".
    All,
}

impl Access {
    /// `"read"` or `"all"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Access::Read => "read",
            Access::All => "all",
        }
    }
}

/// The protocol versions that have a control code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// 2.0 and 3.0.
    Both,
    /// 3.0 only.
    Only3,
}

impl Versions {
    /// `"2.0,3.0"` or `"3.0"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Versions::Both => "2.0,3.0",
            Versions::Only3 => "3.0",
        }
    }
}

/// A control code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlCode {
    /// The methods it belongs to.
    pub family: Family,
    /// Its name in the specification.
    pub name: &'static str,
    /// Its number.
    pub value: u32,
    /// Other numbers under which it may come: as misprinted, or with the object byte that its family would have.
    pub alternates: &'static [u32],
    /// Section of MS-CMRP.
    pub section: &'static str,
    /// What `lpInBuffer` holds.
    pub input: BufferFormat,
    /// What `lpOutBuffer` holds after success.
    pub output: BufferFormat,
    /// The access level asked for.
    pub access: Access,
    /// The protocol versions that have it.
    pub versions: Versions,
    /// What else there is to say; empty for many.
    pub note: &'static str,
}

impl ControlCode {
    /// Whether this is the code's number or one of its alternates.
    pub fn matches(&self, code: u32) -> bool {
        self.value == code || self.alternates.contains(&code)
    }
}

macro_rules! control_codes {
    ($family:ident: $(
        $(#[doc = $note:literal])*
        $name:ident = $value:literal $(or $alternate:literal)?, $section:literal, $access:ident, $versions:ident,
            $input:expr => $output:expr;
    )+) => {
        /// The numbers under their names.
        pub(super) mod names {
            $(
                #[doc = concat!("`", stringify!($value), "` (", $section, ").")]
                pub const $name: u32 = $value;
            )+
        }

        pub(super) const CODES: &[super::ControlCode] = &[
            $( super::ControlCode {
                family: super::Family::$family,
                name: stringify!($name),
                value: names::$name,
                alternates: &[$($alternate)?],
                section: $section,
                input: $input,
                output: $output,
                access: super::Access::$access,
                versions: super::Versions::$versions,
                note: concat!($($note),*).trim_ascii(),
            }, )+
        ];
    };
}

use control_codes;

const LISTS: &[&[ControlCode]] = &[
    resource::CODES,
    resource_type::CODES,
    group::CODES,
    node::CODES,
    network::CODES,
    net_interface::CODES,
    cluster::CODES,
    group_set::CODES,
];
const NO_CODE: ControlCode = ControlCode {
    family: Family::Resource,
    name: "",
    value: 0,
    alternates: &[],
    section: "",
    input: BufferFormat::Nothing,
    output: BufferFormat::Nothing,
    access: Access::Read,
    versions: Versions::Both,
    note: "",
};

static JOINED: [ControlCode; table::total(LISTS)] = table::concat(NO_CODE, LISTS);

/// Every control code, by family, in the order of the specification.
pub static ALL: &[ControlCode] = &JOINED;

fn search(codes: &'static [ControlCode], code: u32) -> Option<&'static ControlCode> {
    codes.iter().find(|row| row.value == code).or_else(|| codes.iter().find(|row| row.alternates.contains(&code)))
}

/// The control code of this number among those of a family, by its own number or an alternate one.
///
/// A few codes have the object byte of another family. A code that the family does not have may still be one of
/// another: see [`lookup_any`].
pub fn lookup(family: Family, code: u32) -> Option<&'static ControlCode> {
    search(family.codes(), code)
}

/// The control code of this number in any family; codes' own numbers go before alternate ones.
pub fn lookup_any(code: u32) -> Option<&'static ControlCode> {
    search(ALL, code)
}

/// The control code of this name.
pub fn by_name(name: &str) -> Option<&'static ControlCode> {
    ALL.iter().find(|row| row.name == name)
}

#[cfg(all(test, feature = "std"))]
mod tests;
