//! What is asked and told about resources, groups and resource types beyond the specification: the structures of the
//! public header.

use crate::consts::resource::{CLUSTER_RESOURCE_STATE_CHANGE_REASON, RESDLL_CONTEXT_OPERATION_TYPE};
use crate::consts::states::ClusterResourceState;

record! {
    /// How often a resource may still be restarted, and for how many milliseconds that counts.
    ("clusapi.h") RESOURCE_FAILURE_INFO_BUFFER {
        DWORD dwVersion => constant(1);
        DWORD dwRestartAttemptsRemaining;
        DWORD dwRestartPeriodRemaining;
    }

    /// How often a group may still fail over, and for how long that counts.
    ("clusapi.h") GROUP_FAILURE_INFO_BUFFER {
        DWORD dwVersion => constant(1);
        DWORD dwFailoverAttemptsRemaining;
        DWORD dwFailoverPeriodRemaining;
    }

    /// Whether a resource has failed for good.
    ("clusapi.h") RESOURCE_TERMINAL_FAILURE_INFO_BUFFER {
        DWORD isTerminalFailure => boolean;
        DWORD restartPeriodRemaining;
    }

    /// A date and time of day in UTC.
    ("MS-DTYP 2.3.13") SYSTEMTIME {
        WORD wYear;
        WORD wMonth;
        WORD wDayOfWeek;
        WORD wDay;
        WORD wHour;
        WORD wMinute;
        WORD wSecond;
        WORD wMilliseconds;
    }

    /// When a group was last moved: milliseconds since its node was started, the time of day, and the node.
    ("clusapi.h") CLUSCTL_GROUP_GET_LAST_MOVE_TIME_OUTPUT
    readings(natural: "32 bytes, aligned to 8", packed: "28 bytes, as the members add up"; encode natural) {
        ULONGLONG GetTickCount64;
        SYSTEMTIME GetSystemTime;
        DWORD NodeId;
        #[natural] GAP Padding[4];
    }

    /// Which operation a resource library asks about.
    ("resapi.h") GET_OPERATION_CONTEXT_PARAMS {
        DWORD Size => bytes;
        DWORD Version => constant(1);
        DWORD Type => enumeration(RESDLL_CONTEXT_OPERATION_TYPE);
        DWORD Priority;
    }

    /// Versions before and after an upgrade.
    ("resapi.h") POST_UPGRADE_VERSION_INFO {
        DWORD newMajorVersion;
        DWORD newUpgradeVersion;
        DWORD oldMajorVersion;
        DWORD oldUpgradeVersion;
        DWORD reserved;
    }

    /// Nodes that form the quorum by force.
    ("clusapi.h") CLUS_FORCE_QUORUM_INFO {
        DWORD dwSize => bytes;
        DWORD dwNodeBitMask;
        DWORD dwMaxNumberofNodes;
        MULTI_SZ multiszNodeList[..];
    }

    /// How a node starts its resource types.
    ("clusapi.h") CLUS_STARTING_PARAMS {
        DWORD dwSize => bytes;
        DWORD bForm => boolean;
        DWORD bFirst => boolean;
    }

    /// Why a resource is about to change its state.
    ("clusapi.h") CLUSCTL_RESOURCE_STATE_CHANGE_REASON_STRUCT {
        DWORD dwSize => bytes;
        DWORD dwVersion => constant(1);
        DWORD eReason => enumeration(CLUSTER_RESOURCE_STATE_CHANGE_REASON);
    }

    /// New state of a resource that this one depends on.
    ("clusapi.h") CLUS_PROVIDER_STATE_CHANGE_INFO {
        DWORD dwSize => bytes;
        DWORD resourceState => enumeration(ClusterResourceState);
        SZ szProviderId[..];
    }

    /// A point in the history of a file share witness. The members named as padding hold addresses of the program that
    /// made the structure.
    ("resapi.h") PaxosTagCStruct {
        ULONGLONG __padding__PaxosTagVtable;
        ULONGLONG __padding__NextEpochVtable;
        ULONGLONG __padding__NextEpoch_DateTimeVtable;
        ULONGLONG NextEpoch_DateTime_ticks;
        LONG NextEpoch_Value;
        DWORD __padding__BoundryNextEpoch;
        ULONGLONG __padding__EpochVtable;
        ULONGLONG __padding__Epoch_DateTimeVtable;
        ULONGLONG Epoch_DateTime_ticks;
        LONG Epoch_Value;
        DWORD __padding__BoundryEpoch;
        LONG Sequence;
        DWORD __padding__BoundrySequence;
    }

    /// What a file share witness is to be compared with.
    ("resapi.h") WitnessTagHelper {
        LONG Version;
        GAP Padding[4];
        PaxosTagCStruct paxosToValidate;
    }

    /// What a file share witness is to be set to, if it is as it should be.
    ("resapi.h") WitnessTagUpdateHelper {
        LONG Version;
        GAP Padding[4];
        PaxosTagCStruct paxosToSet;
        PaxosTagCStruct paxosToValidate;
    }

    /// Number of an update type that waits, and the nodes that it waits for, a bit each. No name in the header.
    ("clusapi.h") STUCK_NODES {
        DWORD GumId;
        ULONGLONG NodeBitmap;
    }

    /// Number of an update type, and the node that holds its lock. No name in the header.
    ("clusapi.h") GUM_LOCK_OWNER {
        DWORD GumId;
        SZ LockOwnerName[..];
    }
}
