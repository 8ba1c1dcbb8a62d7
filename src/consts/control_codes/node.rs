//! Control codes of ApiNodeControl (3.1.4.3.4): nodes.

use super::control_codes;
use crate::consts::Constant as _;
use crate::consts::content::BufferFormat;
use crate::consts::syntax::{CLUS_CHARACTERISTICS, CLUS_FLAGS};

control_codes! { Node:
    /// probe only
    CLUSCTL_NODE_UNKNOWN = 0x04000000, "3.1.4.3.4.1", Read, Both, BufferFormat::Nothing => BufferFormat::Nothing;
    CLUSCTL_NODE_GET_CHARACTERISTICS = 0x04000005, "3.1.4.3.4.2", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_CHARACTERISTICS::TABLE);
    CLUSCTL_NODE_GET_FLAGS = 0x04000009, "3.1.4.3.4.3", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_FLAGS::TABLE);
    CLUSCTL_NODE_GET_NAME = 0x04000029, "3.1.4.3.4.4", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    CLUSCTL_NODE_GET_ID = 0x04000039, "3.1.4.3.4.5", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    /// product note 186
    CLUSCTL_NODE_GET_CLUSTER_SERVICE_ACCOUNT_NAME = 0x04000041, "3.1.4.3.4.6", Read, Both,
        BufferFormat::Nothing => BufferFormat::Sz;
    CLUSCTL_NODE_ENUM_COMMON_PROPERTIES = 0x04000051, "3.1.4.3.4.7", Read, Both, BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_NODE_GET_RO_COMMON_PROPERTIES = 0x04000055, "3.1.4.3.4.8", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NODE_GET_COMMON_PROPERTIES = 0x04000059, "3.1.4.3.4.9", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NODE_SET_COMMON_PROPERTIES = 0x0440005E, "3.1.4.3.4.10", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_NODE_VALIDATE_COMMON_PROPERTIES = 0x04000061, "3.1.4.3.4.11", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_NODE_ENUM_PRIVATE_PROPERTIES = 0x04000079, "3.1.4.3.4.12", Read, Both, BufferFormat::Nothing => BufferFormat::MultiSz;
    /// always an empty list (DWORD 0)
    CLUSCTL_NODE_GET_RO_PRIVATE_PROPERTIES = 0x0400007D, "3.1.4.3.4.13", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NODE_GET_PRIVATE_PROPERTIES = 0x04000081, "3.1.4.3.4.14", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NODE_SET_PRIVATE_PROPERTIES = 0x04400086, "3.1.4.3.4.15", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_NODE_VALIDATE_PRIVATE_PROPERTIES = 0x04000089, "3.1.4.3.4.16", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// product note 187
    CLUSCTL_NODE_GET_CLUSBFLT_PATHS = 0x040002FD, "3.1.4.3.4.17", Read, Only3,
        BufferFormat::Struct("CBFLT_PATH_IDS") => BufferFormat::Sz;
    /// output not described; product note 188
    CLUSCTL_NODE_GET_CLUSBFLT_PATHINFO_EX = 0x040021F1 or 0x400021F1, "3.1.4.3.4.18", Read, Only3,
        BufferFormat::Struct("CLUS_GET_CLUSBFLT_PATHINFO_EX_IN") => BufferFormat::Bytes;
    /// product note 189
    CLUSCTL_NODE_STORAGE_GET_PHYSICAL_DISK_INFO_EX = 0x040021E9 or 0x400021E9, "3.1.4.3.4.19", Read, Only3,
        BufferFormat::Struct("CLUS_PHYSICAL_DISK_INFO_EX_IN") => BufferFormat::Struct("CLUS_PHYSICAL_DISK_INFO_HEADER");
    /// product note 190
    CLUSCTL_NODE_GET_SBL_DISK_STATE_EX = 0x040021DD or 0x400021DD, "3.1.4.3.4.20", Read, Only3,
        BufferFormat::Struct("CLUS_GET_SBL_DISK_STATE_EX_IN") => BufferFormat::Struct("CLUS_GET_SBL_DISK_STATE_OUT");
    /// product note 191
    CLUSCTL_NODE_GET_SBL_CACHE_CONFIG_EX = 0x040021E1 or 0x400021E1, "3.1.4.3.4.21", Read, Only3,
        BufferFormat::Struct("CLUS_SBL_CACHE_CONFIG_EX_IN") => BufferFormat::Struct("CLUS_SBL_CACHE_CONFIG");
    [sdk] {
        /// reserved for future use
        CLUSCTL_NODE_GET_COMMON_PROPERTY_FMTS = 0x04000065, Documented, BufferFormat::Nothing => BufferFormat::PropertyFormats;
        /// not supported: ERROR_INVALID_FUNCTION
        CLUSCTL_NODE_GET_PRIVATE_PROPERTY_FMTS = 0x0400008D, Documented, BufferFormat::Nothing => BufferFormat::Nothing;
        /// number of the update type, then a bit for each node
        CLUSCTL_NODE_GET_STUCK_NODES = 0x040002BD, Documented, BufferFormat::Nothing => BufferFormat::Struct("STUCK_NODES");
        /// buffers not described
        CLUSCTL_NODE_INJECT_GEM_FAULT = 0x040002C1, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// buffers not described; a delay, by the name
        CLUSCTL_NODE_INTRODUCE_GEM_REPAIR_DELAY = 0x040002C5, Guess, BufferFormat::Dword => BufferFormat::Nothing;
        /// buffers not described
        CLUSCTL_NODE_SEND_DUMMY_GEM_MESSAGES = 0x040002C9, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// buffers not described
        CLUSCTL_NODE_BLOCK_GEM_SEND_RECV = 0x040002CD, Guess, BufferFormat::Bytes => BufferFormat::Bytes;
        /// buffers not described
        CLUSCTL_NODE_GET_GEMID_VECTOR = 0x040002D1, Guess, BufferFormat::Nothing => BufferFormat::Bytes;
    }
}
