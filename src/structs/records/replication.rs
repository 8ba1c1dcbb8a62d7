//! Storage replication.

use crate::consts::storage::{ReplicatedPartitionCapabilities, SrDiskReplicationEligible, SrReplicatedDiskType};

record! {
    /// Asks for disks that can hold the log of a data disk.
    ("2.2.3.36") SR_RESOURCE_TYPE_QUERY_ELIGIBLE_LOGDISKS {
        GUID DataDiskGuid;
        BYTE IncludeOfflineDisks => boolean;
        BYTE Reserved1;
        BYTE Reserved2;
        BYTE Reserved3;
    }

    /// An element of [`SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT`] as Windows has it.
    ("part of 2.2.3.37") SR_DISK_REPLICATION_ELIGIBLE {
        DWORD Reason => enumeration(SrDiskReplicationEligible);
        GUID DiskGuid;
    }

    /// Eligible disks. The text has an array of GUIDs; Windows gives a reason with each.
    ("2.2.3.37") SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT
    readings(documented: "elements of 16 bytes", reasons: "elements of 20 bytes: reason and GUID"; encode documented) {
        WORD Count;
        WORD Reserved1;
        #[documented] GUID DiskGuid[Count];
        #[reasons] SR_DISK_REPLICATION_ELIGIBLE DiskGuid[Count];
    }

    /// Asks for disks that a data disk can be replicated to. Windows has the GUID of a replication group, too.
    ("2.2.3.38") SR_RESOURCE_TYPE_QUERY_ELIGIBLE_TARGET_DATADISKS
    readings(documented: "20 bytes", group: "36 bytes, with a replication group"; encode documented) {
        GUID SourceDataDiskGuid;
        #[group] GUID TargetReplicationGroupGuid;
        BYTE SkipConnectivityCheck => boolean;
        BYTE IncludeOfflineDisks => boolean;
        BYTE Reserved1;
        BYTE Reserved2;
    }

    /// Asks for disks that can be the source of a replication.
    ("2.2.3.39") SR_RESOURCE_TYPE_QUERY_ELIGIBLE_SOURCE_DATADISKS {
        GUID SourceDataDiskGuid;
        BYTE IncludeAvailableStorageDisks => boolean;
        BYTE Reserved1;
        BYTE Reserved2;
        BYTE Reserved3;
    }

    /// A replicated disk.
    ("2.2.3.40") SR_RESOURCE_TYPE_REPLICATED_DISK {
        DWORD Type => enumeration(SrReplicatedDiskType);
        GUID ClusterDiskResourceGuid;
        GUID ReplicationGroupId;
        WCHAR ReplicationGroupName[260];
    }

    /// Replicated disks.
    ("2.2.3.41") SR_RESOURCE_TYPE_REPLICATED_DISKS_RESULT {
        WORD Count;
        WORD Reserved1;
        SR_RESOURCE_TYPE_REPLICATED_DISK ReplicatedDisks[Count];
    }

    /// A replication group to be made.
    ("clusapi.h") SR_RESOURCE_TYPE_ADD_REPLICATION_GROUP
    readings(natural: "aligned to 8", packed: "no padding at the end"; encode natural) {
        WCHAR ReplicationGroupName[260];
        WCHAR Description[260];
        WCHAR LogPath[260];
        ULONGLONG MaxLogSizeInBytes => bytes;
        WORD LogType;
        GAP Padding[2];
        DWORD ReplicationMode;
        DWORD MinimumPartnersInSync;
        BYTE EnableWriteConsistency => boolean;
        BYTE EnableEncryption => boolean;
        BYTE EnableCompression => boolean;
        GAP Padding1[1];
        WCHAR CertificateThumbprint[260];
        DWORD VolumeNameCount;
        SR_VOLUME_NAME VolumeNames[VolumeNameCount];
        #[natural] GAP Padding2[4];
    }

    /// A volume of a replication group to be made. No name in the header.
    ("clusapi.h") SR_VOLUME_NAME {
        WCHAR VolumeName[260];
    }

    /// Whether the replication group was made.
    ("clusapi.h") SR_RESOURCE_TYPE_ADD_REPLICATION_GROUP_RESULT {
        DWORD Result;
        WCHAR ErrorString[260];
    }

    /// A replicated partition.
    ("clusapi.h") SR_RESOURCE_TYPE_REPLICATED_PARTITION_INFO {
        ULONGLONG PartitionOffset => bytes;
        DWORD Capabilities => flags(ReplicatedPartitionCapabilities);
        GAP Padding[4];
    }

    /// The replicated partitions of a disk.
    ("clusapi.h") SR_RESOURCE_TYPE_REPLICATED_PARTITION_ARRAY {
        DWORD Count;
        GAP Padding[4];
        SR_RESOURCE_TYPE_REPLICATED_PARTITION_INFO PartitionArray[Count];
    }
}
