//! Disks, partitions, shared volumes, storage pools, replication and the storage bus cache.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// What a disk is identified by.
    enumeration CLUSDSK_DISKID_ENUM: u32, "2.2.2.22", "CLUSDSK_DISKID.DiskIdType" {
        DiskIdSignature = 1,
        DiskIdGuid = 2,
        /// newer text spells DiskIdUnKnown; servers may number 0 signature, 1 GUID
        DiskIdUnknown = 0x00001388,
    }

    /// Mode of the storage bus cache for a kind of disk. Not the numbering of [`SblCacheMode`].
    enumeration S2DCACHE_MODE: u32, "2.2.2.23",
        "CLUS_SBL_CACHE_CONFIG.CacheDesiredModeHDD, .CacheCurrentModeHDD, .CacheDesiredModeSSD, .CacheCurrentModeSSD \
         (typedef name S2DCacheMode)" {
        S2DCacheMode_Disabled = 0,
        S2DCacheMode_Enabled = 2,
        S2DCacheMode_ReadOnly = 4,
        S2DCacheMode_ReadWrite = 8,
        S2DCacheMode_WriteOnly = 12,
    }

    /// Properties of a partition.
    bitmask ClusPartitionInfoFlags: u32, "2.2.3.9; 2.2.3.11; 2.2.3.45",
        "CLUS_PARTITION_INFO.dwFlags, CLUS_PARTITION_INFO_EX.dwFlags, CLUS_PARTITION_INFO_EX2.dwFlags" {
        CLUSPROP_PIFLAG_STICKY = 0x00000001,
        [revision44] {
            CLUSPROP_PIFLAG_REMOVABLE = 0x00000002,
        }
        CLUSPROP_PIFLAG_USABLE = 0x00000004,
        CLUSPROP_PIFLAG_DEFAULT_QUORUM = 0x00000008,
        [revision44] {
            CLUSPROP_PIFLAG_USABLE_FOR_CSV = 0x00000010,
            CLUSPROP_PIFLAG_ENCRYPTION_ENABLED = 0x00000020 since W2016,
            CLUSPROP_PIFLAG_RAW = 0x00000040 since W2022,
            CLUSPROP_PIFLAG_UNKNOWN = 0x80000000 since W2016,
        }
    }

    /// State of a partition's encryption. Four of the bits exclude each other.
    bitmask PartitionEncryptionFlags: u32, "2.2.3.45", "CLUS_PARTITION_INFO_EX2.EncryptionFlags" {
        ENCRYPTION_ENABLED = 0x00000001 since W2016 also BitLockerEnabled,
        ENCRYPTION_DECRYPTED = 0x00000004 since W2016 also BitLockerDecrypted,
        ENCRYPTION_ENCRYPTED = 0x00000008 since W2016 also BitlockerEncrypted,
        ENCRYPTION_DECRYPTING = 0x00000010 since W2016 also BitLockerDecrypting,
        ENCRYPTION_ENCRYPTING = 0x00000020 since W2016 also BitlockerEncrypting,
        ENCRYPTION_PAUSED = 0x00000040 since W2016 also BitLockerPaused,
        [sdk] {
            BitLockerStopped = 0x00000080 since W2016,
        }
    }

    /// Drive letters, bit 0 for A to bit 25 for Z. In the output of STORAGE_GET_DRIVELETTERS a set bit is a free
    /// letter.
    bitmask DriveLetterMask: u32, "2.2.3.12; 2.2.3.16; 3.1.4.3.2.25",
        "CLUS_STORAGE_SET_DRIVELETTER.DriveLetterMask, CLUS_STORAGE_REMAP_DRIVELETTER masks, output of \
         STORAGE_GET_DRIVELETTERS" {
        /// bit 0
        DriveA = 0x00000001,
        /// bit 1
        DriveB = 0x00000002,
        /// bit 2
        DriveC = 0x00000004,
        /// bit 3
        DriveD = 0x00000008,
        /// bit 4
        DriveE = 0x00000010,
        /// bit 5
        DriveF = 0x00000020,
        /// bit 6
        DriveG = 0x00000040,
        /// bit 7
        DriveH = 0x00000080,
        /// bit 8
        DriveI = 0x00000100,
        /// bit 9
        DriveJ = 0x00000200,
        /// bit 10
        DriveK = 0x00000400,
        /// bit 11
        DriveL = 0x00000800,
        /// bit 12
        DriveM = 0x00001000,
        /// bit 13
        DriveN = 0x00002000,
        /// bit 14
        DriveO = 0x00004000,
        /// bit 15
        DriveP = 0x00008000,
        /// bit 16
        DriveQ = 0x00010000,
        /// bit 17
        DriveR = 0x00020000,
        /// bit 18
        DriveS = 0x00040000,
        /// bit 19
        DriveT = 0x00080000,
        /// bit 20
        DriveU = 0x00100000,
        /// bit 21
        DriveV = 0x00200000,
        /// bit 22
        DriveW = 0x00400000,
        /// bit 23
        DriveX = 0x00800000,
        /// bit 24
        DriveY = 0x01000000,
        /// bit 25
        DriveZ = 0x02000000,
    }

    /// What is wrong with a cluster shared volume.
    bitmask CsvFaultState: u32, "2.2.3.18", "CLUS_CSV_VOLUME_INFO.FaultState" {
        VolumeStateNoFaults = 0x00000000,
        VolumeStateRedirected = 0x00000001 also VolumeStateNoDirectIO,
        VolumeStateNoAccess = 0x00000002,
        VolumeStateInMaintenance = 0x00000004,
        [sdk] {
            VolumeStateDismounted = 8,
        }
    }

    /// Whether a cluster shared volume is being backed up.
    enumeration CsvBackupState: u32, "2.2.3.18; 2.2.3.20",
        "CLUS_CSV_VOLUME_INFO.BackupState, CLUS_SHARED_VOLUME_BACKUP_MODE.BackupState" {
        VolumeBackupNone = 0,
        VolumeBackupInProgress = 1,
    }

    /// State of a cluster shared volume on a node.
    enumeration SharedVolumeState: u32, "2.2.3.29; 2.2.3.32",
        "VolumeState of CLUSTER_SHARED_VOLUME_STATE_INFO and _EX" {
        SharedVolumeStateUnavailable = 0,
        SharedVolumeStatePaused = 1,
        SharedVolumeStateActive = 2,
        SharedVolumeStateActiveRedirected = 3,
        SharedVolumeStateActiveBlockRedirected = 4 also SharedVolumeStateActiveVolumeRedirected,
    }

    /// Why the file system I/O of a shared volume is redirected.
    bitmask RedirectedIOReason: u64, "2.2.3.32", "CLUSTER_SHARED_VOLUME_STATE_INFO_EX.RedirectedIOReason" {
        RedirectedIOReasonNotRedirected = 0x00000000,
        RedirectedIOReasonUserRequest = 0x00000001,
        RedirectedIOReasonIncompatibleFileSystemFilter = 0x00000002 also RedirectedIOReasonUnsafeFileSystemFilter,
        RedirectedIOReasonIncompatibleVolumeFilter = 0x00000004 also RedirectedIOReasonUnsafeVolumeFilter,
        RedirectedIOReasonFileSystemConfiguration = 0x00000008 also RedirectedIOReasonFileSystemTiering,
        RedirectedIOReasonVolumeEncryption = 0x00000010 also RedirectedIOReasonBitLockerInitializing,
        [sdk] {
            RedirectedIOReasonReFs = 0x00000020 since W2016,
        }
    }

    /// Why the block I/O of a shared volume is redirected.
    bitmask BlockRedirectedIOReason: u64, "2.2.3.32", "CLUSTER_SHARED_VOLUME_STATE_INFO_EX.BlockRedirectedIOReason" {
        BlockRedirectedIOReasonNotRedirected = 0x00000000,
        BlockRedirectedIOReasonNoDiskConnectivity = 0x00000001 also VolumeRedirectedIOReasonNoDiskConnectivity,
        BlockRedirectedIOReasonStorageSpaceNotAttached = 0x00000002 also VolumeRedirectedIOReasonStorageSpaceNotAttached,
        [sdk] {
            VolumeRedirectedIOReasonVolumeReplicationEnabled = 4 since W2016,
        }
    }

    /// Health of a drive of a storage pool.
    enumeration PoolDriveHealth: u32, "2.2.3.31", "CLUS_POOL_DRIVE_INFO.DriveHealth" {
        SpHealthUnknown = 0,
        SpHealthUnhealthy = 1,
        SpHealthWarning = 2,
        SpHealthHealthy = 3,
    }

    /// State of a drive of a storage pool.
    enumeration PoolDriveState: u32, "2.2.3.31", "CLUS_POOL_DRIVE_INFO.DriveState" {
        SpDriveStateUnknown = 0,
        SpDriveStateBecomingReady = 1,
        SpDriveStateCorruptMetadata = 2,
        SpDriveStateFailedMedia = 3,
        SpDriveStateSplit = 4,
        SpDriveStateStaleMetadata = 5,
        SpDriveStateIOError = 6,
        SpDriveStateMissing = 7,
        SpDriveStateOkay = 8,
    }

    /// Use of a drive of a storage pool.
    enumeration PoolDriveUsage: u32, "2.2.3.31", "CLUS_POOL_DRIVE_INFO.Usage" {
        SpDriveUsageUnknown = 0,
        SpDriveUsageAutoAllocation = 1,
        SpDriveUsageManualAllocation = 2,
        SpDriveUsageSpare = 3,
        SpDriveUsageJournal = 4,
        SpDriveUsageRetired = 5,
    }

    /// Bus that a disk is attached to.
    enumeration StorageBusType: u32, "2.2.3.31; 2.2.3.51",
        "CLUS_POOL_DRIVE_INFO.BusType, CLUS_PHYSICAL_DISK_INFO.BusType" {
        BusTypeUnknown = 0,
        BusTypeScsi = 1,
        BusTypeAtapi = 2,
        BusTypeAta = 3,
        BusType1394 = 4,
        BusTypeSsa = 5,
        BusTypeFibre = 6,
        BusTypeUsb = 7,
        BusTypeRAID = 8,
        /// printed BusTypeIscsi in 2.2.3.51
        BusTypeiScsi = 9,
        BusTypeSas = 10,
        BusTypeSata = 11,
        BusTypeSd = 12,
        BusTypeMmc = 13,
        BusTypeVirtual = 14,
        BusTypeFileBackedVirtual = 15,
        BusTypeSpaces = 16,
        /// 2.2.3.51 only; public headers use 0x11 for NVMe, 0x12 SCM, 0x13 UFS in later releases
        BusTypeMax = 17,
        /// 2.2.3.51 only
        BusTypeMaxReserved = 127,
    }

    /// Part that a disk has in a replication.
    enumeration SrReplicatedDiskType: u32, "2.2.3.40", "SR_RESOURCE_TYPE_REPLICATED_DISK.Type" {
        SrReplicatedDiskTypeSource = 1 since W2016,
        SrReplicatedDiskTypeLogSource = 2 since W2016,
        SrReplicatedDiskTypeDestination = 3 since W2016,
        SrReplicatedDiskTypeLogDestination = 4 since W2016,
        [sdk] {
            SrReplicatedDiskTypeNone = 0 since W2016,
            SrReplicatedDiskTypeNotInParthership = 5 since W2016,
            SrReplicatedDiskTypeLogNotInParthership = 6 since W2016,
            SrReplicatedDiskTypeOther = 7 since W2016,
        }
    }

    /// Whether a disk can be replicated, or why not.
    enumeration SrDiskReplicationEligible: u32, "public header",
        "Reason of the 20-byte element form of SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT" {
        [sdk] {
            SrDiskReplicationEligibleNone = 0 since W2016,
            SrDiskReplicationEligibleYes = 1 since W2016,
            SrDiskReplicationEligibleOffline = 2 since W2016,
            SrDiskReplicationEligibleNotGpt = 3 since W2016,
            SrDiskReplicationEligiblePartitionLayoutMismatch = 4 since W2016,
            SrDiskReplicationEligibleInsufficientFreeSpace = 5 since W2016,
            SrDiskReplicationEligibleNotInSameSite = 6 since W2016,
            SrDiskReplicationEligibleInSameSite = 7 since W2016,
            SrDiskReplicationEligibleFileSystemNotSupported = 8 since W2016,
            SrDiskReplicationEligibleAlreadyInReplication = 9 since W2016,
            SrDiskReplicationEligibleSameAsSpecifiedDisk = 10 since W2016,
            SrDiskReplicationEligibleOther = 0x0000270F since W2016,
        }
    }

    /// Side of a replication that a group is on.
    enumeration ReplicationClusterGroupType: u32, "3.1.4.3.2.39", "property ReplicationClusterGroupType" {
        /// not named in the specification
        Target = 0,
        /// not named in the specification
        Source = 1,
    }

    /// State of a disk under the storage bus cache.
    enumeration S2DCacheDiskState: u32, "2.2.3.54", "CLUS_SBL_DISK_STATE.State" {
        S2DCacheDiskStateUnknown = 0x00000000,
        S2DCacheDiskStateInvalid = 0x00001001,
        S2DCacheDiskStateMissing = 0x00001002,
        S2DCacheDiskStateCannotSurface = 0x00001003,
        S2DCacheDiskStateNeedsRepair = 0x00001004,
        S2DCacheDiskStateConfiguring = 0x00002001,
        S2DCacheDiskStateBound = 0x00003001,
        S2DCacheDiskStateDisabled = 0x00003002,
        S2DCacheDiskStateInMaintenance = 0x00003003,
        S2DCacheDiskStateNoFlash = 0x00003004,
        S2DCacheDiskStateNotHybrid = 0x00003005,
    }

    /// Cache mode of a disk. Not the numbering of [`S2DCACHE_MODE`].
    enumeration SblCacheMode: u32, "2.2.3.54", "CLUS_SBL_DISK_STATE.CacheMode (not the numbering of S2DCACHE_MODE)" {
        Disabled = 0,
        ReadOnly = 1,
        ReadWrite = 2,
        WriteOnly = 3,
    }

    /// Phase of a snapshot of a shared volume.
    enumeration CLUSTER_SHARED_VOLUME_SNAPSHOT_STATE: u32, "clusapi.h",
        "ClusterSetSharedVolumeSnapshotState (opnum 151 on the server); clients" {
        [sdk] {
            ClusterSharedVolumeSnapshotStateUnknown = 0,
            ClusterSharedVolumePrepareForHWSnapshot = 1,
            ClusterSharedVolumeHWSnapshotCompleted = 2,
            ClusterSharedVolumePrepareForFreeze = 3,
        }
    }

    /// How the volume to be renamed is told.
    enumeration CLUSTER_SHARED_VOLUME_RENAME_INPUT_TYPE: u32, "clusapi.h",
        "CLUSTER_SHARED_VOLUME_RENAME_INPUT.InputType" {
        [sdk] {
            ClusterSharedVolumeRenameInputTypeNone = 0 since W2022,
            ClusterSharedVolumeRenameInputTypeVolumeOffset = 1 since W2022,
            ClusterSharedVolumeRenameInputTypeVolumeId = 2 since W2022,
            ClusterSharedVolumeRenameInputTypeVolumeName = 3 since W2022,
            ClusterSharedVolumeRenameInputTypeVolumeGuid = 4 since W2022,
        }
    }

    /// What to leave out of a list of available disks, and what to add.
    bitmask AvailableDisksFlags: u32, "clusapi.h",
        "CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX2_INPUT.dwFlags" {
        [sdk] {
            CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX2_FLAG_ADD_VOLUME_INFO = 1,
            CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX2_FLAG_FILTER_BY_POOL = 2,
            CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX2_FLAG_INCLUDE_NON_SHARED_DISKS = 4 since W2016,
        }
    }

    /// What a replicated partition can not do.
    bitmask ReplicatedPartitionCapabilities: u32, "clusapi.h",
        "SR_RESOURCE_TYPE_REPLICATED_PARTITION_INFO.Capabilities" {
        [sdk] {
            SR_REPLICATED_PARTITION_DISALLOW_MULTINODE_IO = 1 since W2016,
        }
    }
}
