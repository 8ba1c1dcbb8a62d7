//! Nodes: utilization, operating system, membership, paths and physical disks, the storage bus cache.

use crate::consts::storage::{S2DCACHE_MODE, S2DCacheDiskState, SblCacheMode, StorageBusType};

record! {
    /// Which nodes are up. In the text a one-byte BOOLEAN leads, in Windows a BOOL.
    ("2.2.3.42") CLUSTER_MEMBERSHIP_INFO
    readings(documented: "one byte, size, node numbers", natural: "BOOL of four bytes, size, node numbers"; encode natural) {
        #[documented] BOOLEAN HasQuorum => boolean;
        #[natural] DWORD HasQuorum => boolean;
        DWORD UpNodesSize;
        BYTE UpNodes[UpNodesSize];
    }

    /// Operating system. The sizes are characters, with or without the terminators; the strings end at theirs.
    ("2.2.3.43") OS_AND_OS_VERSION_INFO {
        DWORD dwOSSize;
        DWORD dwOSVersionSize;
        SZ OS[dwOSSize characters];
        SZ OSVersion[dwOSVersionSize characters];
    }

    /// Utilization of a node: its name to the terminator, then packed numbers.
    ("2.2.3.46") NodeUtilizationInfo {
        SZ NodeName;
        DWORD NodeId;
        ULONGLONG TotalMemory;
        ULONGLONG AvailableMemory;
        ULONGLONG AvailableMemoryAfterReclamation;
        ULONGLONG NodeAverageCpuUsage;
        DWORD LpCount;
        ULONGLONG NodeMaxCpuReserve;
        ULONGLONG NodeFreeCpuReserve;
        DWORD NodeLocalDiskFreeSpaceInMB;
        DWORD NodeLocalDiskTotalSpaceInMB;
        ULONGLONG ReservedCpu;
        ULONGLONG ReservedMemory;
        ULONGLONG ReservedLocalDiskUsage;
        DWORD Version => constant(1);
    }

    /// Utilization of the cluster: its nodes, to the end of the buffer.
    ("2.2.3.61") ClusterUtilizationInfo {
        NodeUtilizationInfo NodeInfos[..];
    }

    /// Paths to a storage unit.
    ("2.2.3.47") CBFLT_PATH_IDS {
        DWORD Version;
        DWORD Count;
        GUID TargetInstanceId;
        DWORD PathId[Count];
    }

    /// Asks for paths to a storage scale unit.
    ("2.2.3.48") CLUS_GET_CLUSBFLT_PATHINFO_EX_IN {
        DWORD Version => constant(1);
        SZ SSUName;
        DWORD PathIdBufferSize => bytes;
        CBFLT_PATH_IDS PathIdBuffer[PathIdBufferSize bytes];
    }

    /// Asks for the physical disks of a storage scale unit.
    ("2.2.3.49") CLUS_PHYSICAL_DISK_INFO_EX_IN {
        DWORD Version => constant(1);
        SZ SSUName;
    }

    /// Physical disks.
    ("2.2.3.50") CLUS_PHYSICAL_DISK_INFO_HEADER {
        DWORD Version;
        DWORD NumberOfDisks;
        CLUS_PHYSICAL_DISK_INFO PhysicalDiskInfo[NumberOfDisks];
    }

    /// A physical disk; its counted strings lie unaligned behind the fixed members.
    ("2.2.3.51") CLUS_PHYSICAL_DISK_INFO {
        #[alias(PhysicalDiskId)] GUID PhydiscId;
        DWORD BusType => enumeration(StorageBusType);
        DWORD MediaType;
        #[alias(IsClusBFitCandidate)] BYTE IsClusBfltCandidate => boolean;
        BYTE IsSystemCritical => boolean;
        CLUS_STRING_NAME_INFO Manufacturer;
        CLUS_STRING_NAME_INFO ModelInfo;
        CLUS_STRING_NAME_INFO FriendlyNameInfo;
    }

    /// A counted string: bytes with the terminator, or else characters.
    ("2.2.3.52") CLUS_STRING_NAME_INFO {
        DWORD StringNameSize;
        SZ StringName[StringNameSize bytes or units];
    }

    /// Asks for the disks under the storage bus cache.
    ("2.2.3.53") CLUS_GET_SBL_DISK_STATE_EX_IN {
        DWORD Version => constant(1);
        SZ SSUName;
    }

    /// A disk under the storage bus cache. Offsets as documented; a C compiler would put a gap before `DirtyDataBytes`
    /// and come to the same length without `Reserved2`.
    ("2.2.3.54") CLUS_SBL_DISK_STATE {
        DWORD Version;
        GUID DiskId;
        DWORD DeviceNumber;
        BYTE IsFlash => boolean;
        BYTE IsCacheDevice => boolean;
        WORD Reserved1;
        DWORD Status;
        DWORD State => enumeration(S2DCacheDiskState);
        DWORD AdditionalStateInfo;
        DWORD CacheMode => enumeration(SblCacheMode);
        ULONGLONG DirtyDataBytes => bytes;
        CLUS_SBL_DISK_HEALTH_STAT Read;
        CLUS_SBL_DISK_HEALTH_STAT Write;
        DWORD Reserved2;
    }

    /// Disks under the storage bus cache. Aligned to 8, the array starts at 8.
    ("2.2.3.55") CLUS_GET_SBL_DISK_STATE_OUT
    readings(documented: "the array starts at 4", natural: "the array starts at 8"; encode documented) {
        DWORD DiskCount;
        #[natural] GAP Padding[4];
        CLUS_SBL_DISK_STATE DiskState[DiskCount];
    }

    /// Errors of a cached disk.
    ("2.2.3.56") CLUS_SBL_DISK_HEALTH_STAT {
        ULONGLONG ErrorCountTotal;
        ULONGLONG ErrorCountMedia;
        ULONGLONG ErrorCountTimeOut;
    }

    /// Asks for the configuration of the storage bus cache.
    ("2.2.3.57") CLUS_SBL_CACHE_CONFIG_EX_IN {
        DWORD Version => constant(1);
        SZ SSUName;
    }

    /// Configuration of the storage bus cache. The text has no gap before `CacheBehavior`; a C compiler has.
    ("2.2.3.58") CLUS_SBL_CACHE_CONFIG
    readings(documented: "100 bytes, packed", natural: "104 bytes, CacheBehavior aligned to 8"; encode documented) {
        DWORD Version => constant(1);
        GUID TargetIdentifier;
        BYTE SpacesDirectEnabled;
        BYTE Reserved[3];
        DWORD CurrentState;
        DWORD DesiredState;
        DWORD CacheDesiredModeHDD => enumeration(S2DCACHE_MODE);
        DWORD CacheCurrentModeHDD => enumeration(S2DCACHE_MODE);
        DWORD CacheDesiredModeSSD => enumeration(S2DCACHE_MODE);
        DWORD CacheCurrentModeSSD => enumeration(S2DCACHE_MODE);
        ULONGLONG ProvisioningStage;
        ULONGLONG ProvisioningStageMax;
        ULONGLONG CurrentStateProgress;
        ULONGLONG CurrentStateProgressMax;
        ULONGLONG FlashMetadataReserveBytes => bytes;
        DWORD CachePagingSize;
        #[natural] GAP Padding[4];
        ULONGLONG CacheBehavior;
    }
}
