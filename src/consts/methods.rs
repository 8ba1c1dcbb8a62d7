//! Flags, types and modes that are parameters of methods or control codes.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// Objects of the cluster to enumerate.
    bitmask ClusterEnumType: u32, "2.2.3.4; 3.1.4.2.8; 3.1.4.2.124",
        "dwType of ApiCreateEnum, ApiCreateEnumEx (any OR of bits); ENUM_ENTRY.Type of their lists, and of \
         ApiCreateNetInterfaceEnum (NETINTERFACE only)" {
        CLUSTER_ENUM_NODE = 0x00000001,
        CLUSTER_ENUM_RESTYPE = 0x00000002,
        CLUSTER_ENUM_RESOURCE = 0x00000004,
        CLUSTER_ENUM_GROUP = 0x00000008,
        CLUSTER_ENUM_NETWORK = 0x00000010,
        CLUSTER_ENUM_NETINTERFACE = 0x00000020,
        /// 3.0 only
        CLUSTER_ENUM_SHARED_VOLUME_RESOURCE = 0x40000000,
        CLUSTER_ENUM_INTERNAL_NETWORK = 0x80000000,
        [sdk] {
            CLUSTER_ENUM_SHARED_VOLUME_GROUP = 0x20000000,
            /// union of the first six
            CLUSTER_ENUM_ALL = 0x0000003F,
        }
    }

    /// What of a resource to enumerate.
    bitmask ClusterResourceEnumType: u32, "2.2.3.4; 3.1.4.2.23",
        "dwType of ApiCreateResEnum; ENUM_ENTRY.Type of its list" {
        CLUSTER_RESOURCE_ENUM_DEPENDS = 0x00000001,
        CLUSTER_RESOURCE_ENUM_PROVIDES = 0x00000002,
        CLUSTER_RESOURCE_ENUM_NODES = 0x00000004,
        [sdk] {
            /// union of all
            CLUSTER_RESOURCE_ENUM_ALL = 7,
        }
    }

    /// What of a group to enumerate.
    bitmask ClusterGroupEnumType: u32, "2.2.3.4; 3.1.4.2.54",
        "dwType of ApiCreateGroupResourceEnum; ENUM_ENTRY.Type of its list" {
        CLUSTER_GROUP_ENUM_CONTAINS = 0x00000001,
        CLUSTER_GROUP_ENUM_NODES = 0x00000002,
        [sdk] {
            /// union of all
            CLUSTER_GROUP_ENUM_ALL = 3,
        }
    }

    /// What of a network to enumerate.
    bitmask ClusterNetworkEnumType: u32, "2.2.3.4; 3.1.4.2.85",
        "dwType of ApiCreateNetworkEnum; ENUM_ENTRY.Type of its list" {
        CLUSTER_NETWORK_ENUM_NETINTERFACES = 0x00000001 also CLUSTER_NETWORK_ENUM_ALL,
    }

    /// What of a node to enumerate.
    bitmask ClusterNodeEnumType: u32, "2.2.3.4; 3.1.4.2.101; 3.1.4.2.123",
        "dwType of ApiCreateNodeEnum, ApiCreateNodeEnumEx; ENUM_ENTRY.Type of their lists" {
        CLUSTER_NODE_ENUM_NETINTERFACES = 0x00000001,
        /// 3.0 only
        CLUSTER_NODE_ENUM_GROUPS = 0x00000002 since W2008_R2,
        [sdk] {
            CLUSTER_NODE_ENUM_PREFERRED_GROUPS = 4 since W2008_R2,
            /// union of the first two
            CLUSTER_NODE_ENUM_ALL = 3,
        }
    }

    /// What of a resource type to enumerate.
    bitmask ClusterResTypeEnumType: u32, "2.2.3.4; 3.1.4.2.103",
        "dwType of ApiCreateResTypeEnum; ENUM_ENTRY.Type of its list" {
        CLUSTER_RESOURCE_TYPE_ENUM_NODES = 0x00000001,
        /// 3.0 only
        CLUSTER_RESOURCE_TYPE_ENUM_RESOURCES = 0x00000002,
        [sdk] {
            /// union of all
            CLUSTER_RESOURCE_TYPE_ENUM_ALL = 3,
        }
    }

    /// In which resource monitor a new resource runs.
    enumeration ClusterResourceCreateFlags: u32, "3.1.4.1.10; 3.1.4.2.10", "dwFlags of ApiCreateResource" {
        CLUSTER_RESOURCE_DEFAULT_MONITOR = 0,
        CLUSTER_RESOURCE_SEPARATE_MONITOR = 1,
    }

    /// How the password of the cluster service account is to be set. An NDR enumeration: two bytes in NDR, four in
    /// NDR64.
    enumeration IDL_CLUSTER_SET_PASSWORD_FLAGS: u16, "2.2.2.9", "dwFlags of ApiSetServiceAccountPassword (NDR enum16)" {
        /// text says Up nodes where nodes that are not up are meant
        IDL_CLUSTER_SET_PASSWORD_IGNORE_DOWN_NODES = 1,
    }

    /// What to do when a group can not be moved off a node that is being paused.
    bitmask NodePauseFlags: u32, "3.1.4.2.125; 3.1.4.2.126",
        "dwPauseFlags of ApiPauseNodeEx, ApiPauseNodeWithDrainTarget" {
        CLUSAPI_NODE_PAUSE_REMAIN_ON_PAUSED_NODE_ON_MOVE_ERROR = 0x00000001 since W2012,
        [sdk] {
            CLUSAPI_NODE_AVOID_PLACEMENT = 2 since W2019,
            CLUSAPI_NODE_PAUSE_RETRY_DRAIN_ON_FAILURE = 4 since W2019,
        }
    }

    /// Whether and when groups return to a node that is resumed.
    enumeration NodeResumeFailbackType: u32, "3.1.4.2.127", "dwResumeFailbackType of ApiResumeNodeEx" {
        [sdk] {
            DoNotFailbackGroups = 0 since W2012,
            FailbackGroupsImmediately = 1 since W2012,
            FailbackGroupsPerPolicy = 2 since W2012,
        }
    }

    /// How to bring a group online.
    bitmask GroupOnlineFlags: u32, "3.1.4.2.129", "dwOnlineFlags of ApiOnlineGroupEx" {
        CLUSAPI_GROUP_ONLINE_IGNORE_RESOURCE_STATUS = 0x00000001 since W2012,
        [revision44] {
            CLUSAPI_GROUP_ONLINE_SYNCHRONOUS = 0x00000002 since W2016,
            CLUSAPI_GROUP_ONLINE_BEST_POSSIBLE_NODE = 0x00000004 since W2016,
            CLUSAPI_GROUP_ONLINE_IGNORE_AFFINITY_RULE = 0x00000008 since W2022,
        }
    }

    /// How to take a group offline.
    bitmask GroupOfflineFlags: u32, "3.1.4.2.130", "dwOfflineFlags of ApiOfflineGroupEx" {
        CLUSAPI_GROUP_OFFLINE_IGNORE_RESOURCE_STATUS = 0x00000001 since W2012,
    }

    /// How to move a group.
    bitmask GroupMoveFlags: u32, "3.1.4.2.131; 3.1.4.2.132", "dwMoveFlags of ApiMoveGroupEx, ApiMoveGroupToNodeEx" {
        CLUSAPI_GROUP_MOVE_IGNORE_RESOURCE_STATUS = 0x00000001 since W2012,
        CLUSAPI_GROUP_MOVE_RETURN_TO_SOURCE_NODE_ON_ERROR = 0x00000002 since W2012,
        CLUSAPI_GROUP_MOVE_QUEUE_ENABLED = 0x00000004 since W2012,
        CLUSAPI_GROUP_MOVE_HIGH_PRIORITY_START = 0x00000008 since W2012,
        [revision44] {
            CLUSAPI_GROUP_MOVE_FAILBACK = 0x00000010 since W2012,
            CLUSAPI_GROUP_MOVE_IGNORE_AFFINITY_RULE = 0x00000020 since W2022,
        }
    }

    /// How to bring a resource online.
    bitmask ResourceOnlineFlags: u32, "3.1.4.2.134", "dwOnlineFlags of ApiOnlineResourceEx" {
        CLUSAPI_RESOURCE_ONLINE_IGNORE_RESOURCE_STATUS = 0x00000001 since W2012,
        [revision44] {
            CLUSAPI_RESOURCE_ONLINE_DO_NOT_UPDATE_PERSISTENT_STATE = 0x00000002 since W2012,
            CLUSAPI_RESOURCE_ONLINE_NECESSARY_FOR_QUORUM = 0x00000004 since W2012,
            CLUSAPI_RESOURCE_ONLINE_BEST_POSSIBLE_NODE = 0x00000008 since W2016,
            CLUSAPI_RESOURCE_ONLINE_IGNORE_AFFINITY_RULE = 0x00000020 since W2022,
        }
    }

    /// How to take a resource offline.
    bitmask ResourceOfflineFlags: u32, "3.1.4.2.135", "dwOfflineFlags of ApiOfflineResourceEx" {
        CLUSAPI_RESOURCE_OFFLINE_IGNORE_RESOURCE_STATUS = 0x00000001 since W2012,
        [revision44] {
            CLUSAPI_RESOURCE_OFFLINE_FORCE_WITH_TERMINATION = 0x00000002 since W2012,
            CLUSAPI_RESOURCE_OFFLINE_DO_NOT_UPDATE_PERSISTENT_STATE = 0x00000004 since W2016,
        }
    }

    /// What happens to virtual machines in an online, offline or move operation.
    enumeration VirtualMachineOperation: u32, "3.1.4.2.129 to 3.1.4.2.135",
        "DWORD property \"Virtual Machine\" in lpInBuffer of the offline/online/move Ex methods" {
        [sdk] {
            VmResdllContextTurnOff = 0 since W2012,
            VmResdllContextSave = 1 since W2012,
            VmResdllContextShutdown = 2 since W2012,
            VmResdllContextShutdownForce = 3 since W2012,
            /// move only, reserved elsewhere
            VmResdllContextLiveMigration = 4 since W2012,
        }
    }

    /// Type of a group.
    enumeration ClusterGroupType: u32, "2.2.3.21; 3.1.4.2.43; 3.1.4.2.128",
        "CLUSTER_CREATE_GROUP_INFO_RPC.dwGroupType; every other value is accepted by the method" {
        [sdk] {
            ClusGroupTypeCoreCluster = 1 also ClusGroupTypeReserved1,
            ClusGroupTypeAvailableStorage = 2 also ClusGroupTypeReserved2,
            ClusGroupTypeTemporary = 3,
            ClusGroupTypeSharedVolume = 4 also ClusGroupTypeReserved3,
            ClusGroupTypeStoragePool = 5 also ClusGroupTypeReserved4,
            ClusGroupTypeFileServer = 100,
            ClusGroupTypePrintServer = 101,
            ClusGroupTypeDhcpServer = 102,
            ClusGroupTypeDtc = 103,
            ClusGroupTypeMsmq = 104,
            ClusGroupTypeWins = 105,
            ClusGroupTypeStandAloneDfs = 106,
            ClusGroupTypeGenericApplication = 107,
            ClusGroupTypeGenericService = 108,
            ClusGroupTypeGenericScript = 109,
            ClusGroupTypeIScsiNameService = 110,
            ClusGroupTypeVirtualMachine = 111,
            ClusGroupTypeTsSessionBroker = 112,
            ClusGroupTypeIScsiTarget = 113,
            ClusGroupTypeScaleoutFileServer = 114,
            ClusGroupTypeVMReplicaBroker = 115,
            ClusGroupTypeTaskScheduler = 116,
            ClusGroupTypeClusterUpdateAgent = 117,
            ClusGroupTypeScaleoutCluster = 118 since W2016,
            ClusGroupTypeStorageReplica = 119 since W2016,
            ClusGroupTypeVMReplicaCoordinator = 120 since W2016,
            ClusGroupTypeCrossClusterOrchestrator = 121 since W2016,
            ClusGroupTypeInfrastructureFileServer = 122 since W2019,
            ClusGroupTypeCoreSddc = 123 since W2022,
        }
        /// decimal 9999
        ClusGroupTypeUnknown = 0x0000270F,
    }

    /// Whether a disk goes into the cluster shared volumes or out of them.
    enumeration CsvState: u32, "3.1.4.2.122; 3.1.4.2.164",
        "dwState of ApiChangeCsvState, ApiChangeCsvStateEx: 0 takes the disk out of the shared volumes, 1 puts it in" {
        /// not named in the specification
        RemoveFromCsv = 0,
        /// not named in the specification
        AddToCsv = 1,
    }

    /// Quorum configuration that stands where version 2.0 has a log size.
    enumeration QuorumConfiguration: u32, "3.1.4.2.6; 3.1.4.2.7",
        "dwMaxQuorumLogSize of ApiSetQuorumResource; pdwMaxQuorumLogSize of ApiGetQuorumResource (3.0 meaning; in \
         2.0 a log size in bytes)" {
        /// not named in the specification
        MajorityOfNodes = 0 also CLUS_NODE_MAJORITY_QUORUM,
        /// not named in the specification; decimal 1024
        MajorityOfNodesAndWitness = 0x00000400 also CLUS_HYBRID_QUORUM,
    }

    /// Which members of CLUS_NETNAME_PWD_INFO are valid.
    bitmask NetnamePwdInfoFlags: u32, "2.2.3.13", "CLUS_NETNAME_PWD_INFO.Flags" {
        GUID_PRESENT = 0x00000001,
        CREATEDC_PRESENT = 0x00000002,
    }

    /// What is wrong with the directory object of a network name.
    bitmask NetnameCheckAdState: u32, "3.1.4.3.1.59", "output of CLUSCTL_RESOURCE_NETNAME_CHECK_AD_STATE" {
        NETNAME_CHECK_AD_STATE_FLAGS_NO_DCS = 0x00000001,
        NETNAME_CHECK_AD_STATE_FLAGS_NO_OBJECT = 0x00000002,
        NETNAME_CHECK_AD_STATE_FLAGS_BAD_PWD = 0x00000004,
        NETNAME_CHECK_AD_STATE_FLAGS_OBJ_DISABLED = 0x00000008,
    }

    /// Whether to check or to perform an upgrade of the cluster version.
    enumeration UpgradeVersionOperation: u32, "3.1.4.3.7.18", "input of CLUSCTL_CLUSTER_UPGRADE_CLUSTER_VERSION" {
        /// not named in the specification
        CheckOnly = 1,
        /// not named in the specification
        Perform = 2,
    }

    /// How a resource goes to another group.
    bitmask ChangeResourceGroupFlags: u64, "clusapi.h", "flags of ApiChangeResourceGroupEx" {
        [sdk] {
            CLUSAPI_CHANGE_RESOURCE_GROUP_FORCE_MOVE_TO_CSV = 1 since W2022,
        }
    }
}
