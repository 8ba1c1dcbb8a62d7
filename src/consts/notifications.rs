//! What a version 2 notification carries (3.1.4.2.138): for each kind of object and each event the content of the
//! buffer and the meaning of the four strings beside it.
//!
//! ```
//! use cluscope::consts::change::{CLUSTER_CHANGE_GROUP_V2 as Group, CLUSTER_OBJECT_TYPE as Object};
//! use cluscope::consts::notifications::{self, Text};
//!
//! let event = Group::CLUSTER_CHANGE_GROUP_STATE_V2.bits();
//! let row = notifications::lookup(Object::CLUSTER_OBJECT_TYPE_GROUP, event).unwrap();
//! assert_eq!(row.buffer.to_string(), "DWORD ClusterGroupState");
//! assert_eq!(row.object_id, Text::Is("group ID"));
//! ```

use super::change::*;
use super::content::BufferFormat;
use super::control_codes::Family;
use super::methods::ClusterGroupType;
use super::states::*;
use super::{Constant, Source};

/// What one of a notification's strings holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Nothing to say: servers never send this event.
    Absent,
    /// An empty string.
    Empty,
    /// A null pointer instead of a string.
    Null,
    /// This.
    Is(&'static str),
    /// The specification is silent about it.
    NotDescribed,
}

/// An event of a kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The kind of object: `dwObjectType`.
    pub object_type: CLUSTER_OBJECT_TYPE,
    /// The event: one bit of `FilterFlags`. 0 stands for every event of an object type that has no flags.
    pub flag: u64,
    /// The name of the bit; empty where there is none.
    pub name: &'static str,
    /// What the buffer holds.
    pub buffer: BufferFormat,
    /// What that means, if the format does not say it already.
    pub meaning: &'static str,
    /// `ObjectId`.
    pub object_id: Text,
    /// `ParentId`.
    pub parent_id: Text,
    /// `Name`.
    pub object_name: Text,
    /// `Type`.
    pub type_name: Text,
    /// Sections of MS-CMRP, or the header.
    pub section: &'static str,
    /// Where the event comes from.
    pub source: Source,
    /// What else there is to say; empty for most.
    pub note: &'static str,
}

/// The state of a shared volume: Windows Server 2012 sends the shorter structure. The longer one has two layouts.
const SHARED_VOLUME_STATE: BufferFormat = BufferFormat::ByLength(&[
    (1044, BufferFormat::Struct("CLUSTER_SHARED_VOLUME_STATE_INFO")),
    (1580, BufferFormat::Struct("CLUSTER_SHARED_VOLUME_STATE_INFO_EX")),
]);

/// State of a resource that has come to rest; what else a server may send is shown as bytes.
const TERMINAL_STATE: BufferFormat =
    BufferFormat::OneOf(&[BufferFormat::DwordOf(ClusterResourceState::TABLE), BufferFormat::Bytes]);

/// Something about a shared volume that comes or goes: its state, or what nobody describes.
const VOLUME: BufferFormat =
    BufferFormat::OneOf(&[BufferFormat::PropertyListOf(&SHARED_VOLUME_STATE), BufferFormat::Bytes]);

macro_rules! notifications {
    (@flag none $name:ident) => { 0 };
    (@flag $mask:ident $name:ident) => { $mask::$name.bits() };
    (@name none $name:ident) => { "" };
    (@name $mask:ident $name:ident) => { stringify!($name) };

    ($( [$mark:ident] $object:ident, $mask:ident, $section:literal {
        $(
            $(#[doc = $note:literal])?
            $name:ident: $buffer:expr, $meaning:literal, $id:expr, $parent:expr, $text:expr, $type:expr;
        )+
    } )+) => {
        /// Every event, by kind of object; those of the specification first.
        pub static ALL: &[Notification] = &[$($(
            Notification {
                object_type: CLUSTER_OBJECT_TYPE::$object,
                flag: notifications!(@flag $mask $name),
                name: notifications!(@name $mask $name),
                buffer: $buffer,
                meaning: $meaning,
                object_id: $id,
                parent_id: $parent,
                object_name: $text,
                type_name: $type,
                section: $section,
                source: super::declare::marks::$mark,
                note: concat!($($note)?).trim_ascii(),
            },
        )+)+];
    };
}

use Text::{Absent, Empty, Is, NotDescribed, Null};

notifications! {
    [spec] CLUSTER_OBJECT_TYPE_CLUSTER, CLUSTER_CHANGE_CLUSTER_V2, "2.2.2.12; 3.1.4.2.138" {
        /// client side only: never sent by a server
        CLUSTER_CHANGE_CLUSTER_RECONNECT_V2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
        /// client side only: never sent by a server
        CLUSTER_CHANGE_CLUSTER_STATE_V2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
        CLUSTER_CHANGE_CLUSTER_GROUP_ADDED_V2: BufferFormat::DwordOf(ClusterGroupType::TABLE), "",
            Is("group ID"), Is("hosting node ID"), Is("group name"), Empty;
        /// client side only: never sent by a server
        CLUSTER_CHANGE_CLUSTER_HANDLE_CLOSE_V2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
        CLUSTER_CHANGE_CLUSTER_NETWORK_ADDED_V2: BufferFormat::Nothing,
            "", Is("network ID"), Empty, Is("network name"), Empty;
        CLUSTER_CHANGE_CLUSTER_NODE_ADDED_V2: BufferFormat::DwordOf(ClusterNodeState::TABLE), "",
            Is("node ID"), Empty, Is("node name"), Empty;
        CLUSTER_CHANGE_CLUSTER_RESOURCE_TYPE_ADDED_V2: BufferFormat::Nothing,
            "", Empty, Empty, Is("resource type name"), Empty;
        CLUSTER_CHANGE_CLUSTER_COMMON_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Empty, Empty, Empty, Empty;
        CLUSTER_CHANGE_CLUSTER_PRIVATE_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Empty, Empty, Empty, Empty;
        CLUSTER_CHANGE_CLUSTER_LOST_NOTIFICATIONS_V2: BufferFormat::Nothing, "", Empty, Empty, Empty, Empty;
        CLUSTER_CHANGE_CLUSTER_RENAME_V2: BufferFormat::Nothing, "", Empty, Empty, Is("cluster name"), Empty;
        /// two layouts, told apart by the length
        CLUSTER_CHANGE_CLUSTER_MEMBERSHIP_V2: BufferFormat::Struct("CLUSTER_MEMBERSHIP_INFO"),
            "", Empty, Empty, Empty, Empty;
        CLUSTER_CHANGE_CLUSTER_UPGRADED_V2: BufferFormat::Dword, "cluster operating version", Empty, Empty, Empty, Empty;
    }

    [spec] CLUSTER_OBJECT_TYPE_GROUP, CLUSTER_CHANGE_GROUP_V2, "2.2.2.13; 3.1.4.2.138" {
        CLUSTER_CHANGE_GROUP_DELETED_V2: BufferFormat::Nothing,
            "", Is("group ID"), Is("hosting node ID"), Is("group name"), Empty;
        CLUSTER_CHANGE_GROUP_COMMON_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Is("group ID"), Is("hosting node ID"), Is("group name"), Empty;
        CLUSTER_CHANGE_GROUP_PRIVATE_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Is("group ID"), Is("hosting node ID"), Is("group name"), Empty;
        CLUSTER_CHANGE_GROUP_STATE_V2: BufferFormat::DwordOf(ClusterGroupState::TABLE), "",
            Is("group ID"), Is("hosting node ID"), Is("group name"), Empty;
        CLUSTER_CHANGE_GROUP_OWNER_NODE_V2: BufferFormat::Sz, "new owner node ID",
            Is("group ID"), Is("hosting node ID"), Is("group name"), Empty;
        CLUSTER_CHANGE_GROUP_PREFERRED_OWNERS_V2: BufferFormat::MultiSz, "node IDs",
            Is("group ID"), Is("hosting node ID"), Is("group name"), Empty;
        CLUSTER_CHANGE_GROUP_RESOURCE_ADDED_V2: BufferFormat::Sz, "group ID",
            Is("resource ID"), Is("hosting node ID"), Is("resource name"), Empty;
        CLUSTER_CHANGE_GROUP_RESOURCE_GAINED_V2: BufferFormat::Sz, "resource ID",
            Is("group ID"), Is("hosting node ID"), Is("group name"), Empty;
        CLUSTER_CHANGE_GROUP_RESOURCE_LOST_V2: BufferFormat::Sz, "resource ID",
            Is("group ID"), Is("hosting node ID"), Is("group name"), Empty;
        /// client side only: never sent by a server
        CLUSTER_CHANGE_GROUP_HANDLE_CLOSE_V2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
    }

    [spec] CLUSTER_OBJECT_TYPE_RESOURCE, CLUSTER_CHANGE_RESOURCE_V2, "2.2.2.14; 3.1.4.2.138" {
        CLUSTER_CHANGE_RESOURCE_COMMON_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
        CLUSTER_CHANGE_RESOURCE_PRIVATE_PROPERTY_V2: BufferFormat::Nothing, "",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
        CLUSTER_CHANGE_RESOURCE_STATE_V2: BufferFormat::DwordOf(ClusterResourceState::TABLE), "",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
        CLUSTER_CHANGE_RESOURCE_OWNER_GROUP_V2: BufferFormat::Sz, "new group ID",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
        CLUSTER_CHANGE_RESOURCE_DEPENDENCIES_V2: BufferFormat::Sz, "dependency expression",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
        CLUSTER_CHANGE_RESOURCE_DEPENDENTS_V2: BufferFormat::MultiSz, "resource IDs",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
        CLUSTER_CHANGE_RESOURCE_POSSIBLE_OWNERS_V2: BufferFormat::MultiSz, "node IDs",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
        CLUSTER_CHANGE_RESOURCE_DELETED_V2: BufferFormat::Sz, "former group ID",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
        CLUSTER_CHANGE_RESOURCE_DLL_UPGRADED_V2: BufferFormat::Sz, "node ID",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
        /// client side only: never sent by a server
        CLUSTER_CHANGE_RESOURCE_HANDLE_CLOSE_V2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
    }

    [spec] CLUSTER_OBJECT_TYPE_RESOURCE_TYPE, CLUSTER_CHANGE_RESOURCE_TYPE_V2, "2.2.2.15; 3.1.4.2.138" {
        CLUSTER_CHANGE_RESOURCE_TYPE_DELETED_V2: BufferFormat::Nothing, "", Empty, Empty, Is("resource type name"), Empty;
        CLUSTER_CHANGE_RESOURCE_TYPE_COMMON_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Empty, Empty, Is("resource type name"), Empty;
        CLUSTER_CHANGE_RESOURCE_TYPE_PRIVATE_PROPERTY_V2: BufferFormat::Nothing,
            "", Empty, Empty, Is("resource type name"), Empty;
        CLUSTER_CHANGE_RESOURCE_TYPE_POSSIBLE_OWNERS_V2: BufferFormat::MultiSz, "node IDs",
            Empty, Empty, Is("resource type name"), Empty;
        CLUSTER_CHANGE_RESOURCE_TYPE_DLL_UPGRADED_V2: BufferFormat::Sz,
            "node ID", Empty, Empty, Is("resource type name"), Empty;
        CLUSTER_RESOURCE_TYPE_SPECIFIC_V2: BufferFormat::Bytes, "as raised by the resource DLL",
            Empty, Empty, Is("resource type name"), Empty;
    }

    [spec] CLUSTER_OBJECT_TYPE_NETWORK_INTERFACE, CLUSTER_CHANGE_NETINTERFACE_V2, "2.2.2.16; 3.1.4.2.138" {
        CLUSTER_CHANGE_NETINTERFACE_DELETED_V2: BufferFormat::Nothing, "",
            Is("network interface ID"), Is("node ID"), Is("network interface name"), Empty;
        CLUSTER_CHANGE_NETINTERFACE_COMMON_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Is("network interface ID"), Is("node ID"), Is("network interface name"), Empty;
        CLUSTER_CHANGE_NETINTERFACE_PRIVATE_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Is("network interface ID"), Is("node ID"), Is("network interface name"), Empty;
        CLUSTER_CHANGE_NETINTERFACE_STATE_V2: BufferFormat::DwordOf(ClusterNetInterfaceState::TABLE), "",
            Is("network interface ID"), Is("node ID"), Is("network interface name"), Empty;
        /// client side only: never sent by a server
        CLUSTER_CHANGE_NETINTERFACE_HANDLE_CLOSE_V2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
    }

    [spec] CLUSTER_OBJECT_TYPE_NETWORK, CLUSTER_CHANGE_NETWORK_V2, "2.2.2.17; 3.1.4.2.138" {
        CLUSTER_CHANGE_NETWORK_DELETED_V2: BufferFormat::Nothing, "", Is("network ID"), Empty, Is("network name"), Empty;
        CLUSTER_CHANGE_NETWORK_COMMON_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Is("network ID"), Empty, Is("network name"), Empty;
        CLUSTER_CHANGE_NETWORK_PRIVATE_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Is("network ID"), Empty, Is("network name"), Empty;
        CLUSTER_CHANGE_NETWORK_STATE_V2: BufferFormat::DwordOf(ClusterNetworkState::TABLE), "",
            Is("network ID"), Empty, Is("network name"), Empty;
        /// client side only: never sent by a server
        CLUSTER_CHANGE_NETWORK_HANDLE_CLOSE_V2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
    }

    [spec] CLUSTER_OBJECT_TYPE_NODE, CLUSTER_CHANGE_NODE_V2, "2.2.2.18; 3.1.4.2.138" {
        CLUSTER_CHANGE_NODE_NETINTERFACE_ADDED_V2: BufferFormat::Sz, "node ID",
            Is("network interface ID"), Empty, Is("network interface name"), Empty;
        CLUSTER_CHANGE_NODE_DELETED_V2: BufferFormat::DwordOf(ClusterNodeState::TABLE), "",
            Is("node ID"), Empty, Is("node name"), Empty;
        CLUSTER_CHANGE_NODE_COMMON_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Is("node ID"), Empty, Is("node name"), Empty;
        CLUSTER_CHANGE_NODE_PRIVATE_PROPERTY_V2: BufferFormat::PropertyList, "the changed properties",
            Is("node ID"), Empty, Is("node name"), Empty;
        CLUSTER_CHANGE_NODE_STATE_V2: BufferFormat::DwordOf(ClusterNodeState::TABLE), "",
            Is("node ID"), Empty, Is("node name"), Empty;
        CLUSTER_CHANGE_NODE_GROUP_GAINED_V2: BufferFormat::Sz, "group ID", Is("node ID"), Empty, Is("node name"), Empty;
        CLUSTER_CHANGE_NODE_GROUP_LOST_V2: BufferFormat::Sz, "group ID", Is("node ID"), Empty, Is("node name"), Empty;
        /// client side only: never sent by a server
        CLUSTER_CHANGE_NODE_HANDLE_CLOSE_V2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
    }

    [spec] CLUSTER_OBJECT_TYPE_REGISTRY, CLUSTER_CHANGE_REGISTRY_V2, "2.2.2.19; 3.1.4.2.138" {
        CLUSTER_CHANGE_REGISTRY_ATTRIBUTES_V2: BufferFormat::Nothing, "", Empty, Empty, Is("relative key name"), Empty;
        CLUSTER_CHANGE_REGISTRY_NAME_V2: BufferFormat::Nothing, "",
            Is("name of the changed value"), Empty, Is("relative name of the renamed key"), Empty;
        /// for filters only: a server never returns it
        CLUSTER_CHANGE_REGISTRY_SUBTREE_V2: BufferFormat::Nothing, "", Empty, Empty, Empty, Empty;
        CLUSTER_CHANGE_REGISTRY_VALUE_V2: BufferFormat::Nothing, "",
            Is("name of the changed value"), Empty, Is("relative key name"), Empty;
        /// client side only: never sent by a server
        CLUSTER_CHANGE_REGISTRY_HANDLE_CLOSE_V2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
    }

    [spec] CLUSTER_OBJECT_TYPE_QUORUM, CLUSTER_CHANGE_QUORUM_V2, "2.2.2.20; 3.1.4.2.138" {
        /// null pointers, not empty strings, in ParentId and Type
        CLUSTER_CHANGE_QUORUM_STATE_V2: BufferFormat::DwordOf(ClusterResourceState::TABLE),
            "none when no quorum disk resource is involved", Is("resource ID"), Null, Is("resource name"), Null;
    }

    [spec] CLUSTER_OBJECT_TYPE_SHARED_VOLUME, CLUSTER_CHANGE_SHARED_VOLUME_V2, "2.2.2.21; 3.1.4.2.138" {
        /// product note 115: Windows Server 2012 sends STRUCT:CLUSTER_SHARED_VOLUME_STATE_INFO; told apart by the size
        CLUSTER_CHANGE_SHARED_VOLUME_STATE_V2: BufferFormat::PropertyListOf(&SHARED_VOLUME_STATE), "",
            Is("shared volume resource ID"), Null, Is("shared volume name"), Null;
    }

    [spec] CLUSTER_OBJECT_TYPE_SPACEPORT, CLUSTER_CHANGE_SPACEPORT_V2, "2.2.2.25" {
        CLUSTER_CHANGE_SPACEPORT_CUSTOM_PNP_V2: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
    }

    [spec] CLUSTER_OBJECT_TYPE_UPGRADE, CLUSTER_CHANGE_NODE_UPGRADE_PHASE_V2, "2.2.2.26" {
        CLUSTER_CHANGE_UPGRADE_NODE_PREPARE: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_UPGRADE_NODE_COMMIT: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_UPGRADE_NODE_POSTCOMMIT: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        /// union of the three, for filters
        CLUSTER_CHANGE_UPGRADE_ALL: BufferFormat::Bytes,
            "not described", NotDescribed, NotDescribed, NotDescribed, NotDescribed;
    }

    [spec] CLUSTER_OBJECT_TYPE_GROUPSET, CLUSTER_CHANGE_GROUPSET_V2, "2.2.2.24" {
        CLUSTER_CHANGE_GROUPSET_DELETED_v2: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_GROUPSET_COMMON_PROPERTY_V2: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_GROUPSET_PRIVATE_PROPERTY_V2: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_GROUPSET_STATE_V2: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_GROUPSET_GROUP_ADDED: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_GROUPSET_GROUP_REMOVED: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_GROUPSET_DEPENDENCIES_V2: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_GROUPSET_DEPENDENTS_V2: BufferFormat::Bytes, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        /// client side only: never sent by a server
        CLUSTER_CHANGE_GROUPSET_HANDLE_CLOSE_v2: BufferFormat::Nothing, "", Absent, Absent, Absent, Absent;
    }

    [spec] CLUSTER_OBJECT_TYPE_SBL_DEVICE, none, "2.2.2.11" {
        any: BufferFormat::Bytes, "not described", NotDescribed, NotDescribed, NotDescribed, NotDescribed;
    }

    [spec] CLUSTER_OBJECT_TYPE_CERT, none, "2.2.2.11" {
        any: BufferFormat::Bytes, "not described", NotDescribed, NotDescribed, NotDescribed, NotDescribed;
    }

    [sdk] CLUSTER_OBJECT_TYPE_RESOURCE, CLUSTER_CHANGE_RESOURCE_V2, "clusapi.h" {
        /// by analogy with RESOURCE_STATE_V2
        CLUSTER_CHANGE_RESOURCE_TERMINAL_STATE_V2: TERMINAL_STATE, "",
            Is("resource ID"), Is("owner group ID"), Is("resource name"), Is("resource type name");
    }

    [sdk] CLUSTER_OBJECT_TYPE_SHARED_VOLUME, CLUSTER_CHANGE_SHARED_VOLUME_V2, "clusapi.h" {
        CLUSTER_CHANGE_SHARED_VOLUME_ADDED_V2: VOLUME, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
        CLUSTER_CHANGE_SHARED_VOLUME_REMOVED_V2: VOLUME, "not described",
            NotDescribed, NotDescribed, NotDescribed, NotDescribed;
    }

    [sdk] CLUSTER_OBJECT_TYPE_AFFINITYRULE, none, "clusapi.h" {
        any: BufferFormat::Bytes, "not described", NotDescribed, NotDescribed, NotDescribed, NotDescribed;
    }

    [sdk] CLUSTER_OBJECT_TYPE_FAULTDOMAIN, none, "clusapi.h" {
        any: BufferFormat::Bytes, "not described", NotDescribed, NotDescribed, NotDescribed, NotDescribed;
    }
}

/// The family of control codes for this kind of object, where there is one: its properties are those of the object.
pub const fn family(object_type: CLUSTER_OBJECT_TYPE) -> Option<Family> {
    Some(match object_type {
        CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_CLUSTER => Family::Cluster,
        CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_GROUP => Family::Group,
        CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_RESOURCE => Family::Resource,
        CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_RESOURCE_TYPE => Family::ResourceType,
        CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_NETWORK_INTERFACE => Family::NetInterface,
        CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_NETWORK => Family::Network,
        CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_NODE => Family::Node,
        CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_GROUPSET => Family::GroupSet,
        CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_AFFINITYRULE => Family::AffinityRule,
        _ => return None,
    })
}

/// What an event of this kind of object carries. `flag` is one bit of `FilterFlags`; 0 and combinations of bits find
/// nothing, except where the object type has no flags at all.
pub fn lookup(object_type: CLUSTER_OBJECT_TYPE, flag: u64) -> Option<&'static Notification> {
    let mut rows = ALL.iter().filter(|row| row.object_type == object_type);
    rows.find(|row| row.flag == flag || row.name.is_empty())
}
