//! States of resources, groups, nodes, networks and network interfaces, and the answers of the quorum.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// State of a resource.
    enumeration ClusterResourceState: u32, "3.1.4.1.13; 3.1.4.2.13",
        "State of ApiGetResourceState; event data of RESOURCE_STATE_V2 and QUORUM_STATE_V2; InternalState of \
         CLUS_MAINTENANCE_MODE_INFO_EX" {
        ClusterResourceInitializing = 1,
        ClusterResourceOnline = 2,
        ClusterResourceOffline = 3,
        ClusterResourceFailed = 4,
        /// decimal 129
        ClusterResourceOnlinePending = 129,
        /// decimal 130
        ClusterResourceOfflinePending = 130,
        ClusterResourceStateUnknown = 0xFFFFFFFF,
        [sdk] {
            ClusterResourceInherited = 0,
            ClusterResourcePending = 0x00000080,
        }
    }

    /// State of a group; protocol version 2.0 has no pending state.
    enumeration ClusterGroupState: u32, "3.1.4.1.46; 3.1.4.2.46",
        "State of ApiGetGroupState; event data of GROUP_STATE_V2; dwState of GROUP_ENUM_ENTRY" {
        ClusterGroupOnline = 0,
        ClusterGroupOffline = 1,
        ClusterGroupFailed = 2,
        ClusterGroupPartialOnline = 3,
        /// 3.0 only
        ClusterGroupPending = 4,
        ClusterGroupStateUnknown = 0xFFFFFFFF,
    }

    /// State of a node.
    enumeration ClusterNodeState: u32, "3.1.4.1.69; 3.1.4.2.69",
        "State of ApiGetNodeState; event data of NODE_STATE_V2" {
        ClusterNodeUp = 0,
        ClusterNodeDown = 1,
        ClusterNodePaused = 2,
        ClusterNodeJoining = 3,
        ClusterNodeStateUnknown = 0xFFFFFFFF,
    }

    /// State of a cluster network.
    enumeration ClusterNetworkState: u32, "3.1.4.1.83; 3.1.4.2.83",
        "State of ApiGetNetworkState; event data of NETWORK_STATE_V2" {
        ClusterNetworkUnavailable = 0,
        ClusterNetworkDown = 1,
        ClusterNetworkPartitioned = 2,
        ClusterNetworkUp = 3,
        ClusterNetworkStateUnknown = 0xFFFFFFFF,
    }

    /// State of a cluster network interface. Running systems number 0 to 2 as the public header does; the specification
    /// has Failed 0, Unreachable 1, Unavailable 2.
    enumeration ClusterNetInterfaceState: u32, "3.1.4.1.94; 3.1.4.2.94",
        "State of ApiGetNetInterfaceState; event data of NETINTERFACE_STATE_V2" {
        [sdk] {
            /// the specification has Failed here
            ClusterNetInterfaceUnavailable = 0 also ClusterNetInterfaceFailed,
            /// the specification has Unreachable here
            ClusterNetInterfaceFailed = 1 also ClusterNetInterfaceUnreachable,
            /// the specification has Unavailable here
            ClusterNetInterfaceUnreachable = 2 also ClusterNetInterfaceUnavailable,
        }
        ClusterNetInterfaceUp = 3,
        ClusterNetInterfaceStateUnknown = 0xFFFFFFFF,
    }

    /// Whether the cluster would keep its quorum without a voter.
    enumeration CLUSTER_QUORUM_VALUE: u32, "2.2.2.10", "output of CLUSCTL_CLUSTER_CHECK_VOTER_DOWN / _EVICT" {
        CLUSTER_QUORUM_MAINTAINED = 0,
        CLUSTER_QUORUM_LOST = 1,
    }

    /// Whether a group has come to rest, as a status code.
    enumeration StableOnlineResult: u32, "3.1.4.3.3.18", "output of the group control code of 3.1.4.3.3.18" {
        ERROR_SUCCESS = 0,
        /// printed 0x0000139A
        ERROR_IO_PENDING = 0x000003E5,
        ERROR_RESMON_ONLINE_FAILED = 0x0000139A,
    }

    /// How a disk resource was put into maintenance mode.
    enumeration MAINTENANCE_MODE_TYPE: u32, "2.2.2.6", "CLUS_MAINTENANCE_MODE_INFO_EX.MaintenanceModeType" {
        MaintenanceModeTypeDisableIsAliveCheck = 1,
        MaintenanceModeTypeOfflineResource = 2,
        /// 3.0 only
        MaintenanceModeTypeUnclusterResource = 3,
    }
}
