//! Property names that the specification gives a meaning to.
//!
//! They are few: which properties an object has is left to implementations, so a decoder goes by the syntax of the
//! values ([`BufferFormat::of_syntax`]) and uses this list only to say more, or less: a secret is kept out of what is printed.

use super::Constant;
use super::access::{AccountAccessMask, AccountAccessType};
use super::content::BufferFormat;
use super::methods::VirtualMachineOperation;
use super::storage::ReplicationClusterGroupType;

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

/// A property that the specification describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name; names compare without case.
    pub name: &'static str,
    /// The object or operation that has it.
    pub object: &'static str,
    /// Where it occurs.
    pub role: Role,
    /// The format of its value or values.
    pub format: BufferFormat,
    /// Any number of values rather than one.
    pub many: bool,
    /// Not to be printed.
    pub secret: bool,
    /// What it is.
    pub meaning: &'static str,
    /// Section of MS-CMRP.
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
        /// Every property of the specification, in the order of its sections.
        pub static ALL: &[Property] = &[$($(
            Property {
                name: $name,
                object: $object,
                role: Role::$role,
                format: $format,
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

/// The properties of this name, compared without case.
pub fn by_name(name: &str) -> impl Iterator<Item = &'static Property> {
    ALL.iter().filter(move |property| property.name.eq_ignore_ascii_case(name))
}

/// Whether a property of this name holds a secret anywhere.
pub fn is_secret(name: &str) -> bool {
    by_name(name).any(|property| property.secret)
}
