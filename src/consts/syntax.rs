//! Syntax of property lists and value lists (2.2.2.1 to 2.2.2.3), characteristics, flags and classes.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// What a value of a property list or value list is: upper half of [`CLUSTER_PROPERTY_SYNTAX`].
    enumeration CLUSTER_PROPERTY_TYPE: u16, "2.2.2.1", "upper 16 bits of CLUSTER_PROPERTY_SYNTAX" {
        CLUSPROP_TYPE_ENDMARK = 0,
        CLUSPROP_TYPE_LIST_VALUE = 1,
        CLUSPROP_TYPE_RESCLASS = 2,
        CLUSPROP_TYPE_NAME = 4,
        CLUSPROP_TYPE_SIGNATURE = 5,
        CLUSPROP_TYPE_SCSIADDRESS = 6 also CLUSPROP_TYPE_SCSI_ADDRESS,
        CLUSPROP_TYPE_DISK_NUMBER = 7,
        CLUSPROP_TYPE_PARTITION_INFO = 8,
        CLUSPROP_TYPE_DISK_SERIALNUMBER = 10,
        CLUSPROP_TYPE_DISK_GUID = 11,
        CLUSPROP_TYPE_DISK_SIZE = 12,
        CLUSPROP_TYPE_PARTITION_INFO_EX = 13,
        CLUSPROP_TYPE_PARTITION_INFO_EX2 = 14 since W2016,
        [sdk] {
            CLUSPROP_TYPE_RESERVED1 = 3,
            CLUSPROP_TYPE_FTSET_INFO = 9,
            CLUSPROP_TYPE_STORAGE_DEVICE_ID_DESCRIPTOR = 0x0000000F since W2016,
            /// from here on types that a resource library defines
            CLUSPROP_TYPE_USER = 0x00008000,
        }
    }

    /// How a value of a property list is written: lower half of [`CLUSTER_PROPERTY_SYNTAX`].
    enumeration CLUSTER_PROPERTY_FORMAT: u16, "2.2.2.2",
        "lower 16 bits of CLUSTER_PROPERTY_SYNTAX; property-format list entries" {
        CLUSPROP_FORMAT_UNKNOWN = 0,
        CLUSPROP_FORMAT_BINARY = 1,
        CLUSPROP_FORMAT_DWORD = 2,
        CLUSPROP_FORMAT_SZ = 3,
        CLUSPROP_FORMAT_EXPAND_SZ = 4,
        CLUSPROP_FORMAT_MULTI_SZ = 5,
        CLUSPROP_FORMAT_ULARGE_INTEGER = 6,
        CLUSPROP_FORMAT_LONG = 7,
        CLUSPROP_FORMAT_EXPANDED_SZ = 8,
        CLUSPROP_FORMAT_SECURITY_DESCRIPTOR = 9,
        CLUSPROP_FORMAT_LARGE_INTEGER = 10,
        CLUSPROP_FORMAT_WORD = 11,
        CLUSPROP_FORMAT_FILETIME = 12,
        [sdk] {
            CLUSPROP_FORMAT_VALUE_LIST = 0x0000000D,
            CLUSPROP_FORMAT_PROPERTY_LIST = 0x0000000E,
            /// from here on formats that a resource library defines
            CLUSPROP_FORMAT_USER = 0x00008000,
        }
    }

    /// Syntax of a value in a property list or value list: type in the upper 16 bits, format in the lower ones.
    enumeration CLUSTER_PROPERTY_SYNTAX: u32, "2.2.2.3", "PROPERTY_VALUE.Syntax" {
        CLUSPROP_SYNTAX_ENDMARK = 0x00000000,
        /// text says unsigned long; it is a UTF-16 string
        CLUSPROP_SYNTAX_NAME = 0x00040003,
        CLUSPROP_SYNTAX_RESCLASS = 0x00020002,
        CLUSPROP_SYNTAX_LIST_VALUE_SZ = 0x00010003,
        CLUSPROP_SYNTAX_LIST_VALUE_EXPAND_SZ = 0x00010004,
        CLUSPROP_SYNTAX_LIST_VALUE_DWORD = 0x00010002,
        CLUSPROP_SYNTAX_LIST_VALUE_BINARY = 0x00010001,
        CLUSPROP_SYNTAX_LIST_VALUE_MULTI_SZ = 0x00010005,
        CLUSPROP_SYNTAX_LIST_VALUE_LONG = 0x00010007,
        /// server only, second value after EXPAND_SZ
        CLUSPROP_SYNTAX_LIST_VALUE_EXPANDED_SZ = 0x00010008,
        CLUSPROP_SYNTAX_LIST_VALUE_SECURITY_DESCRIPTOR = 0x00010009,
        CLUSPROP_SYNTAX_LIST_VALUE_LARGE_INTEGER = 0x0001000A,
        /// prose prints the name LIST_VALUE_ULONG; 8 bytes
        CLUSPROP_SYNTAX_LIST_VALUE_ULARGE_INTEGER = 0x00010006,
        CLUSPROP_SYNTAX_LIST_VALUE_WORD = 0x0001000B,
        CLUSPROP_SYNTAX_LIST_VALUE_FILETIME = 0x0001000C,
        CLUSPROP_SYNTAX_DISK_SIGNATURE = 0x00050002,
        CLUSPROP_SYNTAX_SCSI_ADDRESS = 0x00060002,
        CLUSPROP_SYNTAX_DISK_NUMBER = 0x00070002,
        CLUSPROP_SYNTAX_PARTITION_INFO = 0x00080001,
        CLUSPROP_SYNTAX_DISK_SERIALNUMBER = 0x000A0003,
        CLUSPROP_SYNTAX_DISK_GUID = 0x000B0003,
        CLUSPROP_SYNTAX_DISK_SIZE = 0x000C0006,
        CLUSPROP_SYNTAX_PARTITION_INFO_EX = 0x000D0001,
        CLUSPROP_SYNTAX_PARTITION_INFO_EX2 = 0x000E0001 since W2016,
        [sdk] {
            CLUSPROP_SYNTAX_FTSET_INFO = 0x00090001,
            CLUSPROP_SYNTAX_STORAGE_DEVICE_ID_DESCRIPTOR = 0x000F0001 since W2016,
            CLUSPROP_SYNTAX_LIST_VALUE_PROPERTY_LIST = 0x0001000E since W2016,
        }
    }

    /// Characteristics of a resource, resource type, group, node, network or network interface.
    bitmask CLUS_CHARACTERISTICS: u32, "2.2.2.4", "output of *_GET_CHARACTERISTICS control codes" {
        CLUS_CHAR_UNKNOWN = 0x00000000,
        CLUS_CHAR_QUORUM = 0x00000001,
        CLUS_CHAR_DELETE_REQUIRES_ALL_NODES = 0x00000002,
        CLUS_CHAR_LOCAL_QUORUM = 0x00000004,
        /// 3.0 only
        CLUS_CHAR_BROADCAST_DELETE = 0x00000020,
        /// 3.0 only
        CLUS_CHAR_SINGLE_CLUSTER_INSTANCE = 0x00000040,
        /// 3.0 only
        CLUS_CHAR_SINGLE_GROUP_INSTANCE = 0x00000080,
        /// 3.0 only
        CLUS_CHAR_COEXIST_IN_SHARED_VOLUME_GROUP = 0x00000100,
        [sdk] {
            /// 3.0 only; reserved in the specification
            CLUS_CHAR_PLACEMENT_DATA = 0x00000200 also CLUS_CHAR_RESERVED1,
        }
        /// 3.0 only
        CLUS_CHAR_MONITOR_DETACH = 0x00000400,
        [sdk] {
            /// 3.0 only; reserved in the specification
            CLUS_CHAR_MONITOR_REATTACH = 0x00000800 also CLUS_CHAR_RESERVED2,
            /// 3.0 only; reserved in the specification
            CLUS_CHAR_OPERATION_CONTEXT = 0x00001000 also CLUS_CHAR_RESERVED3,
            /// 3.0 only; reserved in the specification
            CLUS_CHAR_CLONES = 0x00002000 also CLUS_CHAR_RESERVED4,
        }
        [sdk] {
            CLUS_CHAR_LOCAL_QUORUM_DEBUG = 8,
            CLUS_CHAR_REQUIRES_STATE_CHANGE_REASON = 0x00000010,
            CLUS_CHAR_NOT_PREEMPTABLE = 0x00004000,
            CLUS_CHAR_NOTIFY_NEW_OWNER = 0x00008000,
            CLUS_CHAR_SUPPORTS_UNMONITORED_STATE = 0x00010000 since W2016,
            CLUS_CHAR_INFRASTRUCTURE = 0x00020000 since W2016,
            CLUS_CHAR_VETO_DRAIN = 0x00040000 since W2022,
            CLUS_CHAR_DRAIN_LOCAL_OFFLINE = 0x00080000 since W2022,
        }
    }

    /// Flags of a cluster object.
    bitmask CLUS_FLAGS: u32, "2.2.2.5", "output of *_GET_FLAGS control codes" {
        CLUS_FLAG_CORE = 0x00000001,
    }

    /// Class of a resource.
    enumeration ClusResourceClass: u32, "2.2.3.7", "CLUS_RESOURCE_CLASS_INFO.Class; value of CLUSPROP_SYNTAX_RESCLASS" {
        CLUS_RESCLASS_UNKNOWN = 0,
        CLUS_RESCLASS_STORAGE = 1,
        CLUS_RESCLASS_NETWORK = 2,
        [sdk] {
            /// from here on classes that a resource library defines
            CLUS_RESCLASS_USER = 0x00008000,
        }
    }

    /// Subclass of a resource, by its class.
    enumeration ClusResourceSubClass: u32, "2.2.3.7", "CLUS_RESOURCE_CLASS_INFO.SubClass" {
        /// not named in the specification
        None = 0,
        /// not named in the specification; storage: shared disk, network: IP address
        SharedOrIpAddress = 0x80000000 also CLUS_RESSUBCLASS_SHARED also CLUS_RESSUBCLASS_STORAGE_SHARED_BUS also CLUS_RESSUBCLASS_NETWORK_INTERNET_PROTOCOL,
        [sdk] {
            CLUS_RESSUBCLASS_STORAGE_DISK = 0x40000000,
            CLUS_RESSUBCLASS_STORAGE_REPLICATION = 0x10000000 since W2016,
        }
    }
}
