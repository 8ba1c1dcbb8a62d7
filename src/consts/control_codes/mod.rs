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
use super::table::{self, Source};

mod affinity_rule;
mod bits;
mod cluster;
mod fields;
mod group;
mod group_set;
mod index;
mod lists;
mod net_interface;
mod network;
mod node;
mod resource;
mod resource_type;

pub(in crate::consts) use bits::TABLES;

pub use affinity_rule::names::*;
pub use bits::{CLUSTER_CONTROL_OBJECT, ControlCodeBits};
pub use cluster::names::*;
pub use fields::{AccessBits, ControlCodeFields};
pub use group::names::*;
pub use group_set::names::*;
pub use net_interface::names::*;
pub use network::names::*;
pub use node::names::*;
pub use resource::names::*;
pub use resource_type::names::*;

use index::search;

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
    /// No method of the published interfaces.
    AffinityRule,
}

impl Family {
    /// All of them, in the order of the specification.
    pub const ALL: [Family; 9] = [
        Family::Resource,
        Family::ResourceType,
        Family::Group,
        Family::Node,
        Family::Network,
        Family::NetInterface,
        Family::Cluster,
        Family::GroupSet,
        Family::AffinityRule,
    ];

    /// The object byte that a code of this family has as a rule.
    pub const fn object(self) -> u8 {
        use CLUSTER_CONTROL_OBJECT as Object;
        let object = match self {
            Family::Resource => Object::CLUS_OBJECT_RESOURCE,
            Family::ResourceType => Object::CLUS_OBJECT_RESOURCE_TYPE,
            Family::Group => Object::CLUS_OBJECT_GROUP,
            Family::Node => Object::CLUS_OBJECT_NODE,
            Family::Network => Object::CLUS_OBJECT_NETWORK,
            Family::NetInterface => Object::CLUS_OBJECT_NETINTERFACE,
            Family::Cluster => Object::CLUS_OBJECT_CLUSTER,
            Family::GroupSet => Object::CLUS_OBJECT_GROUPSET,
            Family::AffinityRule => Object::CLUS_OBJECT_AFFINITYRULE,
        };
        object.0 as u8
    }

    /// In words: `"resource"`, `"resource type"`, `"group"`, `"node"`, `"network"`, `"netinterface"`, `"cluster"`,
    /// `"groupset"`, `"affinity rule"`.
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
            Family::AffinityRule => "affinity rule",
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
            Family::AffinityRule => affinity_rule::CODES,
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

/// How certain it is what the buffers of a control code hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// A section of the specification says so.
    Specified,
    /// A public page of the code says so.
    Documented,
    /// A structure, a constant or the function number of the public header says so by its name.
    Header,
    /// Nobody says so; by the code's name, or by analogy with another code.
    Guess,
}

impl Certainty {
    /// `"specified"`, `"documented"`, `"header"` or `"guess"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Certainty::Specified => "specified",
            Certainty::Documented => "documented",
            Certainty::Header => "header",
            Certainty::Guess => "guess",
        }
    }
}

/// A control code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlCode {
    /// The methods it belongs to.
    pub family: Family,
    /// Its name, to the letter of its source.
    pub name: &'static str,
    /// Other names of the same number.
    pub also: &'static [&'static str],
    /// Where it comes from.
    pub source: Source,
    /// The Windows release that brought it; empty where that is not known.
    pub since: &'static str,
    /// How certain the formats of its buffers are.
    pub certainty: Certainty,
    /// Its number.
    pub value: u32,
    /// Other numbers under which it may come: as misprinted, or with the object byte that its family would have.
    pub alternates: &'static [u32],
    /// Section of MS-CMRP, or the header.
    pub section: &'static str,
    /// What `lpInBuffer` holds; [`BufferFormat::Bytes`] where nothing is known about it.
    pub input: BufferFormat,
    /// What `lpOutBuffer` holds after success; [`BufferFormat::Bytes`] where nothing is known about it.
    pub output: BufferFormat,
    /// The whole input is a secret.
    pub secret_input: bool,
    /// The whole output is a secret.
    pub secret_output: bool,
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

    /// Meant for calls between the services of a cluster rather than for clients.
    pub const fn is_internal(&self) -> bool {
        ControlCodeFields::decode(self.value).internal
    }
}

/// `control_codes!`: the codes of a family.
///
/// Codes of the specification come first, with section, access level and versions, and `since` the release that brought
/// them where that is known; then groups of others under the mark
/// of their source (see `consts/declare.rs`), with the certainty of what is said about their buffers. `secret input` or
/// `secret output` behind the formats marks a buffer that is a secret as a whole; secrets inside a structure or a property
/// list are marked there.
macro_rules! control_codes {
    ($family:ident: $(
        $(#[doc = $note:literal])*
        $name:ident = $value:literal $(or $alternate:literal)? $(since $since:ident)? $(also $also:ident)*,
            $section:literal, $access:ident, $versions:ident, $input:expr => $output:expr $(, secret $side:ident)?;
    )* $(
        [$mark:ident] { $(
            $(#[doc = $gnote:literal])*
            $gname:ident = $gvalue:literal $(since $gsince:ident)? $(also $galso:ident)*, $($gsection:literal,)?
                $certainty:ident, $ginput:expr => $goutput:expr $(, secret $gside:ident)?;
        )+ }
    )*) => {
        /// The numbers under their names.
        pub(super) mod names {
            $(
                #[doc = concat!("`", stringify!($value), "` (", $section, ").")]
                pub const $name: u32 = $value;
            )*
            $( $(
                #[doc = concat!("`", stringify!($gvalue), "` (public header).")]
                pub const $gname: u32 = $gvalue;
            )+ )*
        }

        #[allow(unused_imports)]
        use crate::consts::declare::releases;

        pub(super) const CODES: &[super::ControlCode] = &[
            $( super::ControlCode {
                family: super::Family::$family,
                name: stringify!($name),
                also: &[$(stringify!($also)),*],
                source: super::Source::Spec34,
                since: releases::first(&[$(releases::$since)?]),
                certainty: super::Certainty::Specified,
                value: names::$name,
                alternates: &[$($alternate)?],
                section: $section,
                input: $input,
                output: $output,
                secret_input: super::side(&[$(super::Side::$side)?]).0,
                secret_output: super::side(&[$(super::Side::$side)?]).1,
                access: super::Access::$access,
                versions: super::Versions::$versions,
                note: concat!($($note),*).trim_ascii(),
            }, )*
            $( $( super::ControlCode {
                family: super::Family::$family,
                name: stringify!($gname),
                also: &[$(stringify!($galso)),*],
                source: crate::consts::declare::marks::$mark,
                since: releases::first(&[$(releases::$gsince)?]),
                certainty: super::Certainty::$certainty,
                value: names::$gname,
                alternates: &[],
                section: super::section(&[$($gsection)?]),
                input: $ginput,
                output: $goutput,
                secret_input: super::side(&[$(super::Side::$gside)?]).0,
                secret_output: super::side(&[$(super::Side::$gside)?]).1,
                access: super::access(names::$gname),
                versions: super::Versions::Only3,
                note: concat!($($gnote),*).trim_ascii(),
            }, )+ )*
        ];
    };
}

use control_codes;

/// Which buffer of a control code is a secret; for the macro.
#[allow(non_camel_case_types)]
#[derive(Clone, Copy)]
enum Side {
    input,
    output,
}

/// Whether the input is a secret, and whether the output is.
const fn side(marks: &[Side]) -> (bool, bool) {
    match marks {
        [Side::input, ..] => (true, false),
        [Side::output, ..] => (false, true),
        [] => (false, false),
    }
}

/// The section that says something about a code, or else the header.
const fn section(given: &[&'static str]) -> &'static str {
    match given {
        [section, ..] => section,
        [] => "clusapi.h",
    }
}

/// The access level by the rule of 3.1.4.2.74.
const fn access(code: u32) -> Access {
    if ControlCodeFields::decode(code).modify { Access::All } else { Access::Read }
}

const LISTS: &[&[ControlCode]] = &[
    resource::CODES,
    resource_type::CODES,
    group::CODES,
    node::CODES,
    network::CODES,
    net_interface::CODES,
    cluster::CODES,
    group_set::CODES,
    affinity_rule::CODES,
];
const NO_CODE: ControlCode = ControlCode {
    family: Family::Resource,
    name: "",
    also: &[],
    source: Source::Spec34,
    since: "",
    certainty: Certainty::Specified,
    value: 0,
    alternates: &[],
    section: "",
    input: BufferFormat::Nothing,
    output: BufferFormat::Nothing,
    secret_input: false,
    secret_output: false,
    access: Access::Read,
    versions: Versions::Both,
    note: "",
};

static JOINED: [ControlCode; table::total(LISTS)] = table::concat(NO_CODE, LISTS);

/// Every control code, by family, in the order of the specification.
pub static ALL: &[ControlCode] = &JOINED;

/// The control code of this number among those of a family, by its own number or an alternate one.
///
/// A few codes have the object byte of another family. A code that the family does not have may still be one of
/// another: see [`lookup_any`].
pub fn lookup(family: Family, code: u32) -> Option<&'static ControlCode> {
    search(Some(family), code)
}

/// The control code of this number in any family; codes' own numbers go before alternate ones.
pub fn lookup_any(code: u32) -> Option<&'static ControlCode> {
    search(None, code)
}

/// The control code of this name, or the one that has it as another name.
pub fn by_name(name: &str) -> Option<&'static ControlCode> {
    ALL.iter().find(|row| row.name == name).or_else(|| ALL.iter().find(|row| row.also.contains(&name)))
}

#[cfg(all(test, feature = "std"))]
mod tests;
