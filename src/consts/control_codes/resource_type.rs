//! Control codes of ApiResourceTypeControl (3.1.4.3.2): resource types.

use super::control_codes;
use super::lists;
use crate::consts::Constant as _;
use crate::consts::content::BufferFormat;
use crate::consts::resource::MonitorShutdownReason;
use crate::consts::storage::DriveLetterMask;
use crate::consts::syntax::{CLUS_CHARACTERISTICS, CLUS_FLAGS};

control_codes! { ResourceType:
    /// probe only
    CLUSCTL_RESOURCE_TYPE_UNKNOWN = 0x02000000, "3.1.4.3.2.1", Read, Both, BufferFormat::Nothing => BufferFormat::Nothing;
    CLUSCTL_RESOURCE_TYPE_GET_CHARACTERISTICS = 0x02000005, "3.1.4.3.2.2", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_CHARACTERISTICS::TABLE);
    CLUSCTL_RESOURCE_TYPE_GET_FLAGS = 0x02000009, "3.1.4.3.2.3", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_FLAGS::TABLE);
    CLUSCTL_RESOURCE_TYPE_GET_CLASS_INFO = 0x0200000D, "3.1.4.3.2.4", Read, Both,
        BufferFormat::Nothing => BufferFormat::Struct("CLUS_RESOURCE_CLASS_INFO");
    CLUSCTL_RESOURCE_TYPE_GET_REQUIRED_DEPENDENCIES = 0x02000011, "3.1.4.3.2.5", Read, Both,
        BufferFormat::Nothing => BufferFormat::Values(&lists::DEPENDENCIES);
    /// seconds; product note 169
    CLUSCTL_RESOURCE_TYPE_GET_ARB_TIMEOUT = 0x02000015, "3.1.4.3.2.6", Read, Both, BufferFormat::Nothing => BufferFormat::Dword;
    CLUSCTL_RESOURCE_TYPE_ENUM_COMMON_PROPERTIES = 0x02000051, "3.1.4.3.2.7", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_RESOURCE_TYPE_GET_RO_COMMON_PROPERTIES = 0x02000055, "3.1.4.3.2.8", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_RESOURCE_TYPE_GET_COMMON_PROPERTIES = 0x02000059, "3.1.4.3.2.9", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_RESOURCE_TYPE_SET_COMMON_PROPERTIES = 0x0240005E, "3.1.4.3.2.10", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_RESOURCE_TYPE_VALIDATE_COMMON_PROPERTIES = 0x02000061, "3.1.4.3.2.11", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// product note 170
    CLUSCTL_RESOURCE_TYPE_GET_COMMON_PROPERTY_FMTS = 0x02000065, "3.1.4.3.2.12", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyFormats;
    /// product note 171
    CLUSCTL_RESOURCE_TYPE_GET_COMMON_RESOURCE_PROPERTY_FMTS = 0x02000069, "3.1.4.3.2.13", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyFormats;
    CLUSCTL_RESOURCE_TYPE_ENUM_PRIVATE_PROPERTIES = 0x02000079, "3.1.4.3.2.14", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_RESOURCE_TYPE_GET_RO_PRIVATE_PROPERTIES = 0x0200007D, "3.1.4.3.2.15", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_RESOURCE_TYPE_GET_PRIVATE_PROPERTIES = 0x02000081, "3.1.4.3.2.16", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_RESOURCE_TYPE_SET_PRIVATE_PROPERTIES = 0x02400086, "3.1.4.3.2.17", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_RESOURCE_TYPE_VALIDATE_PRIVATE_PROPERTIES = 0x02000089, "3.1.4.3.2.18", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_GET_PRIVATE_PROPERTY_FMTS = 0x0200008D, "3.1.4.3.2.19", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyFormats;
    /// product note 172
    CLUSCTL_RESOURCE_TYPE_GET_PRIVATE_RESOURCE_PROPERTY_FMTS = 0x02000091, "3.1.4.3.2.20", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyFormats;
    /// a new disk starts at each DISK_SIGNATURE or DISK_GUID; the public documentation closes the whole series with
    /// one end mark only: accept both
    CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS = 0x02000195, "3.1.4.3.2.21", Read, Both,
        BufferFormat::Nothing => BufferFormat::ValuesPerDisk(&lists::DISK_INFO);
    /// input: name; listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_NETNAME_VALIDATE_NETNAME = 0x02000235, "3.1.4.3.2.22", Read, Both,
        BufferFormat::Sz => BufferFormat::Nothing;
    /// SZ: file path; list: property SharePath; listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_VALIDATE_PATH = 0x02000231 also CLUSCTL_RESOURCE_TYPE_GEN_APP_VALIDATE_PATH
        also CLUSCTL_RESOURCE_TYPE_GEN_SCRIPT_VALIDATE_PATH also CLUSCTL_RESOURCE_TYPE_WITNESS_VALIDATE_PATH, "3.1.4.3.2.23", Read, Both, lists::PATH => BufferFormat::Nothing;
    /// input: directory path; listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_GEN_APP_VALIDATE_DIRECTORY = 0x02000239, "3.1.4.3.2.24", Read, Both,
        BufferFormat::Sz => BufferFormat::Nothing;
    /// a set bit is a free letter; listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_STORAGE_GET_DRIVELETTERS = 0x020001ED, "3.1.4.3.2.25", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(DriveLetterMask::TABLE);
    /// a new disk starts at each DISK_SIGNATURE or DISK_GUID; the public documentation closes the whole series with
    /// one end mark only: accept both; listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX = 0x020001F5, "3.1.4.3.2.26", Read, Both,
        BufferFormat::Nothing => BufferFormat::ValuesPerDisk(&lists::DISK_INFO_EX);
    /// named exception: All access although the modify bit is clear; listed for 2.0, but a 2.0 server answers
    /// ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_STORAGE_REMAP_DRIVELETTER = 0x02000201, "3.1.4.3.2.27", All, Both,
        BufferFormat::Struct("CLUS_STORAGE_REMAP_DRIVELETTER") => BufferFormat::Nothing;
    /// type 0x1388 is answered with ERROR_INVALID_STATE; input: file path on the disk; listed for 2.0, but a 2.0
    /// server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_STORAGE_GET_DISKID = 0x02000205, "3.1.4.3.2.28", Read, Both,
        BufferFormat::Sz => BufferFormat::Struct("CLUSDSK_DISKID");
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_STORAGE_IS_CLUSTERABLE = 0x02000209, "3.1.4.3.2.29", Read, Both,
        BufferFormat::Struct("CLUSDSK_DISKID") => BufferFormat::Nothing;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_STORAGE_RELEASE_OWNERSHIP = 0x0240020E also CLUSCTL_RESOURCE_TYPE_STORAGE_REMOVE_VM_OWNERSHIP, "3.1.4.3.2.30", All, Both,
        BufferFormat::Struct("CLUSDSK_DISKID") => BufferFormat::Nothing;
    /// input: file path; object byte is 1 (resource) though the code belongs to resource types; listed for 2.0, but a
    /// 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_TYPE_STORAGE_IS_CSV_FILE = 0x01000229 or 0x02000229, "3.1.4.3.2.31", Read, Both,
        BufferFormat::Sz => BufferFormat::Nothing;
    /// properties PrimaryToken, AccountName, EndpointInfo; product note 173
    CLUSCTL_CLOUD_WITNESS_RESOURCE_TYPE_VALIDATE_CREDENTIALS = 0x020020E1 since W2016, "3.1.4.3.2.32", Read, Only3,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// product note 174
    CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_ELIGIBLE_LOGDISKS = 0x02002149 since W2016, "3.1.4.3.2.33", Read, Only3,
        BufferFormat::Struct("SR_RESOURCE_TYPE_QUERY_ELIGIBLE_LOGDISKS")
            => BufferFormat::Struct("SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT");
    CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_ELIGIBLE_TARGET_DATADISKS = 0x0200214D since W2016, "3.1.4.3.2.34", Read, Only3,
        BufferFormat::Struct("SR_RESOURCE_TYPE_QUERY_ELIGIBLE_TARGET_DATADISKS")
            => BufferFormat::Struct("SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT");
    CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_ELIGIBLE_SOURCE_DATADISKS = 0x02002151 since W2016, "3.1.4.3.2.35", Read, Only3,
        BufferFormat::Struct("SR_RESOURCE_TYPE_QUERY_ELIGIBLE_SOURCE_DATADISKS")
            => BufferFormat::Struct("SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT");
    /// in SourceResourceId, TargetResourceId; out SourceVolumes, TargetVolumes
    CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_REPLICA_VOLUMES = 0x02002159 since W2016, "3.1.4.3.2.36", Read, Only3,
        BufferFormat::PropertyList => BufferFormat::PropertyList;
    /// in DataResourceId, LogResourceId; out LogVolume; product note 178
    CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_LOG_VOLUME = 0x0200215D since W2016, "3.1.4.3.2.37", Read, Only3,
        BufferFormat::PropertyList => BufferFormat::PropertyList;
    /// product note 179
    CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_REPLICATED_DISKS = 0x02002155 since W2016, "3.1.4.3.2.38", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Struct("SR_RESOURCE_TYPE_REPLICATED_DISKS_RESULT");
    /// inner properties ReplicationGroupId, ClusterGroupId, ReplicationClusterGroupType; product note 180
    CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_RESOURCE_GROUP = 0x02002161 since W2016, "3.1.4.3.2.39", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Values(&lists::REPLICATION_GROUPS);
    /// in: resource ID of the disk; out MinimumLogSizeInBytes, UnitOfLogSizeChangeInBytes, LogSizeMultiple; product
    /// note 181
    CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_LOG_INFO = 0x02002145 since W2016, "3.1.4.3.2.40", Read, Only3,
        BufferFormat::Guid => BufferFormat::PropertyList;
    [sdk] {
        CLUSCTL_RESOURCE_TYPE_GET_REGISTRY_CHECKPOINTS = 0x020000A9, Documented, BufferFormat::Nothing => BufferFormat::MultiSz;
        /// each type\provider\container
        CLUSCTL_RESOURCE_TYPE_GET_CRYPTO_CHECKPOINTS = 0x020000B5, Header,
            BufferFormat::Nothing => BufferFormat::MultiSz, secret output;
        /// not supported
        CLUSCTL_RESOURCE_TYPE_QUERY_DELETE = 0x020001B9, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        /// input: path; output: resource ID
        CLUSCTL_RESOURCE_TYPE_STORAGE_GET_RESOURCEID = 0x0200022D, Documented, BufferFormat::Sz => BufferFormat::Sz;
        /// input by the structure of that name; output as of GET_AVAILABLE_DISKS_EX
        CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX2_INT = 0x02001FE1, Documented,
            BufferFormat::Struct("CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX2_INPUT") => BufferFormat::ValuesPerDisk(&lists::DISK_INFO_EX2);
        /// as VALIDATE_CREDENTIALS, with property PrimaryKey
        CLUSCTL_CLOUD_WITNESS_RESOURCE_TYPE_VALIDATE_CREDENTIALS_WITH_KEY = 0x020020F1 since W2016, Guess,
            BufferFormat::PropertyList => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_TYPE_REPLICATION_ADD_REPLICATION_GROUP = 0x02002142 since W2022, Header,
            BufferFormat::Struct("SR_RESOURCE_TYPE_ADD_REPLICATION_GROUP") => BufferFormat::Struct("SR_RESOURCE_TYPE_ADD_REPLICATION_GROUP_RESULT");
        /// input: a disk, form not stated; a page calls the output a value list
        CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_REPLICATED_PARTITION_INFO = 0x02002165 since W2016, Header,
            BufferFormat::Guid => BufferFormat::Struct("SR_RESOURCE_TYPE_REPLICATED_PARTITION_ARRAY");
        CLUSCTL_RESOURCE_TYPE_NOTIFY_MONITOR_SHUTTING_DOWN = 0x02100081 since W2019, Guess,
            BufferFormat::DwordOf(MonitorShutdownReason::TABLE) => BufferFormat::Nothing;
        /// no public page
        CLUSCTL_RESOURCE_TYPE_CHECK_DRAIN_VETO = 0x0210212D since W2022, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// no public page
        CLUSCTL_RESOURCE_TYPE_NOTIFY_DRAIN_COMPLETE = 0x02102131 since W2022, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// buffers not described
        CLUSCTL_RESOURCE_TYPE_STORAGE_SYNC_CLUSDISK_DB = 0x0240019E, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        /// buffers not described; by the name: a name, its organizational unit
        CLUSCTL_RESOURCE_TYPE_NETNAME_GET_OU_FOR_VCO = 0x0240026E, Guess, BufferFormat::Sz => BufferFormat::Sz;
        /// buffers not described
        CLUSCTL_RESOURCE_TYPE_PREPARE_UPGRADE = 0x024020EA since W2016, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        /// a page calls the code internal, the number has no internal bit
        CLUSCTL_RESOURCE_TYPE_UPGRADE_COMPLETED = 0x024020EE since W2016, Guess,
            BufferFormat::Struct("POST_UPGRADE_VERSION_INFO") => BufferFormat::Nothing;
        /// input: node name
        CLUSCTL_RESOURCE_TYPE_INSTALL_NODE = 0x0250000A, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// input: node name
        CLUSCTL_RESOURCE_TYPE_EVICT_NODE = 0x0250000E, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// buffers not described
        CLUSCTL_RESOURCE_TYPE_CLUSTER_VERSION_CHANGED = 0x0250002E, Guess, BufferFormat::Bytes => BufferFormat::Nothing;
        /// buffers not described
        CLUSCTL_RESOURCE_TYPE_FIXUP_ON_UPGRADE = 0x02500032, Guess, BufferFormat::Bytes => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_TYPE_STARTING_PHASE1 = 0x02500036, Documented,
            BufferFormat::Struct("CLUS_STARTING_PARAMS") => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_TYPE_STARTING_PHASE2 = 0x0250003A, Documented,
            BufferFormat::Struct("CLUS_STARTING_PARAMS") => BufferFormat::Nothing;
        /// not supported
        CLUSCTL_RESOURCE_TYPE_HOLD_IO = 0x0250003E, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// not supported
        CLUSCTL_RESOURCE_TYPE_RESUME_IO = 0x02500042, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
    }
}
