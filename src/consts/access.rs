//! Access masks and parts of security descriptors.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// Access asked for to a cluster registry key.
    bitmask REGSAM: u32, "MS-RRP 2.2.3; 3.1.4.1.29; 3.1.4.2.29",
        "samDesired of ApiGetRootKey, ApiCreateKey, ApiOpenKey" {
        KEY_QUERY_VALUE = 0x00000001,
        KEY_SET_VALUE = 0x00000002,
        KEY_CREATE_SUB_KEY = 0x00000004,
        KEY_ENUMERATE_SUB_KEYS = 0x00000008,
        KEY_NOTIFY = 0x00000010,
        KEY_CREATE_LINK = 0x00000020,
        KEY_WOW64_64KEY = 0x00000100,
        KEY_WOW64_32KEY = 0x00000200,
        DELETE = 0x00010000,
        READ_CONTROL = 0x00020000,
        WRITE_DAC = 0x00040000,
        WRITE_OWNER = 0x00080000,
        SYNCHRONIZE = 0x00100000,
        ACCESS_SYSTEM_SECURITY = 0x01000000,
        MAXIMUM_ALLOWED = 0x02000000,
        GENERIC_ALL = 0x10000000,
        GENERIC_EXECUTE = 0x20000000,
        GENERIC_WRITE = 0x40000000,
        GENERIC_READ = 0x80000000,
    }

    /// Parts of a security descriptor that are to be read or set.
    bitmask SECURITY_INFORMATION: u32, "MS-DTYP 2.4.7; 3.1.4.1.41; 3.1.4.2.41",
        "SecurityInformation of ApiSetKeySecurity, ApiGetKeySecurity" {
        OWNER_SECURITY_INFORMATION = 0x00000001,
        GROUP_SECURITY_INFORMATION = 0x00000002,
        DACL_SECURITY_INFORMATION = 0x00000004,
        SACL_SECURITY_INFORMATION = 0x00000008,
        /// MS-DTYP; the methods name only the first four
        LABEL_SECURITY_INFORMATION = 0x00000010,
        /// MS-DTYP
        UNPROTECTED_SACL_SECURITY_INFORMATION = 0x10000000,
        /// MS-DTYP
        UNPROTECTED_DACL_SECURITY_INFORMATION = 0x20000000,
        /// MS-DTYP
        PROTECTED_SACL_SECURITY_INFORMATION = 0x40000000,
        /// MS-DTYP
        PROTECTED_DACL_SECURITY_INFORMATION = 0x80000000,
    }

    /// Access asked for when an object is opened.
    bitmask ClusterDesiredAccess: u32, "3.1.4.2.116 to 3.1.4.2.121",
        "dwDesiredAccess of ApiOpenClusterEx, ApiOpenNodeEx, ApiOpenGroupEx, ApiOpenResourceEx, ApiOpenNetworkEx, \
         ApiOpenNetInterfaceEx" {
        CLUSAPI_READ_ACCESS = 0x00000001,
        CLUSAPI_CHANGE_ACCESS = 0x00000002,
        GENERIC_READ = 0x80000000,
        GENERIC_WRITE = 0x40000000,
        GENERIC_EXECUTE = 0x20000000,
        GENERIC_ALL = 0x10000000,
        MAXIMUM_ALLOWED = 0x02000000,
    }

    /// Access level that was granted.
    enumeration ClusterGrantedAccess: u32, "3.1.4.2.116 to 3.1.4.2.121",
        "lpdwGrantedAccess of the six open-with-access methods" {
        GENERIC_READ = 0x80000000,
        GENERIC_ALL = 0x10000000,
    }

    /// Access of an account to the cluster.
    enumeration AccountAccessMask: u32, "3.1.4.3.7.21", "property AccountAccessMask of SET_ACCOUNT_ACCESS" {
        CLUSAPI_READ_ACCESS = 1,
        CLUSAPI_CHANGE_ACCESS = 2,
        CLUSAPI_ALL_ACCESS = 3,
        CLUSAPI_NO_ACCESS = 4,
    }

    /// Whether an account's access is allowed, denied or removed.
    enumeration AccountAccessType: u32, "3.1.4.3.7.21", "property AccountAccessType of SET_ACCOUNT_ACCESS" {
        CLUSTER_SET_ACCESS_TYPE_ALLOWED = 0 since W2016,
        CLUSTER_SET_ACCESS_TYPE_DENIED = 1 since W2016,
        CLUSTER_DELETE_ACCESS_CONTROL_ENTRY = 2 since W2016,
    }
}
