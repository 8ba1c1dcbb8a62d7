//! Disks, partitions and drive letters.

use crate::consts::storage::*;
use crate::consts::syntax::{ClusResourceClass, ClusResourceSubClass};

record! {
    /// Class and subclass of a resource.
    ("2.2.3.7") CLUS_RESOURCE_CLASS_INFO {
        DWORD Class => enumeration(ClusResourceClass);
        DWORD SubClass => enumeration(ClusResourceSubClass);
    }

    /// Address of a disk on a SCSI bus; `PortNumber` is the low byte of the property's DWORD.
    ("2.2.3.8") CLUS_SCSI_ADDRESS {
        BYTE PortNumber;
        BYTE PathId;
        BYTE TargetID;
        BYTE LUN;
    }

    /// A partition.
    ("2.2.3.9") CLUS_PARTITION_INFO {
        DWORD dwFlags => flags(ClusPartitionInfoFlags);
        WCHAR szDeviceName[260];
        WCHAR szVolumeLabel[260];
        DWORD dwSerialNumber;
        DWORD rgdwMaximumComponentLength;
        DWORD dwFileSystemFlags;
        WCHAR szFileSystem[32];
    }

    /// A partition with its sizes and GUID.
    ("2.2.3.11") CLUS_PARTITION_INFO_EX {
        DWORD dwFlags => flags(ClusPartitionInfoFlags);
        WCHAR szDeviceName[260];
        WCHAR szVolumeLabel[260];
        DWORD dwSerialNumber;
        DWORD rgdwMaximumComponentLength;
        DWORD dwFileSystemFlags;
        WCHAR szFileSystem[32];
        ULONGLONG TotalSizeInBytes => bytes;
        ULONGLONG FreeSizeInBytes => bytes;
        DWORD DeviceNumber;
        DWORD PartitionNumber;
        GUID VolumeGuid;
    }

    /// A partition with its name and encryption. A C compiler adds four bytes at the end, which the size of the
    /// property's value tells.
    ("2.2.3.45") CLUS_PARTITION_INFO_EX2
    readings(documented: "1700 bytes, as the members add up", natural: "1704 bytes, aligned to 8"; encode documented) {
        DWORD dwFlags => flags(ClusPartitionInfoFlags);
        WCHAR szDeviceName[260];
        WCHAR szVolumeLabel[260];
        DWORD dwSerialNumber;
        DWORD rgdwMaximumComponentLength;
        DWORD dwFileSystemFlags;
        WCHAR szFileSystem[32];
        ULONGLONG TotalSizeInBytes => bytes;
        ULONGLONG FreeSizeInBytes => bytes;
        DWORD DeviceNumber;
        DWORD PartitionNumber;
        GUID VolumeGuid;
        GUID GptPartitionId;
        WCHAR szPartitionName[260];
        DWORD EncryptionFlags => flags(PartitionEncryptionFlags);
        #[natural] GAP Padding[4];
    }

    /// Drive letters to be exchanged.
    ("2.2.3.12") CLUS_STORAGE_REMAP_DRIVELETTER {
        DWORD CurrentDriveLetterMask => flags(DriveLetterMask);
        DWORD TargetDriveLetterMask => flags(DriveLetterMask);
    }

    /// Drive letter of a partition; mask 0 takes it away.
    ("2.2.3.16") CLUS_STORAGE_SET_DRIVELETTER {
        DWORD PartitionNumber;
        DWORD DriveLetterMask => flags(DriveLetterMask);
    }

    /// What a disk is identified by: bytes as they lie, no NDR union. A sender that copies a C structure sends 20
    /// bytes in every case.
    ("2.2.3.33") CLUSDSK_DISKID {
        DWORD DiskIdType => enumeration(CLUSDSK_DISKID_ENUM);
        #[when(DiskIdType == 1)] DWORD DiskSignature;
        #[when(DiskIdType == 2)] GUID DiskGuid;
        FILL Padding[20];
    }

    /// Number of a disk.
    ("2.2.3.44") CLUS_DISK_NUMBER_INFO {
        DWORD DiskNumber;
        DWORD BytesPerSector => bytes;
    }

    /// A drive of a storage pool. The text has no gap before the 64-bit members; Windows has.
    ("2.2.3.31") CLUS_POOL_DRIVE_INFO
    readings(natural: "2608 bytes, 64-bit members aligned to 8", documented: "2600 bytes, packed"; encode natural) {
        WCHAR DriveName[256];
        BYTE IncursSeekPenalty => boolean;
        BYTE Padding1;
        BYTE Padding2;
        BYTE Padding3;
        DWORD DriveHealth => enumeration(PoolDriveHealth);
        DWORD DriveState => enumeration(PoolDriveState);
        #[natural] GAP Padding4[4];
        ULONGLONG TotalCapacity => bytes;
        ULONGLONG ConsumedCapacity => bytes;
        DWORD Usage => enumeration(PoolDriveUsage);
        DWORD BusType => enumeration(StorageBusType);
        DWORD Slot;
        WCHAR EnclosureName[1024];
        #[natural] GAP Padding5[4];
    }

    /// Which disks are asked for.
    ("clusapi.h") CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX2_INPUT {
        DWORD dwFlags => flags(AvailableDisksFlags);
        GUID guidPoolFilter;
    }

    /// A fault-tolerant set of disks, in releases before Windows Server 2008.
    ("clusapi.h") CLUS_FTSET_INFO {
        DWORD dwRootSignature;
        DWORD dwFtType;
    }
}
