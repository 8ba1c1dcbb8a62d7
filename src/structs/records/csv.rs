//! Maintenance mode and cluster shared volumes.

use crate::consts::states::{ClusterResourceState, MAINTENANCE_MODE_TYPE};
use crate::consts::storage::*;

record! {
    /// Whether a disk resource is in maintenance mode.
    ("2.2.3.14") CLUS_MAINTENANCE_MODE_INFO {
        DWORD InMaintenance => boolean;
    }

    /// The same with the way in which it was put there.
    ("2.2.3.15") CLUS_MAINTENANCE_MODE_INFO_EX {
        DWORD InMaintenance => boolean;
        DWORD MaintenanceModeType => enumeration(MAINTENANCE_MODE_TYPE);
        DWORD InternalState => enumeration(ClusterResourceState);
        DWORD Signature => constant(0xABBAF00F);
    }

    /// A cluster shared volume.
    ("2.2.3.18") CLUS_CSV_VOLUME_INFO {
        ULONGLONG VolumeOffset => bytes;
        DWORD PartitionNumber;
        DWORD FaultState => flags(CsvFaultState);
        DWORD BackupState => enumeration(CsvBackupState);
        WCHAR szVolumeFriendlyName[260];
        WCHAR szVolumeName[50];
    }

    /// Maintenance mode of a shared volume.
    ("2.2.3.19") CLUS_CSV_MAINTENANCE_MODE_INFO {
        DWORD InMaintenance => boolean;
        WCHAR VolumeName[260];
    }

    /// Backup mode of a shared volume.
    ("2.2.3.20") CLUS_SHARED_VOLUME_BACKUP_MODE {
        DWORD BackupState => enumeration(CsvBackupState);
        DWORD DelayTimerInSecs => seconds;
        WCHAR VolumeName[260];
    }

    /// State of a shared volume on a node.
    ("2.2.3.29") CLUSTER_SHARED_VOLUME_STATE_INFO {
        WCHAR szVolumeName[260];
        WCHAR szNodeName[260];
        DWORD VolumeState => enumeration(SharedVolumeState);
    }

    /// The same with the reasons for redirected I/O. The text has no gap before the 64-bit members; Windows has.
    ("2.2.3.32") CLUSTER_SHARED_VOLUME_STATE_INFO_EX
    readings(natural: "1584 bytes, 64-bit members aligned to 8", documented: "1580 bytes, packed"; encode natural) {
        WCHAR szVolumeName[260];
        WCHAR szNodeName[260];
        DWORD VolumeState => enumeration(SharedVolumeState);
        WCHAR szVolumeFriendlyName[260];
        #[natural] GAP Padding[4];
        ULONGLONG RedirectedIOReason => flags(RedirectedIOReason);
        ULONGLONG BlockRedirectedIOReason => flags(BlockRedirectedIOReason);
    }

    /// Names of a shared volume.
    ("clusapi.h") CLUS_CSV_VOLUME_NAME
    readings(natural: "1056 bytes, aligned to 8", packed: "1054 bytes, as the members add up"; encode natural) {
        LONGLONG VolumeOffset => bytes;
        WCHAR szVolumeName[260];
        WCHAR szRootPath[263];
        #[natural] GAP Padding[2];
    }

    /// A shared volume and its new name. The volume is told in the way of `InputType`, in a field of 520 bytes.
    ("clusapi.h") CLUSTER_SHARED_VOLUME_RENAME_INPUT {
        DWORD InputType => enumeration(CLUSTER_SHARED_VOLUME_RENAME_INPUT_TYPE);
        GAP Padding[4];
        #[when(InputType == 1)] ULONGLONG VolumeOffset => bytes;
        #[when(InputType == 1)] GAP Padding1[512];
        #[when(InputType == 2)] WCHAR VolumeId[260];
        #[when(InputType == 3)] WCHAR VolumeName[260];
        #[when(InputType == 4)] WCHAR VolumeGuid[50];
        #[when(InputType == 4)] GAP Padding2[420];
        #[unless(InputType in 1 .. 4)] BYTE Volume[520];
        WCHAR NewVolumeName[260];
    }

    /// The same with a new GUID.
    ("clusapi.h") CLUSTER_SHARED_VOLUME_RENAME_GUID_INPUT
    readings(natural: "1152 bytes, aligned to 8", packed: "1148 bytes, as the members add up"; encode natural) {
        DWORD InputType => enumeration(CLUSTER_SHARED_VOLUME_RENAME_INPUT_TYPE);
        GAP Padding[4];
        #[when(InputType == 1)] ULONGLONG VolumeOffset => bytes;
        #[when(InputType == 1)] GAP Padding1[512];
        #[when(InputType == 2)] WCHAR VolumeId[260];
        #[when(InputType == 3)] WCHAR VolumeName[260];
        #[when(InputType == 4)] WCHAR VolumeGuid[50];
        #[when(InputType == 4)] GAP Padding2[420];
        #[unless(InputType in 1 .. 4)] BYTE Volume[520];
        WCHAR NewVolumeName[260];
        WCHAR NewVolumeGuid[50];
        #[natural] GAP Padding3[4];
    }
}
