//! Settings and status of nodes, networks and the cluster, as the public header names them.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// How far a node is drained of its groups.
    enumeration CLUSTER_NODE_DRAIN_STATUS: u32, "clusapi.h", "property NodeDrainStatus of nodes" {
        [sdk] {
            NodeDrainStatusNotInitiated = 0 since W2012,
            NodeDrainStatusInProgress = 1 since W2012,
            NodeDrainStatusCompleted = 2 since W2012,
            NodeDrainStatusFailed = 3 since W2012,
        }
    }

    /// Whether a node is isolated, quarantined or being drained.
    bitmask CLUSTER_NODE_STATUS: u32, "clusapi.h", "property StatusInformation of nodes" {
        [sdk] {
            NodeStatusNormal = 0 since W2016,
            NodeStatusIsolated = 1 since W2016,
            NodeStatusQuarantined = 2 since W2016,
            NodeStatusDrainInProgress = 4 since W2016,
            NodeStatusDrainCompleted = 8 since W2016,
            NodeStatusDrainFailed = 0x00000010 since W2016,
            NodeStatusAvoidPlacement = 0x00000020 since W2019,
        }
    }

    /// Which groups return to a node that is resumed.
    bitmask NodeResumeFlags: u32, "clusapi.h", "flags of ResumeClusterNodeEx; reserved in ApiResumeNodeEx" {
        [sdk] {
            CLUSAPI_NODE_RESUME_FAILBACK_STORAGE = 1 since W2025,
            CLUSAPI_NODE_RESUME_FAILBACK_VMS = 2 since W2025,
            CLUSAPI_NODE_RESUME_FAILBACK_PINNED_VMS_ONLY = 4 since W2025,
        }
    }

    /// Whether a computer is a node of a cluster.
    enumeration NODE_CLUSTER_STATE: u32, "clusapi.h", "GetNodeClusterState; not in a message of its own" {
        [sdk] {
            ClusterStateNotInstalled = 0,
            ClusterStateNotConfigured = 1,
            ClusterStateNotRunning = 3,
            ClusterStateRunning = 0x00000013,
        }
    }

    /// State of a storage node.
    enumeration CLUSTER_STORAGENODE_STATE: u32, "clusapi.h", "fault domains; not in a message of its own" {
        [sdk] {
            ClusterStorageNodeStateUnknown = 0 since W2019,
            ClusterStorageNodeUp = 1 since W2019,
            ClusterStorageNodeDown = 2 since W2019,
            ClusterStorageNodePaused = 3 since W2019,
            ClusterStorageNodeStarting = 4 since W2019,
            ClusterStorageNodeStopping = 5 since W2019,
        }
    }

    /// What a cluster network is used for.
    enumeration CLUSTER_NETWORK_ROLE: u32, "clusapi.h", "property Role of networks" {
        [sdk] {
            ClusterNetworkRoleNone = 0,
            ClusterNetworkRoleInternalUse = 1,
            ClusterNetworkRoleClientAccess = 2,
            ClusterNetworkRoleInternalAndClient = 3,
        }
    }

    /// Generation of a notification port.
    enumeration CLUSTER_NOTIFICATIONS_VERSION: u32, "clusapi.h", "clients; not in a message of its own" {
        [sdk] {
            CLUSTER_NOTIFICATIONS_V1 = 1 since W2012,
            CLUSTER_NOTIFICATIONS_V2 = 2 since W2012,
        }
    }

    /// Which quorum is meant.
    enumeration CLUSTER_QUORUM_TYPE: u32, "clusapi.h", "clients; not in a message of its own" {
        [sdk] {
            OperationalQuorum = 0,
            ModifyQuorum = 1,
        }
    }

    /// Cloud that the nodes run in.
    enumeration CLUSTER_CLOUD_TYPE: u32, "clusapi.h", "clients; not in a message of its own" {
        [sdk] {
            CLUSTER_CLOUD_TYPE_NONE = 0 since W2019,
            CLUSTER_CLOUD_TYPE_AZURE = 1 since W2019,
            CLUSTER_CLOUD_TYPE_MIXED = 0x00000080 since W2019,
            CLUSTER_CLOUD_TYPE_UNKNOWN = 0xFFFFFFFF since W2019,
        }
    }

    /// Phase of an upgrade of the functional level.
    enumeration CLUSTER_UPGRADE_PHASE: u32, "clusapi.h",
        "progress of ClusterUpgradeFunctionalLevel; not in a message of its own" {
        [sdk] {
            ClusterUpgradePhaseInitialize = 1 since W2016,
            ClusterUpgradePhaseValidatingUpgrade = 2 since W2016,
            ClusterUpgradePhaseUpgradingComponents = 3 since W2016,
            ClusterUpgradePhaseInstallingNewComponents = 4 since W2016,
            ClusterUpgradePhaseUpgradeComplete = 5 since W2016,
        }
    }

    /// Kind of object in a cluster set.
    enumeration CLUSTERSET_OBJECT_TYPE: u32, "clusapi.h", "cluster sets; not in a message of its own" {
        [sdk] {
            CLUSTERSET_OBJECT_TYPE_NONE = 0 since W2019,
            CLUSTERSET_OBJECT_TYPE_MEMBER = 1 since W2019,
            CLUSTERSET_OBJECT_TYPE_WORKLOAD = 2 since W2019,
            CLUSTERSET_OBJECT_TYPE_DATABASE = 3 since W2019,
        }
    }

    /// Windows release by its internal version.
    enumeration ClusterMajorVersion: u32, "clusapi.h",
        "high word of ClusterInternalVersion; property ClusterFunctionalLevel; output of CLUSCTL_CLUSTER_UPGRADE_CLUSTER_VERSION" {
        [sdk] {
            NT4_MAJOR_VERSION = 1,
            NT4SP4_MAJOR_VERSION = 2,
            NT5_MAJOR_VERSION = 3,
            NT51_MAJOR_VERSION = 4,
            NT6_MAJOR_VERSION = 5,
            NT7_MAJOR_VERSION = 6,
            NT8_MAJOR_VERSION = 7,
            NT9_MAJOR_VERSION = 8,
            NT10_MAJOR_VERSION = 9 since W2016,
            NT11_MAJOR_VERSION = 0x0000000A since W2019,
            NT12_MAJOR_VERSION = 0x0000000B since W2022,
            NT13_MAJOR_VERSION = 0x0000000C since W2025,
        }
    }

    /// How eagerly virtual machines are moved between nodes.
    enumeration AutoBalancerLevel: u32, "public documentation", "property AutoBalancerLevel of the cluster" {
        [public] {
            AutoBalancerLevelLow = 1,
            AutoBalancerLevelMedium = 2,
            AutoBalancerLevelHigh = 3,
        }
    }

    /// When virtual machines are moved between nodes.
    enumeration AutoBalancerMode: u32, "public documentation", "property AutoBalancerMode of the cluster" {
        [public] {
            AutoBalancerModeDisabled = 0,
            AutoBalancerModeNodeJoin = 1,
            AutoBalancerModeAlways = 2,
        }
    }

    /// When a node that is not heard from is isolated rather than removed.
    enumeration ResiliencyLevel: u32, "public documentation", "property ResiliencyLevel of the cluster" {
        [public] {
            IsolateOnSpecialHeartbeat = 1,
            AlwaysIsolate = 2,
        }
    }

    /// Which nodes take part in a change of the cluster database, and in reading it.
    enumeration DatabaseReadWriteMode: u32, "public documentation", "property DatabaseReadWriteMode of the cluster" {
        [public] {
            AllWriteLocalRead = 0,
            MajorityWriteMajorityRead = 1,
            MajorityWriteLocalRead = 2,
        }
    }

    /// What happens when the cluster service hangs.
    enumeration HangRecoveryAction: u32, "public documentation", "property HangRecoveryAction of the cluster" {
        [public] {
            HangRecoveryDisabled = 0,
            HangRecoveryLogEvent = 1,
            HangRecoveryTerminateService = 2,
            HangRecoveryStopNode = 3,
        }
    }
}
