//! Settings and status of resources, and what resource libraries are told, as the public header names them.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// What happens when a resource fails.
    enumeration CLUSTER_RESOURCE_RESTART_ACTION: u32, "clusapi.h", "property RestartAction of resources" {
        [sdk] {
            ClusterResourceDontRestart = 0,
            ClusterResourceRestartNoNotify = 1,
            ClusterResourceRestartNotify = 2,
        }
    }

    /// What happens when something inside a virtual machine fails.
    enumeration CLUSTER_RESOURCE_EMBEDDED_FAILURE_ACTION: u32, "clusapi.h",
        "property EmbeddedFailureAction of resources" {
        [sdk] {
            ClusterResourceEmbeddedFailureActionNone = 0,
            ClusterResourceEmbeddedFailureActionLogOnly = 1,
            ClusterResourceEmbeddedFailureActionRecover = 2,
        }
    }

    /// Progress and trouble of a resource.
    bitmask ResourceStatusInformation: u64, "clusapi.h", "property StatusInformation of resources" {
        [sdk] {
            CLUSRES_STATUS_LOCKED_MODE = 1 since W2012,
            CLUSRES_STATUS_EMBEDDED_FAILURE = 2 since W2012,
            CLUSRES_STATUS_FAILED_DUE_TO_INSUFFICIENT_CPU = 4 since W2012,
            CLUSRES_STATUS_FAILED_DUE_TO_INSUFFICIENT_MEMORY = 8 since W2012,
            CLUSRES_STATUS_FAILED_DUE_TO_INSUFFICIENT_GENERIC_RESOURCES = 0x00000010 since W2012,
            CLUSRES_STATUS_NETWORK_FAILURE = 0x00000020 since W2012,
            CLUSRES_STATUS_UNMONITORED = 0x00000040 since W2016,
            CLUSRES_STATUS_OS_HEARTBEAT = 0x00000080 since W2016,
            CLUSRES_STATUS_APPLICATION_READY = 0x00000100 since W2016,
            CLUSRES_STATUS_OFFLINE_NOT_LOCAL_DISK_OWNER = 0x00000200 since W2019,
        }
    }

    /// What a resource library says about a failed operation.
    bitmask ResourceLibraryStatus: u32, "resapi.h", "property ResourceSpecificStatus; flags of RESOURCE_STATUS_EX" {
        [sdk] {
            CLUSRESDLL_STATUS_OFFLINE_BUSY = 1 since W2012,
            CLUSRESDLL_STATUS_OFFLINE_SOURCE_THROTTLED = 2 since W2012,
            CLUSRESDLL_STATUS_OFFLINE_DESTINATION_THROTTLED = 4 since W2012,
            CLUSRESDLL_STATUS_OFFLINE_DESTINATION_REJECTED = 8 since W2012,
            CLUSRESDLL_STATUS_INSUFFICIENT_MEMORY = 0x00000010 since W2012,
            CLUSRESDLL_STATUS_INSUFFICIENT_PROCESSOR = 0x00000020 since W2012,
            CLUSRESDLL_STATUS_INSUFFICIENT_OTHER_RESOURCES = 0x00000040 since W2012,
            CLUSRESDLL_STATUS_INVALID_PARAMETERS = 0x00000080 since W2012,
            CLUSRESDLL_STATUS_NETWORK_NOT_AVAILABLE = 0x00000100 since W2012,
            CLUSRESDLL_STATUS_DO_NOT_COLLECT_WER_REPORT = 0x40000000 since W2022,
            CLUSRESDLL_STATUS_DUMP_NOW = 0x80000000 since W2022,
        }
    }

    /// State of the application in a virtual machine.
    enumeration CLUSTER_RESOURCE_APPLICATION_STATE: u32, "clusapi.h",
        "resource libraries; not in a message of its own" {
        [sdk] {
            ClusterResourceApplicationStateUnknown = 1 since W2016,
            ClusterResourceApplicationOSHeartBeat = 2 since W2016,
            ClusterResourceApplicationReady = 3 since W2016,
        }
    }

    /// Why the state of a resource changes.
    enumeration CLUSTER_RESOURCE_STATE_CHANGE_REASON: u32, "clusapi.h",
        "CLUSCTL_RESOURCE_STATE_CHANGE_REASON_STRUCT.eReason" {
        [sdk] {
            eResourceStateChangeReasonUnknown = 0,
            eResourceStateChangeReasonMove = 1,
            eResourceStateChangeReasonFailover = 2,
            eResourceStateChangeReasonFailedMove = 3,
            eResourceStateChangeReasonShutdown = 4,
            eResourceStateChangeReasonRundown = 5,
        }
    }

    /// Which operation a resource library is asked about.
    enumeration RESDLL_CONTEXT_OPERATION_TYPE: u32, "resapi.h", "GET_OPERATION_CONTEXT_PARAMS.Type" {
        [sdk] {
            ResdllContextOperationTypeFailback = 0 since W2012,
            ResdllContextOperationTypeDrain = 1 since W2012,
            ResdllContextOperationTypeDrainFailure = 2 since W2012,
            ResdllContextOperationTypeEmbeddedFailure = 3 since W2012,
            ResdllContextOperationTypePreemption = 4 since W2012,
            ResdllContextOperationTypeNetworkDisconnect = 5 since W2012,
            ResdllContextOperationTypeNetworkDisconnectMoveRetry = 6 since W2012,
        }
    }

    /// Kind of a failure inside a resource.
    enumeration FAILURE_TYPE: u32, "resapi.h", "resource libraries; not in a message of its own" {
        [sdk] {
            FAILURE_TYPE_GENERAL = 0 since W2012,
            FAILURE_TYPE_EMBEDDED = 1 since W2012,
            FAILURE_TYPE_NETWORK_LOSS = 2 since W2012,
        }
    }

    /// Whether a resource monitor goes on.
    enumeration RESOURCE_EXIT_STATE: u32, "resapi.h", "resource libraries; not in a message of its own" {
        [sdk] {
            ResourceExitStateContinue = 0,
            ResourceExitStateTerminate = 1,
        }
    }

    /// What a resource monitor is doing.
    enumeration RESOURCE_MONITOR_STATE: u32, "resapi.h",
        "MONITOR_STATE.State of resource monitors; not in a message of its own" {
        [sdk] {
            RmonInitializing = 0,
            RmonIdle = 1,
            RmonStartingResource = 2,
            RmonInitializingResource = 3,
            RmonOnlineResource = 4,
            RmonOfflineResource = 5,
            RmonShutdownResource = 6,
            RmonDeletingResource = 7,
            RmonIsAlivePoll = 8,
            RmonLooksAlivePoll = 9,
            RmonArbitrateResource = 0x0000000A,
            RmonReleaseResource = 0x0000000B,
            RmonResourceControl = 0x0000000C,
            RmonResourceTypeControl = 0x0000000D,
            RmonTerminateResource = 0x0000000E,
            RmonDeadlocked = 0x0000000F,
        }
    }

    /// Level of a line of the cluster log.
    enumeration LOG_LEVEL: u32, "resapi.h", "resource libraries; not in a message of its own" {
        [sdk] {
            LOG_INFORMATION = 0,
            LOG_WARNING = 1,
            LOG_ERROR = 2,
            LOG_SEVERE = 3,
        }
    }

    /// Why a resource is taken offline.
    bitmask ResourceOfflineReason: u32, "clusapi.h",
        "reason of an offline operation of resource libraries and clients" {
        [sdk] {
            CLUSAPI_RESOURCE_OFFLINE_REASON_NONE = 0 since W2012,
            CLUSAPI_RESOURCE_OFFLINE_REASON_UNKNOWN = 1 since W2012,
            CLUSAPI_RESOURCE_OFFLINE_REASON_MOVING = 2 since W2012,
            CLUSAPI_RESOURCE_OFFLINE_REASON_USER_REQUESTED = 4 since W2012,
            CLUSAPI_RESOURCE_OFFLINE_REASON_BEING_DELETED = 8 since W2012,
            CLUSAPI_RESOURCE_OFFLINE_REASON_BEING_RESTARTED = 0x00000010 since W2012,
            CLUSAPI_RESOURCE_OFFLINE_REASON_PREEMPTED = 0x00000020 since W2012,
            CLUSAPI_RESOURCE_OFFLINE_REASON_SHUTTING_DOWN = 0x00000040 since W2012,
        }
    }

    /// How a resource library takes a resource offline.
    bitmask ResdllOfflineFlags: u32, "resapi.h", "resource libraries; not in a message of its own" {
        [sdk] {
            CLUS_RESDLL_OFFLINE_IGNORE_RESOURCE_STATUS = 1 since W2012,
            CLUS_RESDLL_OFFLINE_RETURN_TO_SOURCE_NODE_ON_ERROR = 2 since W2012,
            CLUS_RESDLL_OFFLINE_QUEUE_ENABLED = 4 since W2012,
            CLUS_RESDLL_OFFLINE_RETURNING_TO_SOURCE_NODE_BECAUSE_OF_ERROR = 8 since W2012,
            CLUS_RESDLL_OFFLINE_DUE_TO_EMBEDDED_FAILURE = 0x00000010 since W2012,
            CLUS_RESDLL_OFFLINE_IGNORE_NETWORK_CONNECTIVITY = 0x00000020 since W2012,
            CLUS_RESDLL_OFFLINE_DO_NOT_UPDATE_PERSISTENT_STATE = 0x00000040 since W2016,
        }
    }

    /// How a resource library brings a resource online.
    bitmask ResdllOnlineFlags: u32, "resapi.h", "resource libraries; not in a message of its own" {
        [sdk] {
            CLUS_RESDLL_ONLINE_RECOVER_MONITOR_STATE = 1 since W2012,
            CLUS_RESDLL_ONLINE_IGNORE_RESOURCE_STATUS = 2 since W2012,
            CLUS_RESDLL_ONLINE_RETURN_TO_SOURCE_NODE_ON_ERROR = 4 since W2012,
            CLUS_RESDLL_ONLINE_RESTORE_ONLINE_STATE = 8 since W2012,
            CLUS_RESDLL_ONLINE_IGNORE_NETWORK_CONNECTIVITY = 0x00000010 since W2012,
        }
    }

    /// How a resource library opens a resource.
    bitmask ResdllOpenFlags: u32, "resapi.h", "resource libraries; not in a message of its own" {
        [sdk] {
            CLUS_RESDLL_OPEN_RECOVER_MONITOR_STATE = 1 since W2012,
            CLUS_RESDLL_OPEN_DONT_DELETE_TEMP_DISK = 2 since W2019,
        }
    }

    /// Why a resource monitor shuts down.
    enumeration MonitorShutdownReason: u32, "resapi.h",
        "input of CLUSCTL_RESOURCE_TYPE_NOTIFY_MONITOR_SHUTTING_DOWN" {
        [sdk] {
            RESTYPE_MONITOR_SHUTTING_DOWN_NODE_STOP = 1 since W2019,
            RESTYPE_MONITOR_SHUTTING_DOWN_CLUSSVC_CRASH = 2 since W2019,
        }
    }

    /// Whether NetBIOS runs over an address.
    enumeration CLUSPROP_IPADDR_ENABLENETBIOS: u32, "clusapi.h", "property EnableNetBIOS of IP addresses" {
        [sdk] {
            CLUSPROP_IPADDR_ENABLENETBIOS_DISABLED = 0,
            CLUSPROP_IPADDR_ENABLENETBIOS_ENABLED = 1,
            CLUSPROP_IPADDR_ENABLENETBIOS_TRACK_NIC = 2,
        }
    }

    /// What happened to a file share.
    enumeration FILESHARE_CHANGE_ENUM: u32, "clusapi.h", "FILESHARE_CHANGE.Change" {
        [sdk] {
            FILESHARE_CHANGE_NONE = 0,
            FILESHARE_CHANGE_ADD = 1,
            FILESHARE_CHANGE_DEL = 2,
            FILESHARE_CHANGE_MODIFY = 3,
        }
    }

    /// Which failures of a database server make its resource fail.
    enumeration FailureConditionLevel: u32, "public documentation", "property FailureConditionLevel of SQL Server resources" {
        [public] {
            NoAutomaticFailover = 0,
            OnServerDown = 1,
            OnServerUnresponsive = 2,
            OnCriticalServerErrors = 3,
            OnModerateServerErrors = 4,
            OnAnyQualifiedFailureCondition = 5,
        }
    }
}
