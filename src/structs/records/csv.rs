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
        ULONGLONG VolumeOffset => octets;
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
    readings(natural: "1584 octets, 64-bit members aligned to 8", documented: "1580 octets, packed"; encode natural) {
        WCHAR szVolumeName[260];
        WCHAR szNodeName[260];
        DWORD VolumeState => enumeration(SharedVolumeState);
        WCHAR szVolumeFriendlyName[260];
        #[natural] GAP Padding[4];
        ULONGLONG RedirectedIOReason => flags(RedirectedIOReason);
        ULONGLONG BlockRedirectedIOReason => flags(BlockRedirectedIOReason);
    }
}
