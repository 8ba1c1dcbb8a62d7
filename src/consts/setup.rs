//! Making a cluster, its name and its roles, as the public header names them.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// Where the name of a cluster is registered.
    enumeration CLUSTER_MGMT_POINT_TYPE: u32, "clusapi.h", "CREATE_CLUSTER_CONFIG; not in a message of its own" {
        [sdk] {
            CLUSTER_MGMT_POINT_TYPE_NONE = 0,
            CLUSTER_MGMT_POINT_TYPE_CNO = 1,
            CLUSTER_MGMT_POINT_TYPE_DNS_ONLY = 2,
            CLUSTER_MGMT_POINT_TYPE_CNO_ONLY = 3 since W2016,
        }
    }

    /// Kind of name resource that a cluster is reached by.
    enumeration CLUSTER_MGMT_POINT_RESTYPE: u32, "clusapi.h", "CREATE_CLUSTER_CONFIG; not in a message of its own" {
        [sdk] {
            CLUSTER_MGMT_POINT_RESTYPE_AUTO = 0 since W2019,
            CLUSTER_MGMT_POINT_RESTYPE_SNN = 1 since W2019,
            CLUSTER_MGMT_POINT_RESTYPE_DNN = 2 since W2019,
        }
    }

    /// Role that a cluster offers.
    enumeration CLUSTER_ROLE: u32, "resapi.h", "resource libraries; not in a message of its own" {
        [sdk] {
            ClusterRoleDHCP = 0,
            ClusterRoleDTC = 1,
            ClusterRoleFileServer = 2,
            ClusterRoleGenericApplication = 3,
            ClusterRoleGenericScript = 4,
            ClusterRoleGenericService = 5,
            ClusterRoleISCSINameServer = 6,
            ClusterRoleMSMQ = 7,
            ClusterRoleNFS = 8,
            ClusterRolePrintServer = 9,
            ClusterRoleStandAloneNamespaceServer = 0x0000000A,
            ClusterRoleVolumeShadowCopyServiceTask = 0x0000000B,
            ClusterRoleWINS = 0x0000000C,
            ClusterRoleTaskScheduler = 0x0000000D,
            ClusterRoleNetworkFileSystem = 0x0000000E,
            ClusterRoleDFSReplicatedFolder = 0x0000000F,
            ClusterRoleDistributedFileSystem = 0x00000010,
            ClusterRoleDistributedNetworkName = 0x00000011,
            ClusterRoleFileShare = 0x00000012,
            ClusterRoleFileShareWitness = 0x00000013,
            ClusterRoleHardDisk = 0x00000014,
            ClusterRoleIPAddress = 0x00000015,
            ClusterRoleIPV6Address = 0x00000016,
            ClusterRoleIPV6TunnelAddress = 0x00000017,
            ClusterRoleISCSITargetServer = 0x00000018,
            ClusterRoleNetworkName = 0x00000019,
            ClusterRolePhysicalDisk = 0x0000001A,
            ClusterRoleSODAFileServer = 0x0000001B,
            ClusterRoleStoragePool = 0x0000001C,
            ClusterRoleVirtualMachine = 0x0000001D,
            ClusterRoleVirtualMachineConfiguration = 0x0000001E,
            ClusterRoleVirtualMachineReplicaBroker = 0x0000001F,
        }
    }

    /// Whether a role is clustered.
    enumeration CLUSTER_ROLE_STATE: u32, "resapi.h", "resource libraries; not in a message of its own" {
        [sdk] {
            ClusterRoleClustered = 0,
            ClusterRoleUnclustered = 1,
            ClusterRoleUnknown = 0xFFFFFFFF,
        }
    }

    /// Phase of making a cluster or of adding or evicting a node.
    enumeration CLUSTER_SETUP_PHASE: u32, "clusapi.h",
        "progress of the setup functions; not in a message of its own" {
        [sdk] {
            ClusterSetupPhaseInitialize = 1,
            ClusterSetupPhaseValidateNodeState = 0x00000064,
            ClusterSetupPhaseValidateNetft = 0x00000066,
            ClusterSetupPhaseValidateClusDisk = 0x00000067,
            ClusterSetupPhaseConfigureClusSvc = 0x00000068,
            ClusterSetupPhaseStartingClusSvc = 0x00000069,
            ClusterSetupPhaseQueryClusterNameAccount = 0x0000006A,
            ClusterSetupPhaseValidateClusterNameAccount = 0x0000006B,
            ClusterSetupPhaseCreateClusterAccount = 0x0000006C,
            ClusterSetupPhaseConfigureClusterAccount = 0x0000006D,
            ClusterSetupPhaseFormingCluster = 0x000000C8,
            ClusterSetupPhaseAddClusterProperties = 0x000000C9,
            ClusterSetupPhaseCreateResourceTypes = 0x000000CA,
            ClusterSetupPhaseCreateGroups = 0x000000CB,
            ClusterSetupPhaseCreateIPAddressResources = 0x000000CC,
            ClusterSetupPhaseCreateNetworkName = 0x000000CD,
            ClusterSetupPhaseClusterGroupOnline = 0x000000CE,
            ClusterSetupPhaseGettingCurrentMembership = 0x0000012C,
            ClusterSetupPhaseAddNodeToCluster = 0x0000012D,
            ClusterSetupPhaseNodeUp = 0x0000012E,
            ClusterSetupPhaseMoveGroup = 0x00000190,
            ClusterSetupPhaseDeleteGroup = 0x00000191,
            ClusterSetupPhaseCleanupCOs = 0x00000192,
            ClusterSetupPhaseOfflineGroup = 0x00000193,
            ClusterSetupPhaseEvictNode = 0x00000194,
            ClusterSetupPhaseCleanupNode = 0x00000195,
            ClusterSetupPhaseCoreGroupCleanup = 0x00000196,
            ClusterSetupPhaseFailureCleanup = 0x000003E7,
        }
    }

    /// Severity of a report of such a phase.
    enumeration CLUSTER_SETUP_PHASE_SEVERITY: u32, "clusapi.h",
        "progress of the setup functions; not in a message of its own" {
        [sdk] {
            ClusterSetupPhaseInformational = 1,
            ClusterSetupPhaseWarning = 2,
            ClusterSetupPhaseFatal = 3,
        }
    }

    /// Place of a report in its phase.
    enumeration CLUSTER_SETUP_PHASE_TYPE: u32, "clusapi.h",
        "progress of the setup functions; not in a message of its own" {
        [sdk] {
            ClusterSetupPhaseStart = 1,
            ClusterSetupPhaseContinue = 2,
            ClusterSetupPhaseEnd = 3,
            ClusterSetupPhaseReport = 4,
        }
    }

    /// Kind of object that an extension of the administration tool shows.
    enumeration CLUADMEX_OBJECT_TYPE: u32, "cluadmex.h", "the tool; not in a message of its own" {
        [sdk] {
            CLUADMEX_OT_NONE = 0,
            CLUADMEX_OT_CLUSTER = 1,
            CLUADMEX_OT_NODE = 2,
            CLUADMEX_OT_GROUP = 3,
            CLUADMEX_OT_RESOURCE = 4,
            CLUADMEX_OT_RESOURCETYPE = 5,
            CLUADMEX_OT_NETWORK = 6,
            CLUADMEX_OT_NETINTERFACE = 7,
        }
    }
}
