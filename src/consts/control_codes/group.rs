//! Control codes of ApiGroupControl (3.1.4.3.3): groups.

use super::control_codes;
use super::lists;
use crate::consts::Constant as _;
use crate::consts::content::BufferFormat;
use crate::consts::states::StableOnlineResult;
use crate::consts::syntax::{CLUS_CHARACTERISTICS, CLUS_FLAGS};

control_codes! { Group:
    /// probe only
    CLUSCTL_GROUP_UNKNOWN = 0x03000000, "3.1.4.3.3.1", Read, Both, BufferFormat::Nothing => BufferFormat::Nothing;
    CLUSCTL_GROUP_GET_CHARACTERISTICS = 0x03000005, "3.1.4.3.3.2", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_CHARACTERISTICS::TABLE);
    CLUSCTL_GROUP_GET_FLAGS = 0x03000009, "3.1.4.3.3.3", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_FLAGS::TABLE);
    CLUSCTL_GROUP_GET_NAME = 0x03000029, "3.1.4.3.3.4", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    /// product note 182
    CLUSCTL_GROUP_GET_ID = 0x03000039, "3.1.4.3.3.5", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    CLUSCTL_GROUP_ENUM_COMMON_PROPERTIES = 0x03000051, "3.1.4.3.3.6", Read, Both, BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_GROUP_GET_RO_COMMON_PROPERTIES = 0x03000055, "3.1.4.3.3.7", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_GROUP_GET_COMMON_PROPERTIES = 0x03000059, "3.1.4.3.3.8", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_GROUP_SET_COMMON_PROPERTIES = 0x0340005E, "3.1.4.3.3.9", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_GROUP_VALIDATE_COMMON_PROPERTIES = 0x03000061, "3.1.4.3.3.10", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// listed for 2.0, but a 2.0 server answers ERROR_INVALID_FUNCTION
    CLUSCTL_GROUP_GET_COMMON_PROPERTY_FMTS = 0x03000065, "3.1.4.3.3.11", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyFormats;
    CLUSCTL_GROUP_ENUM_PRIVATE_PROPERTIES = 0x03000079, "3.1.4.3.3.12", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    /// always an empty list (DWORD 0)
    CLUSCTL_GROUP_GET_RO_PRIVATE_PROPERTIES = 0x0300007D, "3.1.4.3.3.13", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_GROUP_GET_PRIVATE_PROPERTIES = 0x03000081, "3.1.4.3.3.14", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_GROUP_SET_PRIVATE_PROPERTIES = 0x03400086, "3.1.4.3.3.15", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_GROUP_VALIDATE_PRIVATE_PROPERTIES = 0x03000089, "3.1.4.3.3.16", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_GROUP_GET_STATE_CHANGE_TIME = 0x03002D5D, "3.1.4.3.3.17", Read, Only3,
        BufferFormat::Nothing => BufferFormat::Filetime;
    CLUSCTL_GROUP_CHECK_FOR_STABLE_ONLINE_OR_TERMINAL_FAILED = 0x0300228D, "3.1.4.3.3.18", Read, Only3,
        BufferFormat::Nothing => BufferFormat::DwordOf(StableOnlineResult::TABLE);
    /// exactly two properties; product note 183
    CLUSCTL_GROUP_SET_CCF_FROM_MASTER = 0x03402D86 since W2019, "3.1.4.3.3.19", All, Only3,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// group names; the text calls the list a null-terminated string; no value printed anywhere in 34.0; public
    /// header value, with the group set object byte; product note 184
    CLUSCTL_GROUP_GET_PROVIDER_GROUPS = 0x08002D7D or 0x03002D7D since W2016, "3.1.4.3.3.20", Read, Only3,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    /// group set names; the text calls the list a null-terminated string; no value printed anywhere in 34.0; public
    /// header value, with the group set object byte; product note 185
    CLUSCTL_GROUP_GET_PROVIDER_GROUPSETS = 0x08002D81 or 0x03002D81 since W2016, "3.1.4.3.3.21", Read, Only3,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    [sdk] {
        CLUSCTL_GROUP_GET_FAILURE_INFO = 0x03000019, Header,
            BufferFormat::Nothing => BufferFormat::Struct("GROUP_FAILURE_INFO_BUFFER");
        /// not supported: ERROR_INVALID_FUNCTION
        CLUSCTL_GROUP_GET_PRIVATE_PROPERTY_FMTS = 0x0300008D, Documented, BufferFormat::Nothing => BufferFormat::Nothing;
        /// reserved
        CLUSCTL_GROUP_QUERY_DELETE = 0x030001B9, Documented, BufferFormat::Nothing => BufferFormat::Nothing;
        /// the structure of that name; the page of the code says value list
        CLUSCTL_GROUP_GET_LAST_MOVE_TIME = 0x030002D9 since W2016, Header, BufferFormat::Nothing => lists::LAST_MOVE_TIME;
    }
}
