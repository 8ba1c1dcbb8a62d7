//! Control codes of ApiNetInterfaceControl (3.1.4.3.6): cluster network interfaces.

use super::control_codes;
use crate::consts::Constant as _;
use crate::consts::content::BufferFormat;
use crate::consts::syntax::{CLUS_CHARACTERISTICS, CLUS_FLAGS};

control_codes! { NetInterface:
    /// probe only
    CLUSCTL_NETINTERFACE_UNKNOWN = 0x06000000, "3.1.4.3.6.1", Read, Both, BufferFormat::Nothing => BufferFormat::Nothing;
    CLUSCTL_NETINTERFACE_GET_CHARACTERISTICS = 0x06000005, "3.1.4.3.6.2", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_CHARACTERISTICS::TABLE);
    CLUSCTL_NETINTERFACE_GET_FLAGS = 0x06000009, "3.1.4.3.6.3", Read, Both,
        BufferFormat::Nothing => BufferFormat::DwordOf(CLUS_FLAGS::TABLE);
    CLUSCTL_NETINTERFACE_GET_NAME = 0x06000029, "3.1.4.3.6.4", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    CLUSCTL_NETINTERFACE_GET_NODE = 0x06000031, "3.1.4.3.6.5", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    CLUSCTL_NETINTERFACE_GET_NETWORK = 0x06000035, "3.1.4.3.6.6", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    /// product note 193
    CLUSCTL_NETINTERFACE_GET_ID = 0x06000039, "3.1.4.3.6.7", Read, Both, BufferFormat::Nothing => BufferFormat::Sz;
    CLUSCTL_NETINTERFACE_ENUM_COMMON_PROPERTIES = 0x06000051, "3.1.4.3.6.8", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_NETINTERFACE_GET_RO_COMMON_PROPERTIES = 0x06000055, "3.1.4.3.6.9", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NETINTERFACE_GET_COMMON_PROPERTIES = 0x06000059, "3.1.4.3.6.10", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NETINTERFACE_SET_COMMON_PROPERTIES = 0x0640005E, "3.1.4.3.6.11", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_NETINTERFACE_VALIDATE_COMMON_PROPERTIES = 0x06000061, "3.1.4.3.6.12", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_NETINTERFACE_ENUM_PRIVATE_PROPERTIES = 0x06000079, "3.1.4.3.6.13", Read, Both,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    /// always an empty list (DWORD 0)
    CLUSCTL_NETINTERFACE_GET_RO_PRIVATE_PROPERTIES = 0x0600007D, "3.1.4.3.6.14", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NETINTERFACE_GET_PRIVATE_PROPERTIES = 0x06000081, "3.1.4.3.6.15", Read, Both,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_NETINTERFACE_SET_PRIVATE_PROPERTIES = 0x06400086, "3.1.4.3.6.16", All, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    CLUSCTL_NETINTERFACE_VALIDATE_PRIVATE_PROPERTIES = 0x06000089, "3.1.4.3.6.17", Read, Both,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    [sdk] {
        /// reserved for future use
        CLUSCTL_NETINTERFACE_GET_COMMON_PROPERTY_FMTS = 0x06000065, Documented,
            BufferFormat::Nothing => BufferFormat::PropertyFormats;
        /// not supported: ERROR_INVALID_FUNCTION
        CLUSCTL_NETINTERFACE_GET_PRIVATE_PROPERTY_FMTS = 0x0600008D, Documented, BufferFormat::Nothing => BufferFormat::Nothing;
    }
}
