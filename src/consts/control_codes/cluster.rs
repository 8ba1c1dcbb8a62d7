//! Control codes of ApiClusterControl (3.1.4.3.7): the cluster.

use super::control_codes;
use super::lists;
use crate::consts::Constant as _;
use crate::consts::content::BufferFormat;
use crate::consts::methods::UpgradeVersionOperation;
use crate::consts::states::CLUSTER_QUORUM_VALUE;

control_codes! { Cluster:
    /// probe only
    CLUSCTL_CLUSTER_UNKNOWN = 0x07000000, "3.1.4.3.7.1", Read, Both, BufferFormat::Nothing => BufferFormat::Nothing;
    /// product note 194
    CLUSCTL_CLUSTER_GET_FQDN = 0x0700003D, "3.1.4.3.7.2", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    /// input: ID of node or quorum resource; listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_CLUSTER_CHECK_VOTER_EVICT = 0x07000045, "3.1.4.3.7.3", Read, Both,
        BufferFormat::Sz => BufferFormat::DwordOf(CLUSTER_QUORUM_VALUE::TABLE);
    /// input: ID of node or quorum resource; listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_CLUSTER_CHECK_VOTER_DOWN = 0x07000049, "3.1.4.3.7.4", Read, Both,
        BufferFormat::Sz => BufferFormat::DwordOf(CLUSTER_QUORUM_VALUE::TABLE);
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_CLUSTER_SHUTDOWN = 0x0700004D, "3.1.4.3.7.5", Read, Both, BufferFormat::Nothing => BufferFormat::Nothing;
    CLUSCTL_CLUSTER_ENUM_COMMON_PROPERTIES = 0x07000051, "3.1.4.3.7.6", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_CLUSTER_GET_RO_COMMON_PROPERTIES = 0x07000055, "3.1.4.3.7.7", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_CLUSTER_GET_COMMON_PROPERTIES = 0x07000059, "3.1.4.3.7.8", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_CLUSTER_SET_COMMON_PROPERTIES = 0x0740005E, "3.1.4.3.7.9", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_CLUSTER_VALIDATE_COMMON_PROPERTIES = 0x07000061, "3.1.4.3.7.10", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// product note 195
    CLUSCTL_CLUSTER_GET_COMMON_PROPERTY_FMTS = 0x07000065, "3.1.4.3.7.11", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyFormats;
    CLUSCTL_CLUSTER_ENUM_PRIVATE_PROPERTIES = 0x07000079, "3.1.4.3.7.12", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    /// always an empty list (DWORD 0)
    CLUSCTL_CLUSTER_GET_RO_PRIVATE_PROPERTIES = 0x0700007D, "3.1.4.3.7.13", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_CLUSTER_GET_PRIVATE_PROPERTIES = 0x07000081, "3.1.4.3.7.14", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_CLUSTER_SET_PRIVATE_PROPERTIES = 0x07400086, "3.1.4.3.7.15", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_CLUSTER_VALIDATE_PRIVATE_PROPERTIES = 0x07000089, "3.1.4.3.7.16", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// input: file path; output: resource ID, colon, partition offset in decimal; listed for 2.0, but a 2.0 server
    /// answers ERROR_INVALID_FUNCTION
    CLUSCTL_CLUSTER_GET_SHARED_VOLUME_ID = 0x07000291, "3.1.4.3.7.17", Read, Both, BufferFormat::Sz => BufferFormat::Sz;
    /// output valid only for input 2 (perform): cluster major version; product note 196
    CLUSCTL_CLUSTER_UPGRADE_CLUSTER_VERSION = 0x074000CE, "3.1.4.3.7.18", All, Only3,
        BufferFormat::DwordOf(UpgradeVersionOperation::TABLE) => BufferFormat::Dword;
    /// product note 197
    CLUSCTL_CLUSTER_CLEAR_UPGRADE_IN_PROGRESS = 0x074000D2, "3.1.4.3.7.19", All, Only3,
        BufferFormat::Nothing => BufferFormat::Nothing;
    /// product note 198
    CLUSCTL_CLUSTER_IS_READY_FOR_UPGRADE = 0x070000D5, "3.1.4.3.7.20", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Nothing;
    /// properties AccountSID, AccountAccessMask, AccountAccessType
    CLUSCTL_CLUSTER_SET_ACCOUNT_ACCESS = 0x074000F2 since W2016, "3.1.4.3.7.21", All, Only3,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// input: DNS suffix; product note 199
    CLUSCTL_CLUSTER_SET_DNS_DOMAIN = 0x0740030A since W2016, "3.1.4.3.7.22", All, Only3, BufferFormat::Sz => BufferFormat::Nothing;
    /// product note 200
    CLUSCTL_CLUSTER_GET_OS_AND_OS_VERSION_INFO = 0x07002101, "3.1.4.3.7.23", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Struct("OS_AND_OS_VERSION_INFO");
    /// same function number as CLUSCTL_NODE_GET_CLUSBFLT_PATHINFO_EX: only the object byte tells them apart; product
    /// note 201
    CLUSCTL_CLUSTER_NODE_REPLACEMENT = 0x070021F1, "3.1.4.3.7.24", Read, Only3, BufferFormat::Names => BufferFormat::Nothing;
    /// product note 202
    CLUSCTL_CLUSTER_GET_CLUSTER_UTILIZATION = 0x07002115, "3.1.4.3.7.25", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Struct("ClusterUtilizationInfo");
    /// product note 203
    CLUSCTL_CLUSTER_REMOVE_INFRASTRUCTURE_FILESERVER = 0x074023F6, "3.1.4.3.7.26", All, Only3,
        BufferFormat::Struct("CLUS_CREATE_INFRASTRUCTURE_FILESERVER_INPUT") => BufferFormat::Nothing;
    /// product note 204
    CLUSCTL_CLUSTER_NOTIFY_INFRASTRUCTURE_SOFS_CHANGED = 0x07402D92, "3.1.4.3.7.27", All, Only3,
        BufferFormat::Nothing => BufferFormat::Nothing;
    /// input longer than 16 bytes gives ERROR_INVALID_PARAMETER; product note 205
    CLUSCTL_CLUSTER_CREATE_INFRASTRUCTURE_FILESERVER = 0x074023F2, "3.1.4.3.7.28", All, Only3,
        BufferFormat::Struct("CLUS_CREATE_INFRASTRUCTURE_FILESERVER_INPUT")
            => BufferFormat::Struct("CLUS_CREATE_INFRASTRUCTURE_FILESERVER_OUTPUT");
    [sdk] {
        /// as CHECK_VOTER_EVICT
        CLUSCTL_CLUSTER_CHECK_VOTER_EVICT_WITNESS = 0x0700006D since W2025, Guess,
            BufferFormat::Nothing => BufferFormat::DwordOf(CLUSTER_QUORUM_VALUE::TABLE);
        /// as CHECK_VOTER_DOWN
        CLUSCTL_CLUSTER_CHECK_VOTER_DOWN_WITNESS = 0x07000071 since W2025, Guess,
            BufferFormat::Nothing => BufferFormat::DwordOf(CLUSTER_QUORUM_VALUE::TABLE);
        /// not supported: ERROR_INVALID_FUNCTION
        CLUSCTL_CLUSTER_GET_PRIVATE_PROPERTY_FMTS = 0x0700008D, Documented, BufferFormat::Nothing => BufferFormat::Nothing;
        /// as NETNAME_GET_VIRTUAL_SERVER_TOKEN, which has the same function number
        CLUSCTL_CLUSTER_GET_CLMUSR_TOKEN = 0x0700016D since W2025, Header,
            BufferFormat::Struct("CLUS_NETNAME_VS_TOKEN_INFO") => lists::TOKEN, secret output;
        /// input: registry key, by the name
        CLUSCTL_CLUSTER_BATCH_BLOCK_KEY = 0x0700023E, Guess, BufferFormat::Sz => BufferFormat::Nothing;
        /// input: registry key, by the name
        CLUSCTL_CLUSTER_BATCH_UNBLOCK_KEY = 0x07000241, Guess, BufferFormat::Sz => BufferFormat::Nothing;
        /// a page has a call of it with an array of strings and says no more
        CLUSCTL_CLUSTER_GET_CLUSDB_TIMESTAMP = 0x070002A9, Guess, BufferFormat::Nothing => lists::TIMESTAMP;
        /// number of the update type, then the name of the owner of its lock
        CLUSCTL_CLUSTER_GET_GUM_LOCK_OWNER = 0x070002B9, Documented,
            BufferFormat::Nothing => BufferFormat::Struct("GUM_LOCK_OWNER");
        CLUSCTL_CLUSTER_GET_STORAGE_CONFIGURATION = 0x070002E5 since W2016, Documented, BufferFormat::Nothing => BufferFormat::PropertyList;
        CLUSCTL_CLUSTER_GET_STORAGE_CONFIG_ATTRIBUTES = 0x070002E9 since W2016, Documented,
            BufferFormat::Nothing => BufferFormat::PropertyList;
        CLUSCTL_CLUSTER_RELOAD_AUTOLOGGER_CONFIG = 0x07002DD2 since W2019, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
        CLUSCTL_CLUSTER_STORAGE_RENAME_SHARED_VOLUME = 0x07002DD6 since W2022, Header,
            BufferFormat::Struct("CLUSTER_SHARED_VOLUME_RENAME_INPUT") => BufferFormat::Nothing;
        CLUSCTL_CLUSTER_STORAGE_RENAME_SHARED_VOLUME_GUID = 0x07002DDA since W2022, Header,
            BufferFormat::Struct("CLUSTER_SHARED_VOLUME_RENAME_GUID_INPUT") => BufferFormat::Nothing;
        /// rule names
        CLUSCTL_CLUSTER_ENUM_AFFINITY_RULE_NAMES = 0x07002DDD since W2022, Guess, BufferFormat::Nothing => BufferFormat::MultiSz;
        /// by the name: fault domain, its nodes
        CLUSCTL_CLUSTER_GET_NODES_IN_FD = 0x07002DE1 since W2022, Guess, BufferFormat::Sz => BufferFormat::MultiSz;
        CLUSCTL_CLUSTER_SET_STORAGE_CONFIGURATION = 0x074002E2 since W2016, Documented, BufferFormat::PropertyList => BufferFormat::Nothing;
        /// buffers not described; node name, by the name
        CLUSCTL_CLUSTER_REMOVE_NODE = 0x074002EE since W2016, Guess, BufferFormat::Sz => BufferFormat::Nothing;
        /// buffers not described; node name, by the name
        CLUSCTL_CLUSTER_CLEAR_NODE_CONNECTION_INFO = 0x07400306 since W2016, Guess, BufferFormat::Sz => BufferFormat::Nothing;
        /// 0 or 1
        CLUSCTL_CLUSTER_SET_CLUSTER_S2D_ENABLED = 0x07402D62 since W2016, Guess, BufferFormat::Dword => BufferFormat::Nothing;
        /// a number of bytes; a comment on the same page says property list
        CLUSCTL_CLUSTER_SET_CLUSTER_S2D_CACHE_METADATA_RESERVE_BYTES = 0x07402D6E since W2016, Documented,
            lists::RESERVE => BufferFormat::Nothing;
        CLUSCTL_CLUSTER_FORCE_FLUSH_DB = 0x07402DE6 since W2022, Guess, BufferFormat::Nothing => BufferFormat::Nothing;
    }
}
