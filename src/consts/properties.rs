//! Property names with a meaning: the few that the specification describes, and those of the public header.
//!
//! Which properties an object has is left to implementations, so a decoder goes by the syntax of the values
//! ([`BufferFormat::of_syntax`]) and uses this list only to say more, or less: a secret is kept out of what is printed.

use super::Constant;
use super::access::{AccountAccessMask, AccountAccessType};
use super::content::BufferFormat;
use super::control_codes::Family;
use super::methods::VirtualMachineOperation;
use super::secrets;
use super::storage::ReplicationClusterGroupType;
use super::table::{self, Source};

/// Where a property occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Private property of an object.
    Private,
    /// In the property list that a control code takes.
    Input,
    /// In the property list that a control code returns.
    Output,
    /// In the property list that another method takes.
    MethodInput,
}

impl Role {
    /// In words: `"private"`, `"control code input"`, `"control code output"`, `"method input"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Private => "private",
            Role::Input => "control code input",
            Role::Output => "control code output",
            Role::MethodInput => "method input",
        }
    }
}

mod header;

pub use header::RESOURCE_TYPES;

/// What the number of a property counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Nothing in particular.
    #[default]
    Number,
    /// 0 or 1.
    Bool,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Hundredths.
    Percent,
    /// Bytes.
    Bytes,
    /// Seconds since 1970-01-01 UTC.
    Time,
    /// A Win32 error code.
    Status,
}

/// A property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name; names compare without case.
    pub name: &'static str,
    /// The object or operation that has it.
    pub object: &'static str,
    /// Where it occurs.
    pub role: Role,
    /// The kind of object that has it, where that matters.
    pub family: Option<Family>,
    /// The format of its value or values.
    pub format: BufferFormat,
    /// What its number counts, where it is one.
    pub unit: Unit,
    /// Any number of values rather than one.
    pub many: bool,
    /// Not to be printed.
    pub secret: bool,
    /// What it is.
    pub meaning: &'static str,
    /// Section of MS-CMRP, or the header.
    pub section: &'static str,
    /// The control code or method; empty for none in particular.
    pub note: &'static str,
}

macro_rules! properties {
    (@is $mark:ident plain) => { false };
    (@is secret secret) => { true };
    (@is many many) => { true };
    (@is $wanted:ident $mark:ident) => { false };

    ($( $object:literal, $section:literal {
        $(
            $(#[doc = $note:literal])*
            $role:ident $name:literal: $format:expr, $mark:ident, $meaning:literal;
        )+
    } )+) => {
        /// The properties of the specification, in the order of its sections.
        const SPECIFIED: &[Property] = &[$($(
            Property {
                name: $name,
                object: $object,
                role: Role::$role,
                family: None,
                format: $format,
                unit: Unit::Number,
                many: properties!(@is many $mark),
                secret: properties!(@is secret $mark),
                meaning: $meaning,
                section: $section,
                note: concat!($($note),*).trim_ascii(),
            },
        )+)+];
    };
}

properties! {
    "resource of type IP Address", "4.1" {
        /// the only resource property the document shows by name
        Private "Address": BufferFormat::Sz, plain, "IPv4 address as text";
    }

    "resource of type Cloud Witness", "3.1.4.3.1.57" {
        /// input of CLUSCTL_CLOUD_WITNESS_RESOURCE_UPDATE_TOKEN
        Input "PrimaryToken": BufferFormat::Sz, secret, "access token";
    }

    "resource type Cloud Witness", "3.1.4.3.2.32" {
        /// input of VALIDATE_CREDENTIALS
        Input "PrimaryToken": BufferFormat::Sz, secret, "access token";
        /// input of VALIDATE_CREDENTIALS
        Input "AccountName": BufferFormat::Sz, plain, "storage account name";
        /// input of VALIDATE_CREDENTIALS
        Input "EndpointInfo": BufferFormat::Sz, plain, "service endpoint";
    }

    "resource type File Share Witness", "3.1.4.3.2.23" {
        /// input of VALIDATE_PATH
        Input "SharePath": BufferFormat::Sz, plain, "share to be checked";
    }

    "resource type, storage class", "3.1.4.3.2.36" {
        /// REPLICATION_GET_REPLICA_VOLUMES
        Input "SourceResourceId": BufferFormat::Sz, plain, "source disk resource ID";
        /// REPLICATION_GET_REPLICA_VOLUMES
        Input "TargetResourceId": BufferFormat::Sz, plain, "target disk resource ID";
        /// REPLICATION_GET_REPLICA_VOLUMES; n-th value pairs with the n-th of TargetVolumes, any number of values
        Output "SourceVolumes": BufferFormat::Sz, many, "volume GUID names of the source disk";
        /// REPLICATION_GET_REPLICA_VOLUMES; same number of values as SourceVolumes
        Output "TargetVolumes": BufferFormat::Sz, many, "volume GUID names of the target disk";
    }

    "resource type, storage class", "3.1.4.3.2.37" {
        /// REPLICATION_GET_LOG_VOLUME
        Input "DataResourceId": BufferFormat::Sz, plain, "data disk resource ID";
        /// REPLICATION_GET_LOG_VOLUME
        Input "LogResourceId": BufferFormat::Sz, plain, "log disk resource ID";
        /// REPLICATION_GET_LOG_VOLUME
        Output "LogVolume": BufferFormat::Sz, plain, "path for log data";
    }

    "resource type, storage class", "3.1.4.3.2.39" {
        /// REPLICATION_GET_RESOURCE_GROUP, inside a binary value
        Output "ReplicationGroupId": BufferFormat::Sz, plain, "replication group ID";
        /// REPLICATION_GET_RESOURCE_GROUP, inside a binary value
        Output "ClusterGroupId": BufferFormat::Sz, plain, "cluster group ID";
        /// REPLICATION_GET_RESOURCE_GROUP, inside a binary value
        Output "ReplicationClusterGroupType": BufferFormat::DwordOf(ReplicationClusterGroupType::TABLE), plain,
            "0 target, 1 source";
    }

    "resource type, storage class", "3.1.4.3.2.40" {
        /// REPLICATION_GET_LOG_INFO
        Output "MinimumLogSizeInBytes": BufferFormat::Qword, plain, "smallest log";
        /// REPLICATION_GET_LOG_INFO
        Output "UnitOfLogSizeChangeInBytes": BufferFormat::Qword, plain, "log size step";
        /// REPLICATION_GET_LOG_INFO
        Output "LogSizeMultiple": BufferFormat::Dword, plain, "log size multiple";
    }

    "cluster", "3.1.4.3.7.21" {
        /// SET_ACCOUNT_ACCESS
        Input "AccountSID": BufferFormat::Sz, plain, "SID to change, as text";
        /// SET_ACCOUNT_ACCESS
        Input "AccountAccessMask": BufferFormat::DwordOf(AccountAccessMask::TABLE), plain, "access asked for";
        /// SET_ACCOUNT_ACCESS
        Input "AccountAccessType": BufferFormat::DwordOf(AccountAccessType::TABLE), plain, "allow, deny or delete";
    }

    "group or resource operation", "3.1.4.2.130 to 3.1.4.2.135" {
        /// property of lpInBuffer of the online, offline and move Ex methods; the property name is a resource type
        /// name, so other type names can occur
        MethodInput "Virtual Machine": BufferFormat::DwordOf(VirtualMachineOperation::TABLE), plain,
            "what happens to virtual machines";
    }
}

const LISTS: &[&[Property]] = &[SPECIFIED, header::PROPERTIES];

static JOINED: [Property; table::total(LISTS)] = table::concat(SPECIFIED[0], LISTS);

/// Every property: those of the specification in the order of its sections, then those of the header by object.
pub static ALL: &[Property] = &JOINED;

impl Property {
    /// The format of a value whose syntax says `format`: the same with the names of its numbers, where the property has
    /// any.
    pub const fn format_of(&self, format: BufferFormat) -> BufferFormat {
        match (format, self.format) {
            (BufferFormat::Dword, BufferFormat::DwordOf(table) | BufferFormat::QwordOf(table)) => {
                BufferFormat::DwordOf(table)
            }
            (BufferFormat::Qword, BufferFormat::DwordOf(table) | BufferFormat::QwordOf(table)) => {
                BufferFormat::QwordOf(table)
            }
            _ => format,
        }
    }

    /// Where its declaration comes from.
    pub fn source(&self) -> Source {
        if self.section.ends_with(".h") { Source::Sdk } else { Source::Spec34 }
    }
}

/// The properties that the control code of this section takes or returns, in the order of the section.
pub fn of_section(section: &str, role: Role) -> impl Iterator<Item = &'static Property> {
    SPECIFIED.iter().filter(move |property| property.section == section && property.role == role)
}

/// The properties of this name, compared without case.
pub fn by_name(name: &str) -> impl Iterator<Item = &'static Property> {
    ALL.iter().filter(move |property| property.name.eq_ignore_ascii_case(name))
}

/// What a property's name tells about its values.
#[derive(Clone, Copy, Debug, Default)]
pub struct About {
    /// Its declaration, where there is one for the object that it is of, or one that says the same of all objects.
    pub property: Option<&'static Property>,
    /// The values are not to be shown: see [`super::secrets`].
    pub secret: bool,
}

/// What the name of a property tells that belongs to an object of this kind, where the kind is known. The name is given as
/// UTF-16 units and compared without case. Takes time in proportion to the name.
pub fn about(name: impl Iterator<Item = u16> + Clone, of: Option<Family>) -> About {
    let mut room = [0; LONGEST];
    match ascii(name.clone(), &mut room) {
        Some(name) => about_ascii(name, of),
        None => About { property: None, secret: secrets::in_name(name) },
    }
}

/// The same of a name that is ASCII.
pub fn about_ascii(name: &[u8], of: Option<Family>) -> About {
    about_declared(name, of).unwrap_or_else(|| {
        let secret = secrets::in_name(name.iter().map(|byte| u16::from(*byte)));
        About { property: None, secret }
    })
}

/// The same of a name that is declared; `None` for another.
fn about_declared(name: &[u8], of: Option<Family>) -> Option<About> {
    let (mut found, mut ambiguous): (Option<&'static Property>, bool) = (None, false);
    let (mut secret, mut same) = (None, "");
    let mut next = INDEX.first.get(bucket(name)).copied().unwrap_or(NONE);
    while let Some(property) = ALL.get(usize::from(next)) {
        next = INDEX.next.get(usize::from(next)).copied().unwrap_or(NONE);
        // Objects that have a property of the same name share its text, as a rule.
        if !core::ptr::eq(property.name, same) {
            if !property.name.as_bytes().eq_ignore_ascii_case(name) {
                continue;
            }
            same = property.name;
        }
        secret = Some(secret == Some(true) || property.secret);
        if of.is_some() && property.family.is_some() && property.family != of {
            continue;
        }
        match found {
            None => found = Some(property),
            Some(earlier) if of.is_some() && earlier.family.is_none() && property.family.is_some() => {
                found = Some(property);
            }
            Some(earlier) => {
                ambiguous |= of.is_none() && (earlier.format, earlier.unit) != (property.format, property.unit);
            }
        }
    }
    let property = if ambiguous { None } else { found };
    secret.map(|secret| About { property, secret })
}

/// Whether a property or registry value of this name holds a secret.
pub fn is_secret(name: impl Iterator<Item = u16> + Clone) -> bool {
    about(name, None).secret
}

/// Chains of the properties whose names have the same hash.
struct Index {
    first: [u16; BUCKETS],
    next: [u16; JOINED.len()],
}

const BUCKETS: usize = 1024;
const NONE: u16 = u16::MAX;

/// Bytes of the longest name.
pub const LONGEST: usize = {
    let (mut longest, mut i) = (0, 0);
    while i < JOINED.len() {
        if JOINED[i].name.len() > longest {
            longest = JOINED[i].name.len();
        }
        i += 1;
    }
    longest
};

static INDEX: Index = {
    let mut index = Index { first: [NONE; BUCKETS], next: [NONE; JOINED.len()] };
    let mut i = JOINED.len();
    while i > 0 {
        i -= 1;
        let bucket = bucket(JOINED[i].name.as_bytes());
        index.next[i] = index.first[bucket];
        index.first[bucket] = i as u16;
    }
    index
};

/// The chain in which a name stands, by its length and four of its letters; case makes no difference.
const fn bucket(name: &[u8]) -> usize {
    let len = name.len();
    if len == 0 {
        return 0;
    }
    let letters = [name[0], name[len / 3], name[len - len / 4 - 1], name[len - 1]];
    let hash = (u32::from_le_bytes(letters) | 0x2020_2020) ^ (len as u32) << 8;
    (hash.wrapping_mul(0x9e37_79b1) >> 22) as usize % BUCKETS
}

/// The name as bytes; `None` for one that is not ASCII, as all those declared are, or too long for any of them.
fn ascii(mut name: impl Iterator<Item = u16>, room: &mut [u8; LONGEST]) -> Option<&[u8]> {
    let mut len = 0;
    for (byte, unit) in room.iter_mut().zip(&mut name) {
        *byte = u8::try_from(unit).ok().filter(u8::is_ascii)?;
        len += 1;
    }
    if name.next().is_some() { None } else { room.get(..len) }
}
