//! Control codes of ApiNetworkControl (3.1.4.3.5): cluster networks.

use super::control_codes;
use crate::consts::Constant as _;
use crate::consts::content::BufferFormat;
use crate::consts::syntax::{CLUS_CHARACTERISTICS, CLUS_FLAGS};

control_codes! { Network:
    /// probe only
    CLUSCTL_NETWORK_UNKNOWN = 0x05000000, "3.1.4.3.5.1", Read, Both, BufferFormat::Nothing => BufferFormat::Nothing;
    CLUSCTL_NETWORK_GET_CHARACTERISTICS = 0x05000005, "3.1.4.3.5.2", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_CHARACTERISTICS::TABLE);
    CLUSCTL_NETWORK_GET_FLAGS = 0x05000009, "3.1.4.3.5.3", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_FLAGS::TABLE);
    CLUSCTL_NETWORK_GET_NAME = 0x05000029, "3.1.4.3.5.4", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    /// product note 192
    CLUSCTL_NETWORK_GET_ID = 0x05000039, "3.1.4.3.5.5", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    CLUSCTL_NETWORK_ENUM_COMMON_PROPERTIES = 0x05000051, "3.1.4.3.5.6", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_NETWORK_GET_RO_COMMON_PROPERTIES = 0x05000055, "3.1.4.3.5.7", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NETWORK_GET_COMMON_PROPERTIES = 0x05000059, "3.1.4.3.5.8", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NETWORK_SET_COMMON_PROPERTIES = 0x0540005E, "3.1.4.3.5.9", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_NETWORK_VALIDATE_COMMON_PROPERTIES = 0x05000061, "3.1.4.3.5.10", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_NETWORK_ENUM_PRIVATE_PROPERTIES = 0x05000079, "3.1.4.3.5.11", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    /// always an empty list (DWORD 0)
    CLUSCTL_NETWORK_GET_RO_PRIVATE_PROPERTIES = 0x0500007D, "3.1.4.3.5.12", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NETWORK_GET_PRIVATE_PROPERTIES = 0x05000081, "3.1.4.3.5.13", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NETWORK_SET_PRIVATE_PROPERTIES = 0x05400086, "3.1.4.3.5.14", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_NETWORK_VALIDATE_PRIVATE_PROPERTIES = 0x05000089, "3.1.4.3.5.15", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    [sdk] {
        /// reserved for future use
        CLUSCTL_NETWORK_GET_COMMON_PROPERTY_FMTS = 0x05000065, Documented,
            BufferFormat::Nothing => BufferFormat::PropertyFormats;
        /// not supported: ERROR_INVALID_FUNCTION
        CLUSCTL_NETWORK_GET_PRIVATE_PROPERTY_FMTS = 0x0500008D, Documented, BufferFormat::Nothing => BufferFormat::Nothing;
    }
}
