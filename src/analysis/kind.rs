//! Kinds of objects that context handles stand for.

use crate::consts::change::CLUSTER_OBJECT_TYPE as Object;
use crate::consts::control_codes::Family;
use core::fmt;

/// What a context handle stands for, by the IDL's handle types (2.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
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

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 13] = [
        Kind::Cluster,
        Kind::Node,
        Kind::Group,
        Kind::Resource,
        Kind::ResourceType,
        Kind::Network,
        Kind::NetInterface,
        Kind::Key,
        Kind::Notify,
        Kind::BatchPort,
        Kind::GroupSet,
        Kind::Witness,
        Kind::Generic,
    ];

    /// The word that records show.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Cluster => "cluster",
            Kind::Node => "node",
            Kind::Group => "group",
            Kind::Resource => "resource",
            Kind::ResourceType => "resourcetype",
            Kind::Network => "network",
            Kind::NetInterface => "netinterface",
            Kind::Key => "key",
            Kind::Notify => "notify",
            Kind::BatchPort => "batch_port",
            Kind::GroupSet => "groupset",
            Kind::Witness => "witness",
            Kind::Generic => "object",
        }
    }

    /// The kind that a parameter of this IDL type takes.
    pub fn of_idl(idl: &str) -> Kind {
        match idl {
            "HCLUSTER_RPC" => Kind::Cluster,
            "HNODE_RPC" => Kind::Node,
            "HGROUP_RPC" => Kind::Group,
            "HRES_RPC" => Kind::Resource,
            "HNETWORK_RPC" => Kind::Network,
            "HNETINTERFACE_RPC" => Kind::NetInterface,
            "HKEY_RPC" => Kind::Key,
            "HNOTIFY_RPC" => Kind::Notify,
            "HBATCH_PORT_RPC" => Kind::BatchPort,
            "HGROUPSET_RPC" => Kind::GroupSet,
            "PCONTEXT_HANDLE" | "PCONTEXT_HANDLE_SHARED" | "PPCONTEXT_HANDLE" => Kind::Witness,
            _ => Kind::Generic,
        }
    }

    /// The kind that notifications of this object type are about (2.2.2.11).
    pub fn of_object_type(object: u32) -> Kind {
        match Object(object) {
            Object::CLUSTER_OBJECT_TYPE_CLUSTER => Kind::Cluster,
            Object::CLUSTER_OBJECT_TYPE_GROUP => Kind::Group,
            Object::CLUSTER_OBJECT_TYPE_RESOURCE => Kind::Resource,
            Object::CLUSTER_OBJECT_TYPE_RESOURCE_TYPE => Kind::ResourceType,
            Object::CLUSTER_OBJECT_TYPE_NETWORK_INTERFACE => Kind::NetInterface,
            Object::CLUSTER_OBJECT_TYPE_NETWORK => Kind::Network,
            Object::CLUSTER_OBJECT_TYPE_NODE => Kind::Node,
            Object::CLUSTER_OBJECT_TYPE_REGISTRY => Kind::Key,
            Object::CLUSTER_OBJECT_TYPE_GROUPSET => Kind::GroupSet,
            // The quorum and the shared volumes are resources.
            Object::CLUSTER_OBJECT_TYPE_QUORUM | Object::CLUSTER_OBJECT_TYPE_SHARED_VOLUME => Kind::Resource,
            _ => Kind::Generic,
        }
    }

    /// The kind that an event of a port of the first generation is about (2.2.2.7): one bit.
    pub fn of_change(flags: u64) -> Kind {
        match flags.trailing_zeros() {
            0..=3 => Kind::Node,
            4..=7 => Kind::Key,
            8..=11 | 28 => Kind::Resource,
            12..=15 => Kind::Group,
            16..=18 => Kind::ResourceType,
            20..=23 => Kind::Network,
            24..=27 => Kind::NetInterface,
            _ => Kind::Cluster,
        }
    }

    /// The kind that control codes of this family are about.
    pub fn of_family(family: Family) -> Kind {
        match family {
            Family::Cluster | Family::AffinityRule => Kind::Cluster,
            Family::Node => Kind::Node,
            Family::Group => Kind::Group,
            Family::Resource => Kind::Resource,
            Family::ResourceType => Kind::ResourceType,
            Family::Network => Kind::Network,
            Family::NetInterface => Kind::NetInterface,
            Family::GroupSet => Kind::GroupSet,
        }
    }

    /// Whether a handle of this kind may stand where the declaration asks for `wanted`.
    pub fn fits(self, wanted: Kind) -> bool {
        self == wanted || wanted == Kind::Generic || self == Kind::Generic
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
