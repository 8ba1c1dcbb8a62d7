//! Control codes of ApiResourceControl (3.1.4.3.1): resources.

use super::control_codes;
use super::lists;
use crate::consts::Constant as _;
use crate::consts::content::BufferFormat;
use crate::consts::methods::NetnameCheckAdState;
use crate::consts::syntax::{CLUS_CHARACTERISTICS, CLUS_FLAGS};

control_codes! { Resource:
    /// probe only
    CLUSCTL_RESOURCE_UNKNOWN = 0x01000000, "3.1.4.3.1.1", Read, Both, BufferFormat::Nothing => BufferFormat::Nothing;
    CLUSCTL_RESOURCE_GET_CHARACTERISTICS = 0x01000005, "3.1.4.3.1.2", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_CHARACTERISTICS::TABLE);
    CLUSCTL_RESOURCE_GET_FLAGS = 0x01000009, "3.1.4.3.1.3", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_FLAGS::TABLE);
    CLUSCTL_RESOURCE_GET_CLASS_INFO = 0x0100000D, "3.1.4.3.1.4", Read, Both,
        BufferFormat::Nothing => BufferFormat::Struct("CLUS_RESOURCE_CLASS_INFO");
    CLUSCTL_RESOURCE_GET_REQUIRED_DEPENDENCIES = 0x01000011, "3.1.4.3.1.5", Read, Both,
        BufferFormat::Nothing => BufferFormat::Values(&lists::DEPENDENCIES);
    CLUSCTL_RESOURCE_GET_NAME = 0x01000029, "3.1.4.3.1.6", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    CLUSCTL_RESOURCE_GET_RESOURCE_TYPE = 0x0100002D, "3.1.4.3.1.7", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    /// product note 143
    CLUSCTL_RESOURCE_GET_ID = 0x01000039, "3.1.4.3.1.8", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    CLUSCTL_RESOURCE_ENUM_COMMON_PROPERTIES = 0x01000051, "3.1.4.3.1.9", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_RESOURCE_GET_RO_COMMON_PROPERTIES = 0x01000055, "3.1.4.3.1.10", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_RESOURCE_GET_COMMON_PROPERTIES = 0x01000059, "3.1.4.3.1.11", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_RESOURCE_SET_COMMON_PROPERTIES = 0x0140005E, "3.1.4.3.1.12", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_RESOURCE_VALIDATE_COMMON_PROPERTIES = 0x01000061, "3.1.4.3.1.13", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// product note 144
    CLUSCTL_RESOURCE_GET_COMMON_PROPERTY_FMTS = 0x01000065, "3.1.4.3.1.14", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyFormats;
    CLUSCTL_RESOURCE_ENUM_PRIVATE_PROPERTIES = 0x01000079, "3.1.4.3.1.15", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_RESOURCE_GET_RO_PRIVATE_PROPERTIES = 0x0100007D, "3.1.4.3.1.16", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES = 0x01000081, "3.1.4.3.1.17", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES = 0x01400086, "3.1.4.3.1.18", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_RESOURCE_VALIDATE_PRIVATE_PROPERTIES = 0x01000089, "3.1.4.3.1.19", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// product note 145
    CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTY_FMTS = 0x0100008D, "3.1.4.3.1.20", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyFormats;
    /// input: registry key path
    CLUSCTL_RESOURCE_ADD_REGISTRY_CHECKPOINT = 0x014000A2, "3.1.4.3.1.21", All, Both, BufferFormat::Sz => BufferFormat::Nothing;
    /// input: registry key path
    CLUSCTL_RESOURCE_DELETE_REGISTRY_CHECKPOINT = 0x014000A6, "3.1.4.3.1.22", All, Both,
        BufferFormat::Sz => BufferFormat::Nothing;
    /// registry key paths
    CLUSCTL_RESOURCE_GET_REGISTRY_CHECKPOINTS = 0x010000A9, "3.1.4.3.1.23", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    /// input: type\provider\container; product note 146
    CLUSCTL_RESOURCE_ADD_CRYPTO_CHECKPOINT = 0x014000AE, "3.1.4.3.1.24", All, Both, BufferFormat::Sz => BufferFormat::Nothing,
        secret input;
    /// input: type\provider\container; product note 147
    CLUSCTL_RESOURCE_DELETE_CRYPTO_CHECKPOINT = 0x014000B2, "3.1.4.3.1.25", All, Both, BufferFormat::Sz => BufferFormat::Nothing,
        secret input;
    /// each type\provider\container; product note 148
    CLUSCTL_RESOURCE_GET_CRYPTO_CHECKPOINTS = 0x010000B5, "3.1.4.3.1.26", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz,
        secret output;
    /// input: path of the replacement library; product note 149
    CLUSCTL_RESOURCE_UPGRADE_DLL = 0x014000BA, "3.1.4.3.1.27", All, Both, BufferFormat::Sz => BufferFormat::Nothing;
    /// input: registry key path; product note 150
    CLUSCTL_RESOURCE_ADD_REGISTRY_CHECKPOINT_64BIT = 0x014000BE, "3.1.4.3.1.28", All, Both,
        BufferFormat::Sz => BufferFormat::Nothing;
    /// input: registry key path; product note 151
    CLUSCTL_RESOURCE_ADD_REGISTRY_CHECKPOINT_32BIT = 0x014000C2, "3.1.4.3.1.29", All, Both,
        BufferFormat::Sz => BufferFormat::Nothing;
    /// product note 152
    CLUSCTL_RESOURCE_GET_NETWORK_NAME = 0x01000169, "3.1.4.3.1.30", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    /// product note 153
    CLUSCTL_RESOURCE_NETNAME_REGISTER_DNS_RECORDS = 0x01000172, "3.1.4.3.1.31", Read, Both,
        BufferFormat::Nothing => BufferFormat::Nothing;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_GET_DNS_NAME = 0x01000175, "3.1.4.3.1.32", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    /// write bit set but not the modify bit: Read access is enough by the rule; listed for 2.0, but a 2.0 server
    /// answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_NETNAME_SET_PWD_INFO = 0x0100017A also CLUSCTL_RESOURCE_RLUA_SET_PWD_INFO, "3.1.4.3.1.33", Read, Both,
        BufferFormat::Struct("CLUS_NETNAME_PWD_INFO") => BufferFormat::Nothing;
    /// input: objectGuid of the computer object as text; listed for 2.0, but a 2.0 server answers
    /// ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_NETNAME_DELETE_CO = 0x0100017E, "3.1.4.3.1.34", Read, Both, BufferFormat::Sz => BufferFormat::Nothing;
    /// input: name of the security principal (NetBIOS name); listed for 2.0, but a 2.0 server answers
    /// ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_NETNAME_VALIDATE_VCO = 0x01000181, "3.1.4.3.1.35", Read, Both, BufferFormat::Sz => BufferFormat::Nothing;
    /// input: alternate computer name; named exception: All access although the modify bit is clear; listed for 2.0,
    /// but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_NETNAME_RESET_VCO = 0x01000185, "3.1.4.3.1.36", All, Both, BufferFormat::Sz => BufferFormat::Nothing;
    /// global and modify bits set; listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_NETNAME_CREDS_UPDATED = 0x01C0018A, "3.1.4.3.1.37", All, Both,
        BufferFormat::Nothing => BufferFormat::Nothing;
    /// 2.0: the first entry is always DISK_SIGNATURE
    CLUSCTL_RESOURCE_STORAGE_GET_DISK_INFO = 0x01000191, "3.1.4.3.1.38", Read, Both,
        BufferFormat::Nothing => BufferFormat::Values(&lists::DISK_INFO);
    /// input: path
    CLUSCTL_RESOURCE_STORAGE_IS_PATH_VALID = 0x01000199, "3.1.4.3.1.39", Read, Both, BufferFormat::Sz => BufferFormat::Nothing;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_IPADDRESS_RENEW_LEASE = 0x014001BE, "3.1.4.3.1.40", All, Both,
        BufferFormat::Nothing => BufferFormat::Nothing;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_IPADDRESS_RELEASE_LEASE = 0x014001C2, "3.1.4.3.1.41", All, Both,
        BufferFormat::Nothing => BufferFormat::Nothing;
    /// 4 or 16 bytes: told apart by nOutBufferSize / returned size; product note 154
    CLUSCTL_RESOURCE_QUERY_MAINTENANCE_MODE = 0x010001E1, "3.1.4.3.1.42", Read, Both,
        BufferFormat::Nothing => lists::MAINTENANCE_MODE;
    /// 4 or 16 bytes: told apart by nInBufferSize; product notes 155, 156
    CLUSCTL_RESOURCE_SET_MAINTENANCE_MODE = 0x014001E6, "3.1.4.3.1.43", All, Both,
        lists::MAINTENANCE_MODE => BufferFormat::Nothing;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_STORAGE_SET_DRIVELETTER = 0x014001EA, "3.1.4.3.1.44", All, Both,
        BufferFormat::Struct("CLUS_STORAGE_SET_DRIVELETTER") => BufferFormat::Nothing;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_STORAGE_GET_DISK_INFO_EX = 0x010001F1, "3.1.4.3.1.45", Read, Both,
        BufferFormat::Nothing => BufferFormat::Values(&lists::DISK_INFO_EX);
    /// volume numbers of the corrupted volumes
    CLUSCTL_RESOURCE_STORAGE_GET_DIRTY = 0x01000219, "3.1.4.3.1.46", Read, Both, BufferFormat::Nothing => BufferFormat::Dwords;
    /// input: partition number; output: volume path names; listed for 2.0, but a 2.0 server answers
    /// ERROR_INVALID_FUNCTION
    CLUSCTL_RESOURCE_STORAGE_GET_MOUNTPOINTS = 0x01000211, "3.1.4.3.1.47", Read, Both,
        BufferFormat::Dword => BufferFormat::MultiSz;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION; product note 157
    CLUSCTL_RESOURCE_STORAGE_GET_SHARED_VOLUME_INFO = 0x01000225, "3.1.4.3.1.48", Read, Both,
        BufferFormat::Nothing => BufferFormat::Values(&lists::SHARED_VOLUMES);
    /// input: destination node name (none when the resource type is Virtual Machine Configuration); user and modify
    /// bits set, function 1, access bits 0; product note 158
    CLUSCTL_RESOURCE_VM_START_MIGRATION = 0x01600004, "3.1.4.3.1.49", All, Both, BufferFormat::Sz => BufferFormat::Nothing;
    /// user and modify bits set, function 2, access bits 0; product note 159
    CLUSCTL_RESOURCE_VM_CANCEL_MIGRATION = 0x01600008, "3.1.4.3.1.50", All, Both, BufferFormat::Nothing => BufferFormat::Nothing;
    /// product note 160
    CLUSCTL_RESOURCE_SET_CSV_MAINTENANCE_MODE = 0x01400296, "3.1.4.3.1.51", All, Both,
        BufferFormat::Struct("CLUS_CSV_MAINTENANCE_MODE_INFO") => BufferFormat::Nothing;
    /// input and output: volume name; turns redirected mode off; listed for 2.0, but a 2.0 server answers
    /// ERROR_INVALID_FUNCTION; product note 161
    CLUSCTL_RESOURCE_ENABLE_SHARED_VOLUME_DIRECTIO = 0x0140028A, "3.1.4.3.1.52", All, Both, BufferFormat::Sz => BufferFormat::Sz;
    /// input and output: volume name; turns redirected mode on; listed for 2.0, but a 2.0 server answers
    /// ERROR_INVALID_FUNCTION; product note 162
    CLUSCTL_RESOURCE_DISABLE_SHARED_VOLUME_DIRECTIO = 0x0140028E, "3.1.4.3.1.53", All, Both, BufferFormat::Sz => BufferFormat::Sz;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION; product note 163
    CLUSCTL_RESOURCE_SET_SHARED_VOLUME_BACKUP_MODE = 0x0140029A, "3.1.4.3.1.54", All, Both,
        BufferFormat::Struct("CLUS_SHARED_VOLUME_BACKUP_MODE") => BufferFormat::Nothing;
    /// resource names; product note 164
    CLUSCTL_RESOURCE_GET_RELATED_RESOURCE_NAMES = 0x01001FAD, "3.1.4.3.1.55", Read, Only3,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    /// element 2600 or 2608 bytes, told apart by the length of the buffer; product note 165
    CLUSCTL_RESOURCE_POOL_GET_DRIVE_INFO = 0x010002B5, "3.1.4.3.1.56", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Structs("CLUS_POOL_DRIVE_INFO");
    /// property PrimaryToken; product note 166
    CLUSCTL_CLOUD_WITNESS_RESOURCE_UPDATE_TOKEN = 0x014020E6 since W2016, "3.1.4.3.1.57", All, Only3,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// object byte 7 (cluster) in the specification and in Samba; product note 167
    CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS = 0x07002121 or 0x01002121, "3.1.4.3.1.58", Read, Only3,
        BufferFormat::Struct("CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_INPUT")
            => BufferFormat::Struct("CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_OUTPUT");
    /// object byte 7 (cluster) in the specification and in Samba; product note 168
    CLUSCTL_RESOURCE_NETNAME_CHECK_AD_STATE = 0x07002125 or 0x01002125, "3.1.4.3.1.59", Read, Only3,
        BufferFormat::Nothing => BufferFormat::DwordOf(NetnameCheckAdState::TABLE);
    CLUSCTL_RESOURCE_GET_STATE_CHANGE_TIME = 0x01002D5D since W2016, "3.1.4.3.1.60", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Filetime;
    CLUSCTL_RESOURCE_STORAGE_GET_DISK_INFO_EX2 = 0x010001F9 since W2016, "3.1.4.3.1.61", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Values(&lists::DISK_INFO_EX2);
    CLUSCTL_RESOURCE_STORAGE_GET_DISK_NUMBER_INFO = 0x010001A1 since W2016, "3.1.4.3.1.62", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Struct("CLUS_DISK_NUMBER_INFO");
    [revision44] {
        CLUSCTL_RESOURCE_NETNAME_SET_PWD_INFOEX = 0x0100031A since W2022 also CLUSCTL_RESOURCE_RLUA_SET_PWD_INFOEX,
            "revision 44, 3.1.4.3.1.63", Documented,
            BufferFormat::Struct("CLUS_NETNAME_PWD_INFOEX") => BufferFormat::Nothing;
    }
    [sdk] {
        CLUSCTL_RESOURCE_GET_FAILURE_INFO = 0x01000019, Header,
            BufferFormat::Nothing => BufferFormat::Struct("RESOURCE_FAILURE_INFO_BUFFER");
        /// a list of processes; element not stated
        CLUSCTL_RESOURCE_GET_LOADBAL_PROCESS_LIST = 0x010000C9, Guess, BufferFormat::Nothing => BufferFormat::Dwords;
        CLUSCTL_RESOURCE_NETNAME_GET_VIRTUAL_SERVER_TOKEN = 0x0100016D also CLUSCTL_RESOURCE_RLUA_GET_VIRTUAL_SERVER_TOKEN, Documented,
            BufferFormat::Struct("CLUS_NETNAME_VS_TOKEN_INFO") => lists::TOKEN, secret output;
        /// buffers not described
        CLUSCTL_RESOURCE_NETNAME_REPAIR_VCO = 0x0100018D, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        /// not supported
        CLUSCTL_RESOURCE_QUERY_DELETE = 0x010001B9, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        /// as the code of resource types
        CLUSCTL_RESOURCE_STORAGE_GET_DISKID = 0x01000205, Guess,
            BufferFormat::Nothing => BufferFormat::Struct("CLUSDSK_DISKID");
        /// buffers not described
        CLUSCTL_RESOURCE_STORAGE_GET_SHARED_VOLUME_PARTITION_NAMES = 0x0100029D, Guess,
            BufferFormat::Nothing => BufferFormat::Structs("CLUS_CSV_VOLUME_NAME");
        /// buffers not described
        CLUSCTL_RESOURCE_STORAGE_IS_SHARED_VOLUME = 0x010002A5, Guess, BufferFormat::Nothing => BufferFormat::Dword;
        /// buffers not described
        CLUSCTL_RESOURCE_IS_QUORUM_BLOCKED = 0x010002B1, Guess, BufferFormat::Nothing => BufferFormat::Dword;
        /// no public page
        CLUSCTL_RESOURCE_GET_INFRASTRUCTURE_SOFS_BUFFER = 0x01002D89 since W2019, Guess, BufferFormat::Nothing => BufferFormat::Bytes;
        CLUSCTL_RESOURCE_STORAGE_RENAME_SHARED_VOLUME = 0x01002DD6 since W2022, Header,
            BufferFormat::Struct("CLUSTER_SHARED_VOLUME_RENAME_INPUT") => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_STORAGE_RENAME_SHARED_VOLUME_GUID = 0x01002DDA since W2022, Header,
            BufferFormat::Struct("CLUSTER_SHARED_VOLUME_RENAME_GUID_INPUT") => BufferFormat::Nothing;
        /// by the name: fault domain, its nodes
        CLUSCTL_RESOURCE_GET_NODES_IN_FD = 0x01002DE1 since W2022, Guess, BufferFormat::Sz => BufferFormat::MultiSz;
        /// structures of resapi.h
        CLUSCTL_RESOURCE_FSWITNESS_GET_EPOCH_INFO = 0x0110005D, Guess,
            BufferFormat::Struct("WitnessTagHelper") => BufferFormat::Struct("PaxosTagCStruct");
        /// output by the property name Flags of the header
        CLUSCTL_RESOURCE_GET_OPERATION_CONTEXT = 0x011020E9, Documented,
            BufferFormat::Struct("GET_OPERATION_CONTEXT_PARAMS") => BufferFormat::PropertyList;
        /// buffers not described
        CLUSCTL_RESOURCE_VALIDATE_CHANGE_GROUP = 0x01102125 since W2016, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// no public page
        CLUSCTL_RESOURCE_CHECK_DRAIN_VETO = 0x0110212D since W2022, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// no public page
        CLUSCTL_RESOURCE_NOTIFY_DRAIN_COMPLETE = 0x01102131 since W2022, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// buffers not described
        CLUSCTL_RESOURCE_STORAGE_GET_SHARED_VOLUME_STATES = 0x014002A2, Guess,
            BufferFormat::Nothing => BufferFormat::Structs("CLUSTER_SHARED_VOLUME_STATE_INFO_EX");
        /// does nothing, by the name
        CLUSCTL_RESOURCE_RW_MODIFY_NOOP = 0x014002AE, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        /// as ADD_CRYPTO_CHECKPOINT: type\provider\container
        CLUSCTL_RESOURCE_ADD_CRYPTO_CHECKPOINT_EX = 0x014002D6, Guess, BufferFormat::Sz => BufferFormat::Nothing, secret input;
        /// buffers not described
        CLUSCTL_RESOURCE_PREPARE_UPGRADE = 0x014020EA since W2016, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        /// a page calls the code internal, the number has no internal bit
        CLUSCTL_RESOURCE_UPGRADE_COMPLETED = 0x014020EE since W2016, Guess,
            BufferFormat::Struct("POST_UPGRADE_VERSION_INFO") => BufferFormat::Nothing;
        /// property PrimaryKey, as UPDATE_TOKEN has PrimaryToken, or the key alone
        CLUSCTL_CLOUD_WITNESS_RESOURCE_UPDATE_KEY = 0x014020F6 since W2016, Guess,
            lists::WITNESS_KEY => BufferFormat::Nothing, secret input;
        /// no public page
        CLUSCTL_RESOURCE_SET_INFRASTRUCTURE_SOFS_BUFFER = 0x01402D8E since W2019, Guess, BufferFormat::Bytes => BufferFormat::Nothing;
        /// no public page
        CLUSCTL_RESOURCE_SCALEOUT_COMMAND = 0x01402D96 since W2019, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// no public page
        CLUSCTL_RESOURCE_SCALEOUT_CONTROL = 0x01402D9A since W2019, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// no public page; cluster names, by the name
        CLUSCTL_RESOURCE_SCALEOUT_GET_CLUSTERS = 0x01402D9D since W2019, Guess, BufferFormat::Nothing => BufferFormat::MultiSz;
        CLUSCTL_RESOURCE_DELETE = 0x01500006, Documented, BufferFormat::Nothing => BufferFormat::Nothing;
        /// input: node name
        CLUSCTL_RESOURCE_INSTALL_NODE = 0x0150000A, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// input: node name
        CLUSCTL_RESOURCE_EVICT_NODE = 0x0150000E, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// input: resource name
        CLUSCTL_RESOURCE_ADD_DEPENDENCY = 0x01500012, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// input: resource name
        CLUSCTL_RESOURCE_REMOVE_DEPENDENCY = 0x01500016, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// input: node name
        CLUSCTL_RESOURCE_ADD_OWNER = 0x0150001A, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// input: node name
        CLUSCTL_RESOURCE_REMOVE_OWNER = 0x0150001E, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// input: new name
        CLUSCTL_RESOURCE_SET_NAME = 0x01500026, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_CLUSTER_NAME_CHANGED = 0x0150002A, Documented, BufferFormat::Nothing => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_CLUSTER_VERSION_CHANGED = 0x0150002E, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_FORCE_QUORUM = 0x01500046, Documented,
            BufferFormat::Struct("CLUS_FORCE_QUORUM_INFO") => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_INITIALIZE = 0x0150004A, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_STATE_CHANGE_REASON = 0x0150004E, Documented,
            BufferFormat::Struct("CLUSCTL_RESOURCE_STATE_CHANGE_REASON_STRUCT") => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_PROVIDER_STATE_CHANGE = 0x01500052, Header,
            BufferFormat::Struct("CLUS_PROVIDER_STATE_CHANGE_INFO") => BufferFormat::Nothing;
        /// input: group name
        CLUSCTL_RESOURCE_LEAVING_GROUP = 0x01500056, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// input: group name
        CLUSCTL_RESOURCE_JOINING_GROUP = 0x0150005A, Documented, BufferFormat::Sz => BufferFormat::Nothing;
        /// structure of resapi.h
        CLUSCTL_RESOURCE_FSWITNESS_SET_EPOCH_INFO = 0x01500062, Guess,
            BufferFormat::Struct("WitnessTagUpdateHelper") => BufferFormat::Nothing;
        CLUSCTL_RESOURCE_FSWITNESS_RELEASE_LOCK = 0x01500066, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        /// buffers not described
        CLUSCTL_RESOURCE_NETNAME_CREDS_NOTIFYCAM = 0x0150006A, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// buffers not described
        CLUSCTL_RESOURCE_NOTIFY_QUORUM_STATUS = 0x0150007E, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// no public page
        CLUSCTL_RESOURCE_UNDELETE = 0x01500086 since W2022, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        /// buffers not described
        CLUSCTL_RESOURCE_NOTIFY_OWNER_CHANGE = 0x01502122, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
    }
}
