//! Kinds of objects that context handles stand for.

use crate::consts::change::CLUSTER_OBJECT_TYPE as Object;
use crate::consts::control_codes::Family;
use core::fmt;

/// What a context handle stands for, by the IDL's handle types (2.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// `HCLUSTER_RPC`
    Cluster,
    /// `HNODE_RPC`
    Node,
    /// `HGROUP_RPC`
    Group,
    /// `HRES_RPC`
    Resource,
    /// No handle type; resource types are named by strings.
    ResourceType,
    /// `HNETWORK_RPC`
    Network,
    /// `HNETINTERFACE_RPC`
    NetInterface,
    /// `HKEY_RPC`
    Key,
    /// `HNOTIFY_RPC`
    Notify,
    /// `HBATCH_PORT_RPC`
    BatchPort,
    /// `HGROUPSET_RPC`
    GroupSet,
    /// The registration of a witness client (MS-SWN 2.2.1.2).
    Witness,
    /// `HGENERIC_RPC`: any of the others.
    Generic,
}

impl ObjectKind {
    /// All of them.
    pub const ALL: [ObjectKind; 13] = [
        ObjectKind::Cluster,
        ObjectKind::Node,
        ObjectKind::Group,
        ObjectKind::Resource,
        ObjectKind::ResourceType,
        ObjectKind::Network,
        ObjectKind::NetInterface,
        ObjectKind::Key,
        ObjectKind::Notify,
        ObjectKind::BatchPort,
        ObjectKind::GroupSet,
        ObjectKind::Witness,
        ObjectKind::Generic,
    ];

    /// The word that records show.
    pub const fn name(self) -> &'static str {
        match self {
            ObjectKind::Cluster => "cluster",
            ObjectKind::Node => "node",
            ObjectKind::Group => "group",
            ObjectKind::Resource => "resource",
            ObjectKind::ResourceType => "resourcetype",
            ObjectKind::Network => "network",
            ObjectKind::NetInterface => "netinterface",
            ObjectKind::Key => "key",
            ObjectKind::Notify => "notify",
            ObjectKind::BatchPort => "batch_port",
            ObjectKind::GroupSet => "groupset",
            ObjectKind::Witness => "witness",
            ObjectKind::Generic => "object",
        }
    }

    /// The kind that a parameter of this IDL type takes.
    pub fn of_idl(idl: &str) -> ObjectKind {
        match idl {
            "HCLUSTER_RPC" => ObjectKind::Cluster,
            "HNODE_RPC" => ObjectKind::Node,
            "HGROUP_RPC" => ObjectKind::Group,
            "HRES_RPC" => ObjectKind::Resource,
            "HNETWORK_RPC" => ObjectKind::Network,
            "HNETINTERFACE_RPC" => ObjectKind::NetInterface,
            "HKEY_RPC" => ObjectKind::Key,
            "HNOTIFY_RPC" => ObjectKind::Notify,
            "HBATCH_PORT_RPC" => ObjectKind::BatchPort,
            "HGROUPSET_RPC" => ObjectKind::GroupSet,
            "PCONTEXT_HANDLE" | "PCONTEXT_HANDLE_SHARED" | "PPCONTEXT_HANDLE" => ObjectKind::Witness,
            _ => ObjectKind::Generic,
        }
    }

    /// The kind that notifications of this object type are about (2.2.2.11).
    pub fn of_object_type(object: u32) -> ObjectKind {
        match Object(object) {
            Object::CLUSTER_OBJECT_TYPE_CLUSTER => ObjectKind::Cluster,
            Object::CLUSTER_OBJECT_TYPE_GROUP => ObjectKind::Group,
            Object::CLUSTER_OBJECT_TYPE_RESOURCE => ObjectKind::Resource,
            Object::CLUSTER_OBJECT_TYPE_RESOURCE_TYPE => ObjectKind::ResourceType,
            Object::CLUSTER_OBJECT_TYPE_NETWORK_INTERFACE => ObjectKind::NetInterface,
            Object::CLUSTER_OBJECT_TYPE_NETWORK => ObjectKind::Network,
            Object::CLUSTER_OBJECT_TYPE_NODE => ObjectKind::Node,
            Object::CLUSTER_OBJECT_TYPE_REGISTRY => ObjectKind::Key,
            Object::CLUSTER_OBJECT_TYPE_GROUPSET => ObjectKind::GroupSet,
            // The quorum and the shared volumes are resources.
            Object::CLUSTER_OBJECT_TYPE_QUORUM | Object::CLUSTER_OBJECT_TYPE_SHARED_VOLUME => ObjectKind::Resource,
            _ => ObjectKind::Generic,
        }
    }

    /// The kind that an event of a port of the first generation is about (2.2.2.7): one bit.
    pub fn of_change(flags: u64) -> ObjectKind {
        match flags.trailing_zeros() {
            0..=3 => ObjectKind::Node,
            4..=7 => ObjectKind::Key,
            8..=11 | 28 => ObjectKind::Resource,
            12..=15 => ObjectKind::Group,
            16..=18 => ObjectKind::ResourceType,
            20..=23 => ObjectKind::Network,
            24..=27 => ObjectKind::NetInterface,
            _ => ObjectKind::Cluster,
        }
    }

    /// The kind that control codes of this family are about.
    pub fn of_family(family: Family) -> ObjectKind {
        match family {
            Family::Cluster | Family::AffinityRule => ObjectKind::Cluster,
            Family::Node => ObjectKind::Node,
            Family::Group => ObjectKind::Group,
            Family::Resource => ObjectKind::Resource,
            Family::ResourceType => ObjectKind::ResourceType,
            Family::Network => ObjectKind::Network,
            Family::NetInterface => ObjectKind::NetInterface,
            Family::GroupSet => ObjectKind::GroupSet,
        }
    }

    /// Whether a handle of this kind may stand where the declaration asks for `wanted`.
    pub fn fits(self, wanted: ObjectKind) -> bool {
        self == wanted || wanted == ObjectKind::Generic || self == ObjectKind::Generic
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
